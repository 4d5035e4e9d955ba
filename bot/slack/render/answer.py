"""Answers only one person sees: replies, refusals and apologies, with their tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import assert_never

from bot.core import mentions
from bot.core.messages.notices import Mood, PrivateNotice
from bot.core.principals import Principal
from bot.core.text import one_line
from bot.plugin import CommandLine, Message, Person, Reply, Table, Text
from bot.slack.render.answer_buttons import answer_buttons
from bot.slack.render.block_kit import Block
from bot.slack.render.slack_text import ENGLISH_WRITER, Writer, context, cut, escape, section, sections

NOTHING = Message("answer.nothing")
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
NOTIFICATION_MOST = 3_000


def mood_sign(mood: Mood) -> str:
    """The sign in front of an answer with the blank behind it. It is the same in every language."""
    match mood:
        case Mood.ANSWER | Mood.CALM:
            return ""
        case Mood.REFUSAL:
            return "⛔ "
        case Mood.TROUBLE:
            return "⚠️ "
        case _:
            assert_never(mood)


def answer_text(notice: PrivateNotice, writer: Writer = ENGLISH_WRITER) -> str:
    title = writer.mrkdwn(notice.reply.title or Message("answer.untitled"))
    return cut(mood_sign(notice.mood) + title, NOTIFICATION_MOST)


def answer_blocks(notice: PrivateNotice, writer: Writer = ENGLISH_WRITER, *, card: str = "") -> list[Block]:
    """The blocks of an answer, within Slack's limits; what does not fit is said to be cut.

    `card` is the address of the card that it offers to open.
    """
    reply = notice.reply
    blocks: list[Block] = [section(f"{mood_sign(notice.mood)}*{_bold(reply.title, writer)}*")] if reply.title else []
    if notice.suggestion:
        line = CommandLine(command_line=one_line(writer.plain(notice.suggestion)))
        blocks.append(section(writer.mrkdwn(Message("answer.did_you_mean", line=line))))
    blocks += sections([f"*{writer.mrkdwn(label)}*: {writer.mrkdwn(text)}" for label, text in reply.facts])
    if reply.table is not None:
        blocks += [section(f"*{_bold(reply.table.title, writer)}*")] if reply.table.title else []
        blocks += table_blocks(reply.table, writer)
    blocks += [context(writer.mrkdwn(note)) for note in reply.notes]
    return [*fit_blocks(blocks, writer), *answer_buttons(notice, card, writer)]


def _bold(text: Text, writer: Writer) -> str:
    # A star or a line break inside bold text would end it.
    return cut(writer.mrkdwn(one_line(writer.translate(text))).replace("*", "∗"), BOLD_MOST)


def fit_blocks(blocks: list[Block], writer: Writer = ENGLISH_WRITER) -> list[Block]:
    """The first blocks that fit into one message."""
    kept: list[Block] = []
    total = 0
    for block in blocks:
        total += len(str(block))
        if total > TEXT_MOST or len(kept) >= BLOCKS_MOST:
            return [*kept, context(writer.mrkdwn(Message("answer.too_long")))]
        kept.append(block)
    return kept


def table_blocks(table: Table, writer: Writer = ENGLISH_WRITER) -> list[Block]:
    """Draw a table with its columns side by side or, where a row is too wide for that, each row as a paragraph.

    So are rows that name people: there is no mention inside a code block.
    """
    if not table.rows:
        return [section(f"_{writer.mrkdwn(NOTHING)}_")]
    if _fits(table, writer):
        return [section(part) for part in _code_blocks(table, writer)]
    head = f"_{' · '.join(writer.mrkdwn(one_line(writer.translate(column))) for column in table.columns)}_"
    return sections([head, *(_paragraph(row, writer) for row in table.rows)])


def _fits(table: Table, writer: Writer) -> bool:
    if any(mentions.has_person_mark(writer.translate(cell)) for row in table.rows for cell in row):
        return False
    widths = [max(len(_cell(text, writer)) for text in texts) for texts in zip(table.columns, *table.rows, strict=True)]
    return sum(widths) + len(GAP) * (len(widths) - 1) <= ROW_MOST


def _paragraph(row: Sequence[Text], writer: Writer) -> str:
    first, *others = [_words(cell, writer) for cell in row]
    return " · ".join([f"*{first.replace('*', '∗')}*", *others])


def _words(cell: Text, writer: Writer) -> str:
    return cut(writer.mrkdwn(one_line(writer.translate(cell))) or NO_WORDS, WORDS_MOST)


def _code_blocks(table: Table, writer: Writer) -> list[str]:
    """A table that fits as code blocks, with its head repeated in each."""
    columns = [_column(texts, ROW_MOST, writer) for texts in zip(table.columns, *table.rows, strict=True)]
    head, *lines = [escape(GAP.join(cells).rstrip()) for cells in zip(*columns, strict=True)]
    top = [head, GAP.join("─" * len(column[0]) for column in columns)]
    size = max(1, (TABLE_MOST - sum(map(len, top))) // (max(map(len, lines)) + 1))
    starts = [*range(0, len(lines), size), len(lines)]
    return ["```\n" + "\n".join([*top, *lines[start:end]]) + "\n```" for start, end in pairwise(starts)]


def wants_file(reply: Reply) -> bool:
    """Whether the table is one that may be attached, and too long for a message."""
    return reply.table is not None and reply.table.attach and len(reply.table.rows) > ROWS_IN_A_MESSAGE


def file_text(reply: Reply, table: Table, writer: Writer = ENGLISH_WRITER) -> str:
    """The whole answer as plain text, for a file: facts, table and notes."""
    facts = [one_line(f"{writer.plain(label)}: {writer.plain(text)}") for label, text in reply.facts]
    notes = [one_line(writer.plain(note)) for note in reply.notes]
    parts = ("\n".join(lines) for lines in (facts, _rows(table, writer), notes) if lines)
    return "\n\n".join(parts) + "\n"


def file_comment(reply: Reply, table: Table, person: Principal, writer: Writer = ENGLISH_WRITER) -> str:
    """The message that a file hangs on: for whom it is, and all of the answer but the table."""
    rows = Message("answer.rows", count=len(table.rows))
    head = Message("answer.file", person=Person(person=person.id), title=reply.title, rows=rows)
    lines = [writer.mrkdwn(head)]
    lines += [f"*{writer.mrkdwn(label)}*: {writer.mrkdwn(text)}" for label, text in reply.facts]
    return cut("\n".join([*lines, *map(writer.mrkdwn, reply.notes)]), COMMENT_MOST)


def _rows(table: Table, writer: Writer) -> list[str]:
    columns = [_column(texts, FILE_CELL_MOST, writer) for texts in zip(table.columns, *table.rows, strict=True)]
    return [GAP.join(cells).rstrip() for cells in zip(*columns, strict=True)]


def _cell(text: Text, writer: Writer) -> str:
    return one_line(writer.plain(text)).replace("`", "'")


def _column(texts: Iterable[Text], most: int, writer: Writer) -> list[str]:
    """The cells of one column, equally wide."""
    cells = [_cell(text, writer) for text in texts]
    cells = [cell if len(cell) <= most else cell[: most - 1] + "…" for cell in cells]
    width = max(map(len, cells))
    return [cell.ljust(width) for cell in cells]
