"""A backup that hangs: the server ends its transaction, which would keep every old row alive."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bot.plugin.loopback import wait_until
from bot.store.postgres.engine import PostgresEngine
from tests.store.conftest import MakeEngine
from tests.store.server.postgres_server import Server

COPYING = """
import sys
from itertools import count
from pathlib import Path
from bot.store.postgres.connection import Address, Connection
from bot.store.postgres.file_copy import copy_out

url, schema, folder = sys.argv[1:]
own = Connection(Address(url=url, schema=schema), busy_seconds=2.0)
for number in count():
    copy_out(own, schema, Path(folder) / f"{number}.db", idle_seconds=1)
"""
SNAPSHOTS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'b24bot' AND state = 'idle in transaction'"


@pytest.fixture
def copying(postgres_server: Server, engine: PostgresEngine, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that makes one copy after the other."""
    arguments = (postgres_server.url, engine.address.schema, str(tmp_path))
    process = subprocess.Popen([sys.executable, "-c", COPYING, *arguments])
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def engine(make_postgres_engine: MakeEngine) -> PostgresEngine:
    made = make_postgres_engine()
    assert isinstance(made, PostgresEngine)
    return made


def snapshots(server: Server) -> set[int]:
    """The connections that are inside the transaction of a copy."""
    with psycopg.connect(server.url) as connection:
        return {pid for (pid,) in connection.execute(SNAPSHOTS).fetchall()}


def test_the_server_ends_the_transaction_of_a_copy_whose_process_hangs(
    copying: subprocess.Popen[bytes], postgres_server: Server
) -> None:
    caught: set[int] = set()

    def is_caught() -> bool:
        copying.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, copying.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        caught.update(snapshots(postgres_server))
        if not caught:
            copying.send_signal(signal.SIGCONT)
        return bool(caught)

    assert wait_until(is_caught)
    assert wait_until(lambda: not caught & snapshots(postgres_server))
    copying.send_signal(signal.SIGCONT)
    assert wait_until(lambda: copying.poll() is not None)
