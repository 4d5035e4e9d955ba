"""Queries that could grow with age: in one process, over a copy of an aged home, without the terminal around them."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from benchmarks.aged import DatabaseSize, copied
from benchmarks.sampling import Given, Measure, Row, Samples
from bot.clock import SystemClock
from bot.core.change.change_request import OPEN, Status
from bot.store.sealing.keyring import load_key_file
from bot.store.store import Store, open_store

REPEATS = 7


def opened(stack: ExitStack, given: Given, folder: Path, wanted: DatabaseSize) -> Store:
    """A store over a copy of an aged home, closed with the stack; it does not wait for the disk."""
    copied(Path(given.cache), wanted, folder)
    home = folder / "home"
    store = open_store(home, load_key_file(folder / "keys" / "key", home=home), SystemClock(), synchronous="OFF")
    stack.callback(store.close)
    shutil.rmtree(home / "backups", ignore_errors=True)
    return store


def middle(act: Callable[[], object], repeats: int = REPEATS) -> float:
    """Seconds, the middle of some; the first one is not counted."""
    taken = []
    for _ in range(repeats + 1):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return sorted(taken[1:])[repeats // 2]


def _asked(old: Store, requests: Store) -> Mapping[str, Callable[[], object]]:
    return {
        "requests": lambda: requests.changes.with_status(tuple(Status), limit=20),
        "open": lambda: requests.changes.with_status(OPEN),
        "rare": lambda: old.audit.find(tag="access:"),
        "common": lambda: old.audit.find(tag="change:"),
        "text": lambda: _find_text(old, "nowhere to be found"),
        "person": lambda: old.audit.find(actor="T0001:U0007"),
        "count": old.audit.count,
        "newest": old.audit.place,
    }


def _find_text(store: Store, text: str) -> object:
    """As `audit find --text` does it; an earlier release looks at every record."""
    find: Callable[..., object] = store.audit.find
    try:
        from bot.store.repositories.audit_query import Wanted
    except ImportError:
        return find(text=text)
    return store.audit.search(Wanted(text=text), limit=20)


def samples(given: Given) -> Samples:
    sizes = (
        DatabaseSize(records=given.pick(1_000, 1_000_000)),
        DatabaseSize(records=20, requests=given.pick(1_000, 100_000)),
    )
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        stores = [opened(stack, given, Path(folder) / str(at), wanted) for at, wanted in enumerate(sizes)]
        asked = _asked(*stores)
        while True:
            yield {name: middle(ask, 3 if name == "text" else REPEATS) for name, ask in asked.items()}


MEASURE = Measure(
    title="Queries by age: 1e6 audit records, 1e5 change requests (in the quick form 1e3 of each)",
    rows=(
        Row(key="requests", label="the newest 20 change requests", unit="ms", goal="≤ 5 ms"),
        Row(key="open", label="the open change requests", unit="ms"),
        Row(key="rare", label="audit by a tag prefix that few have", unit="ms", goal="≤ 5 ms"),
        Row(key="common", label="audit by a tag prefix that many have", unit="ms", goal="≤ 5 ms"),
        Row(key="text", label="audit by a text that none has", unit="ms"),
        Row(key="person", label="audit by a person", unit="ms"),
        Row(key="count", label="how many records there are (checkpoint)", unit="ms"),
        Row(key="newest", label="where the chain stands (before each record)", unit="ms"),
    ),
    samples=samples,
    rounds=5,
    seconds=180.0,
)
