"""The guide that rehearses the set-up between simulators leads to an approved removal, as it is typed there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.plugin.loopback import GIVE_UP_SECONDS, wait_until
from tests.cli.cli_bot import first_line
from tests.ports import free_port
from tests.stories.processes import answers
from tests.stories.screen import Screen

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "how-to" / "rehearse-the-set-up.md"
BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"http://127\.0\.0\.1:\d+/oauth/authorize/\S+")

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="the guide needs curl")


class Reader:
    """Somebody who types the lines of the guide, on ports that are free."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        slack, portal, self.health = (str(free_port()) for _ in range(3))
        text = GUIDE.read_text("utf-8").replace("4390", slack).replace("8765", portal)
        self.blocks = BLOCK.findall(text)
        kept = {name: os.environ[name] for name in ("PATH", "COVERAGE_PROCESS_START") if name in os.environ}
        self._environment = {**kept, "PYTHONPATH": str(ROOT), "HOME": str(folder), "B24BOT_HEALTH_PORT": self.health}
        self._processes: list[subprocess.Popen[str]] = []

    def find_block(self, part: str, number: int = 0) -> str:
        """The block of the guide that has these words in it."""
        return str([block for block in self.blocks if part in block][number])

    def start(self, line: str, **streams: Any) -> subprocess.Popen[str]:
        """Start a line `b24bot …` of the guide."""
        words = line.split()
        assert words[0] == "b24bot"
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *words[1:]],
            cwd=self.folder,
            env=self._environment,
            text=True,
            start_new_session=True,
            **pipes,
        )
        self._processes.append(process)
        return process

    def ask(self, screen: Screen, line: str) -> subprocess.Popen[str]:
        """Start a line in a terminal of its own."""
        return self.start(line, stdin=screen.line, stdout=screen.line, stderr=screen.line)

    def type(self, lines: str) -> str:
        """Type lines for the shell; what they print."""
        done = subprocess.run(
            ["bash", "-eu"],
            input=lines,
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=GIVE_UP_SECONDS,
            check=True,
        )
        return done.stdout

    def stop(self) -> None:
        for process in self._processes:
            process.kill()
            process.communicate()


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    found = Reader(tmp_path)
    yield found
    found.stop()


@pytest.fixture
def screens() -> Iterator[list[Screen]]:
    opened = [Screen(), Screen()]
    yield opened
    for screen in opened:
        screen.close()


def set_up(reader: Reader, screen: Screen, slack: Mapping[str, Any]) -> None:
    *settings, init = reader.find_block("b24bot init").splitlines()
    reader.type("\n".join(settings))
    reader.folder = reader.folder / "rehearsal"
    process = reader.ask(screen, init)
    answers = {
        "Create ": "",
        "Add your answers": "",
        "socket or http": "",
        "Bot token (xoxb": slack["bot_token"],
        "App-level token (xapp": slack["app_token"],
        "Channel for approvals": "C0002",
        "Channel for the audit log": "C0003",
    }
    for question, answer in answers.items():
        screen.wait_for(question)
        screen.type(answer)
    screen.wait_for("type /b24 whoami")
    assert json.loads(reader.type(reader.find_block("/b24 whoami")))["ok"]
    screen.wait_for("To confirm, type U0001.")
    screen.type("U0001")
    screen.wait_for("Next steps:")
    assert process.wait(timeout=GIVE_UP_SECONDS) == 0
    assert "The quorum is" not in screen.shown[: screen.shown.index("The checks of b24bot doctor")]


def connect(reader: Reader, screen: Screen, portal: Mapping[str, Any]) -> None:
    line = reader.find_block("portal connect prod").strip().replace("local.…", portal["client_id"])
    process = reader.ask(screen, line)
    screen.wait_for("client_secret")
    screen.type(portal["client_secret"])
    screen.wait_for("paste it within 30 seconds")
    found = LINK.search(screen.shown)
    assert found is not None
    screen.type(reader.type(reader.find_block("redirect_url").replace("LINK", found[0])).strip())
    assert process.wait(timeout=GIVE_UP_SECONDS) == 0


def test_the_lines_of_the_guide_lead_to_an_approved_removal(reader: Reader, screens: list[Screen]) -> None:
    slack, portal = (
        json.loads(first_line(reader.start(reader.find_block(f"b24bot simulate {name}").strip())))
        for name in ("slack", "portal")
    )
    set_up(reader, screens[0], slack)
    connect(reader, screens[1], portal)
    grant, serve = reader.find_block("b24bot serve").splitlines()
    assert reader.start(grant).wait(timeout=GIVE_UP_SECONDS) == 0
    reader.start(serve, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert wait_until(lambda: answers(f"http://127.0.0.1:{reader.health}/readyz"))
    ask, look = reader.find_block("connector remove myconnector").splitlines()
    assert json.loads(reader.type(ask))["ok"]
    assert wait_until(lambda: "CR-1001" in reader.type(look)), "the card"
    (card,) = (one for one in json.loads(reader.type(look))["messages"] if "CR-1001" in one["text"])
    approve, look = reader.find_block("b24:approve").splitlines()
    assert json.loads(reader.type(approve.replace("TS", card["ts"])))["ok"]
    assert wait_until(lambda: "done and verified" in reader.type(look)), "the ending"
