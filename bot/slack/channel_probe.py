"""Whether the bot can post to a channel, found out without posting."""

from __future__ import annotations

from typing import Any

from slack_sdk import WebClient

from bot.language.catalogues import ENGLISH
from bot.language.translation import translate
from bot.plugin import Message
from bot.slack.scopes import READ_SCOPES
from bot.slack.slack_errors import require_ok, translate_errors
from bot.usecases.chat.delivery_errors import ChannelDead

PROBE_DAYS = 90
"""How far in the future the probe is scheduled; Slack takes up to 120. It is deleted at once."""
PROBE = Message("slack.channel_probe")
"""What stands in the channel if the probe is not deleted."""


class ChannelProbe:
    """Looks at one channel after the other; `scopes` are those of the token, where they are known.

    `language` is that of channels.
    """

    def __init__(self, client: WebClient, scopes: frozenset[str] | None, *, language: str = ENGLISH) -> None:
        self._client = client
        self._text = translate(PROBE, language)
        self._may_read = bool((scopes or frozenset()) & READ_SCOPES)

    def look(self, channel: str, *, now_ms: int) -> None:
        """Raises DeliveryError with Slack's code when the bot cannot post there."""
        if self._may_read and self._read(channel):
            return
        with translate_errors():
            post_at = now_ms // 1000 + PROBE_DAYS * 86_400
            answer: Any = require_ok(
                self._client.chat_scheduleMessage(channel=channel, post_at=post_at, text=self._text)
            )
            probe = answer["scheduled_message_id"]
            require_ok(self._client.chat_deleteScheduledMessage(channel=channel, scheduled_message_id=probe))

    def _read(self, channel: str) -> bool:
        """Whether the channel could be read; what is wrong with it is raised."""
        try:
            with translate_errors():
                found: Any = require_ok(self._client.conversations_info(channel=channel))["channel"]
        except ChannelDead as error:
            if error.code == "missing_scope":
                # A scope for public channels does not show a private one.
                return False
            raise
        if found.get("is_archived"):
            raise ChannelDead("is_archived")
        if not found.get("is_member"):
            raise ChannelDead("not_in_channel")
        return True
