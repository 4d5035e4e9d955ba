"""Storyboards: what the bot shows in Slack as text, in each language, kept as files that a person reviews."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.core.change.change_request import ChangeRequest
from bot.playground.workspace.control.transcript import block_lines, plain
from bot.slack.render.card import bare_card, card_blocks, card_text
from tests.slack.render.card_cases import CARDS

FOLDER = Path(__file__).parents[2] / "data" / "storyboards"
LANGUAGES = ("en", "ru")
VALUE = "1042.0123456789abcdef.0123456789abcdef0123456789abcdef"
NAMES = {"U0001": "Olga", "U0002": "Anton", "U0003": "Vera", "C0002": "approvals"}


def draw_all() -> Mapping[Path, str]:
    """Every storyboard by the file that keeps it."""
    return {
        FOLDER / language / f"card-{name}.txt": "\n".join(_draw_card(change, language)) + "\n"
        for language in LANGUAGES
        for name, change in CARDS.items()
    }


def _draw_card(change: ChangeRequest, language: str) -> Iterator[str]:
    blocks: list[Any] = list(card_blocks(change, VALUE, language))
    yield from _part("notification", plain(card_text(change, language), NAMES).splitlines())
    yield from _part("card", block_lines(blocks, NAMES))
    for block in blocks:
        for button in block["elements"] if block["type"] == "actions" else ():
            if "confirm" in button:
                yield from _part(f"[{button['text']['text']}]", _dialog_lines(button["confirm"]))
    yield from _part("without blocks", plain(bare_card(change, language), NAMES).splitlines())


def _dialog_lines(dialog: Any) -> list[str]:
    answers = f"[{dialog['deny']['text']}] [{dialog['confirm']['text']}]"
    return [f"== {dialog['title']['text']} ==", dialog["text"]["text"], answers]


def _part(title: str, lines: list[str]) -> Iterator[str]:
    yield f"--- {title}"
    yield from (f"    {line}".rstrip() for line in lines)
