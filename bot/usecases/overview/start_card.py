"""The start card: what a person is answered who types no command."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.authority.policy import Refused, decide
from bot.core.messages.notices import LineButton, make_line_buttons
from bot.core.parsing.invocation import recognize
from bot.core.parsing.tokenizer import join_words
from bot.core.principals import Principal
from bot.language.request_views import ChangeRow, change_row
from bot.plugin import HealthLevel, Message, OverviewButton, Person, PluginError, Reply, Risk, Text
from bot.plugin.frozen import dataclass
from bot.usecases.command_context.roles import role_of
from bot.usecases.context import Context
from bot.usecases.overview.person_overview import gather_overview, list_sections
from bot.usecases.overview.place_health import PlaceState

OVERVIEW, HELP = "overview", "help"
MOST_OF_PLUGINS = 2
"""Buttons that plugins add."""
OWN_BUTTONS = (
    OverviewButton(label=Message("overview.button.own"), line="request list --mine"),
    OverviewButton(label=Message("overview.button.help"), line=HELP),
)
"""Behind those of the plugins. A row here is a whole button."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """How one place is doing."""

    name: str
    """Its name."""
    level: HealthLevel | None
    """How urgent it is to look after the place; null where its plugin tells nothing of it."""
    says: Text
    """The same in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewView:
    """What concerns a person now."""

    waiting: tuple[ChangeRow, ...]
    """The change requests that they can decide now."""
    own: tuple[ChangeRow, ...]
    """Their own newest change requests, open ones first."""
    places: tuple[PlaceRow, ...]
    """The place of their own commands first, then those in the worst state."""


def find_opening_line(ctx: Context, person: Principal) -> str:
    """Find the line that no words stand for: the overview, or help for whoever has no role yet."""
    return OVERVIEW if role_of(ctx, person) is not None else HELP


def make_start_card(ctx: Context, person: Principal) -> Reply:
    """Make the answer for this person, from what is stored."""
    overview = gather_overview(ctx, person)
    facts = [(section.label, line) for section in list_sections(ctx, overview) for line in section.lines]
    return Reply(
        title=Message("overview.title", person=Person(person=person.id)),
        facts=tuple(facts),
        data=OverviewView(
            waiting=tuple(map(change_row, overview.waiting)),
            own=tuple(map(change_row, overview.own)),
            places=tuple(map(_row, overview.places)),
        ),
    )


def _row(state: PlaceState) -> PlaceRow:
    health = state.health
    return PlaceRow(name=state.place.name, level=health.level if health else None, says=health.says if health else "")


def start_buttons(ctx: Context, person: Principal, *, about: str = "") -> tuple[LineButton, ...]:
    """The buttons of the overview: lines that this person may type. One that lacks an argument opens a form.

    `about` is the reason of those that change something.
    """
    offered = [each for each in _offered_by_plugins(ctx) if _may_type(ctx, person, each.line)][:MOST_OF_PLUGINS]
    written = [(each.label, _with_reason(ctx, each.line, about)) for each in offered]
    return make_line_buttons([*written, *((each.label, each.line) for each in OWN_BUTTONS)])


def _with_reason(ctx: Context, line: str, reason: str) -> str:
    """The line with this reason, if it takes one."""
    is_change = recognize(ctx.registry.typed, line).command.risk.rank >= Risk.CHANGE.rank
    return f"{line} --reason {join_words([reason])}" if reason and is_change else line


def _offered_by_plugins(ctx: Context) -> Iterator[OverviewButton]:
    for plugin in ctx.registry.plugins.values():
        yield from plugin.overview_buttons


def _may_type(ctx: Context, person: Principal, line: str) -> bool:
    try:
        command = recognize(ctx.registry.typed, line).command
    except PluginError:
        return False
    return not isinstance(decide(command.risk, role_of(ctx, person), ctx.deployment.terms), Refused)
