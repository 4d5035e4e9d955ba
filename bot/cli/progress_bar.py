"""A bar for reads that take long, drawn on stderr where somebody looks."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.cli.output import plain
from bot.host.plugin_services import Progress as Tell
from bot.host.plugin_services import no_progress
from bot.plugin import Message, Text

if TYPE_CHECKING:
    from rich.console import Console

TOLD_LINES = 1_000
"""After how many lines of a file it is told how far it was read."""


@contextmanager
def progress_bar(console: Console | None = None) -> Iterator[Tell]:
    """Yields what a long read tells its progress to. Nothing is drawn where stderr is no terminal."""
    if console is None and not sys.stderr.isatty():
        yield no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = console or Console(file=sys.stderr)
    if not console.is_terminal:
        yield no_progress
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        tasks: dict[Text, int] = {}

        def tell(done: int, total: int, what: Text) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(plain(what), total=total)
            bar.update(bar.task_ids[tasks[what]], completed=done, total=total)

        yield tell


def read_lines_with_progress(lines: Iterable[str], size: int, tell: Tell) -> Iterator[str]:
    """The lines of a file of so many bytes; while they are read, `tell` hears how many kilobytes have been."""
    done = 0
    for number, line in enumerate(lines, start=1):
        yield line
        done += len(line.encode())
        if number % TOLD_LINES == 0:
            tell(min(done, size) // 1_000, size // 1_000, Message("cli.progress.kilobytes"))
