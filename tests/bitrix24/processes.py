"""Other processes of the bot: each with services, connections and locks of its own, over the store of a bot.

`python -m tests.bitrix24.processes` takes one line of JSON a task and answers each with one. It ends with its input.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bot.clock import SystemClock
from bot.plugin import PluginError, Services
from bot.plugin.loopback import wait_until
from bot.testing.scripted_dialogue import ScriptedDialogue
from bot.testing.services import scratch_services
from plugins.bitrix24.commands.acceptance import try_portal
from plugins.bitrix24.plugin import BitrixPlugin
from tests.store.line_process import TIMEOUT, LineProcess


class FastClock(SystemClock):
    """Real time that runs `speed` times as fast, alike in every process of this machine.

    `ahead` is by how many seconds somebody has set the clock of the day.
    """

    def __init__(self, speed: float, *, ahead: float = 0.0) -> None:
        self._speed, self._ahead_ms = speed, round(ahead * 1000)

    def now_ms(self) -> int:
        return super().now_ms() + self._ahead_ms

    def monotonic(self) -> float:
        return super().monotonic() * self._speed

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds / self._speed)


def _sweep(services: Services, plugin: BitrixPlugin, task: Mapping[str, Any]) -> Mapping[str, Any]:
    """The pairs given, and how many of the answers are missing or about another pair."""
    portal = plugin.open(services, plugin.places(services)[0])
    pairs = [(connector, line) for connector, line in task["pairs"]]
    found = portal.matrix(pairs)
    wrong = sum((each.connector, each.line) != pair for each, pair in zip(found, pairs, strict=True))
    active = [[each.connector, each.line] for each in found if each.present]
    return {"wrong": wrong, "missing": sum(bool(each.problem) for each in found), "active": active}


def _read(services: Services, plugin: BitrixPlugin, task: Mapping[str, Any]) -> Mapping[str, Any]:
    """How many of `threads` connector lists, begun together, came."""
    portals = [plugin.open(services, plugin.places(services)[0]) for _ in range(task["threads"])]
    with ThreadPoolExecutor(max_workers=len(portals)) as threads:
        return {"read": sum(bool(found) for found in threads.map(lambda portal: portal.connectors(), portals))}


def _call(services: Services, plugin: BitrixPlugin, task: Mapping[str, Any]) -> Mapping[str, Any]:
    """So many requests to the portal, one after the other, each of them as soon as its bucket lets it."""
    place = plugin.places(services)[0]
    return {"called": sum(bool(plugin.open(services, place).profile()) for _ in range(task["times"]))}


def _accept(services: Services, _plugin: BitrixPlugin, task: Mapping[str, Any]) -> Mapping[str, Any]:
    """An acceptance run; the throw-away connector."""
    outcome = try_portal(ScriptedDialogue(services), portal="default", line=task["line"])
    return {"connector": outcome.probe.connector if outcome.probe else ""}


TASKS = {"sweep": _sweep, "read": _read, "call": _call, "accept": _accept}


def serve() -> None:
    plugin_bots: dict[str, tuple[Services, BitrixPlugin]] = {}
    for line in sys.stdin:
        task = json.loads(line)
        folder = task["folder"]
        if folder not in plugin_bots:
            services = scratch_services(
                Path(folder),
                task["settings"],
                plugin="bitrix24",
                events=BitrixPlugin.events,
                clock=FastClock(task["speed"], ahead=task.get("ahead", 0.0)),
                url=task["url"],
            )
            plugin_bots[folder] = services, BitrixPlugin()
        try:
            answer = TASKS[task["do"]](*plugin_bots[folder], task)
        except PluginError as error:
            answer = {"error": str(error.sentence)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


class Processes:
    """Some of them, kept for several tasks because each takes a while to start."""

    def __init__(self, count: int) -> None:
        self._running = [LineProcess("tests.bitrix24.processes") for _ in range(count)]

    def __len__(self) -> int:
        return len(self._running)

    def kill_during(self, task: Mapping[str, Any], begun: Callable[[], bool]) -> None:
        """Kill the only process while it does a task, as soon as `begun`."""
        (process,) = self._running
        process.tell(task)
        try:
            assert wait_until(begun, within=TIMEOUT)
        finally:
            process.kill()

    def do(self, tasks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """One task for each process, all at once; their answers in the same order."""
        for process, task in zip(self._running, tasks, strict=True):
            process.tell(task)
        return [process.hear() for process in self._running]

    def stop(self) -> None:
        for process in self._running:
            process.stop()


class Hurry:
    """Makes a portal's time run faster by moving its clock on, a little every few milliseconds."""

    def __init__(self, advance: Callable[[float], object], speed: float) -> None:
        self._advance, self._speed = advance, speed
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hurry", daemon=True)

    def _run(self) -> None:
        last = time.monotonic()
        while not self._over.wait(0.005):
            now = time.monotonic()
            self._advance((now - last) * (self._speed - 1))
            last = now

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_raised: object) -> None:
        self._over.set()
        self._thread.join()


if __name__ == "__main__":
    serve()
