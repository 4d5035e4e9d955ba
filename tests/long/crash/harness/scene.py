"""One run of the bot between both simulators: boot it, kill it, restart it, deliver again, and let it come to rest.

The simulators live in this process, so that the truth outlives the bot. Time is the driver's: what takes minutes on
the clock takes milliseconds here.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bot.playground.workspace import DispatchResult, Message
from bot.playground.workspace.base.dispatch import Dispatch
from bot.slack.incoming import payloads
from bot.store.sealing.keyring import create_key_file
from bot.web.site import SLACK_PATH
from plugins.bitrix24.simulator.state.faults import read_fault
from tests.long.crash.harness.forked import ForkServer, Process
from tests.long.crash.harness.outside import Arrival, WatchedPortalSimulation, WatchedWorkspace, Witness
from tests.long.crash.harness.page import Page
from tests.long.crash.harness.reader import Reader
from tests.long.crash.harness.stored_rows import ALLOWED, move_rows, open_rows
from tests.long.crash.harness.trip import DIED, READY, Kill

GIVE_UP_SECONDS = 30.0
"""Real seconds without an end to a wait: something hangs, and the run is over."""
GIVE_UP_SECONDS = 2_100
"""Seconds on the clock for one step of a scenario: a bot that dies at its end counts its quarter of an hour anew."""
PAUSES = ((10, 1), (30, 5), (float("inf"), 30))
"""Up to how long a step has waited on the clock, and how far that is moved at a time: less and less often."""
REST_SECONDS = 300
"""Seconds on the clock in which everything has to be settled once faults have stopped: I9."""
TICK_SECONDS = 15
"""How far the clock is moved at a time while everything comes to rest."""
POLL_SECONDS = 0.01
DISPATCHER_SECONDS = 0.5
"""Real seconds in which a dispatcher takes what is due, if its channel does not rest."""
BEHIND_SECONDS = 0.05
"""By how much the clock of a bot may be behind that of its server, which it asks once. What is due within that time is
not waited for: the bot looks at it with the next move of the clock."""
READS_A_ROUND = {"keeper_reads": 4, "recovery_reads": 5}
"""When the scheduler and the recovery have read the clock so often they have looked at everything once."""
MOST_LIVES = 40
SWITCHES = {"rate_limit": "off", "oauth_reads_body": "body"}
"""The portal takes any number of calls a second here, and reads a token request's body as its documents say."""
KEYS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "slash_commands": payloads.slash_command,
    "block_actions": payloads.click,
    "view_submission": payloads.form,
}


NOT_YET = object()
"""What an act returns that could not be done yet, for example because a button is not there."""


class Unsettled(AssertionError):
    """The bot did not come where it should have come; the message says where it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something somebody does, and how one sees that it has been taken care of.

    With `again` it is repeated when nothing comes of it, as people do who got an answer that asks for it.
    """

    name: str
    act: Callable[[Scene], object]
    done: Callable[[Scene], object]
    again: bool = False


class Scene:
    """Use as a context manager. `folder` is made, over a copy of `template`, or with a key file and nothing else.

    `kills` are died at in their order, each by the process that reaches it first. In the values of `settings`,
    `{folder}` stands for the folder. With a `url` the rows are in that empty schema of a server.
    """

    def __init__(
        self,
        server: ForkServer,
        folder: Path,
        *,
        template: Path | None = None,
        kills: Iterable[Kill] = (),
        settings: Mapping[str, str] | None = None,
        url: str = "",
    ) -> None:
        self.folder, self.home, self.url = folder, folder / "home", url
        folder.mkdir(parents=True)
        if template is None:
            create_key_file(folder / "keys" / "key")
        else:
            shutil.copytree(template, folder, dirs_exist_ok=True)
        if url and template is not None:
            move_rows(self.home, url)
        self.stored = open_rows(self.home, url)
        self.witness = self.make_witness()
        self.page = Page(folder / "page")
        self.portal = WatchedPortalSimulation(self.witness)
        self.workspace = WatchedWorkspace(self.witness)
        self.died_at: list[str] = []
        self.recoveries: list[float] = []
        """Real seconds from each start after a kill until the bot could take a click."""
        self.problems: list[str] = []
        """What was seen to be wrong on the way."""
        self.process: Process | None = None
        self.form: dict[str, str] = {}
        """The fields of a page of the portal that somebody has open."""
        self._due_since: float | None = None
        self._server = server
        self._reader = Reader(self.stored)
        self._kills = list(kills)
        self._more = {name: value.format(folder=folder) for name, value in (settings or {}).items()}

    def __enter__(self) -> Self:
        self.workspace.start()
        for name, value in SWITCHES.items():
            self.portal.watched.world.switches.set(name, value)
        self.portal.seed()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self.workspace.stop()
        self.portal.stop()
        self.page.close()
        self.stored.close()

    def make_witness(self) -> Witness:
        """Whoever stands at the doors of both simulators."""
        return Witness(self.stored)

    @property
    def settings(self) -> Mapping[str, str]:
        """What the bot's processes are told."""
        return {
            "SLACK_BOT_TOKEN": self.workspace.bot_token,
            "SLACK_SIGNING_SECRET": self.workspace.signing_secret,
            "SLACK_API_URL": self.workspace.api_url,
            "B24BOT_HOME": str(self.home),
            "B24BOT_KEY_FILE": str(self.folder / "keys" / "key"),
            "B24BOT_APPROVAL_CHANNEL": self.workspace.channel("approvals").id,
            "B24BOT_AUDIT_CHANNEL": self.workspace.channel("audit").id,
            "B24BOT_PLUGINS": "tests.long.crash.harness.fragile:plugin",
            "B24BOT_LOG_LEVEL": "DEBUG",
            **self.portal.settings(),
            **({"B24BOT_DATABASE_URL": self.url, **ALLOWED} if self.url else {}),
            **self._more,
        }

    # --- the bot's processes -----------------------------------------------------------------------------------

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.alive

    def boot(self) -> bool:
        """Start the bot and wait until it takes deliveries; False when it died before."""
        ready = len(self._ready())
        started = time.monotonic()
        self.witness.life += 1
        self.process = self._server.boot(self.folder, self.settings, self._next_kill())
        end = started + GIVE_UP_SECONDS
        while len(self._ready()) == ready:
            if not self.process.alive:
                self.reap()
                return False
            if time.monotonic() > end:
                raise Unsettled(f"the bot did not become ready\n{self.logs()}")
            time.sleep(POLL_SECONDS)
        if self.died_at:
            self.recoveries.append(time.monotonic() - started)
        self.workspace.request_url = f"http://127.0.0.1:{self._ready()[-1]}{SLACK_PATH}"
        return True

    def kill(self) -> None:
        """Kill the bot from outside, wherever it is, and look at what it leaves."""
        if self.process is not None:
            self.process.kill()
            self.reap()

    def stop(self) -> None:
        """The same without looking: the run is over."""
        if self.process is not None:
            self.process.kill()
            self.process = None

    def reap(self) -> None:
        """A process is dead: was it meant to be, and is all on disk that it has acknowledged (I8)?"""
        if self.process is None:
            return
        code, self.process = self.process.wait(), None
        self.workspace.request_url = ""
        self._note_death(code)
        self.problems += [f"I8: {what} was acknowledged and is not on disk" for what in self.unrecorded()]

    def _note_death(self, code: int) -> None:
        deaths = [line for line in self.passes() if line.startswith(DIED)]
        for line in deaths[len(self.died_at) :]:
            self.died_at.append(line.removeprefix(DIED))
            self._kills.pop(0)
        if code != -9:
            raise Unsettled(f"a process of the bot ended by itself with {code}\n{self.logs()}")

    def up(self) -> None:
        """Have a bot that runs: start it, again after each death, and deliver all again that was ever sent to it."""
        while not self.alive:
            if self.witness.life > MOST_LIVES:
                raise Unsettled(f"the bot does not stay up\n{self.logs()}")
            self.reap()
            if self.boot():
                self.redeliver()

    def redeliver(self) -> None:
        """Deliver the very same bytes once more, all of them, in their order."""
        for dispatch in self.dispatches():
            self.workspace.deliver(dispatch)

    def terminal(self, *words: str, **more: str) -> int:
        """Run `b24bot WORDS…` beside the bot, once more each time it dies at a failpoint; its exit code."""
        while True:
            kill = self._next_kill()
            process = self._server.terminal(self.folder, {**self.settings, **more}, words, kill)
            code = process.wait()
            if code != -9:
                return code
            self._note_death(code)

    def _next_kill(self) -> Kill | None:
        return self._kills[0] if self._kills else None

    # --- time --------------------------------------------------------------------------------------------------

    def advance(self, seconds: float) -> None:
        """Let time pass for everybody, and tell the bot's threads to look at it. The portal is never behind."""
        self.portal.watched.clock.advance(seconds)
        self.portal.watched.world.sender.settle()
        self.portal.watched.world.sender.wake()
        self.workspace.advance(seconds)
        self.page.add("shift_ms", round(seconds * 1000))
        self.page.add("nudges", 1)

    def pass_time(self, seconds: float) -> None:
        """The same, and wait until those who look around have: the clock does not run away from a slow machine."""
        self.advance(seconds)
        self.scheduler_looks()

    def scheduler_looks(self) -> None:
        """Wait until the scheduler and the recovery have made their rounds, or the bot is dead."""
        enough = {word: self.page.get(word) + reads for word, reads in READS_A_ROUND.items()}

        def looked() -> bool:
            self.page.add("nudges", 1)
            return all(self.page.get(word) >= reads for word, reads in enough.items())

        self.wait(looked, "a round of the scheduler")

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self.page.get("shift_ms") + self.page.get("set_ms")

    def steady_ms(self) -> int:
        """The bot's clock that nobody sets: with a server it is that of the server, which has this machine's time."""
        steady = time.time() - BEHIND_SECONDS if self.url else time.monotonic()
        return round(steady * 1000) + self.page.get("shift_ms") + self.page.get("slept_ms")

    def perform(self, step: Step) -> None:
        """Do the step and wait until it is taken care of, whoever dies meanwhile."""
        acted, spent = False, 0
        while True:
            self.up()
            if not acted:
                acted = step.act(self) is not NOT_YET
            self.wait(lambda: bool(step.done(self)) or self.idle(), f"what ends “{step.name}”, or a rest")
            if not self.alive:
                continue
            if step.done(self):
                return
            if spent > GIVE_UP_SECONDS:
                raise Unsettled(f"nothing comes of: {step.name}\n{self.standing()}")
            acted = acted and not (step.again and spent and spent % 5 == 0)
            seconds = next(each for upto, each in PAUSES if spent < upto)
            spent += seconds
            self.pass_time(seconds)

    def wait(self, reached: Callable[[], bool], what: str) -> None:
        """Until that is so, or the bot is dead; `what` is said of a wait in vain."""
        end = time.monotonic() + GIVE_UP_SECONDS
        while self.alive and not reached():
            if time.monotonic() > end:
                raise Unsettled(f"it hangs: {what} did not come\n{self.standing()}")
            time.sleep(POLL_SECONDS)

    def quiesce(self) -> None:
        """Faults have stopped: within REST_SECONDS on the clock everything is settled that can be (I9)."""
        self.portal.watched.world.faults.clear()
        self.workspace.clear_faults()
        self._right_clock()
        for spent in range(0, REST_SECONDS + 1, TICK_SECONDS):
            self.up()
            self.wait(self.idle, "a rest")
            if self._rests():
                return
            if spent < REST_SECONDS:
                self.pass_time(TICK_SECONDS)
        self.problems.append(f"I9: not settled after {REST_SECONDS} s\n{self.standing()}")

    def _right_clock(self) -> None:
        """The clock of the day is right again, and what was put off by a wrong one has its time."""
        wrong_ms = max(abs(self.page.get("step_ms")), abs(self.page.get("set_ms")))
        self.page.put("step_ms", 0)
        self.page.put("set_ms", 0)
        if wrong_ms:
            self.up()
            self.pass_time(wrong_ms / 1_000)

    def _rests(self) -> bool:
        """Whether nothing is left to do, also when the scheduler has looked around once more and noted what is new."""
        noted = self._reader.last_record()
        for _ in range(2):
            if not self.alive or self.unsettled():
                return False
            self.pass_time(0)
            self.wait(self.idle, "a rest")
        return self.alive and not self.unsettled() and self._reader.last_record() == noted

    # --- what there is -----------------------------------------------------------------------------------------

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Read the bot's database."""
        return self.stored.read(sql, *values)

    def idle(self) -> bool:
        """Whether nobody in the bot has anything to do at this moment of the clock.

        What is due may have to wait for a channel that rests: nothing comes of it until time passes.
        """
        busy, due = self._reader.at_work(self.steady_ms())
        if busy or not due:
            self._due_since = None
            return not busy
        since = self._due_since = self._due_since or time.monotonic()
        return time.monotonic() - since > DISPATCHER_SECONDS

    def unsettled(self) -> list[str]:
        """What still has to come to an end by itself."""
        return [
            *self._reader.unsettled(),
            *(f"late effect of {one.method}" for one in self._calls() if self.is_late(one)),
        ]

    def _calls(self) -> list[Arrival]:
        return [*self.witness.arrivals, *self.witness.watching]

    def is_late(self, arrival: Arrival) -> bool:
        """Whether the portal still has to carry out a call."""
        self.portal.watched.find_entry(arrival)
        return arrival.entry is None

    def status(self, number: int = 1001) -> str:
        return self._reader.status(number)

    def ended(self, number: int = 1001) -> bool:
        """Whether a change request has come to an end, or to what only a person can find out."""
        return self._reader.ended(number)

    def card(self, words: str = "[*Approve ", channel: str = "approvals") -> Message | None:
        return self.workspace.find(channel, words)

    def told(self, person: str, words: str) -> bool:
        """Whether something only this person sees holds the words."""
        seen = [*self.workspace.ephemerals(person), *self.workspace.dms(person)]
        return any(words in self.workspace.transcript(one) for one in seen)

    def fault(self, kind: str, method: str, **options: Any) -> None:
        """The portal's next call of the method suffers this."""
        with self.portal.watched.world.lock:
            self.portal.watched.world.faults.add(read_fault({"kind": kind, "method": method, **options}))

    def dispatches(self) -> list[Dispatch]:
        """Everything that was ever sent to the bot, each once."""
        return list({one.dispatch.id: one.dispatch for one in self.workspace.dispatches}.values())

    def unrecorded(self) -> list[str]:
        """Deliveries that were acknowledged and have no receipt."""
        acknowledged: list[DispatchResult] = [one for one in self.workspace.dispatches if one.ok]
        if not acknowledged:
            return []
        receipts = {row[0] for row in self.rows("SELECT key FROM receipts")}
        return sorted({key for one in acknowledged if (key := key_of(one.dispatch)) not in receipts})

    def passes(self) -> list[str]:
        """The names of all failpoints passed so far, in order, by whichever process."""
        with suppress(FileNotFoundError):
            return (self.folder / "journal").read_text().splitlines()
        return []

    def _ready(self) -> list[str]:
        return [line.removeprefix(READY) for line in self.passes() if line.startswith(READY)]

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("process-*.log")))[-6000:]

    def standing(self) -> str:
        """Where everything stands, for a message that somebody has to find a fault by."""
        changes = self.rows("SELECT number, status, outcome FROM changes")
        return "\n".join(
            [
                f"unsettled: {self.unsettled()}",
                f"died at: {self.died_at}",
                f"change requests: {changes}",
                f"audit: {self.rows('SELECT seq, tag, actor, subject FROM audit ORDER BY seq DESC LIMIT 8')}",
                f"executions: {self.rows('SELECT * FROM executions')}",
                f"last passes: {self.passes()[-8:]}",
                self.logs(),
            ]
        )


def key_of(dispatch: Dispatch) -> str:
    """The receipt that a delivery must have left."""
    kind = dispatch.kind if dispatch.kind in KEYS else dispatch.name
    return str(KEYS[kind](dispatch.payload).key)
