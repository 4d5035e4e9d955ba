"""Answers only one person sees: replies, refusals and apologies, with their tables."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from bot.core.notices import Whisper
from bot.plugin import Reply, Table
from bot.slack.render.text import Block, context, cut, escape, mrkdwn, plain, section, sections

MOODS: Mapping[str, str] = {"answer": "", "refusal": "⛔ ", "calm": "", "trouble": "⚠️ "}
CELL_MOST = 44
TABLE_MOST = 2_800
TEXT_MOST = 11_000
BLOCKS_MOST = 45


def answer_text(whisper: Whisper) -> str:
    return cut(plain(MOODS[whisper.mood] + whisper.reply.title), 3_000)


def answer_blocks(whisper: Whisper, command: str) -> list[Block]:
    """The blocks of an answer, within Slack's limits; what does not fit is said to be cut."""
    reply = whisper.reply
    blocks = [section(f"{MOODS[whisper.mood]}*{_title(reply)}*" if reply.title else "​")]
    if whisper.suggestion:
        blocks.append(section(f"Did you mean `{escape(f'{command} {whisper.suggestion}')}`?"))
    blocks += sections([f"*{escape(label)}*: {mrkdwn(text)}" for label, text in reply.facts])
    if reply.table is not None:
        blocks += [section(part) for part in table_parts(reply.table)]
    blocks += [context(mrkdwn(note)) for note in reply.notes]
    return within(blocks)


def _title(reply: Reply) -> str:
    # A star inside bold text would end it.
    return mrkdwn(reply.title).replace("*", "∗")


def within(blocks: list[Block]) -> list[Block]:
    """The first blocks that fit into one message."""
    kept: list[Block] = []
    total = 0
    for block in blocks:
        total += len(str(block))
        if total > TEXT_MOST or len(kept) >= BLOCKS_MOST:
            return [*kept, context("… the rest is cut. Narrow the command down, or use the terminal.")]
        kept.append(block)
    return kept


def table_parts(table: Table) -> list[str]:
    """The table as code blocks, with its head repeated in each."""
    if not table.rows:
        return ["_Nothing._"]
    rows = [[_cell(cell) for cell in row] for row in table.rows]
    head = [_cell(column) for column in table.columns]
    widths = [max(len(row[index]) for row in [head, *rows]) for index in range(len(head))]
    lines = [_line(row, widths) for row in rows]
    top = [_line(head, widths), "  ".join("─" * width for width in widths)]
    size = max(1, (TABLE_MOST - sum(map(len, top))) // (max(map(len, lines)) + 1))
    starts = [*range(0, len(lines), size), len(lines)]
    return ["```\n" + "\n".join([*top, *lines[start:end]]) + "\n```" for start, end in pairwise(starts)]


def _cell(text: str) -> str:
    return escape(cut(plain(text).replace("`", "'").replace("\n", " "), CELL_MOST))


def _line(cells: list[str], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
