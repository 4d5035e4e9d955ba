"""Reading connector × line at a portal with its limits on: our client, b24pysdk's `call_batches`, a bare Session.

    python -m benchmarks.sweep [--quick]          40, 400 and 4,000 pairs, one process
    python -m benchmarks.sweep --shared           4 processes × 1,000 pairs at one portal

The portal is the simulator over TLS on loopback: 100 ms for each batch, a bucket that is empty at the start, holds 50
and drains 2 a second in real time. The physical limit for m batches is 0.1 s + (m - 50) / 2 s. The bare Session sends
batches one after another and knows neither pace nor retry. Both ways end within a minute; `--quick` leaves out 4,000.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from b24pysdk.errors import BitrixSDKException
from rich.console import Console
from rich.table import Table

from benchmarks.stand import Pair, Stand, bare_session, our_caller, our_services, pairs_of, stand, vendor_token
from bot.plugin import Place, PluginError
from plugins.bitrix24.portal import Portal

LATENCY = 0.1
MOST_SECONDS = 58.0
SIZES = {40: (2, 20), 400: (10, 40), 4000: (40, 100)}
PROCESSES = 4

Found = dict[Pair, bool]
Read = Callable[[Sequence[Pair]], Found]
Prepare = Callable[[Stand, Path], Read]
"""Makes a client ready; that is not measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One sweep: seconds, HTTP requests, how many the portal refused, and how many answers are missing or wrong."""

    seconds: float
    requests: int
    refused: int
    bad: int


def active(pair: Pair) -> bool:
    """What the stand has put in."""
    return (int(pair[0][1:]) + pair[1]) % 3 == 0


def bad(found: Found, pairs: Sequence[Pair]) -> int:
    return sum(found.get(pair) is not active(pair) for pair in pairs)


def ours(at: Stand, folder: Path) -> Read:
    services = our_services(at, folder)
    place = Place(name="default", label=at.domain, identity=at.ready["member_id"])
    portal = Portal(services, place, our_caller(at, services))

    def read(pairs: Sequence[Pair]) -> Found:
        try:
            return {(each.connector, each.line): each.present for each in portal.matrix(pairs) if not each.problem}
        except PluginError:
            return {}

    return read


def vendor(at: Stand, _folder: Path) -> Read:
    token = vendor_token(at)

    def read(pairs: Sequence[Pair]) -> Found:
        methods = [("imconnector.status", {"CONNECTOR": connector, "LINE": line}) for connector, line in pairs]
        try:
            answer: Any = token.call_batches(methods)
        except BitrixSDKException:
            return {}
        results = answer["result"]["result"]
        found = results.values() if isinstance(results, dict) else results
        return {(each["CONNECTOR"], each["LINE"]): each["STATUS"] for each in found}

    return read


def bare(at: Stand, _folder: Path) -> Read:
    session = bare_session(at)

    def read(pairs: Sequence[Pair]) -> Found:
        found: Found = {}
        for start in range(0, len(pairs), 50):
            part = enumerate(pairs[start : start + 50])
            commands = {
                f"i{number}": f"imconnector.status?CONNECTOR={name}&LINE={line}" for number, (name, line) in part
            }
            body = {"halt": 0, "cmd": commands, "auth": at.ready["access_token"]}
            answer = session.post(f"{at.ready['url']}batch.json", json=body, timeout=20)
            if answer.status_code != requests.codes.ok:
                break
            results = answer.json()["result"]["result"].values()
            found |= {(each["CONNECTOR"], each["LINE"]): each["STATUS"] for each in results}
        return found

    return read


CLIENTS: dict[str, Prepare] = {"ours": ours, "requests.Session": bare, "b24pysdk": vendor}


def limit(pairs: int) -> float:
    """Seconds below which nobody can be."""
    return LATENCY + max(0.0, -(-pairs // 50) - 50) / 2


def measure(at: Stand, prepare: Prepare, size: int, folder: Path) -> Run:
    connectors, lines = SIZES[size]
    pairs = pairs_of(connectors, lines)
    at.fresh(latency=LATENCY, connectors=connectors, lines=lines)
    read = prepare(at, folder)
    begun = time.perf_counter()
    found = read(pairs)
    seconds = time.perf_counter() - begun
    made, refused = at.journal()
    return Run(seconds=seconds, requests=made, refused=refused, bad=bad(found, pairs))


def alone(at: Stand, folder: Path, *, quick: bool) -> Table:
    table = Table(title="One process: median seconds, and × the physical limit")
    for title in ("pairs", "client", "seconds", "× limit", "requests", "refused", "missing or wrong", "runs"):
        table.add_column(title, justify="left" if title == "client" else "right")
    over = time.monotonic() + MOST_SECONDS
    for size in SIZES:
        if quick and size == 4000:
            continue
        runs: dict[str, list[Run]] = {name: [] for name in CLIENTS}
        for number in range(1 if size == 4000 else 3):
            for name, prepare in CLIENTS.items():
                # The longest run is not begun when it might not end in time.
                if time.monotonic() < over - (18 if size == 4000 else 3):
                    runs[name].append(measure(at, prepare, size, folder / f"{size}-{number}-{name}"))
        for name, found in runs.items():
            table.add_row(*row(size, name, found))
    return table


def row(size: int, name: str, runs: Sequence[Run]) -> Sequence[str]:
    if not runs:
        return (f"{size:,}", name, "not run: no time left", "", "", "", "", "0")
    seconds = statistics.median(run.seconds for run in runs)
    last = runs[-1]
    whole = f"{seconds:.2f}" if not last.bad else f"{seconds:.2f} (gave up)"
    ratio = f"{seconds / limit(size):.2f}" if not last.bad else "–"
    cells = (str(last.requests), str(last.refused), f"{last.bad:,}", str(len(runs)))
    return (f"{size:,}", name, whole, ratio, *cells)


def worker(name: str, at: Stand, part: Sequence[Pair], folder: Path) -> int:
    """In a process of its own: how many answers are missing or wrong."""
    os.environ["REQUESTS_CA_BUNDLE"] = at.ca
    return bad(CLIENTS[name](at, folder)(part), part)


def shared(at: Stand, folder: Path) -> Table:
    table = Table(title=f"{PROCESSES} processes × 1,000 pairs at one portal; the limit is {limit(4000):.1f} s")
    for title in ("client", "seconds", "× limit", "processes that have all", "requests", "refused"):
        table.add_column(title, justify="left" if title == "client" else "right")
    pairs = pairs_of(*SIZES[4000])
    parts = [pairs[number::PROCESSES] for number in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(abs, range(PROCESSES * 4)))
        for name in ("ours", "b24pysdk"):
            at.fresh(latency=LATENCY, connectors=SIZES[4000][0], lines=SIZES[4000][1])
            our_caller(at, our_services(at, folder))
            begun = time.perf_counter()
            futures = [pool.submit(worker, name, at, part, folder) for part in parts]
            wrong = [future.result() for future in futures]
            seconds = time.perf_counter() - begun
            made, refused = at.journal()
            whole = f"{sum(not each for each in wrong)} of {PROCESSES}"
            share = f"{refused} ({refused / made:.0%})"
            table.add_row(name, f"{seconds:.1f}", f"{seconds / limit(4000):.2f}", whole, str(made), share)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--shared", action="store_true")
    wish = parser.parse_args()
    with stand() as at, tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        table = shared(at, path) if wish.shared else alone(at, path, quick=wish.quick)
        Console(soft_wrap=True).print(table)


if __name__ == "__main__":
    main()
