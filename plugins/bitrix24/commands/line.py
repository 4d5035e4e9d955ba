"""The commands about open lines. They only read: lines are made and changed in the portal."""

from __future__ import annotations

from typing import Annotated

from bot.plugin import Arg, BadArgument, Group, Refusal, Reply, Risk, Table
from plugins.bitrix24.commands.common import presentation
from plugins.bitrix24.commands.common.json_views import line_view, status_views
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.redaction.excerpt import excerpt

SEVERAL = "Write several with blanks between them, like 1 2."
lines = Group[Portal]("line", help="Open lines of the portal")


def parse_line(word: str) -> int:
    """The number of a line. 0 is refused: the portal answers for it, and means nothing."""
    text = word.removeprefix("#")
    if not (text.isascii() and text.isdigit() and 0 < int(text[:12]) < 10**9):
        hint = SEVERAL if "," in text else "Write a number like 1; `line list` shows them."
        raise BadArgument(f"“{excerpt(word, 40)}” is not the number of a line.", hint=hint)
    return int(text)


def known_lines(portal: Portal) -> list[str]:
    """List the numbers of the portal's open lines, for shell completion."""
    return [str(line.id) for line in portal.lines()]


LineNumber = Annotated[
    int,
    Arg(help="the line's number, as `line list` shows it", label="LINE", parse=parse_line, complete=known_lines),
]


@lines.command("list", risk=Risk.READ, examples=[""])
def list_lines(portal: Portal) -> Reply:
    """Show all open lines and whether each is on."""
    portal.look("lines")
    found = portal.lines()
    rows = tuple((str(line.id), line.name, line.switch) for line in found)
    return Reply(
        title=f"{presentation.plural(len(rows), 'line')} on {portal.place.name}",
        table=Table(columns=("line", "name", "itself"), rows=rows),
        notes=(*portal.unread(), *portal.age()),
        data=[line_view(line) for line in found],
    )


@lines.command("show", risk=Risk.READ, examples=["1"])
def show_line(portal: Portal, line: LineNumber) -> Reply:
    """Show one open line and the connectors on it.

    A connector may be active on a line that is itself switched off: then operators get nothing although all looks well.
    """
    portal.look("connectors", "lines", of=portal.known_connectors, on=[line], named=True)
    found = next((each for each in portal.lines() if each.id == line), None)
    if found is None:
        raise Refusal(f"There is no line {line} on {portal.place.name}.", hint="`line list` shows those there are.")
    statuses = portal.matrix([(each.id, line) for each in portal.connectors()])
    here = [status for status in statuses if status.present or status.problem]
    return Reply(
        title=found.title,
        facts=(("itself", found.switch), ("connectors", str(sum(status.configured for status in here)))),
        table=presentation.status_table(portal, here),
        notes=(*presentation.note_problems(here), *presentation.note_silent_connectors(portal, here), *portal.unread()),
        data={**line_view(found), "connectors": status_views(portal, here)},
    )
