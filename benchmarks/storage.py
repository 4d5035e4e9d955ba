"""What keeping the files safe costs: a backup beside a writer, a restore's look through, a new key.

    python -m benchmarks.storage [--records N] [--secrets N]

A database of its own in a temporary folder, with the journal and the durability of real use. While the copy is made
another thread writes as fast as it can; its worst wait is what a person would feel. Takes under a minute.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.clock import SystemClock
from bot.core.audit import Entry, Tag
from bot.store.backup import look_through
from bot.store.rotation import rotate
from bot.store.store import Store
from bot.testing.services import scratch_store

ENTRY = Entry(tag=Tag.COMMAND_RAN, actor="T1:U1", subject="T1:U1", facts={"line": "connector list --kind ours"})


def fill(store: Store, records: int, secrets: int) -> None:
    with store.unit_of_work():
        for _ in range(records):
            store.record(ENTRY)
        for number in range(secrets):
            store.secrets("toy").write(f"token-{number}", {"token": "x" * 120}, after=0)


def timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def beside_a_writer(store: Store, act: Callable[[], object]) -> tuple[float, float, int]:
    """Seconds that it took, the longest that a commit took meanwhile, and how many there were."""
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
    return took, max(waits), len(waits) - 1


def _commit(store: Store) -> None:
    with store.unit_of_work():
        store.facts.put("probe", str(time.perf_counter_ns()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--secrets", type=int, default=10_000)
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = scratch_store(Path(folder), SystemClock())
        fill(store, wish.records, wish.secrets)
        size = store.database.path.stat().st_size / 1e6
        copying, stall, commits = beside_a_writer(store, store.back_up)
        copy = max(store.backups.iterdir())
        looking = timed(lambda: look_through(copy, store.keys))
        turning = timed(lambda: rotate(store, Path(folder) / "keys" / "key", by="bench"))
        table = Table(title=f"{wish.records:,} audit records, {wish.secrets:,} secrets, {size:.0f} MB")
        for title in ("what", "seconds"):
            table.add_column(title, justify="left" if title == "what" else "right")
        table.add_row("a backup, looked through, beside a writer", f"{copying:.2f}")
        table.add_row(f"the longest of {commits:,} commits meanwhile", f"{stall:.3f}")
        table.add_row("looking a copy through", f"{looking:.2f}")
        table.add_row(f"a new key, {wish.secrets:,} secrets sealed anew", f"{turning:.2f}")
        Console(soft_wrap=True).print(table)
        store.close()


if __name__ == "__main__":
    main()
