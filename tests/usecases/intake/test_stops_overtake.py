"""A stop overtakes whatever runs and waits: a portal that does not answer, a hundred reads, approved requests."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bot.core import mentions
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.messages.deliveries import Inbound, inbound_to_json
from bot.plugin.loopback import wait_until
from bot.store.repositories.job_order import ROOM, Rank
from bot.store.repositories.jobs import INBOUND
from bot.usecases.authority import card_token
from bot.usecases.intake.priority import find_position
from bot.usecases.intake.receipts import receive
from bot.usecases.integrity.freezes import FROZEN
from bot.usecases.runtime.worker import Worker
from tests.tables.quick import fewer
from tests.usecases.core_bot import ANTON, IDA, OLGA, VERA, VIKTOR, CoreBot

READS = 100
AT_ONCE = ROOM[Rank.PLANNING]
RUNS = fewer(17, 2)
"""Of each kind of stop."""
THINGS = ("one", "two", "three")
READERS = (ANTON, IDA, OLGA, VERA, VIKTOR)
ENDED = (Status.DONE, Status.FAILED, Status.WITHDRAWN, Status.REJECTED)
STOPS: dict[str, Callable[[CoreBot, ChangeRequest], Inbound]] = {
    "freeze": lambda core_bot, change: core_bot.typed(OLGA, "freeze"),
    "withdraw": lambda core_bot, change: core_bot.click(OLGA, change, card_token.WITHDRAW),
    "reject": lambda core_bot, change: core_bot.form(VERA, change, "the wrong one"),
}


class SlowPortal:
    """Lets nobody through before it is told to, as one that takes long for each answer."""

    def __init__(self, core_bot: CoreBot) -> None:
        self._open = threading.Semaphore(0)
        self._lock = threading.Lock()
        self.waiting = 0
        core_bot.toy.on_open = self.wait
        core_bot.toy.on_call = lambda call: self.wait()

    def wait(self) -> None:
        with self._lock:
            self.waiting += 1
        self._open.acquire(timeout=20)
        with self._lock:
            self.waiting -= 1

    def answer(self, how_many: int) -> None:
        self._open.release(how_many)


@contextmanager
def busy(core_bot: CoreBot) -> Iterator[SlowPortal]:
    """A worker with as many reads at the portal as that has room for, before a queue of a hundred."""
    with core_bot.store.unit_of_work() as store:
        for number in range(READS):
            typed = core_bot.typed(READERS[number % len(READERS)], "thing list")
            read, position = inbound_to_json(typed), find_position(core_bot.ctx, typed)
            store.jobs.add(INBOUND, read, at=0, position=position)
    portal, worker = SlowPortal(core_bot), Worker(core_bot.ctx)
    worker.start()
    core_bot.ctx.threads.connect_wake(lambda *_: worker.wake_all())
    try:
        assert wait_until(lambda: portal.waiting == AT_ONCE)
        yield portal
    finally:
        stopper = threading.Thread(target=worker.stop)
        stopper.start()
        portal.answer(1_000)
        stopper.join(60)
        with core_bot.store.unit_of_work() as store:
            store.engine.execute("DELETE FROM jobs")


def begun(core_bot: CoreBot) -> set[int]:
    """The change requests with an intent on disk."""
    return {row["number"] for row in core_bot.store.engine.rows("SELECT DISTINCT number FROM executions")}


def approved(core_bot: CoreBot) -> list[ChangeRequest]:
    """Several that were approved, with the lines about it in the audit channel, and nothing of them begun."""
    changes = [core_bot.ask(f"thing remove {thing}") for thing in THINGS]
    for change in changes:
        core_bot.press(ANTON, change)
    core_bot.deliver()
    return [core_bot.now(change) for change in changes]


def stop_in_the_middle(core_bot: CoreBot, kind: str, chance: random.Random) -> tuple[set[int], set[int]]:
    """Those that may not begin once the stop was acknowledged, and those that have begun in the end."""
    changes = approved(core_bot)
    with busy(core_bot) as portal:
        # Some are still planned again, of some the call is on its way, and some have ended.
        for _ in range(chance.randrange(3)):
            portal.answer(chance.randint(1, AT_ONCE))
            wait_until(lambda: portal.waiting == AT_ONCE, within=20)
        aim = chance.choice(changes)
        stop = STOPS[kind](core_bot, core_bot.now(aim))
        beside = threading.Thread(target=portal.answer, args=(chance.randint(1, AT_ONCE),))
        beside.start()
        receive(core_bot.ctx, stop)
        held = {change.number for change in changes} if kind == "freeze" else {aim.number}
        held -= begun(core_bot)
        beside.join(20)

        def is_over() -> bool:
            core_bot.clock.advance(0.3)
            portal.answer(1)
            core_bot.ctx.threads.wake()
            return all(core_bot.now(change).status in ENDED for change in changes)

        assert wait_until(is_over)
    return held, begun(core_bot)


@pytest.mark.parametrize("kind", STOPS)
def test_after_the_acknowledgement_of_a_stop_no_first_intent_is_written(
    make_core_bot: Callable[..., CoreBot], kind: str
) -> None:
    """Freeze, withdraw and reject at random moments, under a portal that is slow and with a hundred reads waiting."""
    core_bot = make_core_bot()
    for run in range(RUNS):
        core_bot.toy.things = dict.fromkeys(THINGS, "red")
        held, ran = stop_in_the_middle(core_bot, kind, random.Random(run))
        assert held & ran == set(), f"run {run}"
        with core_bot.store.unit_of_work() as store:
            store.facts.put(FROZEN, "")


def test_whoami_is_answered_while_the_portal_holds_every_other_runner(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot()
    with busy(core_bot) as portal:
        receive(core_bot.ctx, core_bot.typed(VERA, "whoami"))
        assert wait_until(lambda: core_bot.last_private_notice == f"You are {mentions.person(VERA)}.")
        assert portal.waiting == AT_ONCE
