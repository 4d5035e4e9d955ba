"""Ways of events that are in use and told nothing of a change: since when. Pure.

A change that a reading shows has to come as an event, too, by each way in use. What the queue holds has to be posted
where events are posted, because the portal sends the same event by both ways.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.plugin.frozen import dataclass

POSTED, QUEUE, POLLING = "online", "queue", "polling"
"""The ways in which changes are noticed, the quickest first."""
SILENT_MS = 300_000
"""So late no event comes any more."""
SLACK_MS = 60_000
"""An event was posted for a row of the queue when it came at most so long before the row's time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The ways by which events ought to come, and what was heard of them. Times are in milliseconds.

    `posted_at` is when the newest posted event was caused; `unheard` are the ways that told nothing of a change, and
    when that was noticed.
    """

    posted: bool
    queue: bool
    posted_at: int | None
    unheard: Mapping[str, int]

    def listen(self, posted: Sequence[int], queued: Sequence[int], now: int) -> Ways:
        """The ways after events came that were caused at these times."""
        posted_at = max([*posted, *([] if self.posted_at is None else [self.posted_at])], default=None)
        unheard = dict(self.unheard)
        for way, came in ((POSTED, posted), (QUEUE, queued)):
            if came or way not in self.used:
                unheard.pop(way, None)
        if self.posted and any(posted_at is None or posted_at < at - SLACK_MS for at in queued):
            unheard.setdefault(POSTED, now)
        return Ways(posted=self.posted, queue=self.queue, posted_at=posted_at, unheard=unheard)

    def miss(self, now: int) -> Mapping[str, int]:
        """What is unheard after a change came by none of the ways in use."""
        return {**dict.fromkeys(self.used, now), **self.unheard}

    @property
    def used(self) -> tuple[str, ...]:
        return tuple(way for way, used in ((POSTED, self.posted), (QUEUE, self.queue)) if used)


def find_silent(unheard: Mapping[str, int], now: int) -> frozenset[str]:
    """The ways that have been silent for so long that no event is late any more."""
    return frozenset(way for way, since in unheard.items() if now - since >= SILENT_MS)
