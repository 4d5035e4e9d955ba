"""What a change touches: the files of CONTRIBUTING.md exist, another engine or chat needs the port alone, and each
surface performs a command in the same way.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.architecture.source import modules
from tests.tables.rows import each_row

ROOT = Path(__file__).parents[2]
ENGINE = sorted((ROOT / "tests" / "store" / "toyengine").glob("*.py"))
CHAT = sorted((ROOT / "tests" / "chat").glob("line_*.py"))
NOT_OF_AN_ENGINE = ("bot.store.engine.database", "bot.store.repositories", "bot.usecases", "bot.app", "sqlite_utils")
NOT_OF_A_CHAT = ("bot.slack", "bot.store.repositories", "bot.app", "slack_bolt", "slack_sdk")

ONE_WAY: Mapping[str, set[str]] = {
    "bot.usecases.requests.command_performance.perform_command": {
        "bot.usecases.requests.submission",
        "bot.cli.run_line",
    },
    "bot.usecases.requests.submission.submit": {
        "bot.usecases.runtime.worker",
        "bot.usecases.requests.follow_up_requests",
    },
    "bot.usecases.requests.planning.plan_or_read": {"bot.usecases.requests.command_performance"},
    "bot.usecases.requests.change_opening.open_change": {"bot.usecases.requests.command_performance"},
    "bot.usecases.admin.builtin_plugin.perform_at_once": {"bot.usecases.requests.command_performance"},
}
"""Each step of the one way to perform a command, and who takes it. Typed lines, mentions, messages, pages, forms and
follow-up buttons become a job of the worker; the terminal is the other surface."""


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize(
    ("path", "forbidden"),
    [*((path, NOT_OF_AN_ENGINE) for path in ENGINE), *((path, NOT_OF_A_CHAT) for path in CHAT)],
    ids=lambda value: value.name if isinstance(value, Path) else "",
)
def test_another_engine_and_another_chat_know_nothing_of_the_first(path: Path, forbidden: tuple[str, ...]) -> None:
    assert [name for name in imported(path) if f"{name}.".startswith(tuple(f"{each}." for each in forbidden))] == []


def test_every_file_of_the_table_of_changes_exists() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    table = page[page.index("## What a change touches") : page.index("## Add a command")]
    paths = [path for path in re.findall(r"`([^`]+)`", table) if "/" in path]
    assert len(paths) > 15
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert (len(ENGINE) > 3, len(CHAT)) == (True, 2)


@each_row(("step", "users"), [*ONE_WAY.items()])
def test_every_surface_performs_a_command_in_the_same_way(step: str, users: set[str]) -> None:
    assert {module.name for module in modules() if step in module.imports()} == users
