"""Three replicas on one PostgreSQL server, as processes, and what the server says of them."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg

from bot.plugin.loopback import GIVE_UP_SECONDS, wait_until
from bot.store.postgres.connection import Address
from tests.ports import free_port
from tests.stories.processes import Outside, answers, kill

TAKEN_FOR_DEAD = 4
"""The exit code of a replica whose work another one has taken over."""
REPLICAS = 3
_WORKERS = "SELECT pid FROM {}.replicas WHERE ('+' || roles || '+') LIKE '%+worker+%'"
_UNITS = (
    "FROM pg_stat_activity AS activity JOIN pg_locks AS lock USING (pid) WHERE application_name = 'b24bot' "
    "AND locktype = 'advisory'"
)
"""The connections that are in a unit of work or wait for one. A backup reads without the lock, for longer."""
_WAITING = f"SELECT count(*) {_UNITS} AND NOT granted"
_IN_A_UNIT = (
    f"SELECT count(*) {_UNITS} AND granted AND state = 'idle in transaction' "
    "AND state_change < clock_timestamp() - interval '300 ms'"
)
"""Connections whose process does not go on with its unit of work."""
_AT_WORK = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'b24bot' "
    f"AND (state = 'active' OR state_change > clock_timestamp() - interval '300 ms' OR pid IN (SELECT pid {_UNITS}))"
)
"""Connections that the server works for, or has lately, or that are in a unit of work."""
_IDLE_SINCE = f"SELECT min(state_change) {_UNITS} AND granted AND state = 'idle in transaction'"
_WAITED = (
    "WITH lock AS MATERIALIZED (SELECT pg_advisory_xact_lock({lock})) "
    "SELECT (extract(epoch FROM clock_timestamp() - '{since}') * 1000)::int FROM lock"
)
"""Wait for the lock of every unit of work; by the clock of the server, how long after a moment it was given."""
_TABLES = "SELECT tablename::text FROM pg_tables WHERE schemaname = '{}' ORDER BY tablename"
_ALL = "SELECT coalesce(string_agg(t::text, ',' ORDER BY t::text), '') FROM {}.{} AS t"


class Cluster:
    """The replicas, and what the server says of them."""

    def __init__(self, bot: Outside, url: str, *, more: Mapping[str, str] | None = None) -> None:
        self.bot, self.more = bot, dict(more or {})
        self._address, _, self.schema = url.partition("&schema=")
        self._lock = Address(url=self._address, schema=self.schema).lock
        self.longest_ms = 0
        """The longest time until another one had the role of the worker. It is printed only."""
        self._names = [f"host-{number}" for number in range(REPLICAS)]
        self.living = {name: self.start(name) for name in self._names}

    def start(self, name: str) -> tuple[subprocess.Popen[str], str]:
        """Start one, and wait until it takes clicks; returns it with its address."""
        port = free_port()
        home = {"B24BOT_HOME": str(self.bot.folder / name)}
        process = self.bot.start("serve", "--http", "--port", str(port), more={**self.more, **home})
        address = f"http://127.0.0.1:{port}"
        assert wait_until(lambda: answers(f"{address}/readyz"), within=2 * GIVE_UP_SECONDS), self.bot.logs()
        return process, address

    def workers(self) -> list[int]:
        """The processes that have the role of the worker."""
        return [int(pid) for (pid,) in self.ask(_WORKERS.format(self.schema))]

    def is_one_in_a_unit(self) -> bool:
        return bool(self.ask(_IN_A_UNIT)[0][0])

    @contextmanager
    def one_waiting(self) -> Iterator[None]:
        """Hold the lock of every unit of work until one waits for it, which has it in the end."""
        with psycopg.connect(self._address) as connection:
            connection.execute(f"SELECT pg_advisory_xact_lock({self._lock})".encode())
            assert wait_until(lambda: self.ask(_WAITING) != [(0,)], within=GIVE_UP_SECONDS)
            yield

    def pause(self, name: str) -> None:
        """Pause one; it has stopped when this returns."""
        process, _ = self.living[name]
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def resume(self, name: str) -> None:
        self.living[name][0].send_signal(signal.SIGCONT)

    def wait_as_another(self) -> int:
        """Wait for the lock as another process does that writes; milliseconds since the paused one was last heard."""
        since = self.ask(_IDLE_SINCE)[0][0]
        return int(self.ask(_WAITED.format(lock=self._lock, since=since))[0][0])

    def pause_all_but(self, name: str) -> None:
        """Pause the others; what they have asked the server for has come to an end when this returns."""
        for each in self._others(name):
            self.pause(each)
        assert wait_until(lambda: self.ask(_AT_WORK) == [(0,)], within=GIVE_UP_SECONDS)

    def resume_all_but(self, name: str) -> None:
        for each in self._others(name):
            self.resume(each)

    def _others(self, name: str) -> list[str]:
        return [each for each, (process, _) in self.living.items() if each != name and process.poll() is None]

    def read_rows(self) -> dict[str, str]:
        """All rows of each table, as texts."""
        with psycopg.connect(self._address, autocommit=True) as connection:
            return read_rows(connection, self.schema)

    def point_away_from(self, name: str) -> None:
        """Send what people do to another one, as a load balancer does."""
        self.bot.workspace.request_url = (
            f"{next(self.living[one][1] for one in self._names if one != name)}/slack/events"
        )

    def point_at_standby(self) -> None:
        """Send what people do to one that does not work, as soon as another one does."""
        assert wait_until(lambda: len(self.workers()) == 1), self.bot.logs()
        self.point_away_from(self.worker())

    def worker(self) -> str:
        """The name of the one that works."""
        pids = self.workers()
        return next(name for name, (process, _) in self.living.items() if [process.pid] == pids)

    def wait_for_another_worker(self, gone: int) -> None:
        since = time.monotonic()
        assert wait_until(lambda: self.workers() not in ([], [gone]), within=GIVE_UP_SECONDS), self.bot.logs()
        self.longest_ms = max(self.longest_ms, round((time.monotonic() - since) * 1000))
        assert len(self.workers()) == 1
        assert self.workers()[0] in {process.pid for process, _ in self.living.values()}

    def replace(self, name: str) -> None:
        self.living[name] = self.start(name)

    def replace_ended(self) -> None:
        """Start each one again that has ended, as a supervisor does."""
        for name in [name for name, (process, _) in self.living.items() if process.poll() is not None]:
            self.replace(name)

    def kill_all(self) -> None:
        for process, _ in self.living.values():
            kill(process)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the server that works now."""
        with psycopg.connect(self._address, autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()


def read_rows(connection: psycopg.Connection[Any], schema: str) -> dict[str, str]:
    """Read all rows of each table of a schema, as texts."""

    def ask(query: str) -> list[tuple[Any, ...]]:
        return connection.execute(query.encode()).fetchall()

    tables = [str(name) for (name,) in ask(_TABLES.format(schema))]
    return {name: str(ask(_ALL.format(schema, name))[0][0]) for name in tables}
