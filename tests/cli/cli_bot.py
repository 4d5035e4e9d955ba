"""Somebody at a terminal: `b24bot` in a folder of its own, in this process or as a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from bot.app import read_settings
from bot.cli.root import root
from bot.cli.session import Terminal
from bot.clock import SystemClock
from bot.language.language_choice import VARIABLES
from bot.language.translation import PSEUDO
from bot.playground.workspace import SlackWorkspace
from bot.plugin.loopback import GIVE_UP_SECONDS
from bot.store.sealing.keyring import create_key_file, load_key_file
from bot.store.store import Store, open_store
from bot.testing.services import lay_out
from plugins.bitrix24.simulation import PortalSimulation

ROOT = Path(__file__).parent.parent.parent
OUTSIDE = (
    *VARIABLES,
    *("PORT", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "XDG_DATA_HOME", "XDG_CONFIG_HOME"),
    *(row.name for row in read_settings({}).rows),
)
"""What the shell that runs the tests may have set, and no command here may see."""
SECONDS = GIVE_UP_SECONDS
NOBODY = "http://127.0.0.1:9/api/"
"""Nobody listens there: no test of the terminal speaks to Slack itself."""


class Asking(Terminal):
    """A terminal with somebody in front of it."""

    @property
    def asks(self) -> bool:
        return True


class PseudoSpeaking(Terminal):
    """A terminal that speaks the pseudo-language."""

    @property
    def language(self) -> str:
        return PSEUDO


@dataclass(slots=True)
class CliBot:
    """`settings` are the environment of every command that is run here."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def key_file(self) -> Path:
        return self.folder / "keys" / "key"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "B24BOT_HOME": str(self.home),
            "B24BOT_KEY_FILE": str(self.key_file),
            "HOME": str(self.folder),
            "SLACK_API_URL": NOBODY,
            **self.settings,
        }

    def run(self, *words: str, **more: str) -> Result:
        """Run a command in this process, with `more` settings and nobody to ask."""
        return self._run(words, "", None, more)

    def feed(self, text: str, *words: str, **more: str) -> Result:
        """The same with a text on standard input."""
        return self._run(words, text, None, more)

    def answer(self, typed: str, *words: str, **more: str) -> Result:
        """The same with somebody in front of it, who types this when asked."""
        return self._run(words, typed, Asking(), more)

    def type_at(self, terminal: Terminal, typed: str, *words: str, **more: str) -> Result:
        """The same at a terminal of one's own."""
        return self._run(words, typed, terminal, more)

    def in_pseudo_language(self, *words: str, **more: str) -> Result:
        """The same in the pseudo-language, which shows what is in no catalogue."""
        return self._run(words, "", PseudoSpeaking(), more)

    def _run(self, words: Sequence[str], text: str, terminal: Terminal | None, more: Mapping[str, str]) -> Result:
        strange = (name for name in os.environ if name.startswith(("B24BOT_", "BITRIX24_", "SLACK_")))
        hidden: dict[str, str | None] = dict.fromkeys([*OUTSIDE, *strange])
        plugins = {"B24BOT_PLUGINS": "plugins.bitrix24.plugin:plugin"}
        runner = CliRunner(env={**hidden, **plugins, **self.environment, **more})
        with contextlib.chdir(self.folder):
            return runner.invoke(root, list(words), input=text, obj=terminal, prog_name="b24bot")

    def json(self, *words: str) -> Any:
        """What a command prints with --json."""
        result = self.run(*words, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def start(self, *words: str, more: Mapping[str, str] | None = None, **streams: Any) -> subprocess.Popen[str]:
        """Run a command as a process of its own."""
        kept = {name: os.environ[name] for name in ("PATH", "COVERAGE_PROCESS_START") if name in os.environ}
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *words],
            cwd=self.folder,
            env={**kept, "PYTHONPATH": str(ROOT), "TZ": "UTC", **self.environment, **(more or {})},
            text=True,
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},
        )
        self.processes.append(process)
        return process

    def stop_all(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()

    def make_key(self) -> None:
        self.home.mkdir(mode=0o700, exist_ok=True)
        create_key_file(self.key_file)

    @contextlib.contextmanager
    def store(self) -> Iterator[Store]:
        lay_out(self.home)
        opened = open_store(self.home, load_key_file(self.key_file, home=self.home), SystemClock())
        try:
            yield opened
        finally:
            opened.close()

    def tags(self) -> list[str]:
        """The tags of the audit log, oldest first."""
        with self.store() as store:
            return [record.tag for record in store.audit.walk()]

    def connect(self, portal: PortalSimulation | None = None, workspace: SlackWorkspace | None = None) -> None:
        """Let the settings lead to simulators."""
        if portal is not None:
            self.settings |= portal.settings()
        if workspace is not None:
            self.settings |= {
                "SLACK_BOT_TOKEN": workspace.bot_token,
                "SLACK_SIGNING_SECRET": workspace.signing_secret,
                "SLACK_API_URL": workspace.api_url,
                "B24BOT_APPROVAL_CHANNEL": workspace.channel("approvals").id,
                "B24BOT_AUDIT_CHANNEL": workspace.channel("audit").id,
                "B24BOT_WITNESS_FILE": str(self.key_file.with_name("witness.jsonl")),
            }


def first_line(process: subprocess.Popen[str], *, err: bool = False) -> str:
    """The next line a process prints, with `err` on stderr; what it says on stderr when none comes."""
    stream = process.stderr if err else process.stdout
    assert stream is not None
    ready, _, _ = select.select([stream], [], [], SECONDS)
    line = stream.readline().strip() if ready else ""
    if not line:
        process.kill()
        assert process.stderr is not None
        raise AssertionError(f"nothing was printed; stderr: {process.stderr.read()}")
    return line


def told_to_stop(process: subprocess.Popen[str], number: int) -> int:
    """Send a signal and wait for the end; the exit code."""
    process.send_signal(number)
    return process.wait(timeout=SECONDS)
