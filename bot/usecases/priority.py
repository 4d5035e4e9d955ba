"""Which rank a delivery has: what stops comes first, what reads a portal last, and behind it what is refused anyway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.core.change import ChangeRequest
from bot.core.inbound import Click, Form, Inbound, SlashCommand
from bot.core.invocation import AnyCommand, command_of
from bot.core.mode import HOUSE
from bot.core.policy import Refused, decide
from bot.core.principals import Principal
from bot.plugin import PluginError
from bot.store.jobs import Rank
from bot.usecases import buttons
from bot.usecases.colleagues import as_colleague, person_of
from bot.usecases.context import Context
from bot.usecases.help_pages import OPEN_TO_ALL
from bot.usecases.quorum import unfit
from bot.usecases.roles import role_of
from bot.usecases.rules import freezing
from bot.usecases.settle import SETTLING, unfit_to_settle
from bot.usecases.stop_requests import freeze_line

BUTTONS: Mapping[str, Rank] = {
    buttons.WITHDRAW: Rank.STOPPING,
    **dict.fromkeys(buttons.PLANNING, Rank.PLANNING),
}
"""Buttons that do not decide: one stops, some plan another change."""
NOUNS: Mapping[str, Rank] = {freezing.noun: Rank.STOPPING, **dict.fromkeys(OPEN_TO_ALL, Rank.HELPING)}
"""Commands with a rank of their own, by their first word."""
COUNTED = frozenset({Rank.LOCAL, Rank.PLANNING})
"""What is limited for each person: not what stops or decides, nor help and whoami."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a delivery stands in the queue."""

    rank: Rank
    person: str
    """To whom it counts, by id."""
    counted: bool
    """Whether a person may have only so many of these waiting."""


def place_of(ctx: Context, inbound: Inbound) -> Place:
    """Place the job that a delivery becomes: last what the stored allow-list refuses. Slack is not asked.

    While Slack has not said which team is ours, the person's own counts.
    """
    known = ctx if ctx.home_team else replace(ctx, home_team=inbound.person.team)
    command = _command_of(ctx, inbound.text) if isinstance(inbound, SlashCommand) else None
    usual = _usual_rank(ctx, inbound, command)
    try:
        refused = _is_refused(known, as_colleague(known, inbound), command)
    except (KeyError, TypeError, ValueError):
        # What is stored of the change request cannot be read; the job tells the person.
        refused = False
    return Place(rank=Rank.REFUSED if refused else usual, person=person_of(ctx, inbound), counted=usual in COUNTED)


def rank_of(ctx: Context, inbound: Inbound) -> Rank:
    """The rank of that place."""
    return place_of(ctx, inbound).rank


def _usual_rank(ctx: Context, inbound: Inbound, command: AnyCommand | None) -> Rank:
    """The rank, whoever it is."""
    match inbound:
        case Form():
            return Rank.STOPPING
        case Click(button=button):
            return BUTTONS.get(button, Rank.DECIDING)
        case SlashCommand():
            return _rank_of_command(ctx, command)


def _rank_of_command(ctx: Context, command: AnyCommand | None) -> Rank:
    if command is None:
        # It is answered with what is wrong about it, and no portal is read for that.
        return Rank.LOCAL
    owner = ctx.registry.owner(command)
    local = Rank.LOCAL if owner is None or owner.name == HOUSE else Rank.PLANNING
    return NOUNS.get(command.noun, local)


def _command_of(ctx: Context, text: str) -> AnyCommand | None:
    try:
        return command_of(ctx.registry.typed, freeze_line(text) or "help")
    except PluginError:
        return None


def _is_refused(ctx: Context, inbound: Inbound, command: AnyCommand | None) -> bool:
    role = role_of(ctx, inbound.person)
    if isinstance(inbound, SlashCommand):
        if role is None or command is None or command.noun in OPEN_TO_ALL:
            return role is None
        return isinstance(decide(command.risk, role, ctx.terms), Refused)
    change = buttons.claimed(ctx.store, ctx.home_team, inbound)
    if change is None:
        return role is None
    if inbound.person == change.requester:
        # They may withdraw, also without a role by now.
        return False
    return role is None or _decides_nothing(ctx, inbound.person, change, inbound)


def _decides_nothing(ctx: Context, person: Principal, change: ChangeRequest, inbound: Click | Form) -> bool:
    button = inbound.button if isinstance(inbound, Click) else buttons.REJECT
    if button in buttons.PLANNING:
        return False
    return (unfit_to_settle if button in SETTLING else unfit)(ctx, person, change) is not None
