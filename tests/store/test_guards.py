"""What the file itself refuses, whoever writes to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from bot.core.bot_errors import StoreUnavailable
from bot.core.change.change_request import TRANSITIONS, Status
from bot.store.engine.database import sqlite3
from bot.store.store import Store
from tests.language.english import en, raises
from tests.store.samples import ENTRY, opened

STEPS = [
    "UPDATE audit SET actor = 'nobody'",
    "UPDATE audit SET seq = seq + 100 WHERE seq = 2",
    "DELETE FROM audit",
    "DELETE FROM audit WHERE seq = 3",
    "INSERT OR REPLACE INTO audit (seq, at, tag, actor, subject, facts, key_id, mac) "
    "SELECT seq, at, tag, 'nobody', subject, facts, key_id, mac FROM audit WHERE seq = 2",
    "REPLACE INTO audit (seq, at, tag, actor, subject, facts, key_id, mac) "
    "VALUES (1, 0, 'x', 'nobody', '', '{}', 'k1', x'00')",
    "INSERT INTO audit (seq, at, tag, actor, subject, facts, key_id, mac) "
    "VALUES (1, 0, 'x', 'nobody', '', '{}', 'k1', x'00') ON CONFLICT (seq) DO UPDATE SET actor = excluded.actor",
]


@pytest.fixture
def recorded(store: Store) -> Store:
    with store.unit_of_work() as tx:
        for _ in range(3):
            tx.record(ENTRY)
    return store


@pytest.fixture
def stranger(recorded: Store) -> Iterator[Any]:
    """A connection that sets none of what ours sets, as somebody's console does."""
    with closing(sqlite3.connect(recorded.database.path, isolation_level=None)) as connection:
        yield connection


@pytest.mark.parametrize("step", STEPS)
def test_no_record_of_the_audit_log_can_be_changed_through_the_store(recorded: Store, step: str) -> None:
    before = list(recorded.audit.walk())
    with raises(StoreUnavailable, match="append-only"), recorded.unit_of_work():
        recorded.database.execute(step)
    assert list(recorded.audit.walk()) == before


@pytest.mark.parametrize("step", STEPS)
def test_no_record_can_be_changed_by_a_connection_with_other_settings(
    recorded: Store, stranger: Any, step: str
) -> None:
    before = list(recorded.audit.walk())
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        stranger.execute(step)
    assert list(recorded.audit.walk()) == before


def takes(store: Store, old: Status, new: Status) -> bool:
    change = opened(store, f"{old}>{new}", status=old)
    try:
        with store.unit_of_work() as tx:
            tx.changes.move(change.number, old, new)
    except StoreUnavailable as error:
        if "cannot take that step" not in en(error.sentence):
            raise
    return store.changes.require(change.number).status is new


@pytest.mark.parametrize("old", list(Status))
def test_exactly_the_arrows_of_the_table_can_be_taken(store: Store, old: Status) -> None:
    """For every pair: the arrow is in the table and taken, or it is not and the file refuses it."""
    taken = {new for new in Status if takes(store, old, new)}
    assert taken == TRANSITIONS[old] | {old}


def test_a_status_that_is_no_status_cannot_be_written(store: Store) -> None:
    change = opened(store)
    with raises(StoreUnavailable, match="cannot take that step"), store.unit_of_work():
        store.database.execute("UPDATE changes SET status = 'blessed' WHERE number = ?", change.number)


def test_a_review_of_nothing_is_refused(store: Store) -> None:
    with raises(StoreUnavailable, match="FOREIGN KEY"), store.unit_of_work():
        store.database.execute("INSERT INTO reviews VALUES (999, 'T1:U1', 'approve', '', 0)")


def test_a_text_where_a_number_belongs_is_refused(store: Store) -> None:
    with raises(StoreUnavailable, match="cannot store TEXT"), store.unit_of_work():
        store.database.execute("INSERT INTO receipts (key, body, at) VALUES ('a', 'b', 'noon')")
