"""The commands about open lines. They only read: lines are made and changed in the portal."""

from __future__ import annotations

from typing import Annotated

from bot.plugin import Arg, BadArgument, CommandLine, Group, Message, Refusal, Reply, Risk, Table
from plugins.bitrix24.commands.common import presentation
from plugins.bitrix24.commands.common.json_views import LineDetails, LineRow, line_view, status_views
from plugins.bitrix24.commands.common.words import LIST, SHOW, Filter, matches_filter
from plugins.bitrix24.connectors.connector_choices import LINES
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.redaction.excerpt import excerpt

SEVERAL = Message("bitrix24.line.do_separate_by_blanks")
SEE_LIST = Message("bitrix24.line.do_list", command=CommandLine(command_line="line list"))
lines = Group[Portal]("line", help="Open lines of the portal", words={"ru": ("линия", "линии", "линий")})


def parse_line(word: str) -> int:
    """The number of a line. 0 is refused: the portal answers for it, and means nothing."""
    text = word.removeprefix("#")
    if not (text.isascii() and text.isdigit() and 0 < int(text[:12]) < 10**9):
        hint = SEVERAL if "," in text else SEE_LIST
        raise BadArgument(Message("bitrix24.line.not_a_number", word=excerpt(word, 40)), hint=hint)
    return int(text)


def known_lines(portal: Portal) -> list[str]:
    """List the numbers of the portal's open lines, for shell completion."""
    return [str(line.id) for line in portal.lines()]


def known_names(portal: Portal) -> list[tuple[str, str]]:
    """List the numbers of the portal's open lines with their names."""
    portal.look("lines")
    return [(str(line.id), line.name) for line in portal.lines() if line.name]


LineNumber = Annotated[
    int,
    Arg(
        help="the line's number or name, as `line list` shows it",
        label="LINE",
        parse=parse_line,
        complete=known_lines,
        names=known_names,
        choices=LINES,
    ),
]


@lines.command(
    "list",
    words=LIST,
    risk=Risk.READ,
    data=tuple[LineRow, ...],
    examples=["", "support"],
    example_words={"support": {"ru": ("поддержка",)}},
)
def list_lines(portal: Portal, *words: Filter) -> Reply:
    """Show all open lines and whether each is on."""
    portal.look("lines")
    found = [line for line in portal.lines() if matches_filter(words, str(line.id), line.name)]
    rows = tuple((str(line.id), line.shown_name, line.switch) for line in found)
    return Reply(
        title=Message("bitrix24.line.count_on", portal=portal.place.name, count=len(rows)),
        table=Table(
            columns=(
                Message("bitrix24.line.head_line"),
                Message("bitrix24.line.head_name"),
                Message("bitrix24.line.head_enabled"),
            ),
            rows=rows,
        ),
        notes=(*portal.unread(), *portal.age()),
        data=tuple(map(line_view, found)),
    )


@lines.command("show", words=SHOW, risk=Risk.READ, data=LineDetails, examples=["1"])
def show_line(portal: Portal, line: LineNumber) -> Reply:
    """Show one open line and the connectors on it.

    A connector can be active on a line that is switched off. Operators then receive nothing from it.
    """
    portal.look("connectors", "lines", of=portal.known_connectors, on=[line], named=True)
    found = next((each for each in portal.lines() if each.id == line), None)
    if found is None:
        raise Refusal(Message("bitrix24.line.unknown", line=str(line), portal=portal.place.name), hint=SEE_LIST)
    statuses = portal.matrix([(each.id, line) for each in portal.connectors()])
    here = [status for status in statuses if status.present or status.problem]
    return Reply(
        title=found.title,
        facts=(
            (Message("bitrix24.line.enabled"), found.switch),
            (Message("bitrix24.line.active_connectors"), str(sum(status.configured for status in here))),
        ),
        table=presentation.status_table(portal, here),
        notes=(*presentation.note_problems(here), *presentation.note_silent_connectors(portal, here), *portal.unread()),
        data=LineDetails(
            id=str(found.id), name=found.shown_name, enabled=found.on, connectors=status_views(portal, here)
        ),
    )
