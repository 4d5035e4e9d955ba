"""The bot as several processes, each of which may die at any time, and commands in the terminal beside them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bot.store.disk.process_lock import INTAKE, WORKER
from bot.web.site import SLACK_PATH
from tests.long.chaos.doors import DiscerningWitness
from tests.long.chaos.tally import Tally
from tests.long.crash.harness.forked import ForkServer, Process
from tests.long.crash.harness.outside import Witness
from tests.long.crash.harness.scene import GIVE_UP_SECONDS, Scene, Unsettled
from tests.long.crash.harness.trip import READY, Kill

BOTH = (INTAKE, WORKER)
LAYOUTS: Sequence[tuple[tuple[str, ...], ...]] = ((BOTH,), ((INTAKE,), (WORKER,)))
"""Which processes there are: `serve` alone, or `serve --intake-only` beside `work`."""
FAVOURITES = (
    "*:commit:bot.usecases.intake.receipts.*",
    "*:commit:bot.usecases.requests.reviews.*",
    "*:commit:bot.usecases.execution.executor.*",
    "*:net:* < bot.usecases.execution.executor.*",
    *(f"*:commit:bot.usecases.{module}.*" for module in ("answers", "posts", "audit_lines", "delivery_results")),
    *(f"*:net:* < bot.usecases.{module}.*" for module in ("answers", "posts", "audit_lines")),
)
"""Places that are died at more often than their share of the passes."""

MISSING_DEATHS = 2
"""So many fewer than there may have been, and somebody is killed in the next round for certain."""


@dataclass(slots=True, kw_only=True)
class Life:
    """One process of the bot; by the workspace's clock, when it was started and when that was over."""

    roles: tuple[str, ...]
    began: float
    ready: float


class Staffed(Scene):
    """A scene whose bot is one process or two. `deaths` is how many of them are killed at the most.

    It is `calm` once nobody is killed any more.
    """

    def __init__(
        self,
        server: ForkServer,
        folder: Path,
        *,
        template: Path,
        seed: str,
        deaths: int,
        settings: Mapping[str, str],
    ) -> None:
        super().__init__(server, folder, template=template, settings=settings)
        self.seed = seed
        self.tally = Tally(seed=seed)
        self.lives: list[Life] = []
        self.calm = False
        self._deaths = deaths
        self.deaths_by_now = 1.0
        """So many may have been killed at this moment of the run."""
        self._rng = Random(f"{seed}/storm")
        self._staff: dict[tuple[str, ...], Process] = {}
        self._layout = LAYOUTS[0]
        self._errands: list[tuple[Sequence[str], Process]] = []
        self._heard: list[str] = []
        self._heard_to = 0

    def make_witness(self) -> Witness:
        self._doors = DiscerningWitness(self.stored)
        return self._doors

    @property
    def alive(self) -> bool:
        return len(self._staff) == len(self._layout) and all(one.alive for one in self._staff.values())

    @property
    def works(self) -> bool:
        """Whether there is a worker that lives."""
        return any(WORKER in roles and one.alive for roles, one in self._staff.items())

    @property
    def staff(self) -> Mapping[tuple[str, ...], Process]:
        """The processes that were started and not reaped, by their roles."""
        return self._staff

    def up(self) -> None:
        """Have all processes of a layout; another layout when nobody of the last is left."""
        self.reap()
        while not self.alive:
            if not self._staff:
                self._layout = self._rng.choice(LAYOUTS)
            for roles in self._layout:
                if roles not in self._staff:
                    self._boot(roles)
            self.reap()

    def _boot(self, roles: tuple[str, ...]) -> None:
        ready, started = len(self._ready()), time.monotonic()
        self.witness.life += 1
        now = self.workspace.world.clock.now()
        self.lives.append(Life(roles=roles, began=now, ready=now))
        if WORKER in roles:
            self._doors.reborn_ms = self.now_ms()
        process = self._server.boot(self.folder, self.settings, self._fuse(), roles)
        self._staff[roles] = process
        self.tally.processes += 1
        while len(self._ready()) == ready and process.alive:
            if time.monotonic() > started + GIVE_UP_SECONDS:
                raise Unsettled(f"{roles} did not become ready\n{self.logs()}")
            time.sleep(0.01)
        self.lives[-1].ready = self.workspace.world.clock.now()
        if INTAKE in roles and process.alive:
            self.workspace.request_url = f"http://127.0.0.1:{self._ready()[-1]}{SLACK_PATH}"

    def _fuse(self) -> Kill | None:
        """Where the process that begins is to die."""
        rng = self._rng
        if self.calm or not self.deaths_left() or rng.random() < 0.25:
            return None
        if rng.random() < 0.5:
            return Kill(at="*", nth=1 + round(rng.expovariate(1 / 250)))
        return Kill(at=rng.choice(FAVOURITES), nth=1 + round(rng.expovariate(1 / 12)))

    def deaths_left(self) -> bool:
        return self.tally.kills < self.deaths_by_now

    def lags_behind(self) -> bool:
        """Whether deaths are missing: most processes reach the place where they are to die late, or not at all."""
        return self.tally.kills + MISSING_DEATHS <= self.deaths_by_now

    def kill(self) -> None:
        """End every process wherever it is."""
        for process in self._staff.values():
            process.kill()
        self.reap()

    def stop(self) -> None:
        for process in (*self._staff.values(), *(process for _, process in self._errands)):
            process.kill()
        self._staff.clear()
        self._errands.clear()

    def reap(self) -> None:
        """Look after the dead: were they killed, and is all on disk that they acknowledged (I8)?"""
        dead = [roles for roles, process in self._staff.items() if not process.alive]
        for roles in dead:
            code = self._staff.pop(roles).wait()
            self.tally.kills += 1
            if code != -9:
                raise Unsettled(f"{roles} ended by itself with {code}\n{self.logs()}")
            if INTAKE in roles:
                self.workspace.request_url = ""
        if dead and not self.calm:
            self.problems += [f"I8: {key} was acknowledged and is not on disk" for key in self.unrecorded()]

    def kill_somebody(self) -> None:
        victims = [process for process in self._staff.values() if process.alive]
        if victims and not self.calm and self.deaths_left():
            time.sleep(self._rng.random() * 0.02)
            self._rng.choice(victims).kill()

    def run_errand(self, words: Sequence[str], **more: str) -> None:
        """Run `b24bot WORDS…` beside the bot, to its end."""
        self._errands.append((words, self._server.terminal(self.folder, {**self.settings, **more}, words, None)))
        self.tally.errands += 1
        self.reap_errands(wait=True)

    def begin_errand(self, words: Sequence[str], kill: Kill | None) -> None:
        """The same without waiting for its end."""
        self._errands.append((words, self._server.terminal(self.folder, self.settings, words, kill)))
        self.tally.errands += 1

    def reap_errands(self, *, wait: bool) -> None:
        running = []
        for words, process in self._errands:
            if process.alive and not wait:
                running.append((words, process))
                continue
            code = process.wait()
            self.tally.kills += code == -9
            if code not in (-9, 0, 2, 3, 4, 5, 6, 7):
                self.problems.append(f"b24bot {' '.join(words)} ended with {code}\n{self.logs()}")
        self._errands = running

    def _ready(self) -> list[str]:
        return [line.removeprefix(READY) for line in self._journal() if line.startswith(READY)]

    def _journal(self) -> list[str]:
        """The lines about processes; the journal has millions of others in a long run."""
        path = self.folder / "journal"
        if path.exists():
            with path.open() as file:
                file.seek(self._heard_to)
                for line in file:
                    if line.startswith(READY):
                        self._heard.append(line.rstrip("\n"))
                self._heard_to = file.tell()
        return self._heard
