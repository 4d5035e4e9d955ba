"""What one call of a portal costs: our client, a bare `requests.Session` and the vendor's b24pysdk, side by side.

`imconnector.status`, one after another, over TLS on loopback, without latency; then eight connections opened at once.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.sampling import Given, Measure, Row, Samples
from benchmarks.stand import Stand, bare_session, our_caller, our_services, stand, vendor_token
from bot.plugin import Json

CALLS = 40
WARM_UP = 5
PARAMS: Mapping[str, Json] = {"CONNECTOR": "c0", "LINE": 1}
CLIENTS = {"session": "requests.Session", "ours": "ours", "sdk": "b24pysdk"}
Call = Callable[[], Any]


def clients(at: Stand, folder: Path) -> Mapping[str, Call]:
    caller = our_caller(at, our_services(at, folder), limited=False)
    session, token = bare_session(at), vendor_token(at)
    url, body = f"{at.ready['url']}imconnector.status.json", {**PARAMS, "auth": at.ready["access_token"]}
    return {
        "session": lambda: session.post(url, json=body, timeout=20).json()["result"],
        "ours": lambda: caller.read("imconnector.status", PARAMS),
        "sdk": lambda: token.call_method("imconnector.status", dict(PARAMS))["result"],
    }


def called(call: Call) -> tuple[float, float]:
    """The middle of some calls: seconds that passed, and seconds of this process."""
    walls, works = [], []
    for _ in range(CALLS):
        wall, work = time.perf_counter(), time.process_time()
        call()
        walls.append(time.perf_counter() - wall)
        works.append(time.process_time() - work)
    return statistics.median(walls), statistics.median(works)


def _opened(call: Call) -> float:
    """Seconds until eight calls are answered that begin at once and find no connection open."""
    with ThreadPoolExecutor(max_workers=8) as threads:
        begun = time.perf_counter()
        list(threads.map(lambda _: call(), range(8)))
        return time.perf_counter() - begun


def samples(_given: Given) -> Samples:
    with stand() as at, tempfile.TemporaryDirectory() as folder:
        at.fresh(limited=False)
        found = clients(at, Path(folder) / "calls")
        for call in found.values():
            for _ in range(WARM_UP):
                call()
        number = 0
        while True:
            sample: dict[str, float] = {}
            for name, call in found.items():
                wall, work = called(call)
                number += 1
                fresh = clients(at, Path(folder) / str(number))[name]
                sample |= {name: wall, f"{name} work": work, f"{name} open": _opened(fresh)}
            yield sample


def _rows() -> Iterator[Row]:
    for suffix, label, goal in (
        ("", "a call", "≤ 1.2 ×"),
        (" work", "a call, CPU of the client", "≤ 1.2 ×"),
        (" open", "eight calls at once, none open", ""),
    ):
        for key, name in CLIENTS.items():
            base = "" if key == "session" else f"session{suffix}"
            told = goal if key == "ours" else ""
            yield Row(key=f"{key}{suffix}", label=f"{label}: {name}", unit="ms", base=base, goal=told)


MEASURE = Measure(
    title="One call of a portal over TLS on loopback, without latency",
    rows=tuple(_rows()),
    samples=samples,
    rounds=7,
    quick_rounds=2,
)
