"""Whoever waits for a portal holds up nothing but that portal's jobs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from bot.core.change.change_request import Status
from bot.plugin import Place, Services
from bot.plugin.loopback import wait_until
from bot.store.engine.port import Engine
from bot.store.repositories.job_order import ROOM, Rank
from bot.store.repositories.jobs import JobReader
from bot.store.sealing.keyring import Keyring
from bot.usecases.authority import card_token
from bot.usecases.intake.receipts import receive
from bot.usecases.runtime.worker import Worker
from tests.language.english import en
from tests.usecases.core_bot import ANTON, IDA, OLGA, VERA, VIKTOR, CoreBot
from tests.usecases.toy import ACME, BETA, Toy


class CountedJobs(JobReader):
    """Notes which threads ask whether a job waits."""

    def __init__(self, database: Engine, keys: Keyring) -> None:
        super().__init__(database, keys)
        self.asked: list[tuple[str, int]] = []

    def waiting(self, steady: int, *, quick: bool = False) -> bool:
        self.asked.append((threading.current_thread().name, threading.get_ident()))
        return super().waiting(steady, quick=quick)


READERS = (ANTON, IDA, OLGA, VIKTOR)
AT_ONCE = ROOM[Rank.PLANNING]


@dataclass(slots=True)
class Toys(Toy):
    """Two places, of which one answers nobody before it is told to."""

    known: list[Place] = field(default_factory=lambda: [ACME, BETA])
    answer: threading.Event = field(default_factory=threading.Event)
    waiting: int = 0

    def open(self, services: Services, place: Place) -> Toy:
        if place == ACME:
            self.waiting += 1
            assert self.answer.wait(60)
        return Toy.open(self, services, place)


@pytest.fixture
def toys() -> Toys:
    return Toys()


@pytest.fixture
def core_bot(make_core_bot: Callable[..., CoreBot], toys: Toys) -> CoreBot:
    return make_core_bot(toy=toys)


@pytest.fixture
def worker(core_bot: CoreBot, toys: Toys) -> Iterator[Worker]:
    """A worker whose runners wait for the silent place, with more reads of it in the queue."""
    for number in range(3 * AT_ONCE):
        receive(core_bot.ctx, core_bot.typed(READERS[number % len(READERS)], "thing list --portal default"))
    worker = Worker(core_bot.ctx)
    worker.start()
    assert in_time(lambda: toys.waiting == AT_ONCE)
    yield worker
    toys.answer.set()
    worker.stop()


def in_time(ready: Callable[[], bool]) -> bool:
    return wait_until(ready, within=20)


def answers(core_bot: CoreBot) -> list[str]:
    return [en(notice.reply.title) for notice in core_bot.messenger.private_notices]


def under_way(core_bot: CoreBot) -> int:
    return core_bot.store.jobs.under_way()


def test_a_portal_that_answers_nobody_has_as_many_runners_as_it_has_room(
    core_bot: CoreBot, toys: Toys, worker: Worker
) -> None:
    assert not wait_until(lambda: toys.waiting > AT_ONCE, within=0.3)
    assert under_way(core_bot) == AT_ONCE
    toys.answer.set()
    assert in_time(lambda: answers(core_bot).count("Things") == 3 * AT_ONCE)


def test_a_read_of_another_portal_goes_on_meanwhile(core_bot: CoreBot, toys: Toys, worker: Worker) -> None:
    for _ in range(2 * AT_ONCE):
        receive(core_bot.ctx, core_bot.typed(VERA, "thing list --portal beta"))
    assert in_time(lambda: answers(core_bot).count("Things") == 2 * AT_ONCE)
    assert toys.waiting == AT_ONCE


@pytest.mark.parametrize("line", ["whoami", "help", "status", "request list", "access list"])
def test_what_needs_no_portal_goes_on_meanwhile(core_bot: CoreBot, toys: Toys, worker: Worker, line: str) -> None:
    receive(core_bot.ctx, core_bot.typed(VERA, line))
    assert in_time(lambda: bool(answers(core_bot)))
    assert under_way(core_bot) == AT_ONCE


def test_what_was_approved_goes_on_at_a_portal_that_is_full_of_reads(core_bot: CoreBot, toys: Toys) -> None:
    toys.answer.set()
    change = core_bot.ask("thing remove one --portal default")
    toys.answer.clear()
    toys.waiting = 0
    for number in range(3 * AT_ONCE):
        receive(core_bot.ctx, core_bot.typed(READERS[number % len(READERS)], "thing list --portal default"))
    worker = Worker(core_bot.ctx)
    worker.start()
    try:
        assert in_time(lambda: toys.waiting == AT_ONCE)
        receive(core_bot.ctx, core_bot.click(ANTON, core_bot.now(change), card_token.APPROVE))

        def is_planned_again() -> bool:
            core_bot.clock.advance(0.2)
            return toys.waiting == AT_ONCE + 1

        assert in_time(is_planned_again)
        assert core_bot.now(change).status is Status.APPROVED
    finally:
        toys.answer.set()
        assert in_time(lambda: core_bot.now(change).status is Status.DONE)
        worker.stop()


def test_commands_that_ask_nobody_are_done_by_few_threads(core_bot: CoreBot) -> None:
    """However many wait: to hand each to another thread costs more than to do it."""
    for number in range(60):
        receive(core_bot.ctx, core_bot.typed((*READERS, VERA)[number % 5], "whoami"))
    worker = Worker(core_bot.ctx)
    worker.start()
    assert in_time(lambda: len(answers(core_bot)) == 60)
    runners = [thread for thread in threading.enumerate() if "runner" in thread.name]
    assert len(runners) == 2
    worker.stop()


def test_with_nothing_to_do_one_of_each_group_asks_the_database(core_bot: CoreBot, toys: Toys, worker: Worker) -> None:
    """However many runners there are since the portal answered nobody."""
    toys.answer.set()
    assert in_time(lambda: answers(core_bot).count("Things") == 3 * AT_ONCE)
    assert in_time(lambda: under_way(core_bot) == 0)
    jobs = core_bot.store.jobs = CountedJobs(core_bot.store.engine, core_bot.store.keys)
    asked = jobs.asked
    assert in_time(lambda: len(asked) >= 16)
    worker.stop()
    assert sorted(name for name, _ in set(asked)) == ["reserved-runner", "runner"]
