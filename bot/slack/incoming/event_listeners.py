"""What becomes of each event of Slack's that the bot is told of. Others are acknowledged and forgotten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from bot.core.messages.deliveries import SlashCommand
from bot.core.principals import Principal
from bot.plugin.frozen import dataclass
from bot.slack.incoming.message_payloads import direct_message, mention, read_sender
from bot.usecases.context import Context
from bot.usecases.home.home_visits import note_visit
from bot.usecases.intake.message_commands import receive_message
from bot.usecases.integrity.lost_access import AccessLoss, keep_lost_access

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventHandling:
    """The functions that the listeners of events call. Each records something, and nothing else."""

    receive: Callable[[SlashCommand], object]
    """Take a command that was written in a message."""
    lose: Callable[[AccessLoss], object]
    """Take that Slack has taken the bot's access away."""
    open_home: Callable[[Principal], object]
    """Take that somebody has opened their Home tab."""


def handle_events(ctx: Context) -> EventHandling:
    """Handle events with what is stored; nothing goes over the network."""
    return EventHandling(
        receive=partial(receive_message, ctx),
        lose=partial(keep_lost_access, ctx),
        open_home=partial(note_visit, ctx),
    )


def take_event(handling: EventHandling, body: Body, bot: str) -> None:
    """Take an event. `bot` is the user id of the bot."""
    handle = EVENTS.get(_name(body["event"]))
    if handle is not None:
        handle(handling, body, bot)


def _name(event: Mapping[str, object]) -> str:
    """The name under which an app subscribes to the event: that of a message has the kind of its channel."""
    kind = str(event.get("type"))
    return f"{kind}.{event.get('channel_type')}" if kind == "message" else kind


def _mentioned(handling: EventHandling, body: Body, bot: str) -> None:
    _receive(handling, mention(body, bot))


def _written(handling: EventHandling, body: Body, bot: str) -> None:
    _receive(handling, direct_message(body, bot))


def _receive(handling: EventHandling, found: SlashCommand | None) -> None:
    if found is not None:
        handling.receive(found)


def _home_opened(handling: EventHandling, body: Body, _bot: str) -> None:
    if body["event"].get("tab") == "home":
        handling.open_home(read_sender(body))


def _uninstalled(handling: EventHandling, _body: Body, _bot: str) -> None:
    handling.lose(AccessLoss.UNINSTALLED)


def _revoked(handling: EventHandling, body: Body, bot: str) -> None:
    """Revoked tokens can be of people, too: they are named by their users."""
    if bot in body["event"]["tokens"].get("bot", ()):
        handling.lose(AccessLoss.REVOKED)


EVENTS: Mapping[str, Callable[[EventHandling, Body, str], None]] = {
    "app_mention": _mentioned,
    "message.im": _written,
    "app_home_opened": _home_opened,
    "app_uninstalled": _uninstalled,
    "tokens_revoked": _revoked,
}
"""The events by the name of their subscription. A row here needs one in `EVENT_SCOPES`."""
