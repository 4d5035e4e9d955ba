"""Where a delivery waits: what stops comes first, what reads a place last, and behind it what is refused anyway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.core.authority.policy import OPEN_TO_ALL, Refused, decide
from bot.core.change.change_request import ChangeRequest
from bot.core.messages.deliveries import Click, Form, Inbound, SlashCommand
from bot.core.parsing.invocation import AnyCommand, check_length, read_place_option, recognize
from bot.core.parsing.partial_line import lacks_words
from bot.core.parsing.typed_line import TypedLine
from bot.core.principals import Principal
from bot.host.registry import Registry
from bot.plugin import Plugin, PluginError
from bot.plugin.frozen import dataclass
from bot.store.repositories.job_order import Position, Rank
from bot.usecases.admin.admin_commands import freezing
from bot.usecases.authority import card_token
from bot.usecases.authority.grid_accounts import as_home_account, person_of
from bot.usecases.authority.quorum import check_eligibility
from bot.usecases.command_context.place_choice import choose_place
from bot.usecases.command_context.roles import role_of
from bot.usecases.context import Context
from bot.usecases.intake.stop_requests import freeze_line
from bot.usecases.outcomes.follow_ups import BY_BUTTON
from bot.usecases.outcomes.settlement import SETTLING, check_settler_eligibility
from bot.usecases.overview.start_card import find_opening_line
from bot.usecases.process.workspace import Workspace

BUTTONS: Mapping[str, Rank] = {
    card_token.WITHDRAW: Rank.STOPPING,
    **dict.fromkeys(BY_BUTTON, Rank.PLANNING),
}
"""Buttons that do not decide: one stops, some plan another change."""
NOUNS: Mapping[str, Rank] = {freezing.noun: Rank.STOPPING, **dict.fromkeys(OPEN_TO_ALL, Rank.HELPING)}
"""Commands with a rank of their own, by their first word."""
COUNTED = frozenset({Rank.LOCAL, Rank.PLANNING})
"""What is limited for each person: not what stops or decides, nor help and whoami."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a delivery is for: a command, or the change request of a card; neither where that cannot be told."""

    inbound: Inbound
    line: TypedLine | None = None
    change: ChangeRequest | None = None

    @property
    def command(self) -> AnyCommand | None:
        return self.line.command if self.line is not None else None


def find_position(ctx: Context, inbound: Inbound) -> Position:
    """Where the job of a delivery waits; behind all others if the stored allow-list refuses it. Slack is not asked.

    While Slack has not said which team is ours, the person's own counts.
    """
    known = ctx if ctx.workspace.team else replace(ctx, workspace=Workspace(inbound.person.team))
    try:
        asked = _read(known, as_home_account(known.workspace, inbound))
        refused = _is_refused(known, asked)
    except (KeyError, TypeError, ValueError):
        # What is stored of the change request cannot be read; the job tells the person.
        asked, refused = _Asked(inbound=inbound), False
    usual = _usual_rank(ctx, asked)
    rank = Rank.REFUSED if refused else usual
    place = _place_of(known, asked) if rank is Rank.PLANNING else ""
    return Position(rank=rank, place=place, person=person_of(ctx, inbound), counted=usual in COUNTED)


def _read(ctx: Context, inbound: Inbound) -> _Asked:
    if not isinstance(inbound, SlashCommand):
        return _Asked(inbound=inbound, change=card_token.verify_token(ctx.store, ctx.workspace.team, inbound))
    try:
        text = freeze_line(inbound.text) or find_opening_line(ctx, inbound.person)
        check_length(text)
        line = recognize(ctx.registry.typed, text)
    except PluginError:
        line = None
    return _Asked(inbound=inbound, line=line)


def _usual_rank(ctx: Context, asked: _Asked) -> Rank:
    """The rank, whoever it is."""
    match asked.inbound:
        case Form():
            return Rank.STOPPING
        case Click(button=button):
            return BUTTONS.get(button, Rank.DECIDING)
        case SlashCommand(form=form):
            return _rank_of_line(ctx, asked.line, form=form)


def _rank_of_line(ctx: Context, line: TypedLine | None, *, form: bool) -> Rank:
    if line is None:
        # It is answered with what is wrong about it, and no place is read for that.
        return Rank.LOCAL
    # A form does not wait for places either: what opens it is good for three seconds.
    local = _place_plugin_of(ctx.registry, line.command) is None or form or lacks_words(line)
    return NOUNS.get(line.command.noun, Rank.LOCAL if local else Rank.PLANNING)


def _place_plugin_of(registry: Registry, command: AnyCommand) -> Plugin | None:
    """The plugin whose places a command reads; None for what is about the bot itself."""
    owner = registry.owner(command)
    return None if owner is None or registry.is_local(owner.name) else owner


def _place_of(ctx: Context, asked: _Asked) -> str:
    """The place that is read for it; empty where nothing tells, and for what reads all of them."""
    if asked.change is not None:
        return asked.change.place.identity
    plugin = _place_plugin_of(ctx.registry, asked.line.command) if asked.line is not None else None
    if asked.line is None or plugin is None or asked.line.command.everywhere:
        return ""
    try:
        places = plugin.places(ctx.services(plugin.name))
        if len(places) == 1:
            return places[0].identity
        return choose_place(ctx, plugin.name, places, asked.inbound.person, read_place_option(asked.line)).identity
    except PluginError:
        return ""


def _is_refused(ctx: Context, asked: _Asked) -> bool:
    person, inbound, change, command = asked.inbound.person, asked.inbound, asked.change, asked.command
    role = role_of(ctx, person)
    if isinstance(inbound, SlashCommand):
        if role is None or command is None or command.noun in OPEN_TO_ALL:
            return role is None
        return isinstance(decide(command.risk, role, ctx.deployment.terms), Refused)
    if change is None:
        return role is None
    if person == change.requester:
        # They may withdraw, also without a role by now.
        return False
    return role is None or _decides_nothing(ctx, person, change, inbound)


def _decides_nothing(ctx: Context, person: Principal, change: ChangeRequest, inbound: Click | Form) -> bool:
    button = inbound.button if isinstance(inbound, Click) else card_token.REJECT
    if button in BY_BUTTON:
        return False
    return (check_settler_eligibility if button in SETTLING else check_eligibility)(ctx, person, change) is not None
