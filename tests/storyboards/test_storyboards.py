"""What an acknowledgement and the pages say is what a person has reviewed.

`tests/long/processes/test_terminal_storyboards.py` draws those of the terminal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.storyboards.acknowledgements import ACKNOWLEDGEMENTS, draw_acknowledgements
from tests.storyboards.board import LANGUAGES, REMEDY, Drawn, list_stale
from tests.storyboards.page import PAGE, draw_page
from tests.storyboards.portal_pages import PORTAL_PAGES, draw_portal_pages
from tests.storyboards.terminal import TERMINAL
from tests.storyboards.threads import THREADS, draw_threads

UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""What could move a cursor, turn the direction of a line, or is not seen."""

CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


@pytest.mark.parametrize(
    ("draw", "folder"),
    [
        (draw_acknowledgements, ACKNOWLEDGEMENTS),
        (draw_page, PAGE),
        (draw_portal_pages, PORTAL_PAGES),
        (draw_threads, THREADS),
    ],
)
def test_each_storyboard_is_as_it_was_reviewed(draw: Callable[[], Drawn], folder: Path) -> None:
    assert list_stale(draw(), folder.rglob("*.txt")) == [], REMEDY


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_value_of_a_stranger_moves_the_cursor_or_begins_a_line_of_its_own(language: str) -> None:
    lines = (TERMINAL / language / "values.txt").read_text("utf-8").splitlines()
    shown = [line.removeprefix("    ") for line in lines if not line.startswith("---")]
    assert "Approved" in " ".join(shown)
    assert UNSAFE.findall("".join(shown)) == []
    assert [line for line in shown if line.startswith("> Approved")] == []


def test_a_warning_in_a_russian_terminal_is_russian() -> None:
    lines = [line for path in (TERMINAL / "ru").glob("*.txt") for line in path.read_text("utf-8").splitlines()]
    said = [line for line in lines if line.lstrip().startswith("Предупреждение: ")]
    assert said
    assert [line for line in said if not CYRILLIC.search(line.partition(": ")[2])] == []
