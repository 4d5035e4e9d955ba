"""The settings file: names and values, a line each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.core.bot_errors import ConfigurationError
from bot.plugin import Message


def read_settings_file(path: Path) -> tuple[Mapping[str, str], frozenset[str]]:
    """The values of a settings file, and the names that have several there. Raises ConfigurationError and OSError.

    A value stands for itself: a secret may hold what looks like a reference to another variable. A line without a value
    takes back none that stands above it, as in a copy of `.env.example` to which somebody has added lines.
    """
    if not path.exists():
        return {}, frozenset()
    from dotenv.parser import parse_stream

    with path.open(encoding="utf-8-sig") as stream:
        lines = list(parse_stream(stream))
    strange = [str(line.original.line) for line in lines if line.error]
    if strange:
        raise ConfigurationError(
            Message("setting.file.unreadable_lines", count=len(strange), lines=tuple(strange), file=str(path)),
            hint=Message("setting.file.write_line"),
        )
    given = [(line.key, line.value) for line in lines if line.key and line.value]
    values = dict(given)
    return values, frozenset(name for name, value in given if value != values[name])
