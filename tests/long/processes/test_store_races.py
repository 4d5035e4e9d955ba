"""Several at once on the same rows: exactly one is first, and the others know it."""

from __future__ import annotations

import json
import threading
from collections import Counter
from pathlib import Path

import pytest

from bot.clock import ShiftedClock
from bot.core.change.change_request import Status
from bot.store.store import Store, open_store
from tests.store.chain import assert_chain_holds
from tests.store.neighbour import race_processes
from tests.store.racers import KEYS
from tests.store.samples import new_change, opened

ROWS = 120
ON_A_SERVER = 40
"""Rows there: each unit of work takes several round trips."""
RACES = {
    "approve/approve": [Status.APPROVED] * 4,
    "approve/reject": [Status.APPROVED, Status.REJECTED] * 2,
    "approve/expire": [Status.APPROVED, Status.EXPIRED] * 2,
}


def run_race(home: Path, url: str, wanted: list[Status], numbers: list[int]) -> list[dict[str, list[int]]]:
    """Start one process a status, let them go together, and collect what each was first at."""
    command = ("-m", "tests.store.racers", str(home), url)
    span = f"{numbers[0]}-{numbers[-1]}"
    won = race_processes([(*command, f"r{place}", status, span) for place, status in enumerate(wanted)])
    return [json.loads(answer) for answer in won]


@pytest.mark.parametrize("name", RACES)
def test_among_four_processes_exactly_one_is_first_at_each_row(tmp_path: Path, engine_url: str, name: str) -> None:
    """Arrows, deliveries and intents; every arrow has its record, and the records are one chain."""
    rows = ON_A_SERVER if engine_url else ROWS
    store = open_store(tmp_path, KEYS, ShiftedClock(), url=engine_url, synchronous="OFF")
    with store.unit_of_work() as tx:
        numbers = [tx.changes.open(new_change(f"thing:{row}")).number for row in range(rows)]
    won = run_race(tmp_path, engine_url, RACES[name], numbers)
    for what in ("arrows", "deliveries", "intents"):
        assert Counter(number for racer in won for number in racer[what]) == Counter(numbers), what
    for place, (racer, status) in enumerate(zip(won, RACES[name], strict=True)):
        for number in racer["arrows"]:
            change = store.changes.require(number)
            assert (change.status, change.outcome) == (status, f"r{place}")
            assert [record.actor for record in store.audit.find(subject=change.id)] == [f"r{place}"]
    assert_chain_holds(store)
    assert len(list(store.audit.walk())) == rows
    store.close()


def test_among_threads_exactly_one_is_first(store: Store) -> None:
    numbers = [opened(store, f"thing:{row}").number for row in range(30)]
    won: list[int] = []
    start = threading.Barrier(6)

    def racing(new: Status) -> None:
        start.wait(timeout=10)
        for number in numbers:
            with store.unit_of_work() as tx:
                first = tx.changes.move(number, Status.PENDING, new)
            if first:
                won.append(number)

    kinds = [Status.APPROVED, Status.REJECTED, Status.EXPIRED] * 2
    threads = [threading.Thread(target=racing, args=(new,)) for new in kinds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert Counter(won) == Counter(numbers)
