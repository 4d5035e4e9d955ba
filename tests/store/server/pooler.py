"""A real pgbouncer in transaction mode before the server of the tests: each transaction may have another connection.

With `B24BOT_TEST_POOLER=required`, as `.ci/run` sets it, a machine without pgbouncer fails. Elsewhere the test is
skipped, and one line says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from bot.plugin.loopback import wait_until
from tests.store.server.postgres_server import ACCOUNT, START_SECONDS, Server

REQUIRED = "B24BOT_TEST_POOLER"
_PLACES = ("/usr/sbin", "/usr/bin", "/usr/local/bin")
"""An account that is not root often has no folder of daemons in its path."""
_SETTINGS = """
[databases]
* = host={host} user={account}
[pgbouncer]
listen_addr =
listen_port = 5432
unix_socket_dir = {folder}
auth_type = any
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 100
logfile = {folder}/log
pidfile = {folder}/pid
"""


class Pooler:
    """One pgbouncer, with few connections for many clients. It listens on a socket in a folder of its own."""

    def __init__(self, program: str, server: Server, *, connections: int) -> None:
        parts = urlsplit(server.url)
        self.folder = Path(tempfile.mkdtemp(prefix="b24bot-pooler-", dir="/tmp"))
        settings = self.folder / "settings.ini"
        host = parse_qs(parts.query)["host"][0]
        values = {"account": parts.username, "connections": connections}
        settings.write_text(_SETTINGS.format(host=host, folder=self.folder, **values))
        if ACCOUNT is not None:
            # It refuses to run as root, as the server does.
            os.chown(self.folder, ACCOUNT, ACCOUNT)
        self.url = f"{parts.scheme}://{parts.netloc}{parts.path}?host={self.folder}"
        words = [program, "--quiet", str(settings)]
        self.process = subprocess.Popen(words, cwd=self.folder, user=ACCOUNT, group=ACCOUNT)
        if not wait_until(self._answers, within=START_SECONDS):
            told = (self.folder / "log").read_text()[-2_000:]
            self.stop()
            raise AssertionError(told)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """End it, and remove its files."""
        self.process.terminate()
        self.process.wait(START_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)


def require_pooler(server: Server, *, connections: int) -> Pooler:
    """Start pgbouncer. Without one the test is skipped, or fails where this run requires one."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path=os.pathsep.join(_PLACES))
    if program is None or server.folder is None:
        if os.environ.get(REQUIRED) == "required":
            pytest.fail("pgbouncer: it was not found, or the server has no socket, and this run requires both")
        pytest.skip("pgbouncer: it was not found, or the server has no socket")
    return Pooler(program, server, connections=connections)
