"""What docs/plugins.md has its reader write works as it stands there, and what it says is what the code has."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

import bot.testing
from bot.core.parsing.invocation import HOST_OPTIONS
from bot.host.member_checks import MEMBERS
from bot.host.word_checks import TERMINAL_OPTIONS
from bot.plugin import Arg, CallVerdict, PlaceTerm, Plan, Reply, Risk, Services, Table
from bot.plugin import host as api
from scripts.catalogues import read_catalogue
from tests.tables.rows import each_row
from tests.testing.sign_page import FILES, PAGE, ROOT, write_sign


@pytest.fixture
def walked(tmp_path: Path) -> Path:
    """An empty folder with what the reader has written."""
    write_sign(tmp_path)
    return tmp_path


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command as the reader does, with b24bot and the new package installed."""
    environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_tests_of_the_walk_through_pass(walked: Path) -> None:
    ran = run(walked, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert ran.returncode == 0, ran.stdout[-3_000:] + ran.stderr[-3_000:]
    assert re.search(r"\b4 passed", ran.stdout)


def test_the_plugin_of_the_walk_through_is_found_and_offers_its_commands(walked: Path) -> None:
    for name in ("B24BOT_PLUGINS", "SIGN_FILE"):
        assert name in PAGE
    (walked / ".env").write_text("B24BOT_PLUGINS=sign.plugin:plugin\n", "utf-8")
    (walked / ".env").chmod(0o600)
    ran = run(walked, "-m", "bot", "sign", "write", "--help")
    assert "Write something else on the sign." in ran.stdout, ran.stderr


def test_every_block_of_code_belongs_to_a_file_of_the_walk_through() -> None:
    assert len(FILES) == len(re.findall(r"^```\w", PAGE, re.MULTILINE)) == 6


def told() -> Iterator[tuple[str, str]]:
    """What the page has to name, each with where it comes from."""
    yield from (("a member of a plugin", name) for name in MEMBERS)
    yield from (("a member of services", name) for name in vars(Services) if not name.startswith("_"))
    for kind in (Arg, Plan, Reply, Table):
        yield from ((f"a field of {kind.__name__}", field.name) for field in fields(kind) if field.name != "title")
    yield from (("an option of every command", name) for name in (PlaceTerm().option, *HOST_OPTIONS, *TERMINAL_OPTIONS))
    yield from (("a risk", risk.name) for risk in Risk)
    yield from (("a verdict", verdict.name) for verdict in CallVerdict)
    yield from (("offered to tests", name) for name in ("contract", "Harness", "WholeBot", "ContractBroken"))
    yield from (("a part of a simulation", name) for name in vars(api.Simulation) if not name.startswith("_"))


@each_row(("kind", "name"), list(told()))
def test_the_page_names_all_that_there_is(kind: str, name: str) -> None:
    assert re.search(rf"`[^`\n]*(?<![\w-]){re.escape(name)}(?!\w)[^`\n]*`", PAGE), f"{kind}: {name}"


def test_what_the_page_says_of_testing_is_offered() -> None:
    assert {"contract", "Harness", "WholeBot", "ContractBroken"} <= set(bot.testing.__all__)
    for kind in (bot.testing.Harness, bot.testing.WholeBot):
        section = re.split(r"\n\*\*`|\nA `Simulation`", PAGE.partition(f"**`{kind.__name__}(")[2])[0]
        for name in re.findall(r"`(\w+)\(", section):
            assert hasattr(kind, name), f"{kind.__name__}.{name}"


REFUSALS = (
    "is written for version",
    "cannot be called as",
    "needs a docstring: its first line is the command's help",
    "must be Annotated",
    "cannot be typed. Use a-z",
    "may not declare the noun",
    "every command has that option already",
    "it is a setting of",
    "returns a plan, but the command",
    "which only commands of b24bot itself have",
    "has an example that cannot be typed",
)


@pytest.mark.parametrize("words", REFUSALS)
def test_the_page_quotes_refusals_in_their_own_words(words: str) -> None:
    told = read_catalogue(ROOT / "bot" / "locale" / "en" / "LC_MESSAGES" / "host.po", "en")
    assert any(words in form for forms in told.values() for form in forms)
    assert words in PAGE
