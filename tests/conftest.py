"""What every test may use: a scratch store, and a town with the whole bot in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.playground.town import Town
from bot.store.store import Store
from bot.testing.services import scratch_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A real store in a file of its own."""
    opened = scratch_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """The real bot between both simulators, without Slack's pace of one post a second."""
    with Town(tmp_path, pace=False) as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the programmes put on record as `programme: words`: added up, or the greatest of what begins with `most`."""
    told: dict[str, list[int]] = defaultdict(list)
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()) if getattr(report, "when", "") == "call" else ():
                if ": " in name:
                    told[name].append(value)
    if told:
        terminalreporter.section("programmes")
    for name, values in sorted(told.items()):
        number = max(values) if ": most " in name else sum(values)
        terminalreporter.write_line(f"{name}: {number:,}")
