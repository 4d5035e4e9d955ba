"""Why Slack ends a Socket Mode connection, and what follows from each reason: a row a reason."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from bot.plugin.frozen import dataclass

SOCKET_REFUSED = "socket_refused"
"""The name of the fact that a process on Socket Mode keeps for doctor: why Slack delivers nothing to it."""
LINK_DISABLED = "link_disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect:
    """What one reason means. `exchange`: the connection serves until Slack closes it, and another takes its place."""

    why: str
    hint: str = ""
    level: int = logging.WARNING
    exchange: bool = False


DISCONNECTS: Mapping[str, Disconnect] = {
    "warning": Disconnect(why="Slack will close the connection in some seconds", level=logging.INFO, exchange=True),
    "refresh_requested": Disconnect(why="Slack moves the connection elsewhere", level=logging.INFO, exchange=True),
    LINK_DISABLED: Disconnect(
        why="Socket Mode is switched off for the Slack app, so no command and no click arrives",
        hint="Switch it on under Socket Mode of the app at https://api.slack.com/apps; the bot connects again by "
        "itself. To take requests by HTTP instead, take SLACK_APP_TOKEN out of the settings.",
        level=logging.ERROR,
    ),
    "too_many_websockets": Disconnect(
        why="the Slack app has more connections open than the ten that Slack allows",
        hint="Other processes use the same app token: stop those that are not needed. A connection whose process died "
        "is counted for some minutes.",
    ),
}
UNKNOWN = Disconnect(why="Slack ends the connection for a reason that b24bot does not know", exchange=True)


def disconnect_of(reason: str) -> Disconnect:
    """What a reason means."""
    return DISCONNECTS.get(reason, UNKNOWN)
