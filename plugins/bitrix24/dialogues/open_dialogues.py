"""How many dialogues are open on a line: the best of the sources that there are. Pure."""

from __future__ import annotations

from enum import StrEnum

from bot.plugin.frozen import dataclass

COMPLETE_MS = 7 * 86_400_000
"""After so long b24bot's own count holds practically all dialogues: earlier ones have ended by then."""


class Source(StrEnum):
    """Where a number of open dialogues is from, and what it says about the true one."""

    EVENTS = "events"
    """b24bot's own count of events, long enough to hold all dialogues of the connector: exact."""
    RECENT_EVENTS = "recent-events"
    """The same count since a short time ago: the true number is as high at least."""
    CRM = "crm"
    """The activities of the portal's CRM: the true number is as high at least."""
    COUNTER = "counter"
    """The portal's counter of the line, of all its connectors together: about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What each source says of one connector on one line; None where it says nothing.

    `counted_since` is when b24bot's own count began, in milliseconds; None where there is none. `crm_complete` tells
    whether the CRM's number is all that the CRM knows.
    """

    counted: int | None = None
    counted_since: int | None = None
    crm: int | None = None
    crm_complete: bool = True
    counter: int | None = None


def choose_source(found: Sources, now: int) -> tuple[Source, int] | None:
    """The source to rely on and its number; None where no source says anything.

    Of numbers that are a lower limit the highest one counts. Where that is 0, or where the CRM shows only a part, the
    portal's counter says more.
    """
    if found.counted is not None and found.counted_since is not None and now - found.counted_since >= COMPLETE_MS:
        return Source.EVENTS, found.counted
    limits = [(Source.RECENT_EVENTS, found.counted), (Source.CRM, found.crm)]
    known = [(source, count) for source, count in limits if count is not None]
    best = max(known, key=lambda one: one[1], default=None)
    if found.counter is None:
        return best
    if best is None or best[1] == 0 or (not found.crm_complete and found.counter > best[1]):
        return Source.COUNTER, found.counter
    return best
