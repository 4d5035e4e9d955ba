"""Reading connector × line at a portal with its limits on: our client, b24pysdk's `call_batches`, a bare Session.

The portal is the simulator over TLS on loopback: 100 ms for each batch, a bucket that is empty at the start, holds 50
and drains 2 a second in real time. The physical limit for m batches is 0.1 s + (m - 50) / 2 s. The bare Session sends
batches one after another and knows neither pace nor retry. In the full form four processes share one portal, too.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import requests
from b24pysdk.errors import BitrixSDKException

from benchmarks.sampling import Given, Measure, Row, Sample, Samples
from benchmarks.stand import Pair, Stand, bare_session, our_caller, our_services, pairs_of, stand, vendor_token
from bot.plugin import Place, PluginError
from plugins.bitrix24.portal import Portal

LATENCY = 0.1
SIZES = {40: (2, 20), 400: (10, 40), 4000: (40, 100)}
PROCESSES = 4

FoundPairs = dict[Pair, bool]
Read = Callable[[Sequence[Pair]], FoundPairs]
Prepare = Callable[[Stand, Path], Read]
"""Makes a client ready; that is not measured."""


def active(pair: Pair) -> bool:
    """What the stand has put in."""
    return (int(pair[0][1:]) + pair[1]) % 3 == 0


def bad(found: FoundPairs, pairs: Sequence[Pair]) -> int:
    """How many answers are missing or wrong."""
    return sum(found.get(pair) is not active(pair) for pair in pairs)


def ours(at: Stand, folder: Path) -> Read:
    services = our_services(at, folder)
    place = Place(name="default", label=at.domain, identity=at.ready["member_id"])
    portal = Portal(services, place, our_caller(at, services))

    def read(pairs: Sequence[Pair]) -> FoundPairs:
        try:
            return {(each.connector, each.line): each.present for each in portal.matrix(pairs) if not each.problem}
        except PluginError:
            return {}

    return read


def vendor(at: Stand, _folder: Path) -> Read:
    token = vendor_token(at)

    def read(pairs: Sequence[Pair]) -> FoundPairs:
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

    def read(pairs: Sequence[Pair]) -> FoundPairs:
        found: FoundPairs = {}
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


CLIENTS: Mapping[str, Prepare] = {"ours": ours, "requests.Session": bare, "b24pysdk": vendor}


def limit(pairs: int) -> float:
    """Seconds below which nobody can be."""
    return LATENCY + max(0.0, -(-pairs // 50) - 50) / 2


def alone(at: Stand, size: int, folder: Path) -> Sample:
    """Seconds, requests and bad answers of each client for so many pairs."""
    connectors, lines = SIZES[size]
    pairs = pairs_of(connectors, lines)
    sample: dict[str, float] = {f"{size} limit": limit(size)}
    for name, prepare in CLIENTS.items():
        at.fresh(latency=LATENCY, connectors=connectors, lines=lines)
        read = prepare(at, folder / f"{size} {name}")
        begun = time.perf_counter()
        found = read(pairs)
        seconds = time.perf_counter() - begun
        sample |= {f"{size} {name}": seconds, f"{size} {name} bad": float(bad(found, pairs))}
        if name == "ours":
            sample[f"{size} requests"] = float(at.journal()[0])
    return sample


def worker(name: str, at: Stand, part: Sequence[Pair], folder: Path) -> int:
    """In a process of its own: how many answers are missing or wrong."""
    os.environ["REQUESTS_CA_BUNDLE"] = at.ca
    return bad(CLIENTS[name](at, folder)(part), part)


def shared(at: Stand, folder: Path) -> Sample:
    """Four processes with a thousand pairs each: seconds, and how many processes have all."""
    pairs = pairs_of(*SIZES[4000])
    parts = [pairs[number::PROCESSES] for number in range(PROCESSES)]
    sample: dict[str, float] = {}
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("fork")) as pool:
        list(pool.map(abs, range(PROCESSES * 4)))
        for name in ("ours", "b24pysdk"):
            at.fresh(latency=LATENCY, connectors=SIZES[4000][0], lines=SIZES[4000][1])
            our_caller(at, our_services(at, folder))
            begun = time.perf_counter()
            futures = [pool.submit(worker, name, at, part, folder) for part in parts]
            wrong = [future.result() for future in futures]
            sample[f"shared {name}"] = time.perf_counter() - begun
            sample[f"shared {name} whole"] = float(sum(not each for each in wrong))
    return sample


def samples(given: Given) -> Samples:
    with stand() as at:
        while True:
            with tempfile.TemporaryDirectory() as folder:
                sample: dict[str, float | str] = {}
                for size in (40, 400) if given.quick else SIZES:
                    sample |= alone(at, size, Path(folder))
                if not given.quick:
                    sample |= shared(at, Path(folder) / "shared")
            yield sample


def _rows() -> Iterator[Row]:
    for size in SIZES:
        yield Row(key=f"{size} limit", label=f"{size:,} pairs: the physical limit")
        for name in CLIENTS:
            yield Row(key=f"{size} {name}", label=f"{size:,} pairs: {name}", base=f"{size} limit")
            yield Row(key=f"{size} {name} bad", label=f"{size:,} pairs: {name}, missing or wrong", unit="")
        yield Row(key=f"{size} requests", label=f"{size:,} pairs: requests of ours", unit="")
    for name in ("ours", "b24pysdk"):
        yield Row(key=f"shared {name}", label=f"4 processes × 1,000 pairs: {name}", base="4000 limit")
        yield Row(key=f"shared {name} whole", label=f"processes of the 4 that have all: {name}", unit="")


MEASURE = Measure(
    title="Reading connector × line at a portal with its limits on",
    rows=tuple(_rows()),
    samples=samples,
    rounds=2,
    seconds=170.0,
    note="Where answers are missing, the client stopped early, and its seconds are not comparable.",
)
