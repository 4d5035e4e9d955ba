"""How much work something is, counted in calls of functions: a count, where a time would be the machine's."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType


def count_calls(work: Callable[[], object]) -> int:
    """How many functions it calls, those in C too."""
    calls = 0

    def note(_frame: object, event: str, _what: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls


def count_by_function(work: Callable[[], object], *modules: str) -> Counter[str]:
    """How often it calls each function of these modules, or of modules below them."""
    calls: Counter[str] = Counter()

    def note(frame: FrameType, event: str, _what: object) -> None:
        module = str(frame.f_globals.get("__name__", ""))
        if event == "call" and any(module == each or module.startswith(f"{each}.") for each in modules):
            calls[f"{module}.{frame.f_code.co_qualname}"] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls
