"""What was measured as tables: on the terminal, and as the page docs/testing/performance.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from benchmarks.sampling import Found, Measure, Ratio, Row, ratio_of

UNITS = {"s": 1.0, "ms": 1e3, "µs": 1e6, "MB": 1.0, "a second": 1.0, "": 1.0}
"""Samples are in seconds, megabytes, or as they are; so many of a unit are one of those."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table that is ready to be shown."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


def number(value: float) -> str:
    """Three digits that count, and no more."""
    if value == 0:
        return "0"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 0.1 else 3
    return f"{value:,.{digits}f}"


def amount(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{number(value * UNITS[unit])} {unit}".strip()


def ratio_words(ratio: Ratio | None) -> str:
    if ratio is None:
        return "–"
    return f"{number(ratio.middle)} ({number(ratio.least)}–{number(ratio.most)})"


def sheet_of(measure: Measure, found: Mapping[str, Found], names: Mapping[str, str]) -> Sheet:
    """One measure with a column for each side; `names` are how the sides are called in the heads."""
    sides = [side for side in names if side in found]
    has_base, has_goal = any(row.base for row in measure.rows), any(row.goal for row in measure.rows)
    two = len(sides) == 2
    heads = ["what", *(names[side] for side in sides), *(["ratio of the two"] * two), *(["× base"] * has_base)]
    heads += [*(["goal"] * has_goal), "samples"]
    rows = [
        _row(row, found, sides, two=two, has_base=has_base, has_goal=has_goal)
        for row in measure.rows
        if any(found[side].samples.get(row.key) for side in sides)
    ]
    troubles = [f"Not measured, {names[side]}: {found[side].trouble}." for side in sides if found[side].trouble]
    labels = {row.key: row.label for row in measure.rows}
    troubles += [
        f"Not measured, {labels.get(key, key)}: {why}." for side in sides for key, why in found[side].missing.items()
    ]
    return Sheet(
        title=measure.title, heads=heads, rows=rows, notes=[*([measure.note] if measure.note else []), *troubles]
    )


def _row(
    row: Row, found: Mapping[str, Found], sides: Sequence[str], *, two: bool, has_base: bool, has_goal: bool
) -> Sequence[str]:
    samples = [found[side].samples.get(row.key, []) for side in sides]
    cells = [row.label, *(amount(found[side].median(row.key), row.unit) for side in sides)]
    if two:
        cells.append(ratio_words(ratio_of(samples[0], samples[1])))
    if has_base:
        base = found[sides[0]].samples.get(row.base, [])
        cells.append(ratio_words(ratio_of(samples[0], base)) if row.base else "")
    if has_goal:
        cells.append(row.goal)
    return [*cells, str(len(samples[0]))]


def to_terminal(sheets: Iterable[Sheet], console: Console) -> None:
    for sheet in sheets:
        table = Table(title=sheet.title, title_justify="left")
        for at, head in enumerate(sheet.heads):
            table.add_column(head, justify="left" if at == 0 else "right")
        for row in sheet.rows:
            table.add_row(*row)
        console.print(table if sheet.rows else sheet.title)
        for note in sheet.notes:
            console.print(note)


def to_markdown(sheets: Iterable[Sheet]) -> str:
    return "\n".join(_section(sheet) for sheet in sheets)


def _section(sheet: Sheet) -> str:
    lines = [f"## {sheet.title}"]
    if sheet.rows:
        lines += ["", _line(sheet.heads)]
        lines.append("|" + "|".join("---" if at == 0 else "---:" for at in range(len(sheet.heads))) + "|")
        lines += [_line(row) for row in sheet.rows]
    lines += [line for note in sheet.notes for line in ("", note)]
    return "\n".join([*lines, ""])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
