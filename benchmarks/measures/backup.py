"""Acks while a copy of a big database is made: the longest is what somebody feels."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.aged import DatabaseSize, copied
from benchmarks.sampling import Given, Measure, Row, Sample, Samples
from benchmarks.street import Street, street
from bot.core.principals import Role
from bot.store.engine.database import sqlite3
from bot.store.engine.journal import journal_for

JOURNAL = journal_for(sqlite3.sqlite_version_info)[0]


def samples(given: Given) -> Samples:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "one"
        copied(Path(given.cache), DatabaseSize(records=given.pick(1_000, 1_000_000)), home)
        with street(home, rate_limit=False) as here:
            here.inhabit({"Ida": Role.ADMIN})
            here.start()
            here.until_ready()
            while True:
                shutil.rmtree(home / "home" / "backups", ignore_errors=True)
                yield _one(here)


def _one(here: Street) -> Sample:
    quiet = max(here.slash("Ida", "whoami") for _ in range(20))
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "bot", "backup"],
        env=here.environment,
        cwd=here.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    longest = 0.0
    try:
        while process.poll() is None:
            longest = max(longest, here.slash("Ida", "whoami"))
            time.sleep(0.02)
    finally:
        process.kill()
        process.wait(10)
    if process.returncode:
        raise RuntimeError(f"the backup ended with {process.returncode}")
    size = (here.folder / "home" / "b24bot.sqlite3").stat().st_size / 1e6
    return {"longest": longest, "quiet": quiet, "took": time.perf_counter() - begun, "size": size}


MEASURE = Measure(
    title=f"A backup of 1e6 records while commands come in, journal {JOURNAL} (in the quick form 1e3)",
    rows=(
        Row(key="longest", label="the longest ack meanwhile", unit="ms", goal="≤ 100 ms with WAL"),
        Row(key="quiet", label="the longest of 20 acks before", unit="ms"),
        Row(key="took", label="b24bot backup"),
        Row(key="size", label="the database", unit="MB"),
    ),
    samples=samples,
    rounds=3,
    seconds=240.0,
)
