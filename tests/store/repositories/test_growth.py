"""What is asked of the store costs as much in the tenth year as in the first: an index or a kept number for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.aged import PLACE, DatabaseSize, make
from bot.clock import SystemClock
from bot.core.audit.audit_record import Tag
from bot.core.change.change_request import OPEN, Status
from bot.core.change.status_names import SHOWN_STATUSES
from bot.core.messages.notices import CardNotice
from bot.core.principals import Principal
from bot.store.repositories.audit_query import Wanted
from bot.store.sealing.keyring import load_key_file
from bot.store.store import Store, Transaction, open_store
from bot.usecases.integrity.checkpoints import count_records
from tests.store.steps import steps_of

FEW, MANY = (
    DatabaseSize(records=400, requests=200, outbox=100),
    DatabaseSize(records=8_000, requests=4_000, outbox=4_000),
)
SOMEBODY = Principal(team="T0001", user="U0007")
STEADY = 10**15

Ask = Callable[[Transaction], object]


def shown_as(word: str) -> Ask:
    return lambda tx: tx.changes.shown_as(SHOWN_STATUSES[word], limit=20)


ASKED: dict[str, Ask] = {
    "the newest change requests": lambda tx: tx.changes.newest(limit=20),
    "whether a job waits": lambda tx: tx.jobs.waiting(STEADY),
    "whether a quick job waits": lambda tx: tx.jobs.waiting(STEADY, quick=True),
    "the open ones": lambda tx: tx.changes.with_status(OPEN),
    "those of any status": lambda tx: tx.changes.with_status(Status, limit=20),
    **{f"those shown as {word}": shown_as(word) for word in SHOWN_STATUSES},
    "those that keep another away": lambda tx: tx.changes.open_for("bitrix24", PLACE, "connector:conn0001"),
    "the last one done to a target": lambda tx: tx.changes.newest_done("bitrix24", PLACE, "connector:conn0001"),
    "the open ones of a person": lambda tx: tx.changes.open_of([SOMEBODY]),
    "how many of each status": lambda tx: tx.changes.counts(),
    "more than so many unknown": lambda tx: tx.changes.more_than(5, Status.UNKNOWN),
    "those overdue": lambda tx: tx.changes.overdue(STEADY),
    "those half over": lambda tx: tx.changes.half_over(STEADY),
    "cards to show again": lambda tx: tx.changes.not_shown_since(0, now=STEADY),
    "how many notices of each state": lambda tx: tx.outbox.counts(),
    "how long an audit line has waited": lambda tx: tx.outbox.longest_wait("audit"),
    "how long a card has waited": lambda tx: tx.outbox.longest_wait("card"),
    "notices that wait": lambda tx: tx.outbox.entries(["new", "sending", "dead"], limit=20),
    "notices given up": lambda tx: tx.outbox.entries(["dead"], limit=20),
    "notices that were refused": lambda tx: tx.outbox.refused(),
    "lines under a card": lambda tx: tx.outbox.order.lines(1001, STEADY, most=20),
    "what goes into a channel next": lambda tx: tx.outbox.order.heads(STEADY),
    "whether an answer waits": lambda tx: tx.outbox.waiting(STEADY, kind="whisper"),
    "audit lines in order": lambda tx: tx.outbox.order.audit_lines(STEADY, most=20),
    "what is forgotten": lambda tx: (tx.outbox.forget(0), tx.jobs.forget_receipts(0)),
    "records by the beginning of a tag": lambda tx: tx.audit.find(tag="change:"),
    "records by one that few have": lambda tx: tx.audit.find(tag="access:"),
    "records by one that none has": lambda tx: tx.audit.find(tag="portal:"),
    "records of a person": lambda tx: tx.audit.find(actor=SOMEBODY.id),
    "records of a change request": lambda tx: tx.audit.find(subject="CR-1005", tag="change:"),
    "records with a text": lambda tx: tx.audit.search(Wanted(text="nowhere"), limit=20, most=100),
    "records of a person with a tag": lambda tx: tx.audit.search(
        Wanted(actor=SOMEBODY.id, tag="access:"), limit=20, most=10
    ),
    "which tags there are": lambda tx: tx.audit.tags(),
    "where the chain stands": lambda tx: tx.audit.place(),
    "the last checkpoint": lambda tx: tx.audit.newest(Tag.CHECKPOINT),
    "how many records a checkpoint tells": lambda tx: count_records(tx.audit),
    "the last words about people": lambda tx: tx.audit.last_words(Tag.ACCESS_GRANTED, Tag.ACCESS_REVOKED),
}


@pytest.fixture(scope="module")
def aged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[DatabaseSize, Store]]:
    """A young and an old database, made of rows of the real code."""
    stores = {wanted: _opened(tmp_path_factory.mktemp("aged") / "home", wanted) for wanted in (FEW, MANY)}
    yield stores
    for store in stores.values():
        store.close()


def _opened(folder: Path, wanted: DatabaseSize) -> Store:
    make(folder, wanted)
    home = folder / "home"
    store = open_store(home, load_key_file(folder / "keys" / "key", home=home), SystemClock(), synchronous="OFF")
    with store.unit_of_work() as tx:
        # Half of what was done was undone since, in the old database more than a list shows.
        store.database.execute("UPDATE changes SET undone_by = 1 WHERE number % 2 = 0 AND status = 'done'")
        store.database.execute("UPDATE changes SET partly = 1 WHERE number % 3 = 0 AND status = 'failed'")
        tx.outbox.put("card:1001", CardNotice(number=1001), at=0)
    return store


@pytest.mark.parametrize("name", ASKED)
def test_what_is_asked_costs_the_same_at_any_age(aged: dict[DatabaseSize, Store], name: str) -> None:
    few, many = (steps_of(store, ASKED[name]) for store in aged.values())
    assert many <= 2 * few + 25, f"{few} steps in the young database, {many} in the old one"


@pytest.mark.parametrize("name", ASKED)
def test_what_is_asked_again_is_not_compiled_again(aged: dict[DatabaseSize, Store], name: str) -> None:
    store, compiled = aged[FEW], list[object]()
    connection = store.database.utils.conn

    def note_and_allow(*parts: object) -> int:
        compiled.append(parts)
        return 0

    connection.set_authorizer(note_and_allow)
    try:
        for _ in range(2):
            compiled.clear()
            with store.unit_of_work() as tx:
                ASKED[name](tx)
    finally:
        connection.set_authorizer(None)
    assert compiled == []


def test_the_old_database_is_old_enough_to_tell(aged: dict[DatabaseSize, Store]) -> None:
    few, many = (
        steps_of(store, lambda tx: tx.engine.rows("SELECT count(*) FROM changes WHERE reason = ''"))
        for store in aged.values()
    )
    assert many > 2 * few + 25


PLANS = {
    "SELECT number FROM changes WHERE status = ? AND partly = ? AND (undone_by IS NOT NULL) = ? ORDER BY number DESC": (
        "SEARCH changes USING COVERING INDEX changes_shown (status=? AND partly=? AND <expr>=?)"
    ),
}


@pytest.mark.parametrize("sql", PLANS)
def test_an_index_gives_them_in_their_order(aged: dict[DatabaseSize, Store], sql: str) -> None:
    plan = aged[MANY].database.rows(f"EXPLAIN QUERY PLAN {sql} LIMIT 20", *("done", 0, 0))
    assert [row["detail"].replace("USING INDEX", "USING COVERING INDEX") for row in plan] == [PLANS[sql]]


KEPT = {"changes": "status", "outbox": "state"}


@pytest.mark.parametrize("table", KEPT)
def test_a_kept_number_is_what_one_would_count(aged: dict[DatabaseSize, Store], table: str) -> None:
    store = aged[MANY]

    def counted() -> dict[str, int]:
        rows = store.database.rows(f"SELECT {KEPT[table]} AS word, count(*) AS n FROM {table} GROUP BY 1")
        return {row["word"]: row["n"] for row in rows}

    def kept() -> dict[str, int]:
        return {str(word): n for word, n in getattr(store, table).counts().items()}

    assert kept() == counted()
    with store.unit_of_work() as tx:
        if table == "outbox":
            tx.outbox.put("card:7", CardNotice(number=7), at=0)
            tx.outbox.put("card:7", CardNotice(number=7), at=0)
            ((id, _),) = store.outbox.order.audit_lines(STEADY, most=1)
            (taken,) = tx.outbox.claim_these([id])
            tx.outbox.drop(taken, at=0, error="x")
            store.database.execute("DELETE FROM outbox WHERE key = 'card:7'")
        else:
            store.database.execute("UPDATE changes SET status = status")
    assert kept() == counted()


def test_a_kept_number_of_a_unit_that_failed_stays_as_it_was(aged: dict[DatabaseSize, Store]) -> None:
    store = aged[FEW]
    before = store.outbox.counts()
    with pytest.raises(ZeroDivisionError):
        _put_and_fail(store)
    assert store.outbox.counts() == before


def _put_and_fail(store: Store) -> None:
    with store.unit_of_work() as tx:
        tx.outbox.put("card:8", CardNotice(number=8), at=0)
        raise ZeroDivisionError
