"""The guide from one host to three, word for word: each host is a folder with its own `.env`, key file and home."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.language.translation import PSEUDO
from bot.plugin.loopback import wait_until
from bot.testing.conversation import APPROVALS
from tests.ports import free_port
from tests.stories.processes import ROOT, Outside, answers, kill, outside

GUIDE = (ROOT / "docs" / "how-to" / "use-postgresql.md").read_text("utf-8")
FILE = "/var/lib/b24bot/b24bot.sqlite3"
"""As the guide names the database of the first host."""
STEPS = (
    "Run `b24bot backup` and keep the backup.",
    f"b24bot database copy {FILE} server",
    "Run `b24bot audit verify` and `b24bot doctor`. Start b24bot.",
    "Install the driver: `scripts/setup postgres`",
    "Move the file away.",
    "Copy the key file and `.env` to the other hosts. Give each host a `B24BOT_HOME` of its own",
    "Start `b24bot serve` there. It logs that another replica works.",
    "The line *replicas* names each process, its host and what it does.",
)


@dataclass(slots=True)
class Host:
    """A folder in which `b24bot` is run."""

    folder: Path
    bot: Outside

    @property
    def database(self) -> Path:
        return self.folder / "home" / "b24bot.sqlite3"

    def write_env(self, settings: dict[str, str]) -> None:
        own = {"B24BOT_HOME": str(self.folder / "home"), "B24BOT_KEY_FILE": str(self.folder / "keys" / "key")}
        lines = [f"{name}={value}\n" for name, value in {**settings, **own}.items()]
        path = self.folder / ".env"
        path.write_text("".join(lines))
        path.chmod(0o600)

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "PYTHONPATH": str(ROOT)}

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        """Run a line of the guide."""
        words = line.split()
        assert words[0] == "b24bot"
        command = [sys.executable, "-m", "bot", *words[1:]]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )

    def serve(self) -> subprocess.Popen[str]:
        port = free_port()
        with (self.bot.folder / f"process-{self.folder.name}-{port}.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve", "--http", "--port", str(port)],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )
        self.bot.processes.append(process)
        self.bot.workspace.request_url = f"http://127.0.0.1:{port}/slack/events"
        assert wait_until(lambda: answers(f"http://127.0.0.1:{port}/readyz")), self.bot.logs()
        return process

    def checks(self) -> dict[str, Any]:
        return {check["name"]: check for check in json.loads(self.run("b24bot doctor --json").stdout)}

    def statuses(self) -> list[str]:
        return [row["status"] for row in json.loads(self.run("b24bot request list --json").stdout)]


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Host]:
    """The first host, with a database file that has the usual people."""
    with outside(tmp_path / "one") as bot:
        yield Host(tmp_path / "one", bot)


def test_each_step_is_in_the_guide() -> None:
    words = " ".join(GUIDE.split())
    assert [step for step in STEPS if step not in words] == []


def test_one_host_becomes_three_and_goes_on_when_the_first_one_dies(one: Host, database_url: str) -> None:
    bot, workspace = one.bot, one.bot.workspace
    settings = {name: value for name, value in bot.environment.items() if name.startswith(("B24", "BITRIX", "SLACK"))}
    settings["B24BOT_LANGUAGE"] = PSEUDO
    one.write_env(settings)
    alone = one.serve()
    assert workspace.people["Olga"].slash("/b24 connector remove myconnector").ok
    card = workspace.wait_for(lambda: workspace.find(APPROVALS, "[*Approve "), what="the card")
    alone.terminate()
    assert alone.wait(timeout=60) == 0
    assert one.run("b24bot backup").returncode == 0
    settings["B24BOT_DATABASE_URL"] = database_url
    one.write_env(settings)
    copied = one.run(f"b24bot database copy {one.database} server")
    assert copied.returncode == 0, copied.stderr
    assert one.run("b24bot audit verify").returncode == 0
    assert one.checks()["database"]["state"] != "failed"
    first = one.serve()
    one.database.rename(one.folder / "former.sqlite3")
    others = [_copy(one, name, settings) for name in ("two", "three")]
    started = [host.serve() for host in others]
    assert bot.logs().count("another replica works") == len(others)
    said = str(one.checks()["replicas"]["says"])
    assert [process.pid for process in (first, *started) if str(process.pid) not in said] == []
    kill(first)
    assert wait_until(lambda: "this replica works from now on" in bot.logs()), bot.logs()
    assert workspace.people["Anton"].click(card, "Approve").ok
    assert wait_until(lambda: others[0].statuses() == ["done"]), bot.logs()


def _copy(one: Host, name: str, settings: dict[str, str]) -> Host:
    """Copy the key file and `.env` to another host."""
    host = Host(one.folder.parent / name, one.bot)
    (host.folder / "keys").mkdir(parents=True, mode=0o700)
    shutil.copy2(one.folder / "keys" / "key", host.folder / "keys" / "key")
    host.write_env(settings)
    return host
