"""What keeping things safe costs: a durable record beside plain sqlite3, a copy beside a writer, a new key."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measures.queries import middle
from benchmarks.sampling import Given, Measure, Row, Sample, Samples
from bot.clock import SystemClock
from bot.core.audit.audit_record import Entry, Tag
from bot.store.engine.database import sqlite3
from bot.store.engine.journal import journal_for
from bot.store.files.backup import look_through
from bot.store.key_rotation import rotate_key
from bot.store.store import Store
from bot.testing.services import scratch_store

ENTRY = Entry(tag=Tag.COMMAND_RAN, actor="T1:U1", subject="T1:U1", facts={"line": "connector list --kind ours"})


def fill(store: Store, records: int, secrets: int) -> None:
    with store.unit_of_work() as tx:
        for _ in range(records):
            tx.record(ENTRY)
        for number in range(secrets):
            store.secrets("toy").write(f"token-{number}", {"token": "x" * 120}, after=0)


def timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def beside_a_writer(store: Store, act: Callable[[], object]) -> tuple[float, float]:
    """Seconds that it took, and the longest that a commit took meanwhile."""
    done, waits = threading.Event(), [0.0]

    def write() -> None:
        while not done.is_set():
            waits.append(timed(lambda: _commit(store)))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        took = timed(act)
    finally:
        done.set()
        writer.join()
    return took, max(waits)


def _commit(store: Store) -> None:
    with store.unit_of_work() as tx:
        tx.facts.put("probe", str(time.perf_counter_ns()))


def _record(store: Store) -> None:
    with store.unit_of_work() as tx:
        tx.record(ENTRY)


def plain(path: Path) -> Any:
    """A table of the same columns and indexes, with the same journal and durability, and nothing around it."""
    journal, level = journal_for(sqlite3.sqlite_version_info)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA journal_mode={journal}").fetchall()
    connection.execute(f"PRAGMA synchronous={level}")
    connection.execute(
        "CREATE TABLE audit (seq INTEGER PRIMARY KEY, at INTEGER, tag TEXT, actor TEXT, subject TEXT, facts TEXT, "
        "key_id TEXT, mac BLOB) STRICT"
    )
    for column in ("subject", "actor", "tag"):
        connection.execute(f"CREATE INDEX audit_{column} ON audit ({column}, seq)")
    return connection


def _insert(connection: Any) -> None:
    connection.execute("BEGIN IMMEDIATE")
    values = (1, ENTRY.tag, ENTRY.actor, ENTRY.subject, '{"line":"connector list --kind ours"}', "k1", bytes(32))
    connection.execute("INSERT INTO audit VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", values)
    connection.execute("COMMIT")


def samples(given: Given) -> Samples:
    with tempfile.TemporaryDirectory() as folder:
        store = scratch_store(Path(folder), SystemClock())
        connection = plain(Path(folder) / "plain.sqlite3")
        try:
            fill(store, given.pick(2_000, 100_000), given.pick(500, 10_000))
            while True:
                yield _one(store, connection, Path(folder) / "keys" / "key")
        finally:
            connection.close()
            store.close()


def _one(store: Store, connection: Any, key_file: Path) -> Sample:
    found = {"plain": middle(lambda: _insert(connection), 101), "record": middle(lambda: _record(store), 101)}
    copying, stall = beside_a_writer(store, store.back_up)
    copy = max(store.backups.iterdir())
    looking = timed(lambda: look_through(copy, store.keys))
    copy.unlink()
    turning = timed(lambda: rotate_key(store, key_file, by="bench"))
    return {**found, "copying": copying, "stall": stall, "looking": looking, "turning": turning}


MEASURE = Measure(
    title="Keeping things safe: 100,000 audit records, 10,000 secrets (in the quick form 2,000 and 500)",
    rows=(
        Row(key="plain", label="insert and commit, plain sqlite3", unit="ms"),
        Row(key="record", label="record in the chain and commit", unit="ms", base="plain"),
        Row(key="copying", label="a backup, looked through, beside a writer"),
        Row(key="stall", label="the longest commit meanwhile", unit="ms"),
        Row(key="looking", label="looking a copy through"),
        Row(key="turning", label="a new key, all secrets sealed anew"),
    ),
    samples=samples,
    rounds=3,
    seconds=120.0,
)
