"""The layout of a help page: at most twelve lines, the rest on further pages, with whom to ask for what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.core.authority.policy import OPEN_TO_ALL, Refused, Terms, decide
from bot.core.parsing.command_table import Commands
from bot.core.parsing.synonyms import spell_path
from bot.core.parsing.typed_line import AnyCommand
from bot.core.parsing.usage import describe_line, describe_name, spell_line, tell_by_language
from bot.core.principals import Principal, Role
from bot.plugin import CommandLine, Data, Message, Person, Reply, Text, TypedWords
from bot.plugin.frozen import dataclass

MOST_LINES = 12
"""Lines of a page, with its title and its notes."""
MOST_NAMED = 3
"""Admins that a page names."""
Row = tuple[Text, Text]
"""What one types, and what it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom a page is written: their role, and the people who can give them a higher one.

    `terminal` tells whether the reader is in the host's terminal, where a command may take more.
    """

    role: Role | None
    terms: Terms
    admins: tuple[Principal, ...] = ()
    terminal: bool = False

    def may(self, command: AnyCommand) -> bool:
        """Whether the policy lets them type the command."""
        if command.noun in OPEN_TO_ALL:
            return True
        return not isinstance(decide(command.risk, self.role, self.terms), Refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All rows of a page before it is cut to its length. `asked` is the line that shows it, by language."""

    title: Text
    rows: Sequence[Row]
    notes: Sequence[Text] = ()
    asked: Mapping[str, str]


def lay_out(page: Page, number: int, data: Data) -> Reply:
    """The answer with the rows of one page; a number that is too high shows the last page. Programs get all data."""
    room = max(1, MOST_LINES - 1 - len(page.notes))
    if len(page.rows) <= room:
        return Reply(title=page.title, facts=tuple(page.rows), notes=tuple(page.notes), data=data)
    room = max(1, room - 1)
    count = -(-len(page.rows) // room)
    number = min(max(1, number), count)
    rows = page.rows[(number - 1) * room : number * room]
    return Reply(
        title=page.title,
        facts=tuple(rows),
        notes=(*page.notes, _describe_place(page, number, count)),
        data=data,
    )


def _describe_place(page: Page, number: int, count: int) -> Message:
    """Which page it is, with the line that shows the next one."""
    following = number % count + 1
    line = TypedWords(typed_words={language: f"{asked} {following}" for language, asked in page.asked.items()})
    return Message("help.page", page=str(number), pages=str(count), command=CommandLine(command_line=line))


def describe_hidden(count: int, reader: Reader, commands: Sequence[AnyCommand]) -> list[Message]:
    """How many commands a page leaves out for the reader's role, and whom to ask for a higher one."""
    if not count:
        return []
    if not reader.admins:
        return [Message("help.hidden", count=count, command=spell_to_type(commands, "whoami"))]
    return [Message("help.hidden_ask", count=count, people=name_admins(reader))]


def name_admins(reader: Reader) -> tuple[Person, ...]:
    """A few of the admins."""
    return tuple(Person(person=admin.id) for admin in reader.admins[:MOST_NAMED])


def spell_to_type(commands: Sequence[AnyCommand], line: str) -> CommandLine:
    """A line of one of these commands to type, in the words of the reader's language."""
    return CommandLine(command_line=spell_line(Commands.of(commands), line))


def typed(line: Text | TypedWords) -> Message:
    """A line to type, with what stands in front of it where the reader is."""
    return Message("help.line", command=CommandLine(command_line=line))


def describe_briefly(command: AnyCommand) -> TypedWords:
    """How a command is typed with the arguments that it needs; further ones are three dots."""
    needed = [one for one in command.parameters if one.required and not one.arg.secret]
    more = any(not one.required or one.many for one in command.parameters)

    def tell(language: str) -> Text:
        words = (describe_name(one, language) for one in needed)
        return describe_line(spell_path(command, language), *words, *(["…"] if more else []))

    return tell_by_language(command, tell)
