"""opsdroid: its import with one skill, and a message through its parsers without a connector."""

from __future__ import annotations

import asyncio
import gettext
import logging
import statistics
import time
from typing import Any

from benchmarks.sampling import Given, Measure, Row, Samples

COMMANDS = 100


def samples(_given: Given) -> Samples:
    begun = time.perf_counter()
    logging.disable(logging.CRITICAL)
    gettext.install("opsdroid")
    from opsdroid.core import OpsDroid
    from opsdroid.events import Message
    from opsdroid.matchers import match_regex

    heard: list[Any] = []

    async def verb0(_opsdroid: Any, _config: Any, message: Any) -> None:
        heard.append(message)

    # Its decorator has no types where it is installed, and is not there at all where it is not.
    skill: Any = match_regex(r"^verb0$")(verb0)
    skill.config = {}
    loop = asyncio.new_event_loop()

    async def begun_in_its_loop() -> Any:
        droid = OpsDroid(config={})
        droid.skills.append(skill)
        return droid

    droid = loop.run_until_complete(begun_in_its_loop())
    ready = time.perf_counter() - begun

    async def commanded() -> float:
        taken = []
        for _ in range(COMMANDS):
            started = time.perf_counter()
            await droid.parse(Message(text="verb0"))
            taken.append(time.perf_counter() - started)
        return statistics.median(taken)

    while True:
        heard.clear()
        sample = {"opsdroid": loop.run_until_complete(commanded()), "opsdroid ready": ready}
        if len(heard) != COMMANDS:
            raise RuntimeError(f"opsdroid heard {len(heard)} of {COMMANDS}")
        yield sample


MEASURE = Measure(title="opsdroid", rows=(Row(key="opsdroid", label="opsdroid"),), samples=samples)
