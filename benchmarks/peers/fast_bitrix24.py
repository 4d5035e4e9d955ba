"""fast_bitrix24: one `imconnector.status` after another, as its documentation says, and its own throttle off."""

from __future__ import annotations

import os
import statistics
import time

from benchmarks.sampling import Given, Measure, Row, Samples

CALLS = 40


def samples(given: Given) -> Samples:
    os.environ["SSL_CERT_FILE"] = given.more["ca"]
    from fast_bitrix24 import Bitrix

    async def token() -> str:
        return given.more["token"]

    # With its throttle it would show two calls a second, whatever a call costs.
    client = Bitrix(given.more["url"], token_func=token, verbose=False, request_pool_size=10**9)
    while True:
        taken = []
        for _ in range(CALLS):
            begun = time.perf_counter()
            client.call("imconnector.status", {"CONNECTOR": "c0", "LINE": 1}, raw=True)
            taken.append(time.perf_counter() - begun)
        yield {"fast_bitrix24": statistics.median(taken)}


MEASURE = Measure(title="fast_bitrix24", rows=(Row(key="fast_bitrix24", label="fast_bitrix24"),), samples=samples)
