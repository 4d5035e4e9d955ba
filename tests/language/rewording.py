"""Catalogues with other words: every message of the host and of the plugin is said otherwise, in both languages."""

from __future__ import annotations

import string
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.language.catalogues import bind_catalogue
from scripts.catalogues import HOMES, LANGUAGES, Home, Sentences, Use, read_catalogue, write_catalogue


def write_other_words(folder: Path) -> Path:
    """Lay out a catalogue of other words beside each of ours: what `reworded` reads. Returns the folder."""
    for home, name in _list_catalogues():
        _write_other_words(home, name, folder)
    return folder


@contextmanager
def reworded(folder: Path) -> Iterator[None]:
    """Have every message say the other words that `write_other_words` has laid out in this folder."""
    named = _list_catalogues()
    try:
        for _, name in named:
            bind_catalogue(name, folder)
        yield
    finally:
        for home, name in named:
            bind_catalogue(name, home.locale)


def _list_catalogues() -> list[tuple[Home, str]]:
    return [(home, path.stem) for home in HOMES for path in sorted((home.locale / "en" / "LC_MESSAGES").glob("*.po"))]


def _write_other_words(home: Home, name: str, folder: Path) -> None:
    for language in LANGUAGES:
        words = read_catalogue(home.locale / language / "LC_MESSAGES" / f"{name}.po", language)
        other: Sentences = {key: tuple(map(_say_otherwise, forms)) for key, forms in words.items()}
        uses = {
            key: Use(frozenset({"count"} if len(forms) > 1 else ()), []) for key, forms in other.items() if all(forms)
        }
        path = folder / language / "LC_MESSAGES" / f"{name}.mo"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(write_catalogue(language, uses, other, other)[1])


def _say_otherwise(sentence: str) -> str:
    names = [f"{{{name}}}" for _, name, _, _ in string.Formatter().parse(sentence) if name]
    return " ".join(["Otherwise:", *reversed(names)])
