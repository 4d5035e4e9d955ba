"""The page docs/testing/performance.md: what was measured where, without saying on whose machine."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.report import Sheet, to_markdown
from bot.store.engine.database import sqlite3
from bot.store.engine.journal import journal_for

HEAD = """# Performance

`python -m benchmarks --write docs/testing/performance.md` writes this page. Trust the ratios: in one run, on one
machine, every candidate took its turns against the same simulators on loopback. The brackets hold the least and
the most of the rounds. CONTRIBUTING.md says how to run it.
"""
BUSY = (
    "**The machine was busy with other work**: amounts are several times what a quiet one shows, and spreads are wide."
)


def facts() -> Mapping[str, str]:
    """What one has to know of the machine to read the numbers; nothing that tells whose it is."""
    journal, level = journal_for(sqlite3.sqlite_version_info)
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "commit": commit_of(Path.cwd()),
        "machine": f"{os.cpu_count()} cores, {platform.system()}, {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "SQLite": f"{sqlite3.sqlite_version}, journal {journal}, synchronous {level}",
        "load": f"{os.getloadavg()[0]:.1f} at the end of the run",
    }


def busy() -> bool:
    """Whether more wants to run here than there are processors."""
    return os.getloadavg()[0] > (os.cpu_count() or 1) * 1.5


def commit_of(checkout: Path) -> str:
    """The short name of the commit that last changed what is measured; "unknown" where git does not say."""
    asked = subprocess.run(
        ["git", "-C", str(checkout), "log", "-1", "--format=%h", "--", "bot", "plugins", "requirements"],
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip() or "unknown"


def page(sheets: Sequence[Sheet], told: Mapping[str, str], *, quick: bool) -> str:
    lines = [HEAD, "| | |", "|---|---|", *(f"| {name} | {word} |" for name, word in told.items())]
    if busy():
        lines += ["", BUSY]
    if quick:
        lines += ["", "This is the quick form: few samples, and young databases."]
    return "\n".join([*lines, "", to_markdown(sheets)])
