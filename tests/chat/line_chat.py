"""A toy chat of plain lines: rooms, nicknames, private lines, and codes of its own when it refuses something."""

from __future__ import annotations

from dataclasses import dataclass, field

LONGEST = 2_000
"""Characters of one line."""


class LineChatError(Exception):
    """The chat refuses something; `code` is one of its own words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True, kw_only=True)
class Line:
    """One line: who wrote it where, and under which other line, if any."""

    number: int
    writer: str
    room: str
    text: str
    under: int = 0
    reader: str = ""
    """Who alone sees it; empty for everybody in the room."""


@dataclass(slots=True)
class LineChat:
    """The chat as a server would keep it. `people` are nicknames and what each is; `closed` are rooms."""

    people: dict[str, str]
    rooms: frozenset[str]
    closed: set[str] = field(default_factory=set)
    lines: list[Line] = field(default_factory=list)
    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    """The nicknames of each group."""
    is_down: bool = False

    def write(self, writer: str, room: str, text: str, *, under: int = 0, reader: str = "") -> Line:
        self._check(text)
        if room not in self.rooms or room in self.closed:
            raise LineChatError("NOROOM")
        return self._add(
            Line(number=len(self.lines) + 1, writer=writer, room=room, text=text, under=under, reader=reader)
        )

    def write_to(self, writer: str, reader: str, text: str) -> Line:
        self._check(text)
        if reader not in self.people:
            raise LineChatError("NOBODY")
        return self._add(Line(number=len(self.lines) + 1, writer=writer, room="", text=text, reader=reader))

    def rewrite(self, number: int, text: str) -> None:
        self._check(text)
        found = next((line for line in self.lines if line.number == number), None)
        if found is None:
            raise LineChatError("NOLINE")
        found.text = text

    def kind_of(self, nickname: str) -> str:
        self._check("")
        if nickname not in self.people:
            raise LineChatError("NOBODY")
        return self.people[nickname]

    def list_group(self, group: str) -> frozenset[str]:
        self._check("")
        if group not in self.groups:
            raise LineChatError("NOGROUP")
        return self.groups[group]

    def seen_by_all(self, room: str, *, under: int = 0) -> list[Line]:
        return [line for line in self.lines if line.room == room and line.under == under and not line.reader]

    def seen_by(self, reader: str) -> list[Line]:
        """The lines that one person alone sees."""
        return [line for line in self.lines if line.reader == reader]

    def _add(self, line: Line) -> Line:
        self.lines.append(line)
        return line

    def _check(self, text: str) -> None:
        if self.is_down:
            raise ConnectionError("the chat is down")
        if len(text) > LONGEST:
            raise LineChatError("TOOLONG")
