"""A bot at work imports nothing of the extra `playground`, and what needs the extra says what to install."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.playground.extra import PACKAGES
from tests.architecture.source import modules

WITHOUT = f"import sys; sys.modules.update(dict.fromkeys({PACKAGES}))"
"""None in `sys.modules` stands for a package that cannot be imported."""
NEED_IT = ("bot.playground.", "bot.testing.", "bot.web.page.")


def run(code: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process without the packages of the extra."""
    return subprocess.run(
        [sys.executable, "-c", f"{WITHOUT}\n{code}", *words], capture_output=True, text=True, check=False
    )


def test_every_module_outside_the_playground_can_be_imported_without_the_extra() -> None:
    names = [one.name for one in modules() if not f"{one.name}.".startswith(NEED_IT) and "__main__" not in one.name]
    assert len(names) > 200
    ran = run("import importlib\nfor name in sys.argv[1:]: importlib.import_module(name)", *names)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("line", ["play", "play --story", "simulate slack"])
def test_a_command_that_needs_the_extra_says_what_to_install(line: str) -> None:
    ran = run("from bot.cli import main\nmain()", *line.split())
    assert ran.returncode == 78
    assert ran.stderr.splitlines() == [
        "Error: The playground is not installed. Missing packages: flask, websockets.",
        "Install it with: pip install 'b24bot[playground]'",
    ]


def test_a_kit_without_the_extra_says_the_same() -> None:
    ran = run("import bot.testing")
    assert "ImportError: The playground is not installed. Missing packages: flask, websockets. Install it" in ran.stderr
