"""Which rank a delivery has: what stops comes first, what reads a portal last."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.inbound import Click, Form, Inbound, SlashCommand
from bot.core.invocation import command_of
from bot.core.mode import HOUSE
from bot.plugin import PluginError
from bot.store.jobs import Rank
from bot.usecases import buttons
from bot.usecases.context import Context
from bot.usecases.help_pages import OPEN_TO_ALL
from bot.usecases.rules import freezing
from bot.usecases.stop_requests import freeze_line

BUTTONS: Mapping[str, Rank] = {
    buttons.WITHDRAW: Rank.STOPPING,
    **dict.fromkeys(buttons.PLANNING, Rank.PLANNING),
}
"""Buttons that do not decide: one stops, some plan another change."""
NOUNS: Mapping[str, Rank] = {freezing.noun: Rank.STOPPING, **dict.fromkeys(OPEN_TO_ALL, Rank.HELPING)}
"""Commands with a rank of their own, by their first word."""


def rank_of(ctx: Context, inbound: Inbound) -> Rank:
    """The rank of the job that a delivery becomes."""
    match inbound:
        case Form():
            return Rank.STOPPING
        case Click(button=button):
            return BUTTONS.get(button, Rank.DECIDING)
        case SlashCommand(text=text):
            return _rank_of_line(ctx, text)


def _rank_of_line(ctx: Context, text: str) -> Rank:
    try:
        command = command_of(ctx.registry.typed(), freeze_line(text) or "help")
    except PluginError:
        # It is answered with what is wrong about it, and no portal is read for that.
        return Rank.LOCAL
    owner = ctx.registry.owner(command)
    local = Rank.LOCAL if owner is None or owner.name == HOUSE else Rank.PLANNING
    return NOUNS.get(command.noun, local)
