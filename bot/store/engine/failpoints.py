"""Places in the code around a commit, for tests that end the process there."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from types import FrameType

Failpoint = Callable[[str], None]
"""Hears of each unit of work: `before:` and `after:` its commit, or `joined:`, and the place in the code."""


def place_of(frame: FrameType) -> str:
    """Who holds the unit of work: module, function and line of the `with` statement, as `bot.cli.root.main:95`."""
    at: FrameType | None = frame
    while at is not None and (at.f_code.co_name == "unit_with" or at.f_code.co_filename == contextlib.__file__):
        at = at.f_back
    return f"{at.f_globals['__name__']}.{at.f_code.co_qualname}:{at.f_lineno}" if at else ""
