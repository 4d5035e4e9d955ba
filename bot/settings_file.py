"""The settings file: names and values, a line each."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.bot_errors import ConfigurationError
from bot.plugin import Message

if TYPE_CHECKING:
    from dotenv.parser import Binding

_BARE = re.compile(r"[\w.:/,=@%+~-]*", re.ASCII)
"""A value that stands for itself without quotation marks."""


def read_settings_file(path: Path) -> tuple[Mapping[str, str], frozenset[str]]:
    """The values of a settings file, and the names that have several there. Raises ConfigurationError and OSError.

    A value stands for itself: a secret may hold what looks like a reference to another variable. A line without a value
    takes back none that stands above it, as in a copy of `.env.example` to which somebody has added lines.
    """
    given = [(line.key, line.value) for line in _read_lines(path) if line.key and line.value]
    values = dict(given)
    return values, frozenset(name for name, value in given if value != values[name])


def write_settings_file(path: Path, values: Mapping[str, str]) -> None:
    """Put values into a settings file, which only its owner can read from then on.

    A value takes the place of the line of its name, or is a new line at the end. All other lines stay as they are. The
    file is replaced as a whole: whoever reads it finds the old one or the new one.

    Raises ConfigurationError and OSError.
    """
    lines = _read_lines(path)
    taken = {name: _find_line(name, lines) for name in values}
    texts = [_rewrite(line, at, values, taken) for at, line in enumerate(lines)]
    text = "".join(texts)
    new = [f"{name}={_quote(value)}\n" for name, value in values.items() if taken[name] is None]
    gap = "\n" if text and not text.endswith("\n") and new else ""
    _replace(path.resolve(), f"{text}{gap}{''.join(new)}")


def _read_lines(path: Path) -> Sequence[Binding]:
    if not path.exists():
        return ()
    from dotenv.parser import parse_stream

    with path.open(encoding="utf-8-sig") as stream:
        lines = list(parse_stream(stream))
    strange = [str(line.original.line) for line in lines if line.error]
    if strange:
        raise ConfigurationError(
            Message("setting.file.unreadable_lines", count=len(strange), lines=tuple(strange), file=str(path)),
            hint=Message("setting.file.write_line"),
        )
    return lines


def _find_line(name: str, lines: Sequence[Binding]) -> int | None:
    """Where a value has its line: the last one with a value, which counts, else the last one."""
    found = [at for at, line in enumerate(lines) if line.key == name]
    return next((at for at in reversed(found) if lines[at].value), found[-1] if found else None)


def _rewrite(line: Binding, at: int, values: Mapping[str, str], taken: Mapping[str, int | None]) -> str:
    """The text of a line, with the blank lines above it; other values of a name that is written are left out."""
    text = line.original.string
    if line.key is None or line.key not in values or (taken[line.key] != at and not line.value):
        return text
    above = text[: len(text) - len(text.lstrip())]
    return f"{above}{line.key}={_quote(values[line.key])}\n" if taken[line.key] == at else above


def _quote(value: str) -> str:
    if _BARE.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _replace(path: Path, text: str) -> None:
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(number, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
