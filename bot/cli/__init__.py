"""The terminal for admins: click reads the words, the use cases decide, rich draws tables."""

from __future__ import annotations

import os
from pathlib import Path


def main() -> None:
    """Run the command line and exit with its code."""
    _assert_home()
    from bot.cli.root import main as run

    run()


def _assert_home() -> None:
    """Give an account without a home folder the one that container engines give.

    Slack's packages ask for it while they are imported, also when nothing of theirs lies there.
    """
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = "/"
