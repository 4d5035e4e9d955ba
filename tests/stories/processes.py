"""The bot as real processes, beside simulators that live on in the test's own.

They speak the pseudo-language: what they show in Slack is looked through for words that are in no message.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from bot.clock import SystemClock
from bot.core.principals import Principal, Role
from bot.language.translation import PSEUDO
from bot.playground.environment import ROLES
from bot.plugin.loopback import GIVE_UP_SECONDS, wait_until
from bot.store.sealing.keyring import create_key_file, load_key_file
from bot.store.store import Store, open_store
from bot.testing.services import scratch_store
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.admin.builtin_plugin import make_registry
from plugins.bitrix24.plugin import plugin
from plugins.bitrix24.simulation import PortalSimulation
from tests.cli.cli_bot import CliBot
from tests.ports import free_port
from tests.stories.marked_workspace import MarkedWorkspace
from tests.stories.unmarked_words import find_unmarked_words, list_usages

ROOT = Path(__file__).parent.parent.parent
SHELL = Principal.shell("test")


@dataclass(slots=True)
class Outside:
    """A workspace and a portal, the folder of the bot's files, and the processes started from here."""

    folder: Path
    workspace: MarkedWorkspace
    portal: PortalSimulation
    processes: list[subprocess.Popen[str]] = field(default_factory=list)
    database_url: str = ""
    """The server that has the rows; empty for a file."""

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: os.environ[name] for name in ("PATH", "HOME", "LANG", "COVERAGE_PROCESS_START") if name in os.environ
        }
        return {
            **kept,
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "error::ResourceWarning",
            "SLACK_BOT_TOKEN": self.workspace.bot_token,
            "SLACK_SIGNING_SECRET": self.workspace.signing_secret,
            "SLACK_API_URL": self.workspace.api_url,
            "B24BOT_HOME": str(self.folder / "home"),
            "B24BOT_KEY_FILE": str(self.folder / "keys" / "key"),
            "B24BOT_APPROVAL_CHANNEL": self.workspace.channel("approvals").id,
            "B24BOT_AUDIT_CHANNEL": self.workspace.channel("audit").id,
            "B24BOT_READBACK_AFTER": "1s",
            "B24BOT_LOG_LEVEL": "DEBUG",
            **({"B24BOT_DATABASE_URL": self.database_url} if self.database_url else {}),
            # A server of the tests does not write to its disk.
            "B24BOT_ALLOW_ASYNC_DATABASE": "on",
            **self.portal.settings(),
        }

    def start(self, *words: str, more: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start `b24bot WORDS…`; its output goes to a file in the folder."""
        log = (self.folder / f"process-{len(self.processes)}.log").open("w")
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *words],
            cwd=self.folder,
            env={**self.environment, "B24BOT_LANGUAGE": PSEUDO, **(more or {})},
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )
        log.close()
        self.processes.append(process)
        return process

    def serve(self, *words: str, more: Mapping[str, str] | None = None, alone: bool = False) -> subprocess.Popen[str]:
        """Start an HTTP intake, point the workspace at it, and wait until it can take a click.

        Where it is `alone`, no worker decides what it takes, and nobody waits for one.
        """
        port = free_port()
        process = self.start("serve", "--http", "--port", str(port), *words, more=more)
        self.workspace.request_url = f"http://127.0.0.1:{port}/slack/events"
        ready = takes_clicks if alone else answers
        assert wait_until(lambda: ready(f"http://127.0.0.1:{port}/readyz")), self.logs()
        return process

    def requests(self) -> list[dict[str, Any]]:
        """What `b24bot request list --json` says beside the processes, asked in this one."""
        rows: list[dict[str, Any]] = CliBot(self.folder, self.environment).json("request", "list")
        return rows

    def logs(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("process-*.log")))

    def stop_all(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def kill(process: subprocess.Popen[str]) -> None:
    """End it as the kernel would."""
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=GIVE_UP_SECONDS)


def takes_clicks(url: str) -> bool:
    """Whether everything but a worker is there."""
    try:
        with urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except HTTPError as error:
        with error:
            told = json.load(error)
        return all(holds for name, holds in told.items() if name not in ("ready", "mode", "reasons", "worker"))
    except (URLError, TimeoutError, ConnectionError):
        return False


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (URLError, OSError):
        return False


@contextmanager
def outside(folder: Path, database_url: str = "") -> Iterator[Outside]:
    """Both simulators, a database with the usual people on its allow-list, and no bot yet.

    The workspace waits for an acknowledgement as long as a test waits for anything: it does not measure this machine.
    """
    portal = PortalSimulation()
    portal.seed()
    try:
        with MarkedWorkspace(rate_limit=False, ack_within=GIVE_UP_SECONDS) as workspace:
            store = _open_server_store(folder, database_url) if database_url else scratch_store(folder)
            for name, role in ROLES.items():
                person = workspace.people[name].person
                grant_role(store, Principal(team=person.team_id, user=person.id), Role(role), by=SHELL)
            store.close()
            scene = Outside(folder, workspace, portal, database_url=database_url)
            try:
                yield scene
            finally:
                scene.stop_all()
            unmarked = find_unmarked_words(portal, workspace, list_usages(make_registry([plugin])))
            assert unmarked == [], "words that are in no message (tests/stories/unmarked_words.py)"
    finally:
        portal.stop()


def _open_server_store(folder: Path, url: str) -> Store:
    """Make the tables on a server, with the bot's other files in a folder."""
    key_file, home = folder / "keys" / "key", folder / "home"
    create_key_file(key_file)
    return open_store(home, load_key_file(key_file, home=home), SystemClock(), url=url)
