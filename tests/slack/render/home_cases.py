"""Home tabs: one with everything on it, one of somebody without a role, and one with too much of everything."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.messages.home_tabs import HomeEntry, HomeSection, HomeTab
from bot.core.messages.notices import LineButton
from bot.plugin import HealthLevel, Message, Person, Place, PlaceHealth, Text, Time
from bot.usecases.admin.status_report import MODES
from bot.usecases.home.home_page import NO_ROLE
from bot.usecases.home.kept_lists import NOT_READ
from bot.usecases.overview.person_overview import OWN, WAITING, describe_place
from bot.usecases.overview.place_health import NOT_KNOWN, PlaceState
from bot.usecases.overview.start_card import OWN_BUTTONS
from plugins.bitrix24.connectors.connector_choices import GROUPS
from plugins.bitrix24.plugin import plugin
from tests.slack.kit import NOON, OLGA, PLAN
from tests.slack.strange_texts import EMOJI, HOSTILE, LONG, RIGHT_TO_LEFT

REQUEST = Message("request.label", id="CR-1042", summary=PLAN.summary)
ODD = (HOSTILE, RIGHT_TO_LEFT, EMOJI, LONG)


def _section(label: Text, *texts: Text, card: int = 0) -> HomeSection:
    return HomeSection(label=label, entries=tuple(HomeEntry(text=text, card=card) for text in texts))


def _waiting(request: Text) -> Message:
    return Message("overview.waiting_line", request=request, person=Person(person=OLGA.id), time=Time(time=NOON))


def _list(place: str) -> Message:
    return Message("home.list", list=plugin.overview_lists[0].label, place=place)


_GROUPS = tuple(Message("home.list_group", group=group, count=index) for index, group in enumerate(GROUPS.values(), 1))
_ENTRY = Message("home.list_entry", name="myconnector", detail="WhatsApp EU")
_READ = Message("home.list_read", count=6, time=Time(time=NOON))
_HEALTH: Mapping[HealthLevel, Text] = {
    HealthLevel.GOOD: Message("bitrix24.health.works", time=Time(time=NOON)),
    HealthLevel.WARNING: Message("bitrix24.warning.token_ends", time=Time(time=NOON)),
    HealthLevel.CRITICAL: NOT_KNOWN,
}
_ENDED = Message("home.event", time=Time(time=NOON), sentence=REQUEST)
_PLACES = tuple(
    describe_place(PlaceState(term=plugin.place_term.label, place=place, is_usual=level == "good", health=health))
    for level in HealthLevel
    for place in (Place(name=f"prod-{level}", label="shop.bitrix24.com", identity=level),)
    for health in (PlaceHealth(place=place.name, level=level, says=_HEALTH[level]),)
)
_BUTTONS = tuple(LineButton(label=one.label, line=one.line) for one in (*plugin.overview_buttons, *OWN_BUTTONS))
HOMES: Mapping[str, HomeTab] = {
    "full": HomeTab(
        sections=(
            _section(WAITING, _waiting(REQUEST), card=1042),
            _section(OWN, Message("overview.no_own")),
            _section(plugin.place_term.label, *_PLACES),
            _section(_list("prod"), _READ, *_GROUPS, Message("home.list_attention", entry=_ENTRY), _ENTRY),
            _section(Message("home.bot"), *MODES.values()),
            _section(Message("home.events"), _ENDED),
        ),
        buttons=_BUTTONS,
    ),
    "unread-list": HomeTab(sections=(_section(_list("prod"), NOT_READ),), buttons=_BUTTONS),
    "no-role": HomeTab(sections=(), notes=(NO_ROLE,)),
    "odd": HomeTab(sections=(_section(_list(HOSTILE), *ODD), _section(WAITING, *map(_waiting, ODD), card=1042))),
}
HUGE = HomeTab(sections=tuple(_section(name * 50, *([name * 255] * 500), card=1042) for name in ("a", "<", "&", "💥")))
"""More than Slack takes of everything."""
