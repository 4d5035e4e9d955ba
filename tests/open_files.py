"""What this process has open, each by itself: what an earlier test left may be closed at any moment."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def open_files() -> set[str]:
    """Where each descriptor leads, files by path; the name of a socket or a pipe does not come again."""
    found = set()
    for link in list(Path("/proc/self/fd").iterdir()):
        with suppress(FileNotFoundError):
            # The descriptor that this list was read from is gone by now, unless another thread reads one.
            found.add(os.readlink(link))
    return {name for name in found if not name.startswith("/proc/")}
