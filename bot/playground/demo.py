"""The story: what people do with the bot in a fresh playground, step by step, and whether each ended as it should."""

from __future__ import annotations

import tempfile
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bot.language.catalogues import ENGLISH
from bot.language.translation import translate
from bot.playground.demo_actions import DEMO_ACTIONS, ActionFailed, DemoTools, the_card
from bot.playground.demo_script import STORY, DemoPlace, Expectation, Step, name_place
from bot.playground.environment import Playground
from bot.playground.second_terminal import SecondTerminal
from bot.playground.workspace import Message as SlackMessage
from bot.playground.workspace import WorkspaceError
from bot.plugin import Message, Text
from bot.plugin.loopback import wait_until

Write = Callable[[str], object]
Read = Callable[[Text], str]

TIMEOUT = 8.0
"""Seconds a step may take to show what it must."""
SHORT_TIMEOUT = 0.5
"""The same once a step has failed: what follows from it fails too, and the story must end."""
WIDTH = 116
BAR = "    │ "


def tell_story(
    write: Write,
    *,
    steps: Sequence[Step] = STORY,
    plugins: str = "bitrix24",
    timeout: float = TIMEOUT,
    read: Read = translate,
    language: str = ENGLISH,
) -> bool:
    """Play the steps in a playground of their own and write what happened, a line at a time.

    `read` puts what is told, typed and expected into the words of `language`. The bot speaks this language, too.

    True when every step showed all that its row expects within `patience` seconds. Raises ConfigurationError when
    the playground cannot start.
    """
    with (
        tempfile.TemporaryDirectory(prefix="b24bot-story-") as folder,
        Playground(
            Path(folder), plugins=plugins, pace=False, known=True, settings={"B24BOT_LANGUAGE": language}
        ) as playground,
        SecondTerminal(playground.folder, playground.settings) as terminal,
    ):
        runner = DemoRunner(DemoTools(playground=playground, terminal=terminal), write, timeout, read)
        runner.open()
        ended = [runner.tell(number, step) for number, step in enumerate(steps, 1)]
        good = sum(ended)
        write("")
        write(read(Message("playground.story.total", good=good, count=len(ended))))
        return good == len(ended)


class DemoRunner:
    """One telling of the story: what has been shown of every place so far, and whether a step has failed yet."""

    def __init__(self, tools: DemoTools, write: Write, timeout: float = TIMEOUT, read: Read = translate) -> None:
        self._tools = tools
        self._playground = tools.playground
        self._write = write
        self._read = read
        self._timeout = timeout
        self._shown: dict[str, list[str]] = {}
        self._notes: dict[str, int] = {}

    def open(self) -> None:
        """Show the portal as it is before anybody does anything."""
        self._write(self._read(Message("playground.story.start")))
        self._show(DemoPlace.PORTAL, name_place(DemoPlace.PORTAL, "", ""), self._read_place(DemoPlace.PORTAL, "", ""))

    def tell(self, number: int, step: Step) -> bool:
        """Play one step; whether it showed all that is expected."""
        step = replace(step, what=self._tools.fill_in(self._read(step.what)))
        self._write("")
        self._write(f"{number}. {self._read(step.title)}")
        self._lines(self._read(step.why), "   ")
        self._notes[step.who] = len(self._playground.workspace.ephemerals(step.who))
        try:
            DEMO_ACTIONS[step.action](self._tools, step)
        except (ActionFailed, WorkspaceError) as error:
            why = error.why if isinstance(error, ActionFailed) else str(error)
            self._lines(self._read(Message("playground.story.not_possible", person=step.who, why=why)), "   ")
            good = False
        else:
            checks = [self._check(step, sight) for sight in step.sees]
            good = all(checks)
        if good:
            self._write(f"   {self._read(Message('playground.story.ok'))}")
        else:
            self._timeout = min(self._timeout, SHORT_TIMEOUT)
        return good

    def _check(self, step: Step, sight: Expectation) -> bool:
        def holds() -> bool:
            text = "\n".join(self._read_place(sight.where, step.who, sight.card or step.card))
            present, absent = map(self._read, sight.words), map(self._read, sight.gone)
            return all(words in text for words in present) and not any(words in text for words in absent)

        good = wait_until(holds, within=self._timeout)
        place = name_place(sight.where, step.who, sight.card or step.card)
        now = self._read_place(sight.where, step.who, sight.card or step.card)
        if good:
            self._show(sight.where, place, now)
            return True
        missing = Message("playground.story.not_shown", place=place, expected=sight.expected)
        self._lines(self._read(missing), "   ")
        for line in now or [self._read(Message("playground.story.nothing"))]:
            self._lines(line, BAR)
        return False

    def _show(self, where: DemoPlace, named: Message, now: list[str]) -> None:
        """Write what is new at a place since it was last shown, and of the portal what is gone."""
        place = self._read(named)
        before = self._shown.get(place, [])
        fresh = [line for line in now if line not in before]
        gone = [line for line in before if line not in now] if where is DemoPlace.PORTAL else []
        self._shown[place] = now
        if not fresh and not gone:
            self._write(f"   {self._read(Message('playground.story.unchanged', place=named))}")
            return
        self._write(f"   {place}:")
        sign = "+ " if before and where is DemoPlace.PORTAL else ""
        for line in [*(f"- {one}" for one in gone), *(f"{sign}{one}" for one in fresh)]:
            self._lines(line, BAR)

    def _lines(self, text: str, lead: str) -> None:
        indent = " " * (len(text) - len(text.lstrip()))
        for line in textwrap.wrap(text, WIDTH, initial_indent=lead, subsequent_indent=lead + indent) or [lead.rstrip()]:
            self._write(line)

    def _read_place(self, where: DemoPlace, who: str, card: str) -> list[str]:
        """The lines of a place in the language of the story."""
        if where is DemoPlace.PORTAL:
            return list(_read_tables(self._playground, self._read))
        if where is DemoPlace.NOTE:
            return self._transcript(self._playground.workspace.ephemerals(who)[self._notes[who] :])
        if where is DemoPlace.TERMINAL:
            return list(self._tools.terminal.lines)
        return list(DEMO_VIEWS[where](self._playground, who, card))

    def _transcript(self, messages: Sequence[SlackMessage]) -> list[str]:
        return [line for one in messages for line in _body(self._playground, one)]


def _body(playground: Playground, message: SlackMessage) -> list[str]:
    """What the message says, without the line that names its author."""
    return textwrap.dedent("\n".join(playground.workspace.transcript(message).splitlines()[1:])).splitlines()


def _card_lines(playground: Playground, _who: str, card: str) -> Iterator[str]:
    message = the_card(playground, card)
    if message is not None:
        yield from _body(playground, message)


def _thread_lines(playground: Playground, _who: str, card: str) -> Iterator[str]:
    message = the_card(playground, card)
    for reply in playground.workspace.thread("approvals", message.ts)[1:] if message else ():
        yield from _body(playground, reply)


def _form_lines(playground: Playground, who: str, _card: str) -> Iterator[str]:
    for view in playground.workspace.open_views(who):
        yield from playground.workspace.transcript(view).splitlines()


def _audit_lines(playground: Playground, _who: str, _card: str) -> Iterator[str]:
    for message in playground.workspace.messages("audit"):
        yield from _body(playground, message)


def _read_tables(playground: Playground, read: Read) -> Iterator[str]:
    for table in playground.portal.picture():
        for row in table.rows:
            yield f"{read(table.title)}: " + " · ".join(
                f"{read(column)} {read(cell)}" for column, cell in zip(table.columns, row, strict=True)
            )


DEMO_VIEWS: Mapping[DemoPlace, Callable[[Playground, str, str], Iterator[str]]] = {
    DemoPlace.CARD: _card_lines,
    DemoPlace.THREAD: _thread_lines,
    DemoPlace.FORM: _form_lines,
    DemoPlace.AUDIT: _audit_lines,
}
"""What a place shows, as lines; notes are looked at by the runner, who knows which are new."""
