"""One transaction: all of it happens, or none, and nothing happens outside one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.core.bot_errors import StoreUnavailable
from bot.core.change.change_request import Status
from bot.core.change.pending_stop import NewStop, StopKind
from bot.core.messages.notices import CardNotice
from bot.core.principals import Grant, Role
from bot.store.engine.database import Database, sqlite3
from bot.store.engine.journal import ROLLBACK
from bot.store.schema.schema_version import migrate
from bot.store.store import Store, Transaction, open_store
from tests.language.english import en, raises
from tests.store.neighbour import locked_by_another
from tests.store.samples import ANTON, ENTRY, approval, new_change, opened


@pytest.fixture
def hasty(store: Store) -> Iterator[Store]:
    """A second store over the same file, which does not wait for others."""
    database = Database(store.database.path, busy_seconds=0)
    yield Store(database, store.keys, store.clock)
    database.close()


@pytest.fixture
def rolled(tmp_path: Path, store: Store) -> Iterator[Store]:
    """One like it over a file with a rollback journal, as with an older SQLite."""
    database = Database(tmp_path / "rolled.sqlite3", busy_seconds=0, journal=ROLLBACK)
    migrate(database)
    yield Store(database, store.keys, store.clock)
    database.close()


def test_what_was_done_before_an_exception_is_undone(store: Store) -> None:
    """State, audit record and outbox entry go together."""

    def fail() -> None:
        with store.unit_of_work() as tx:
            tx.changes.open(new_change())
            tx.record(ENTRY)
            tx.outbox.put("card:1", CardNotice(number=1), at=0)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert store.changes.get(1001) is None
    assert store.audit.get(1) is None
    assert store.outbox.counts() == {}


def test_an_interruption_undoes_as_well(store: Store) -> None:
    def interrupted() -> None:
        with store.unit_of_work() as tx:
            tx.facts.put("name", "value")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert store.facts.get("name") is None
    assert not store.database.in_transaction


def test_a_transaction_changes_nothing_once_its_unit_of_work_has_ended(store: Store) -> None:
    with store.unit_of_work() as tx:
        tx.facts.put("name", "value")
        assert tx.record(ENTRY) == 1
    with pytest.raises(RuntimeError, match="outside a unit of work"):
        tx.facts.put("name", "another")
    with pytest.raises(RuntimeError, match="outside a unit of work"):
        tx.record(ENTRY)
    assert store.facts.get("name") == "value"


def test_the_record_of_a_transaction_has_the_reason_that_was_given_at_the_terminal(store: Store) -> None:
    store.reason = "It is old."
    with store.unit_of_work() as tx:
        seq = tx.record(ENTRY)
    record = store.audit.get(seq)
    assert record is not None
    assert record.facts["reason"] == "It is old."


def test_one_inside_another_joins_it(store: Store) -> None:
    """The inner one has committed nothing when the outer one fails."""

    def fail_after_an_inner_one() -> None:
        with store.unit_of_work():
            with store.unit_of_work() as tx:
                tx.facts.put("name", "value")
            assert store.database.in_transaction
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_an_inner_one()
    assert store.facts.get("name") is None


def test_what_is_committed_is_seen_by_others(store: Store, hasty: Store) -> None:
    with store.unit_of_work() as inside:
        inside.facts.put("name", "value")
        assert hasty.facts.get("name") is None
    assert hasty.facts.get("name") == "value"


CHANGES: dict[str, Callable[[Transaction], object]] = {
    "changes.open": lambda tx: tx.changes.open(new_change("thing:two")),
    "changes.move": lambda tx: tx.changes.move(1001, Status.PENDING, Status.APPROVED),
    "changes.note": lambda tx: tx.changes.note(1001, {"card": "1.2"}),
    "changes.review": lambda tx: tx.changes.review(1001, approval()),
    "changes.intend": lambda tx: tx.changes.intend(1001, 0, "thing.remove", at=1),
    "audit": lambda tx: tx.record(ENTRY),
    "outbox.put": lambda tx: tx.outbox.put("card:1", CardNotice(number=1), at=0),
    "outbox.claim": lambda tx: tx.outbox.claim(10),
    "outbox.claim_these": lambda tx: tx.outbox.claim_these([1]),
    "outbox.mark_channel": lambda tx: tx.outbox.mark_channel("C1", working=True, reason="", at=0),
    "jobs.receive": lambda tx: tx.jobs.receive("key", "body", at=0),
    "jobs.add": lambda tx: tx.jobs.add("inbound", "{}", at=0),
    "jobs.claim": lambda tx: tx.jobs.claim(10),
    "jobs.release_all": lambda tx: tx.jobs.release_all(),
    "stops.put": lambda tx: tx.stops.put(NewStop(key="key", kind=StopKind.FREEZE, person=ANTON)),
    "grants.put": lambda tx: tx.grants.put(Grant(principal=ANTON, role=Role.ADMIN, granted_by="x", granted_at=0)),
    "grants.remove": lambda tx: tx.grants.remove(ANTON),
    "facts.put": lambda tx: tx.facts.put("name", "value"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_outside_a_unit_of_work_is_refused(store: Store, name: str) -> None:
    opened(store)
    with store.unit_of_work() as tx:
        pass  # It has ended when it is used.
    before = store.database.path.read_bytes()
    with pytest.raises(RuntimeError, match="outside a unit of work"):
        CHANGES[name](tx)
    assert store.database.path.read_bytes() == before


def test_a_change_does_not_slip_into_the_unit_of_another_thread(store: Store) -> None:
    """One connection serves all threads, so the connection being in a transaction is not enough."""
    refused: list[BaseException] = []
    begun = threading.Event()
    with store.unit_of_work() as earlier:
        pass  # It has ended, and the other thread has kept it.

    def slip() -> None:
        begun.set()
        try:
            earlier.facts.put("name", "slipped in")
        except RuntimeError as error:
            refused.append(error)

    thread = threading.Thread(target=slip)
    with store.unit_of_work() as tx:
        thread.start()
        assert begun.wait(5)
        thread.join(0.05)
        tx.facts.put("other", "value")
    thread.join(5)
    assert len(refused) == 1
    assert store.facts.get("name") is None
    assert store.facts.get("other") == "value"


def test_threads_take_turns(store: Store) -> None:
    """Read, add one, write: nothing is lost between eight threads."""

    def count() -> None:
        for _ in range(12):
            with store.unit_of_work() as tx:
                tx.facts.put("n", str(int(store.facts.get("n") or 0) + 1))

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert store.facts.get("n") == "96"


def test_a_file_locked_by_another_process_is_said_to_be_locked_and_nothing_is_half_done(
    store: Store, hasty: Store
) -> None:
    with locked_by_another(store.database.path):
        with raises(StoreUnavailable, match="cannot be written now") as refused, hasty.unit_of_work():
            raise AssertionError("it must not begin")
        assert "Nothing was done" in en(refused.value.hint)
        assert not hasty.writable()
        assert hasty.facts.get("name") is None
    assert hasty.writable()


def test_a_commit_that_cannot_be_made_leaves_nothing_and_the_store_usable(rolled: Store) -> None:
    """Somebody reads while we want to commit: where that stops a commit, it is undone and said."""
    with closing(sqlite3.connect(rolled.database.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM facts").fetchall()
        with pytest.raises(StoreUnavailable), rolled.unit_of_work() as tx:
            tx.facts.put("name", "value")
        assert not rolled.database.in_transaction
        reader.execute("ROLLBACK")
    assert rolled.facts.get("name") is None
    assert rolled.writable()


def test_a_file_that_nobody_can_read_now_is_said_to_be_so(rolled: Store) -> None:
    with locked_by_another(rolled.database.path, "BEGIN EXCLUSIVE"):
        with raises(StoreUnavailable, match="cannot be read now"):
            rolled.facts.get("name")
        with raises(StoreUnavailable, match="cannot be read now"):
            rolled.changes.get(1001)


def test_a_file_that_may_only_be_read_can_still_be_read(store: Store) -> None:
    with store.unit_of_work() as tx:
        tx.facts.put("name", "value")
    store.database.rows("PRAGMA query_only = 1")
    with raises(StoreUnavailable, match="readonly"), store.unit_of_work() as tx:
        tx.facts.put("name", "other")
    assert not store.writable()
    assert store.facts.get("name") == "value"
    store.database.rows("PRAGMA query_only = 0")
    assert store.writable()


def test_a_full_disk_undoes_the_unit_and_is_overcome_when_there_is_room_again(store: Store) -> None:
    pages = store.database.rows("PRAGMA page_count")[0]["page_count"]
    store.database.rows(f"PRAGMA max_page_count = {pages}")

    def put_both() -> None:
        with store.unit_of_work() as tx:
            tx.facts.put("small", "value")
            tx.facts.put("large", "x" * 100_000)

    with raises(StoreUnavailable, match="full"):
        put_both()
    assert not store.database.in_transaction
    assert store.facts.get("small") is None
    assert store.database.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    store.database.rows("PRAGMA max_page_count = 100000")
    put_both()
    assert store.facts.get("large") == "x" * 100_000


def test_a_refused_statement_that_is_swallowed_does_not_end_the_unit(store: Store) -> None:
    """What a guard refuses is that one statement; the rest still commits, or not, as one."""
    with store.unit_of_work() as tx:
        tx.facts.put("name", "value")
        with pytest.raises(StoreUnavailable):
            store.database.execute("INSERT INTO facts (name, value) VALUES ('name', 'twice')")
    assert store.facts.get("name") == "value"


def test_after_closing_nothing_can_be_read(store: Store) -> None:
    again = open_store(store.database.path.parent, store.keys, store.clock)
    again.close()
    with raises(StoreUnavailable, match="closed"):
        again.facts.get("name")


def test_whatever_changes_what_is_stored_makes_it_another_version(store: Store, hasty: Store) -> None:
    """By this connection or by another; reading, and what was not committed, does not."""
    versions = [store.database.version()]
    store.grants.all()
    assert store.database.version() == versions[0]
    with closing(sqlite3.connect(store.database.path, isolation_level=None)) as another:
        another.execute("BEGIN")
        another.execute("INSERT INTO facts VALUES ('name', 'one')")
        assert store.database.version() == versions[0]
        another.execute("COMMIT")
    versions.append(store.database.version())
    with store.unit_of_work() as tx:
        tx.facts.put("name", "two")
    versions.append(store.database.version())
    with hasty.unit_of_work() as tx:
        tx.facts.put("name", "three")
    versions.append(store.database.version())
    assert len(set(versions)) == 4


def test_in_a_unit_of_work_what_is_stored_has_no_version_yet(store: Store) -> None:
    with store.unit_of_work():
        assert store.database.version() is None
    assert store.database.version() is not None
