"""Why Slack ends a Socket Mode connection, and what follows from each reason: a row a reason."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from bot.plugin import Message, Text
from bot.plugin.frozen import dataclass

SOCKET_REFUSED = "socket_refused"
"""The name of the fact that a process on Socket Mode keeps for doctor: why Slack delivers nothing to it."""
LINK_DISABLED = "link_disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect:
    """What one reason means. `why` is a clause without a full stop.

    `exchange`: the connection serves until Slack closes it, and another takes its place.
    """

    why: Message
    hint: Text = ""
    level: int = logging.WARNING
    exchange: bool = False


DISCONNECTS: Mapping[str, Disconnect] = {
    "warning": Disconnect(why=Message("slack.disconnect.warning"), level=logging.INFO, exchange=True),
    "refresh_requested": Disconnect(why=Message("slack.disconnect.refresh"), level=logging.INFO, exchange=True),
    LINK_DISABLED: Disconnect(
        why=Message("slack.disconnect.socket_mode_off"),
        hint=Message("slack.disconnect.turn_on_socket_mode"),
        level=logging.ERROR,
    ),
    "too_many_websockets": Disconnect(
        why=Message("slack.disconnect.too_many"),
        hint=Message("slack.disconnect.stop_others"),
    ),
}
UNKNOWN = Disconnect(why=Message("slack.disconnect.unknown"), exchange=True)


def disconnect_of(reason: str) -> Disconnect:
    """What a reason means."""
    return DISCONNECTS.get(reason, UNKNOWN)
