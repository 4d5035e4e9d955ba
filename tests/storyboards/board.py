"""What all storyboards share: the languages, the folder, and the form of their parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "data" / "storyboards"
LANGUAGES = ("en", "ru")
REMEDY = "is not as drawn now; look at it, then run scripts/storyboards.py --write"
Drawn = Mapping[Path, str]
"""Storyboards by the files that keep them."""


def part(title: str, lines: Iterable[str]) -> Iterator[str]:
    """One thing that is shown, under its title."""
    yield f"--- {title}"
    yield from (f"    {line}".rstrip() for line in lines)


def as_file(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


def list_stale(drawn: Drawn, kept: Iterable[Path]) -> list[str]:
    """The storyboards that are not as drawn now, and the files that no storyboard has any more."""
    other = [path for path, text in drawn.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    return [str(path.relative_to(FOLDER)) for path in sorted({*other, *(set(kept) - set(drawn))})]
