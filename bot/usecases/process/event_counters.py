"""Counts of this process since it started: how commands ended, what was refused, and how long decisions took."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping

from bot.plugin.frozen import dataclass

MOST_VALUES = 200
"""Different values of one label. A further value counts as `OTHER`, so that no text from outside makes a series."""
OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterRow:
    """One counter: its name for Prometheus, the label that splits it, and its help text."""

    name: str
    label: str
    help: str


COMMANDS = CounterRow(name="b24bot_commands_total", label="outcome", help="Commands, by how they ended.")
REFUSALS = CounterRow(
    name="b24bot_refusals_total", label="reason", help="Refused commands and clicks, by the key of the reason."
)
STALE_CLICKS = CounterRow(
    name="b24bot_stale_clicks_total", label="cause", help="Clicks that came too late, or on an earlier card."
)
REJECTED_REQUESTS = CounterRow(
    name="b24bot_slack_requests_rejected_total",
    label="reason",
    help="HTTP requests to the address for Slack that were rejected before anything read them.",
)
COUNTERS = (COMMANDS, REFUSALS, STALE_CLICKS, REJECTED_REQUESTS)

DECISION_NAME = "b24bot_decision_seconds"
DECISION_LABEL = "verdict"
DECISION_HELP = "Time from the opening of a change request to its approval, confirmation or rejection."
DECISION_BUCKETS = (10, 30, 60, 300, 900, 1_800, 3_600, 14_400, 86_400)
"""Upper bounds in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTimes:
    """How long the decisions of one verdict took: how many took at most each bound, all of them, and their sum."""

    within: tuple[int, ...] = (0,) * len(DECISION_BUCKETS)
    count: int = 0
    seconds: float = 0.0

    def plus(self, seconds: float) -> DecisionTimes:
        """The same with one more decision."""
        within = tuple(number + (seconds <= bound) for number, bound in zip(self.within, DECISION_BUCKETS, strict=True))
        return DecisionTimes(within=within, count=self.count + 1, seconds=self.seconds + seconds)


class EventCounters:
    """What the threads of this process count. A restart begins at zero, as Prometheus expects of a counter."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._totals: dict[CounterRow, Counter[str]] = {row: Counter() for row in COUNTERS}
        self._decisions: dict[str, DecisionTimes] = {}

    def count(self, row: CounterRow, word: str) -> None:
        """Count one event by the value of its label: a word of the code's own, never one of a person or a place."""
        with self._lock:
            totals = self._totals[row]
            totals[word if word in totals or len(totals) < MOST_VALUES else OTHER] += 1

    def count_decision(self, verdict: str, seconds: float) -> None:
        """Count one decision on a change request and how long it took. A clock that was set back counts as zero."""
        with self._lock:
            self._decisions[verdict] = self._decisions.get(verdict, DecisionTimes()).plus(max(0.0, seconds))

    def totals(self, row: CounterRow) -> Mapping[str, int]:
        """How often each value was counted."""
        with self._lock:
            return dict(self._totals[row])

    def decisions(self) -> Mapping[str, DecisionTimes]:
        """How long decisions took, by verdict."""
        with self._lock:
            return dict(self._decisions)
