"""Errbot: its start with one plugin, and a command through its test backend, which is the shortest way it has."""

from __future__ import annotations

import logging
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.sampling import Given, Measure, Row, Samples

COMMANDS = 100
PLUG = "[Core]\nName = Bench\nModule = bench\n[Python]\nVersion = 3\n"
PLUGIN = (
    "from errbot import BotPlugin, botcmd\n"
    "class Bench(BotPlugin):\n"
    "    @botcmd\n"
    "    def verb0(self, msg, args):\n"
    "        return 'done'\n"
)


def samples(_given: Given) -> Samples:
    begun = time.perf_counter()
    logging.disable(logging.CRITICAL)
    from errbot.backends.test import TestBot

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "bench.plug").write_text(PLUG)
        Path(folder, "bench.py").write_text(PLUGIN)
        bot = TestBot(extra_plugin_dir=folder, loglevel=logging.CRITICAL)
        bot.start(timeout=30)
        ready = time.perf_counter() - begun
        try:
            while True:
                yield {"errbot": _commanded(bot), "errbot ready": ready}
        finally:
            bot.stop()


def _commanded(bot: Any) -> float:
    taken = []
    for _ in range(COMMANDS):
        begun = time.perf_counter()
        answer = bot.exec_command("!verb0", timeout=10)
        taken.append(time.perf_counter() - begun)
        if answer != "done":
            raise RuntimeError(f"Errbot answered {answer!r}")
    return statistics.median(taken)


MEASURE = Measure(title="Errbot", rows=(Row(key="errbot", label="Errbot"),), samples=samples)
