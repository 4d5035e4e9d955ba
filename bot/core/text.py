"""Small pieces of wording that more than one room needs."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.plugin.quoting import MORE_BLANKS

_FILLERS = str.maketrans({char: " " for char in MORE_BLANKS if not char.isspace()})
"""Blanks at which `str.split` does not split."""


def format_time(at: int) -> str:
    """UTC epoch milliseconds as people read them: `2026-03-01 14:05 UTC`."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def one_line(text: str) -> str:
    """The text without line breaks: a second line of its own making could pass for one of the bot's."""
    return " ".join(text.translate(_FILLERS).split())


def join_lines(text: str) -> str:
    """The same, with the spaces that somebody typed."""
    return " ".join(filter(None, (line.strip() for line in text.splitlines())))


def capitalize_phrase(phrase: str) -> str:
    """A phrase as it begins a sentence. A name with a `_` in it, like `client_id`, is written as it is."""
    first = phrase.partition(" ")[0]
    return phrase if "_" in first else f"{phrase[:1].upper()}{phrase[1:]}"


_UNITS = (86_400_000, 3_600_000, 60_000, 1_000)


def round_duration(milliseconds: int, *, least: int = 60_000) -> int:
    """Round to the largest unit of which there are at least two, and to one of the unit `least` at least."""
    units = [unit for unit in _UNITS if unit >= least]
    unit = next((one for one in units if milliseconds >= 2 * one), units[-1])
    return max(1, round(milliseconds / unit)) * unit
