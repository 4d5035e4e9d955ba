"""What concerns one person now, as values: an answer and a page in the chat show the same ones.

All of it is stored here. Neither Slack nor a place is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.core.authority.limits import Limit
from bot.core.change.change_request import ChangeRequest
from bot.core.change.status_table import describe_status
from bot.core.principals import Principal
from bot.plugin import HealthLevel, Message, Person, Text, Time
from bot.plugin.frozen import dataclass
from bot.usecases.authority.reader_views import reader_of
from bot.usecases.context import Context
from bot.usecases.integrity.active_limits import list_limits
from bot.usecases.notices.notifications import request_label
from bot.usecases.overview.place_health import PlaceState, list_place_states
from bot.usecases.overview.request_queue import queue_of

MOST_SHOWN = 3
"""Change requests of a section, and places."""
MOST_COUNTED, MOST_OWN = 100, 15
WAITING, OWN = Message("overview.waiting"), Message("overview.own")
SIGNS: Mapping[HealthLevel, str] = {HealthLevel.GOOD: "🟢", HealthLevel.WARNING: "🟡", HealthLevel.CRITICAL: "🔴"}
"""The sign in front of a place, which is the same in every language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonOverview:
    """The change requests are in the order of the queue, and as this reader may see them."""

    waiting: tuple[ChangeRequest, ...]
    """Those that this person can decide now."""
    own: tuple[ChangeRequest, ...]
    """Those that this person asked for, without those that wait for them."""
    places: tuple[PlaceState, ...]
    limits: tuple[Limit, ...]
    """Why b24bot does not do everything now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewSection:
    """One part of the overview: its heading, and a line for each thing."""

    label: Text
    lines: tuple[Text, ...]


def gather_overview(ctx: Context, person: Principal) -> PersonOverview:
    """Gather what this person sees now."""
    queue, reader = queue_of(ctx, person), reader_of(ctx, person)
    waiting = queue.list_changes(None, [queue.waits], limit=MOST_COUNTED)
    numbers = {each.number for each in waiting}
    own = queue.list_changes(None, [queue.is_own, lambda change: change.number not in numbers], limit=MOST_OWN)
    return PersonOverview(
        waiting=tuple(reader.see_all(waiting)),
        own=tuple(reader.see_all(own)),
        places=list_place_states(ctx, person),
        limits=tuple(list_limits(ctx)),
    )


def list_sections(ctx: Context, overview: PersonOverview, *, most: int = MOST_SHOWN) -> tuple[OverviewSection, ...]:
    """Write its sections, with at most so many lines each and one that says how many are left out."""
    waiting = [_describe_waiting(ctx, each) for each in overview.waiting]
    own = [_describe_own(ctx, each) for each in overview.own[:most]]
    blocked = [each.why for each in overview.limits]
    found = (
        OverviewSection(label=WAITING, lines=_cut(waiting, most) or (Message("overview.nothing_waits"),)),
        OverviewSection(label=OWN, lines=tuple(own) or (Message("overview.no_own"),)),
        *_place_sections(overview, most),
        OverviewSection(label=Message("overview.blocked"), lines=tuple(blocked)),
    )
    return tuple(section for section in found if section.lines)


def _describe_waiting(ctx: Context, change: ChangeRequest) -> Message:
    return Message(
        "overview.waiting_line",
        request=request_label(ctx, change),
        person=Person(person=change.requester.id),
        time=Time(time=change.expires_at),
    )


def _describe_own(ctx: Context, change: ChangeRequest) -> Message:
    return Message("overview.own_line", request=request_label(ctx, change), status=describe_status(change))


def _place_sections(overview: PersonOverview, most: int) -> list[OverviewSection]:
    """A section for each kind of place."""
    by_term: dict[Text, list[Text]] = {}
    for state in overview.places:
        by_term.setdefault(state.term, []).append(describe_place(state))
    return [OverviewSection(label=term, lines=_cut(lines, most)) for term, lines in by_term.items()]


def describe_place(state: PlaceState) -> Text:
    """Say how a place is doing, behind a sign for it."""
    place, health = state.place, state.health
    named = " · ".join(filter(None, (place.shown_name, place.label)))
    if health is None:
        return named
    return Message("overview.place_line", sign=SIGNS[health.level], place=named, health=health.says)


def _cut(lines: Sequence[Text], most: int) -> tuple[Text, ...]:
    left = len(lines) - most
    return tuple(lines) if left <= 0 else (*lines[:most], Message("overview.more", count=left))
