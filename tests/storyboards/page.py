"""The words of the playground's page, as text in each language: its own, the portal's tables, and the faults."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.language.translation import translate
from bot.playground.page_backend import TALK, PageBackend
from bot.plugin import Text
from bot.web.page_words import list_lines, write_words
from tests.storyboards.board import FOLDER, LANGUAGES, Drawn, as_file, part

PAGE = FOLDER / "page"


def draw_page() -> Drawn:
    """The storyboard of the page in each language, by its file."""
    with PageBackend() as stage:
        seen = stage.look("Olga")
    return {PAGE / f"{language}.txt": as_file(_draw(seen, language)) for language in LANGUAGES}


def _draw(seen: Mapping[str, Any], language: str) -> Iterator[str]:
    def put(text: Text) -> str:
        return translate(text, language)

    yield from part("words", [f"{name}: {text}" for name, text in write_words(language).items()])
    yield from part("what people have said before", [f"{person}: {put(text)}" for person, text in TALK])
    yield from part("lines to type", list_lines(language))
    for one in seen["troubles"]:
        help_text = re.sub(r"localhost:\d+", "localhost:55555", put(one["help"]))
        yield from part(f"fault: {put(one['label'])}", [help_text])
    for table in seen["portal"]:
        rows = [" | ".join(map(put, row)) for row in (table["columns"], *table["rows"])]
        yield from part(f"table: {put(table['title'])}", rows)
