"""A replica that is taken for dead at any failpoint of its work commits nothing more, whatever it does next.

Its row is removed as another replica removes it. Inside a unit of work that can only be after the server has ended the
transaction, because both need the same lock.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest

from bot.clock import ShiftedClock
from bot.core.bot_errors import StoreUnavailable
from bot.store.postgres.connection import Address
from bot.store.postgres.engine import PostgresEngine
from bot.store.postgres.schema import migrate
from bot.store.repositories.replication.replicas import Replicas
from bot.store.sealing.keyring import Keyring
from bot.store.store import Store
from tests.long.faults.cluster import read_rows
from tests.long.form import sized
from tests.store.postgres.test_replicas import replica
from tests.store.server.postgres_server import Server
from tests.usecases.core_bot import ANTON, IDA, OLGA, CoreBot

OWNER = "first"
EVERY = sized(9, 1)
"""Of so many failpoints in a row one is tried: an odd number, so that both sides of a commit have their turn."""
_END_UNIT = (
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks "
    "WHERE locktype = 'advisory' AND ((classid::bigint << 32) | objid::bigint) = {}"
)
"""End the connection that has the lock of a unit of work."""
_REMOVE = "DELETE FROM {}.replicas WHERE owner = '{}'"


class GivenUp(BaseException):
    """In place of the end of the process: nothing may handle it."""


def give_up(reason: str) -> NoReturn:
    raise GivenUp(reason)


class Life:
    """One life of a replica in a schema of its own, which is removed at its nth failpoint."""

    def __init__(self, server: Server, folder: Path, nth: int) -> None:
        self.passed: list[str] = []
        self.rows: dict[str, str] = {}
        """All there was when it was removed."""
        self._server, self._schema, self._nth = server, server.new_schema(), 0
        self._address = Address(url=server.url, schema=self._schema)
        engine = PostgresEngine(self._address, failpoint=self._pass, give_up=give_up)
        migrate(engine)
        store = Store(engine, Keyring({"k1": bytes(32)}), ShiftedClock(), home=folder)
        self.bot = CoreBot(folder, store=store)
        with engine.unit_of_work():
            Replicas(engine).register(replica(OWNER))
        engine.act_as(OWNER)
        self.passed.clear()
        self._nth = nth

    def _pass(self, place: str) -> None:
        self.passed.append(place)
        if self._nth and len(self.passed) == self._nth:
            with psycopg.connect(self._server.url, autocommit=True) as other:
                if not place.startswith("after:"):
                    assert other.execute(_END_UNIT.format(self._address.lock).encode()).fetchall() == [(True,)]
                other.execute(_REMOVE.format(self._schema, OWNER).encode())
            self.rows = self.read()

    def read(self) -> dict[str, str]:
        with psycopg.connect(self._server.url, autocommit=True) as other:
            return read_rows(other, self._schema)

    def work(self) -> None:
        """A removal that is approved and done, one that is rejected, a role, a stop, and the rounds in between.

        A unit of work that was ended from outside fails, as with a server that is away, and the next thing is done.
        """
        bot = self.bot
        acts: tuple[Callable[[], object], ...] = (
            lambda: bot.press(ANTON, bot.ask()),
            bot.work,
            lambda: bot.send(ANTON, bot.ask("thing remove two"), "not now"),
            lambda: bot.type(IDA, "freeze default because of a test"),
            lambda: bot.type(IDA, "role set @Viktor operator"),
            bot.run_once,
        )
        for act in acts:
            with suppress(StoreUnavailable):
                act()

    def go_on(self) -> None:
        """One thing more, in which it finds out at the latest."""
        self.bot.type(OLGA, "request list")

    def close(self) -> None:
        self.bot.close()
        self._server.drop_schema(self._schema)


@pytest.fixture
def live(postgres_server: Server, tmp_path: Path) -> Callable[[int], Life]:
    names = count()
    return lambda nth: Life(postgres_server, tmp_path / str(next(names)), nth)


def test_whoever_is_removed_at_any_failpoint_commits_nothing_more(
    live: Callable[[int], Life], record_property: Callable[[str, object], None]
) -> None:
    with closing(live(0)) as whole:
        whole.work()
        passed = list(whole.passed)
    sites = {place.partition(":")[2] for place in passed}
    assert len(sites) >= 10, sites
    numbers = range(1, len(passed) + 1, EVERY)
    for nth in numbers:
        with closing(live(nth)) as life:
            with suppress(GivenUp):
                life.work()
                life.go_on()
                raise AssertionError(f"nobody noticed after {passed[nth - 1]}")
            assert life.read() == life.rows, life.passed[nth - 1]
    record_property("removed replicas: failpoints", len(numbers))
    record_property("removed replicas: places in the code", len(sites))
