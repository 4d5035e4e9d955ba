"""What a server costs beside a file: four processes that each record one change after the other, on either engine."""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from statistics import quantiles

import psycopg

from benchmarks.sampling import Given, Measure, NotMeasured, Row, Sample, Samples
from bot.clock import SystemClock
from bot.core.audit.audit_record import Entry, Tag
from bot.core.bot_errors import StoreUnavailable
from bot.store.sealing.keyring import load_key_file
from bot.store.store import Store, open_store
from bot.testing.services import scratch_store
from tests.store.server.postgres_server import Server, open_server

PROCESSES = 4
ENTRY = Entry(tag=Tag.COMMAND_RAN, actor="T1:U1", subject="T1:U1", facts={"line": "connector list --kind ours"})
_FORK = multiprocessing.get_context("fork")
_DURABLE = ("ALTER SYSTEM SET fsync = on", "SELECT pg_reload_conf()")
"""A server of the tests does not write to its disk; here its commits have to last as those of the file do."""


def measure_writers(folder: Path, url: str, changes: int) -> Mapping[str, float]:
    """Let all processes record so many changes each: how many were recorded in a second, and how long one took.

    Raises NotMeasured where a record is missing, or the chain is broken.
    """
    scratch_store(folder, SystemClock(), url=url).close()
    spans: list[float] = []
    failed = 0
    with _FORK.Pool(PROCESSES) as pool:
        begun = time.perf_counter()
        for times, refused in pool.starmap(_record, [(folder, url, changes)] * PROCESSES, chunksize=1):
            spans, failed = spans + times, failed + refused
        took = time.perf_counter() - begun
    _check(folder, url, changes)
    return {"rate": len(spans) / took, "most": quantiles(spans, n=20)[18], "longest": max(spans), "failed": failed}


def _open(folder: Path, url: str) -> Store:
    home = folder / "home"
    keys = load_key_file(folder / "keys" / "key", home=home)
    while True:
        # A process that opens a file while the others write may find it locked, too.
        with suppress(StoreUnavailable):
            return open_store(home, keys, SystemClock(), url=url)


def _record(folder: Path, url: str, changes: int) -> tuple[list[float], int]:
    """Seconds that each change took, and how many attempts found the database locked: they are made again."""
    store = _open(folder, url)
    spans, failed = [], 0
    for _ in range(changes):
        begun = time.perf_counter()
        while not _is_recorded(store):
            failed += 1
        spans.append(time.perf_counter() - begun)
    store.close()
    return spans, failed


def _is_recorded(store: Store) -> bool:
    try:
        with store.unit_of_work() as tx:
            tx.record(ENTRY)
    except StoreUnavailable:
        return False
    return True


def _check(folder: Path, url: str, changes: int) -> None:
    store = _open(folder, url)
    numbers = [one.seq for one in store.audit.walk()]
    broken = store.audit.broken_at()
    store.close()
    if numbers != list(range(1, PROCESSES * changes + 1)) or broken is not None:
        raise NotMeasured("the audit log has not all records")


def compare(folder: Path, server: Server, changes: int) -> Sample:
    """Measure a file and a schema of the server, one after the other."""
    schema = server.new_schema()
    file = measure_writers(folder / "file", "", changes)
    there = measure_writers(folder / "server", f"{server.url}&schema={schema}", changes)
    server.drop_schema(schema)
    return {f"{side} {key}": value for side, each in (("file", file), ("server", there)) for key, value in each.items()}


def samples(given: Given) -> Samples:
    server = open_server()
    if server is None:
        raise NotMeasured("this machine has no PostgreSQL")
    try:
        if server.process is not None:
            with psycopg.connect(server.url, autocommit=True) as connection:
                for statement in _DURABLE:
                    connection.execute(statement.encode())
        while True:
            with tempfile.TemporaryDirectory() as folder:
                yield compare(Path(folder), server, given.pick(40, 400))
    finally:
        server.stop()


MEASURE = Measure(
    title="Four processes record 400 changes each, in a file and on a PostgreSQL server (in the quick form 40)",
    rows=(
        Row(key="file rate", label="changes, file", unit="a second", more_is_better=True),
        Row(key="server rate", label="changes, server", unit="a second", base="file rate", goal="≥ 0.5 ×"),
        Row(key="file most", label="95 % of the changes take at most, file", unit="ms"),
        Row(key="server most", label="95 % of the changes take at most, server", unit="ms", goal="< 50 ms"),
        Row(key="file longest", label="the longest change, file", unit="ms"),
        Row(key="server longest", label="the longest change, server", unit="ms", goal="< 2,000 ms"),
        Row(key="file failed", label="attempts that found it locked, file", unit=""),
        Row(key="server failed", label="attempts that found it locked, server", unit="", goal="0"),
    ),
    samples=samples,
    rounds=5,
    quick_rounds=0,
    seconds=240.0,
    note="Both write each commit to the disk. The rate counts from the start of the processes.",
)
