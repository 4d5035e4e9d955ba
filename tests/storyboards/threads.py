"""What is answered to a mention in a channel or thread and to a direct message, as text in each language."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.core.change.change_request import Status
from bot.playground.environment import Playground
from bot.playground.workspace import Message
from bot.testing.services import lay_out
from tests.stories.scene import Scene
from tests.storyboards.board import FOLDER, LANGUAGES, Drawn, as_file, part

THREADS = FOLDER / "threads"
BOT = "@b24bot"
MENTIONS = {
    "a list": "connector list",
    "one connector": "connector show myconnector",
    "a word that is misspelt": "conector list",
    "a button that is typed": "approve CR-1001",
    "somebody without a role": "connector list",
}
DIRECT = {"the role of the writer": "whoami", "a value is missing": "connector remove", "not understood": "tractor"}
WRITERS = {"somebody without a role": "Gleb"}
"""Who writes a line; Olga where nobody is named."""
_CHANGING = (
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC"), "2026-03-01 12:00 UTC"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:55555"),
    (re.compile(r"archives/(\w+)/p\d+"), r"archives/\1/p1042"),
)
"""What is different in each drawing: what is found, and what stands for it."""


def draw_threads() -> Drawn:
    """The storyboard of the threads and direct messages in each language, by its file."""
    drawn: dict[Path, str] = {}
    for language in LANGUAGES:
        with tempfile.TemporaryDirectory(prefix="b24bot-threads-") as folder:
            lay_out(Path(folder) / "home")
            settings = {"B24BOT_LANGUAGE": language}
            with Playground(Path(folder), settings=settings, pace=False, synchronous="OFF") as playground:
                text = as_file(_Threads(Scene(playground)).draw())
        for pattern, stand_in in _CHANGING:
            text = pattern.sub(stand_in, text)
        drawn[THREADS / f"{language}.txt"] = text
    return drawn


class _Threads:
    """Lines that are written to one bot in one language, one after the other."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._workspace: Any = scene.workspace

    def draw(self) -> Iterator[str]:
        for name, line in MENTIONS.items():
            yield from part(f"a mention: {name}", self._mention(name, line))
        first = self._workspace.people["Vera"].say("Which connectors do we have?")
        self._say("connector list", thread=first.ts)
        yield from part("a mention in a thread that others began", self._show(first))
        yield from part("a mention that asks for a change, and its end", self._change())
        for name, line in DIRECT.items():
            yield from part(f"a direct message: {name}", self._direct(line))

    def _mention(self, name: str, line: str) -> list[str]:
        person = WRITERS.get(name, "Olga")
        before = len(self._workspace.ephemerals(person))
        said = self._say(line, person)
        privately = self._workspace.ephemerals(person)[before:]
        return [*self._show(said), *(line for one in privately for line in self._lines(one))]

    def _change(self) -> list[str]:
        said = self._say('connector remove myconnector --reason "old number"')
        asked = len(self._show(said))
        self._scene.press("Anton", self._scene.card("CR-1001"), "b24:approve")
        self._scene.wait_status(Status.DONE)
        self._scene.wait_delivered()
        shown = self._show(said)
        return [*shown[:asked], "* Anton approves", *shown[asked:]]

    def _direct(self, line: str) -> list[str]:
        said = self._say(line, channel="dm")
        written = self._workspace.messages(said.channel)
        return [shown for one in written[written.index(said) :] for shown in self._lines(one)]

    def _say(self, line: str, person: str = "Olga", *, channel: str = "", thread: str = "") -> Message:
        """Let somebody write a line to the bot, and wait for the answer."""
        author, seen = self._workspace.people[person], len(self._workspace.ephemerals(person))
        if channel:
            said: Message = author.say(line, channel=channel)
        else:
            said = author.say(f"{BOT} {line}", thread_ts=thread)

        def is_answered() -> bool:
            found = [*self._workspace.thread(said.channel, thread or said.ts), *self._workspace.messages(said.channel)]
            after = [one for one in found if one.bot_id and one.ts > said.ts]
            return bool(after) or len(self._workspace.ephemerals(person)) > seen

        self._workspace.wait_for(is_answered, what=f"an answer to {line}")
        self._scene.wait_delivered()
        return said

    def _show(self, said: Message) -> list[str]:
        return [line for one in self._workspace.thread(said.channel, said.ts) for line in self._lines(one)]

    def _lines(self, message: Message) -> list[str]:
        shown: str = self._workspace.transcript(message)
        return shown.splitlines()
