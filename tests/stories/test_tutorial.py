"""Each step of docs/tutorial.md works: a line is typed, a button pressed, a form saved, and each quoted sentence is
seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from bot.playground.environment import Playground
from bot.playground.page_backend import PLAY_ROLES, SETTINGS
from bot.playground.portal_control import PortalSide
from bot.playground.second_terminal import SecondTerminal
from bot.plugin.loopback import wait_until
from bot.testing.conversation import APPROVALS, TYPED_IN
from tests.stories.scene import Scene

PAGE = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text("utf-8")
STEP = re.compile(
    r"(?:Stay|stay|Choose|choose) \*\*(?P<person>\w+)\*\*"
    r"|press \*\*(?P<button>[^*]+)\*\*"
    r"|^/b24 (?P<line>.+)$"
    r"|^ *(?P<terminal>b24bot portal .+)$"
    r"|Press (?P<form>\*Save\*)"
    r"|(?P<key>Paste the application key)"
    r"|^ *> (?P<quote>.+)$",
    re.MULTILINE,
)
"""What a reader does, and what they see of it."""


ADDRESS = re.compile(r"http://\S+/bitrix24/\S+")
SHOWN_KEY = re.compile(r'id="client_secret">([^<]+)')
SECONDS = 30.0


class Reader:
    """Somebody who follows the page, with a browser and a second terminal."""

    def __init__(self, scene: Scene, terminal: SecondTerminal) -> None:
        self.scene = scene
        self.terminal = terminal
        self.person = ""
        self.key = ""

    def choose(self, person: str) -> None:
        self.person = person

    def press(self, button: str) -> None:
        """Press the button on the newest card that has it."""
        assert self.scene.press(self.person, self.scene.card(button), button).ok

    def type(self, line: str) -> None:
        self.scene.ask(self.person, line)

    def run(self, line: str) -> None:
        """Run a line of the page at the terminal. It names the simulated portal by three dots."""
        self.terminal.run(line.replace("http://127.0.0.1:…/rest/", self.scene.portal.url), secrets={})

    def save_form(self, _button: str) -> None:
        """Save the form of a local application with the addresses that the terminal shows, and read the key."""
        assert wait_until(lambda: len(self.addresses()) == 2, within=SECONDS)
        handler, install = self.addresses()
        form = {"handler": handler, "install_path": install, "api_only": "1"}
        page = requests.post(PortalSide(self.scene.playground.portal).card, data=form, timeout=SECONDS)
        (self.key,) = SHOWN_KEY.findall(page.text)

    def addresses(self) -> list[str]:
        return ADDRESS.findall("\n".join(self.terminal.lines))

    def paste_key(self, _words: str) -> None:
        self.terminal.paste(self.key)

    def see(self, words: str) -> None:
        assert wait_until(lambda: words in self.seen(), within=SECONDS), (
            f"“{words}” for {self.person}: {self.terminal.lines}"
        )

    def seen(self) -> str:
        """All that this person can read, without the marks of bold text and code."""
        workspace = self.scene.workspace
        messages = [one for channel in (TYPED_IN, APPROVALS, "audit") for one in workspace.messages(channel)]
        slack = map(workspace.transcript, [*messages, *workspace.ephemerals(self.person)])
        return re.sub(r"[*`]", "", "\n".join([*slack, *self.terminal.lines]))


ACTS: dict[str, Callable[[Reader, str], None]] = {
    "person": Reader.choose,
    "button": Reader.press,
    "line": Reader.type,
    "terminal": Reader.run,
    "form": Reader.save_form,
    "key": Reader.paste_key,
    "quote": Reader.see,
}


@pytest.fixture
def reader(make_full_bot: Callable[..., Playground]) -> Iterator[Reader]:
    """Somebody at the bot as the page of the playground starts it."""
    playground = make_full_bot(settings=SETTINGS, roles=PLAY_ROLES, known=True, public=True)
    with SecondTerminal(playground.folder, playground.settings) as terminal:
        yield Reader(Scene(playground), terminal)


def test_each_step_of_the_tutorial_shows_what_the_page_says(reader: Reader) -> None:
    steps = [(match.lastgroup, match[match.lastgroup]) for match in STEP.finditer(PAGE) if match.lastgroup]
    assert [kind for kind, _ in steps if kind == "button"] == ["button"] * 4
    assert [kind for kind, _ in steps if kind in ("terminal", "form", "key")] == ["terminal", "form", "key"]
    for kind, words in steps:
        ACTS[kind](reader, words)
    assert reader.scene.registered()
    assert reader.scene.workspace.complaints == []
