"""Puts the pages of people where they see them: when one is opened, and when something changed on it."""

from __future__ import annotations

from hashlib import sha256

from bot.core.encoding import encode
from bot.core.messages.home_tabs import HomeTab
from bot.usecases.authority.memberships import find_language, learn_language
from bot.usecases.chat.delivery_errors import Busy, DeliveryError
from bot.usecases.context import Context, log
from bot.usecases.home.home_page import make_home_tab
from bot.usecases.home.home_visits import HomeVisit, list_visits, note_shown

PACE_SECONDS = 3.0
"""At least so long lies between two publications for one person (docs/slack-behaviour.md S47)."""
FAULT_SECONDS = 30.0
RECHECK_MS = 10_000
"""What changes without an audit record is looked at so often: the state of places, and kept lists."""
State = tuple[int, int, int]


class HomePublisher:
    """Looks at the page of everybody who opened it lately. One thread asks it."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._due: dict[str, float] = {}
        """From when on the page of a person can be published again."""
        self._looked: dict[str, State] = {}
        """The state of everything when the page of a person was made last."""

    def run_once(self) -> bool:
        """Publish what is to be published now."""
        if self._ctx.workspace.team:
            for visit in list_visits(self._ctx):
                self._look(visit)
        return False

    def _look(self, visit: HomeVisit) -> None:
        clock, person = self._ctx.clock, visit.person
        state = self._read_state(visit)
        if clock.monotonic() < self._due.get(person.id, 0.0) or self._looked.get(person.id) == state:
            return
        self._looked[person.id] = state
        learn_language(self._ctx, person)
        tab, language = make_home_tab(self._ctx, person, renew=not visit.shown), find_language(self._ctx, person)
        shown = _fingerprint(tab, language)
        if shown != visit.shown:
            self._publish(visit, tab, language, shown)

    def _publish(self, visit: HomeVisit, tab: HomeTab, language: str, shown: str) -> None:
        id, now = visit.person.id, self._ctx.clock.monotonic()
        self._due[id] = now + PACE_SECONDS
        try:
            self._ctx.chat.messenger.publish_home(visit.person, tab, language=language)
        except DeliveryError as error:
            log.warning("a page was not published: %s", error.reason, extra={"action": "home_not_published"})
            self._due[id] = now + (error.seconds if isinstance(error, Busy) else FAULT_SECONDS)
            del self._looked[id]
        else:
            note_shown(self._ctx, visit, shown)

    def _read_state(self, visit: HomeVisit) -> State:
        """What is different when the page can be: when it was opened, what happened since, and the time."""
        newest = self._ctx.store.audit.place()
        return visit.at, newest.seq if newest is not None else 0, self._ctx.clock.now_ms() // RECHECK_MS


def _fingerprint(tab: HomeTab, language: str) -> str:
    return sha256(f"{language} {encode(tab)}".encode()).hexdigest()[:32]
