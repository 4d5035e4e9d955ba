"""Answers only one person sees: replies, refusals and apologies, with their tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from bot.core import mentions
from bot.core.messages.notices import PrivateNotice
from bot.core.principals import Principal
from bot.core.text import one_line, plural
from bot.language.translation import translate
from bot.plugin import Reply, Table, Text
from bot.slack.render.block_kit import Block
from bot.slack.render.slack_text import context, cut, escape, mrkdwn, notification, plain, section, sections

MOODS: Mapping[str, str] = {"answer": "", "refusal": "⛔ ", "calm": "", "trouble": "⚠️ "}
ROWS_IN_A_MESSAGE = 15
FILE_CELL_MOST = 200
ROW_MOST = 110
"""Characters of a row whose columns stand side by side."""
GAP, NO_WORDS = "  ", "–"
WORDS_MOST = 600
"""Characters of one cell where each row is a paragraph."""
BOLD_MOST = 2_800
TABLE_MOST = 2_800
COMMENT_MOST = 2_900
TEXT_MOST = 11_000
BLOCKS_MOST = 45


def answer_text(whisper: PrivateNotice) -> str:
    return notification(MOODS[whisper.mood] + translate(whisper.reply.title or "b24bot answers"))


def answer_blocks(whisper: PrivateNotice, command: str) -> list[Block]:
    """The blocks of an answer, within Slack's limits; what does not fit is said to be cut."""
    reply = whisper.reply
    blocks: list[Block] = [section(f"{MOODS[whisper.mood]}*{_bold(reply.title)}*")] if reply.title else []
    if whisper.suggestion:
        meant = one_line(f"{command} {plain(whisper.suggestion)}").replace("`", "'")
        blocks.append(section(f"Did you mean `{escape(meant)}`?"))
    blocks += sections([f"*{mrkdwn(label)}*: {mrkdwn(text)}" for label, text in reply.facts])
    if reply.table is not None:
        blocks += [section(f"*{_bold(reply.table.title)}*")] if reply.table.title else []
        blocks += table_blocks(reply.table)
    blocks += [context(mrkdwn(note)) for note in reply.notes]
    return fit_blocks(blocks)


def _bold(text: Text) -> str:
    # A star or a line break inside bold text would end it.
    return cut(mrkdwn(one_line(translate(text))).replace("*", "∗"), BOLD_MOST)


def fit_blocks(blocks: list[Block]) -> list[Block]:
    """The first blocks that fit into one message."""
    kept: list[Block] = []
    total = 0
    for block in blocks:
        total += len(str(block))
        if total > TEXT_MOST or len(kept) >= BLOCKS_MOST:
            return [*kept, context("… the rest is cut. Narrow the command down, or use the terminal.")]
        kept.append(block)
    return kept


def table_blocks(table: Table) -> list[Block]:
    """Draw a table with its columns side by side or, where a row is too wide for that, each row as a paragraph.

    So are rows that name people: there is no mention inside a code block.
    """
    if not table.rows:
        return [section("_Nothing._")]
    if _fits(table):
        return [section(part) for part in _code_blocks(table)]
    head = f"_{' · '.join(mrkdwn(one_line(translate(column))) for column in table.columns)}_"
    return sections([head, *map(_paragraph, table.rows)])


def _fits(table: Table) -> bool:
    if any(mentions.has_person_mark(translate(cell)) for row in table.rows for cell in row):
        return False
    widths = [max(len(_cell(text)) for text in texts) for texts in zip(table.columns, *table.rows, strict=True)]
    return sum(widths) + len(GAP) * (len(widths) - 1) <= ROW_MOST


def _paragraph(row: Sequence[Text]) -> str:
    first, *others = [cut(mrkdwn(one_line(translate(cell))) or NO_WORDS, WORDS_MOST) for cell in row]
    return " · ".join([f"*{first.replace('*', '∗')}*", *others])


def _code_blocks(table: Table) -> list[str]:
    """A table that fits as code blocks, with its head repeated in each."""
    columns = [_column(texts, ROW_MOST) for texts in zip(table.columns, *table.rows, strict=True)]
    head, *lines = [escape(GAP.join(cells).rstrip()) for cells in zip(*columns, strict=True)]
    top = [head, GAP.join("─" * len(column[0]) for column in columns)]
    size = max(1, (TABLE_MOST - sum(map(len, top))) // (max(map(len, lines)) + 1))
    starts = [*range(0, len(lines), size), len(lines)]
    return ["```\n" + "\n".join([*top, *lines[start:end]]) + "\n```" for start, end in pairwise(starts)]


def wants_file(reply: Reply) -> bool:
    """Whether the table is one that may be attached, and too long for a message."""
    return reply.table is not None and reply.table.attach and len(reply.table.rows) > ROWS_IN_A_MESSAGE


def file_text(reply: Reply, table: Table) -> str:
    """The whole answer as plain text, for a file: facts, table and notes."""
    facts = [one_line(f"{plain(label)}: {plain(text)}") for label, text in reply.facts]
    notes = [one_line(plain(note)) for note in reply.notes]
    parts = ("\n".join(lines) for lines in (facts, _rows(table), notes) if lines)
    return "\n\n".join(parts) + "\n"


def file_comment(reply: Reply, table: Table, person: Principal) -> str:
    """The message that a file hangs on: for whom it is, and all of the answer but the table."""
    lines = [f"{mrkdwn(mentions.person(person))} {mrkdwn(reply.title)}: {plural(len(table.rows), 'row')}, below."]
    lines += [f"*{mrkdwn(label)}*: {mrkdwn(text)}" for label, text in reply.facts]
    return cut("\n".join([*lines, *map(mrkdwn, reply.notes)]), COMMENT_MOST)


def _rows(table: Table) -> list[str]:
    columns = [_column(texts, FILE_CELL_MOST) for texts in zip(table.columns, *table.rows, strict=True)]
    return [GAP.join(cells).rstrip() for cells in zip(*columns, strict=True)]


def _cell(text: Text) -> str:
    return one_line(plain(text)).replace("`", "'")


def _column(texts: Iterable[Text], most: int) -> list[str]:
    """The cells of one column, equally wide."""
    cells = [_cell(text) for text in texts]
    cells = [cell if len(cell) <= most else cell[: most - 1] + "…" for cell in cells]
    width = max(map(len, cells))
    return [cell.ljust(width) for cell in cells]
