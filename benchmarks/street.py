"""A bot in a process of its own, as `b24bot serve` starts it, between a workspace and a portal in this one.

Everything is on loopback. People and their roles are in the database before the bot starts, so that no command is
spent on them. Works with any checkout since the playground exists.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.clock import SystemClock
from bot.core.principals import Principal, Role
from bot.host.discovery import load_plugins
from bot.playground.workspace import SlackWorkspace
from bot.store.sealing.keyring import create_key_file, load_key_file
from bot.store.store import open_store
from bot.usecases.admin.allow_list import grant_role
from bot.web.site import SLACK_PATH

START_SECONDS = 100.0
TYPISTS = 8


@dataclass(slots=True, kw_only=True)
class Street:
    """Both simulators, and the bot when it was started."""

    folder: Path
    workspace: SlackWorkspace
    portal: Any
    people: list[str] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None
    port: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """All that connects the bot to this street, and nothing of whoever runs the benchmark."""
        own = {
            "SLACK_BOT_TOKEN": self.workspace.bot_token,
            "SLACK_SIGNING_SECRET": self.workspace.signing_secret,
            "SLACK_API_URL": self.workspace.api_url,
            "B24BOT_HOME": str(self.folder / "home"),
            "B24BOT_KEY_FILE": str(self.folder / "keys" / "key"),
            "B24BOT_WITNESS_FILE": str(self.folder / "keys" / "witness.jsonl"),
            "B24BOT_APPROVAL_CHANNEL": self.workspace.channel("approvals").id,
            "B24BOT_AUDIT_CHANNEL": self.workspace.channel("audit").id,
            "B24BOT_PLUGINS": "bitrix24",
        }
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {**kept, **own, **self.portal.settings()}

    def inhabit(self, roles: Mapping[str, Role]) -> None:
        """Put people into the workspace, where they are not there, and onto the allow-list."""
        create_key_file(self.folder / "keys" / "key")
        home = self.folder / "home"
        store = open_store(home, load_key_file(self.folder / "keys" / "key", home=home), SystemClock())
        known = {persona.name for persona in self.workspace.people.values()}
        for name, role in roles.items():
            one = self.workspace.people[name] if name in known else self.workspace.add_person(name)
            person = Principal(team=one.person.team_id, user=one.id)
            grant_role(store, person, role, by=Principal.shell("bench"))
        store.close()

    def start(self) -> float:
        """Start the bot; when that was, by the clock of `time.perf_counter`."""
        self.port = free_port()
        self.workspace.request_url = f"http://127.0.0.1:{self.port}{SLACK_PATH}"
        begun = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "bot", "serve", "--http", "--port", str(self.port)],
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "serve.log").open("ab"),
        )
        return begun

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def until_ready(self) -> None:
        self.until(self.ready, within=START_SECONDS, what="the bot is ready")

    def until(self, look: Callable[[], bool], *, within: float, what: str, every: float = 0.005) -> None:
        """Look again and again. Raises RuntimeError when it does not come, or the bot has ended."""
        end = time.monotonic() + within
        while not look():
            if self.process is not None and self.process.poll() is not None:
                raise RuntimeError(f"the bot ended with {self.process.returncode}: {self._last_words()}")
            if time.monotonic() > end:
                raise RuntimeError(f"waited {within:.0f} s in vain: {what}")
            time.sleep(every)

    def _last_words(self) -> str:
        return " ".join((self.folder / "serve.log").read_text(errors="replace").split()[-40:])

    def resident_mb(self) -> float:
        assert self.process
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def stop_bot(self) -> None:
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self.process = None

    def b24bot(self, *words: str) -> float:
        """Run a command of the terminal; the seconds that it took. Its exit code may be any: doctor finds things."""
        begun = time.perf_counter()
        subprocess.run(
            [sys.executable, "-P", "-m", "bot", *words],
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=120,
        )
        return time.perf_counter() - begun

    def slow_slack(self, seconds: float) -> None:
        """From now on each call of Slack takes so long."""
        self.workspace.clear_faults()
        if seconds:
            self.workspace.fault("stall", count=1_000_000_000, seconds=seconds)

    def slash_all(self, commands: Sequence[tuple[str, str]]) -> None:
        """Type them as fast as they are acknowledged, several at a time; return when the last one is."""
        with ThreadPoolExecutor(TYPISTS) as typists:
            list(typists.map(lambda one: self.slash(*one), commands))

    def slash(self, name: str, text: str) -> float:
        """Type a command; the seconds to its ack. Raises RuntimeError when there was none."""
        begun = time.perf_counter()
        result = self.workspace.people[name].slash(f"/b24 {text}")
        if result.status != 200:
            raise RuntimeError(f"{text} was not acknowledged: {result.status} {result.error}")
        return time.perf_counter() - begun


@contextmanager
def street(folder: Path, *, rate_limit: bool = True) -> Iterator[Street]:
    """A street without people of ours; the folder may hold a `home` and `keys` already."""
    portal = next(plugin for plugin in load_plugins("bitrix24")).simulators["portal"](0)
    try:
        portal.seed()
        with SlackWorkspace(rate_limit=rate_limit) as workspace:
            here = Street(folder=folder, workspace=workspace, portal=portal)
            try:
                yield here
            finally:
                here.stop_bot()
    finally:
        portal.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
