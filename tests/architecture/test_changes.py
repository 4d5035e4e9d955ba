"""What a change touches: the files that CONTRIBUTING.md names exist, and another engine or chat needs the port."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGINE = sorted((ROOT / "tests" / "store" / "toyengine").glob("*.py"))
CHAT = sorted((ROOT / "tests" / "chat").glob("line_*.py"))
NOT_OF_AN_ENGINE = ("bot.store.engine.database", "bot.store.repositories", "bot.usecases", "bot.app", "sqlite_utils")
NOT_OF_A_CHAT = ("bot.slack", "bot.store.repositories", "bot.app", "slack_bolt", "slack_sdk")


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
