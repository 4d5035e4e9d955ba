"""The times by which replicas tell each other's death: the sum of the longest ones is what the documents promise."""

from __future__ import annotations

from bot.store.postgres.connection import IDLE_SECONDS
from bot.store.repositories.replication.replicas import DEAD_AFTER_MS
from bot.usecases.runtime.replica import BEAT_SECONDS, GAP_MS, SEEN_MS, START_SECONDS

TAKEN_OVER_WITHIN = 7.0
OTHERS_GO_ON_WITHIN = 6.0
ONE_ROUND = 2 * BEAT_SECONDS
"""A beat comes at the end of a pause, and so does a look."""


def test_another_replica_works_within_seven_seconds_after_the_last_beat() -> None:
    assert DEAD_AFTER_MS / 1000 + ONE_ROUND + START_SECONDS <= TAKEN_OVER_WITHIN


def test_a_dead_replica_has_been_seen_for_long_enough_when_its_beat_is_old() -> None:
    """So that being seen adds nothing to the time, and looks follow each other without a gap."""
    assert SEEN_MS / 1000 + ONE_ROUND <= DEAD_AFTER_MS / 1000
    assert ONE_ROUND < GAP_MS / 1000


def test_a_paused_replica_gives_the_lock_back_before_it_is_taken_for_dead() -> None:
    assert IDLE_SECONDS <= DEAD_AFTER_MS / 1000


def test_others_go_on_within_six_seconds_after_one_was_paused_in_a_unit_of_work() -> None:
    """The server ends its transaction, and whoever waited in vain tries again in the next round."""
    assert IDLE_SECONDS + ONE_ROUND <= OTHERS_GO_ON_WITHIN
