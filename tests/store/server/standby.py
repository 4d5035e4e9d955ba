"""A server with a standby that takes its place: two clusters, of which the second one copies the first one's WAL."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bot.plugin.loopback import wait_until
from tests.store.server.fixtures import require_own_server
from tests.store.server.postgres_server import Server

STANDBY = "two"
_STATE = "SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'"
_SENDERS = "SELECT pid FROM pg_stat_replication"


@dataclass
class Pair:
    """`url` leads to the one of the two that takes writes."""

    primary: Server
    standby: Server
    synchronous: bool
    promoted_at: float = 0.0
    """When the standby had taken the place of the primary, by the steady clock."""

    @property
    def url(self) -> str:
        hosts = f"{self.primary.folder},{self.standby.folder}"
        return f"postgresql://b24bot@/postgres?host={hosts}&target_session_attrs=read-write"

    def stop_sending(self) -> None:
        """Let the standby have nothing more: what is committed from now on is lost with the primary."""
        assert not self.synchronous
        with psycopg.connect(self.primary.url, autocommit=True) as connection:
            senders = connection.execute(_SENDERS).fetchall()
        for (pid,) in senders:
            os.kill(pid, signal.SIGSTOP)

    def fail_over(self) -> None:
        """End the primary as a loss of power would, and have the standby take its place."""
        self.primary.crash()
        with psycopg.connect(self.standby.url, autocommit=True) as connection:
            connection.execute("SELECT pg_promote()")
        self.promoted_at = time.monotonic()

    def stop(self) -> None:
        self.standby.stop()
        self.primary.stop()


@contextmanager
def open_pair(*, synchronous: bool) -> Iterator[Pair]:
    """Start both."""
    primary = require_own_server()
    assert primary.folder is not None
    pair = Pair(primary, _copy(primary, primary.folder), synchronous)
    try:
        with psycopg.connect(primary.url, autocommit=True) as connection:
            if synchronous:
                connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'".encode())
                connection.execute("SELECT pg_reload_conf()")
            expected = "sync" if synchronous else "async"
            assert wait_until(lambda: connection.execute(_STATE).fetchall() == [(expected,)])
        yield pair
    finally:
        pair.stop()


def _copy(primary: Server, folder: Path) -> Server:
    """Copy the folder of the primary while it is down, and start a standby on the copy."""
    copy = Path(tempfile.mkdtemp(prefix="b24bot-pg-", dir="/tmp"))
    shutil.copystat(folder, copy)
    owner = folder.stat()
    os.chown(copy, owner.st_uid, owner.st_gid)
    primary.crash()
    # With its owner: the server refuses a folder of anybody else.
    subprocess.run(["cp", "-a", str(folder / "data"), str(copy / "data")], check=True)
    primary.restart()
    signal_file = copy / "data" / "standby.signal"
    signal_file.touch()
    os.chown(signal_file, owner.st_uid, owner.st_gid)
    with (copy / "data" / "postgresql.conf").open("a") as settings:
        settings.write(f"primary_conninfo = 'host={folder} user=b24bot application_name={STANDBY}'\n")
    standby = Server(f"postgresql://b24bot@/postgres?host={copy}", folder=copy)
    standby.restart()
    return standby
