"""Where the card of a change request is, for a line that wants to decide without it."""

from __future__ import annotations

from bot.core.change.status_table import describe_status
from bot.core.principals import Principal
from bot.plugin import Channel, Message, Text
from bot.usecases.authority.reader_views import reader_of
from bot.usecases.command_context.roles import role_of
from bot.usecases.context import Context
from bot.usecases.notices.notifications import request_label
from bot.usecases.special_commands.card_subcommands import Describe


def describe_card(ctx: Context, person: Principal) -> Describe:
    """Make what describes a change request with the channel of its card, for people on the allow-list."""

    def describe(number: int) -> Text | None:
        change = ctx.store.changes.get(number) if role_of(ctx, person) else None
        if change is None or not change.channel:
            return None
        change = reader_of(ctx, person).see(change)
        return Message(
            "typed.card_is_there",
            request=request_label(ctx, change),
            status=describe_status(change),
            channel=Channel(channel=change.channel),
        )

    return describe
