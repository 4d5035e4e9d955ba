"""The example of a plugin works from its own folder; `.ci/run` installs it beside the wheel and runs the same tests."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
UPTIME = ROOT / "examples" / "uptime"
IMPORT = re.compile(r"^\s*(?:from|import) (bot[\w.]*)", re.MULTILINE)


def test_the_tests_of_the_example_pass() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(UPTIME)]
    ran = subprocess.run(command, cwd=UPTIME, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stdout[-3_000:] + ran.stderr[-3_000:]
    assert re.search(r"\b\d+ passed", ran.stdout)


def test_the_example_needs_nothing_of_the_bot_but_what_is_for_plugins() -> None:
    files = sorted(UPTIME.rglob("*.py"))
    imported = {(path.name, name) for path in files for name in IMPORT.findall(path.read_text("utf-8"))}
    assert {name for _, name in imported} == {"bot.plugin", "bot.plugin.loopback", "bot.testing"}
    assert {path for path, name in imported if name == "bot.testing"} == {"test_uptime.py"}


def test_the_checks_before_a_change_lands_install_the_example() -> None:
    steps = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "cp -r examples/uptime" in steps
    assert "B24BOT_PLUGINS=uptime" in steps
