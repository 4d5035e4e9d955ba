"""What the terminal says is what a person has reviewed."""

from __future__ import annotations

from tests.storyboards.board import REMEDY, list_stale
from tests.storyboards.terminal import TERMINAL, draw_terminal


def test_each_storyboard_of_the_terminal_is_as_it_was_reviewed() -> None:
    assert list_stale(draw_terminal(), TERMINAL.rglob("*.txt")) == [], REMEDY
