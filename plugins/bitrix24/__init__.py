"""The Bitrix24 plugin: connectors of open channels, their lines, and messages through them."""
