"""Starting: how long until a process acknowledges and is ready, what it weighs, and commands of the terminal."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

from benchmarks.aged import DatabaseSize, copied
from benchmarks.sampling import Given, Measure, Row, Sample, Samples
from benchmarks.street import Street, street
from bot.core.principals import Role

GOALS = {
    "ack": ("first ack after a start", "s", "≤ 1 s at 1e6"),
    "ready": ("ready", "s", "≤ 0.4 s empty, ≤ 1.5 s at 1e6"),
    "rss": ("RSS of the bot when it is ready", "MB", "≤ 55 MB empty"),
    "status": ("b24bot status", "s", "≤ 0.3 s empty, ≤ 0.6 s at 1e6"),
    "grant": ("b24bot access grant", "s", "≤ 0.6 s at 1e6"),
    "doctor": ("b24bot doctor", "s", "≤ 0.6 s at 1e6"),
    "verify": ("b24bot audit verify", "s", "≤ 5 s at 1e6"),
}


def sizes(given: Given) -> tuple[int, ...]:
    """Records of the homes that are started; 0 is an empty one."""
    return (1_000,) if given.quick else (0, 1_000, 100_000, 1_000_000)


def samples(given: Given) -> Samples:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as streets:
        homes = {records: streets.enter_context(_home(given, Path(folder), records)) for records in sizes(given)}
        while True:
            found: dict[str, float | str] = {}
            for records, here in homes.items():
                found |= {f"{key} {records}": value for key, value in _one(here).items()}
            yield found


@contextmanager
def _home(given: Given, folder: Path, records: int) -> Iterator[Street]:
    """A home that one start has met before: it was migrated, and what a start keeps for the next one is there.

    The portal stays the same from then on: one that is gone would make `doctor` try for seconds to reach it.
    """
    home = folder / str(records)
    if records:
        copied(Path(given.cache), DatabaseSize(records=records), home)
    else:
        home.mkdir()
    with street(home) as here:
        here.inhabit({"Ida": Role.ADMIN})
        here.start()
        here.until_ready()
        here.b24bot("audit", "verify")
        here.stop_bot()
        shutil.rmtree(home / "home" / "backups", ignore_errors=True)
        yield here


def _one(here: Street) -> Sample:
    begun = here.start()
    here.until(partial(_acknowledges, here), within=100, what="the first ack")
    ack = time.perf_counter() - begun
    here.until_ready()
    ready, rss = time.perf_counter() - begun, here.resident_mb()
    found = {"ack": ack, "ready": ready, "rss": rss, "status": here.b24bot("status")}
    found["grant"] = here.b24bot("access", "grant", "T0001:U0B24BENCH", "viewer", "--reason", "bench")
    found["doctor"] = here.b24bot("doctor")
    found["verify"] = here.b24bot("audit", "verify")
    here.stop_bot()
    return found


def _acknowledges(here: Street) -> bool:
    with suppress(RuntimeError):
        here.slash("Ida", "whoami")
        return True
    return False


def _rows() -> Iterator[Row]:
    for records in sizes(Given()):
        for key, (label, unit, goal) in GOALS.items():
            yield Row(key=f"{key} {records}", label=f"{label}, {records:,} records", unit=unit, goal=goal)


MEASURE = Measure(
    title="Starting, and the terminal, by age",
    rows=tuple(_rows()),
    samples=samples,
    rounds=3,
    seconds=400.0,
    note="The home was started and verified once before, so that what one start keeps for the next one is there. "
    "Both simulators run beside the bot.",
)
