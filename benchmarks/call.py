"""What one call of a portal costs: our client, a bare `requests.Session` and the vendor's b24pysdk, side by side.

    python -m benchmarks.call [--rounds N] [--calls N]

`imconnector.status`, one after another, over TLS on loopback, without latency; then eight connections opened at once.
The rounds of all clients take turns, so that whatever else the machine does meets all of them; trust the ratios, not
the microseconds. Takes about twenty seconds and never more than a minute.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.stand import Stand, bare_session, our_caller, our_services, stand, vendor_token
from bot.plugin import Json

WARM_UP = 5
MOST_SECONDS = 50.0
PARAMS: Mapping[str, Json] = {"CONNECTOR": "c0", "LINE": 1}


@dataclass(slots=True, kw_only=True)
class Candidate:
    """One client; its samples are microseconds for a call."""

    name: str
    call: Callable[[], object]
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def measure(self, calls: int) -> None:
        for _ in range(calls):
            wall, cpu = time.perf_counter(), time.process_time()
            self.call()
            self.wall.append((time.perf_counter() - wall) * 1e6)
            self.cpu.append((time.process_time() - cpu) * 1e6)


def candidates(at: Stand, folder: Path) -> list[Candidate]:
    caller = our_caller(at, our_services(at, folder), limited=False)
    session, token = bare_session(at), vendor_token(at)
    url, body = f"{at.ready['url']}imconnector.status.json", {**PARAMS, "auth": at.ready["access_token"]}
    return [
        Candidate(name="requests.Session", call=lambda: session.post(url, json=body, timeout=20).json()["result"]),
        Candidate(name="ours", call=lambda: caller.read("imconnector.status", PARAMS)),
        Candidate(name="b24pysdk", call=lambda: token.call_method("imconnector.status", dict(PARAMS))["result"]),
    ]


def opening(at: Stand, folder: Path) -> list[tuple[str, float]]:
    """Milliseconds until eight calls are answered that begin at once and find no connection open."""
    found = []
    for name, number in (("ours", 1), ("requests.Session", 2), ("b24pysdk", 3)):
        samples = []
        for round_number in range(3):
            each = {each.name: each for each in candidates(at, folder / f"{number}-{round_number}")}[name]
            with ThreadPoolExecutor(max_workers=8) as threads:
                begun = time.perf_counter()
                list(threads.map(lambda _, call=each.call: call(), range(8)))
                samples.append((time.perf_counter() - begun) * 1e3)
        found.append((name, statistics.median(samples)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--calls", type=int, default=40, help="calls of each client in a round")
    wish = parser.parse_args()
    console = Console(soft_wrap=True)
    with stand() as at, tempfile.TemporaryDirectory() as folder:
        at.fresh(limited=False)
        found = candidates(at, Path(folder, "calls"))
        for each in found:
            each.measure(WARM_UP)
            each.wall.clear()
            each.cpu.clear()
        over = time.monotonic() + MOST_SECONDS * 0.7
        for _ in range(wish.rounds):
            for each in found:
                each.measure(wish.calls)
            if time.monotonic() > over:
                break
        console.print(calls_table(found))
        if time.monotonic() < over:
            console.print(opening_table(opening(at, Path(folder))))


def calls_table(found: list[Candidate]) -> Table:
    base = found[0]
    table = Table(title="One call, median, microseconds")
    for title in ("client", "wall", "× Session", "CPU of the client", "× Session", "calls"):
        table.add_column(title, justify="left" if title == "client" else "right")
    for each in found:
        wall, cpu = statistics.median(each.wall), statistics.median(each.cpu)
        ratios = wall / statistics.median(base.wall), cpu / statistics.median(base.cpu)
        cells = (f"{wall:,.0f}", f"{ratios[0]:.2f}", f"{cpu:,.0f}", f"{ratios[1]:.2f}", str(len(each.wall)))
        table.add_row(each.name, *cells)
    return table


def opening_table(found: list[tuple[str, float]]) -> Table:
    table = Table(title="Eight calls at once without an open connection, median of 3, milliseconds (ours opens four)")
    table.add_column("client")
    table.add_column("wall", justify="right")
    for name, milliseconds in found:
        table.add_row(name, f"{milliseconds:,.1f}")
    return table


if __name__ == "__main__":
    main()
