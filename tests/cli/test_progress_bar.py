"""The bar of long reads: where somebody looks, and nowhere else."""

from __future__ import annotations

import io

from rich.console import Console

from bot.cli.progress_bar import progress_bar, read_lines_with_progress
from bot.host.plugin_services import no_progress
from bot.plugin import Message, Text


def test_where_nobody_looks_nothing_is_drawn() -> None:
    drawn = io.StringIO()
    with progress_bar(Console(file=drawn)) as tell:
        assert tell is no_progress
    assert drawn.getvalue() == ""


def test_a_terminal_sees_how_far_it_has_come() -> None:
    drawn = io.StringIO()
    with progress_bar(Console(file=drawn, force_terminal=True, width=100)) as tell:
        tell(50, 4_000, "statuses")
        tell(4_000, 4_000, "statuses")
    assert "statuses" in drawn.getvalue()
    assert "4000/4000" in drawn.getvalue()


def test_a_file_tells_how_many_kilobytes_have_been_read() -> None:
    heard: list[tuple[int, int, Text]] = []
    lines = ["é" * 4 + "\n"] * 2_500
    kilobytes = Message("cli.progress.kilobytes")
    read = list(read_lines_with_progress(lines, 22_500, lambda *said: heard.append(said)))
    assert read == lines
    assert heard == [(9, 22, kilobytes), (18, 22, kilobytes)]
