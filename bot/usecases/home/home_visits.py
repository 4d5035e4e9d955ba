"""Who has opened their page lately, and what it showed last: theirs alone is kept up to date."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.builtin_name import BUILTIN
from bot.core.principals import Principal
from bot.plugin.frozen import dataclass
from bot.store.store import Transaction
from bot.usecases.context import Context
from bot.usecases.process.wake_signal import Group

KIND = "home"
LASTS_MS = 24 * 3_600_000
"""For so long after somebody has opened their page it is kept up to date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeVisit:
    """Who opened their page, when, and the fingerprint of what it shows; empty until it was published."""

    person: Principal
    at: int
    shown: str = ""


def note_visit(ctx: Context, person: Principal) -> None:
    """Note that somebody has opened their page: it is published anew."""
    with ctx.store.unit_of_work() as tx:
        _put(tx, HomeVisit(person=person, at=ctx.clock.now_ms()))
    ctx.threads.wake(Group.HOME)


def note_shown(ctx: Context, visit: HomeVisit, shown: str) -> None:
    """Note what the page shows now, unless it was opened again meanwhile."""
    with ctx.store.unit_of_work() as tx:
        stored = tx.records(BUILTIN).get(KIND, visit.person.id)
        if stored is not None and stored["at"] == visit.at:
            _put(tx, HomeVisit(person=visit.person, at=visit.at, shown=shown))


def list_visits(ctx: Context) -> Iterator[HomeVisit]:
    """List whose pages are kept up to date. Older visits are forgotten."""
    for stored, value in ctx.store.records(BUILTIN).all(KIND).items():
        visit = HomeVisit(person=Principal.read(stored), at=value["at"], shown=value["shown"])
        if ctx.clock.now_ms() - visit.at <= LASTS_MS:
            yield visit
        else:
            forget_visit(ctx, visit.person)


def forget_visit(ctx: Context, person: Principal) -> None:
    """Keep somebody's page up to date no longer."""
    with ctx.store.unit_of_work() as tx:
        tx.records(BUILTIN).delete(KIND, person.id)


def _put(tx: Transaction, visit: HomeVisit) -> None:
    tx.records(BUILTIN).put(KIND, visit.person.id, {"at": visit.at, "shown": visit.shown})
