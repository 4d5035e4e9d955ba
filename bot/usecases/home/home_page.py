"""What stands on somebody's page, from what is stored: no place is called for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.core.authority.limits import strictest_mode
from bot.core.change.change_request import ChangeRequest
from bot.core.messages.home_tabs import HomeEntry, HomeSection, HomeTab
from bot.core.principals import Principal
from bot.plugin import CommandLine, Message, Text
from bot.usecases.admin.status_report import MODES
from bot.usecases.authority.memberships import check_membership, refresh_memberships
from bot.usecases.command_context.roles import role_of
from bot.usecases.context import Context
from bot.usecases.home.home_events import list_events
from bot.usecases.home.kept_lists import list_contents
from bot.usecases.integrity.lost_access import find_lost_access
from bot.usecases.overview.person_overview import OWN, WAITING, PersonOverview, gather_overview, list_sections
from bot.usecases.overview.start_card import start_buttons

MOST_SHOWN = 10
"""Change requests of a section, and places."""
NO_ROLE = Message("home.no_role", command=CommandLine(command_line="whoami"))


def make_home_tab(ctx: Context, person: Principal, *, renew: bool = False) -> HomeTab:
    """Make the page of this person. Slack may be asked about their membership.

    Whoever may read nothing gets only the reason. With `renew` the lists on it are read again in the background.
    """
    refresh_memberships(ctx, [person])
    refused = check_membership(ctx, person)
    if refused is not None or role_of(ctx, person) is None:
        return HomeTab(sections=(), notes=(NO_ROLE if refused is None else refused.reason,))
    overview = gather_overview(ctx, person)
    events = tuple(HomeEntry(text=event) for event in list_events(ctx))
    sections = (
        *_overview_sections(ctx, overview),
        *list_contents(ctx, person, renew=renew),
        HomeSection(label=Message("home.bot"), entries=tuple(_describe_bot(ctx, overview))),
        HomeSection(label=Message("home.events"), entries=events),
    )
    return HomeTab(sections=sections, buttons=start_buttons(ctx, person))


def _overview_sections(ctx: Context, overview: PersonOverview) -> Iterator[HomeSection]:
    shown: Mapping[Text, Sequence[ChangeRequest]] = {WAITING: overview.waiting, OWN: overview.own}
    for section in list_sections(ctx, overview, most=MOST_SHOWN):
        numbers = [change.number for change in shown.get(section.label, ())[:MOST_SHOWN]]
        rest = [0] * (len(section.lines) - len(numbers))
        entries = zip(section.lines, [*numbers, *rest], strict=True)
        yield HomeSection(label=section.label, entries=tuple(HomeEntry(text=line, card=card) for line, card in entries))


def _describe_bot(ctx: Context, overview: PersonOverview) -> Iterator[HomeEntry]:
    yield HomeEntry(text=MODES[strictest_mode(overview.limits)])
    lost = find_lost_access(ctx.store.facts)
    if lost is not None:
        yield HomeEntry(text=lost.sentence)
