"""A failpoint hears of every unit of work: who holds it, and on which side of its commit it is."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bot.clock import ShiftedClock
from bot.store.sealing.keyring import Keyring
from bot.store.store import Store, open_store

HERE = __name__


class Ear:
    """What was heard, and what could be read beside it at that moment."""

    def __init__(self, home: Path) -> None:
        self.heard: list[str] = []
        self.store = open_store(home, Keyring({"k1": bytes(32)}), ShiftedClock(), failpoint=self.heard.append)
        self.heard.clear()


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[Ear]:
    made = Ear(tmp_path / "home")
    yield made
    made.store.close()


def keep(store: Store) -> int:
    """Change something; the line of the unit of work."""
    frame = inspect.currentframe()
    assert frame is not None
    with store.unit_of_work() as tx:
        tx.facts.put("a", "b")
    return frame.f_code.co_firstlineno + 4


def test_both_sides_of_a_commit_are_named_by_the_statement_that_holds_it(ear: Ear) -> None:
    line = keep(ear.store)
    assert ear.heard == [f"before:{HERE}.keep:{line}", f"after:{HERE}.keep:{line}"]


def test_before_the_commit_nothing_is_seen_by_others_and_after_it_all_is(tmp_path: Path) -> None:
    seen: list[tuple[str, str | None]] = []
    other = open_store(tmp_path / "home", Keyring({"k1": bytes(32)}), ShiftedClock())

    def look(place: str) -> None:
        if f"{HERE}.keep:" in place:
            seen.append((place.partition(":")[0], other.facts.get("a")))

    store = open_store(tmp_path / "home", Keyring({"k1": bytes(32)}), ShiftedClock(), failpoint=look)
    keep(store)
    store.close()
    other.close()
    assert seen == [("before", None), ("after", "b")]


def test_one_that_joins_another_says_so(ear: Ear) -> None:
    with ear.store.unit_of_work() as tx:
        tx.records("toy").put("kind", "key", {})
    assert [place.partition(":")[0] for place in ear.heard] == ["joined", "before", "after"]
    assert ear.heard[0].startswith("joined:bot.store.repositories.plugin_records.Records.put:")


def test_what_is_undone_has_no_commit_to_stand_at(ear: Ear) -> None:
    with suppress(ZeroDivisionError), ear.store.unit_of_work():
        raise ZeroDivisionError
    assert ear.heard == []
