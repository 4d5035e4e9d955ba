"""b24bot: chat-ops for Bitrix24 open-channel connectors, in Slack."""

__version__ = "0.2.0"
