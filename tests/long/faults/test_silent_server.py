"""A replica whose server does not answer, or whose commits wait for an absent standby: it says so, and it can be
stopped."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psycopg
import pytest

from bot.language.translation import PSEUDO
from bot.plugin.loopback import wait_until
from tests.cli.cli_bot import CliBot
from tests.store.server.fixtures import require_own_server
from tests.store.server.postgres_server import Server
from tests.stories.processes import outside

MOST_SECONDS = 120
"""Only so that a process that never ends fails this test."""


def hold_commits(server: Server) -> None:
    """Have each COMMIT wait for a standby that is not there."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        # As on a server that keeps its rows: of one that does not, that is what is told.
        connection.execute("ALTER SYSTEM SET fsync = on")
        connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        connection.execute("SELECT pg_reload_conf()")


def read_readiness(url: str) -> tuple[int, list[str]]:
    """The status and the reasons; 0 where nobody answers in time."""
    try:
        with urlopen(url, timeout=10) as response:
            return response.status, json.load(response)["reasons"]
    except HTTPError as error:
        with error:
            return error.code, json.load(error)["reasons"]
    except (URLError, OSError):
        return 0, []


@pytest.mark.parametrize("hang", [Server.pause, hold_commits], ids=["stopped", "no-standby"])
def test_a_replica_whose_server_hangs_says_so_and_ends_when_it_is_told_to(
    tmp_path: Path, hang: Callable[[Server], None]
) -> None:
    """It may also end by itself, with the same exit code: a COMMIT is in doubt."""
    server = require_own_server()
    paused = hang is Server.pause
    try:
        with outside(tmp_path, f"{server.url}&schema=b24bot_silent") as scene:
            bot = scene.serve()
            ready = scene.workspace.request_url.replace("/slack/events", "/readyz")
            hang(server)
            try:
                told = wait_until(lambda: read_readiness(ready)[0] == 503 or bot.poll() is not None)
                assert told, scene.logs()
                if bot.poll() is None:
                    bot.send_signal(signal.SIGTERM)
                assert bot.wait(timeout=MOST_SECONDS) == 4, scene.logs()
            finally:
                if paused:
                    server.go_on()
            assert "Traceback" not in scene.logs()
    finally:
        server.stop()


def test_doctor_says_that_commits_wait_for_an_absent_standby_and_commits_nothing(tmp_path: Path) -> None:
    """It looks at no portal meanwhile: a token that is renewed could not be stored."""
    server = require_own_server()
    try:
        with outside(tmp_path, f"{server.url}&schema=b24bot_silent") as scene:
            terminal = CliBot(scene.folder, {**scene.environment, "B24BOT_LANGUAGE": PSEUDO})
            assert _run_process(terminal, "portal", "check")[0] == 0
            hold_commits(server)
            code, told = _run_process(terminal, "doctor", "--json")
            assert code == 78, told
            checks = {check["name"]: check for check in json.loads(told)}
            assert checks["commits"]["says"]["key"] == "check.commits.waiting"
            assert checks["places"]["says"]["key"] == "check.places.commits_wait"
    finally:
        server.stop()


def _run_process(terminal: CliBot, *words: str) -> tuple[int, str]:
    """Run a command as a process of its own; its exit code and what it prints."""
    process = terminal.start(*words)
    told, errors = process.communicate(timeout=MOST_SECONDS)
    return process.returncode, told or errors
