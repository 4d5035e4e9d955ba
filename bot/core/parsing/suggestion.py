"""One good guess at what was meant, or none."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

LONGEST = 64
"""A longer word is not compared: it is none that was misspelt, and comparing costs more with each letter of it."""


def find_nearest(word: str, candidates: Iterable[str], *, alike: float = 0.6) -> str | None:
    """The only candidate that begins with `word`, else the one spelled most alike, else None.

    `alike` is how much of both has to be the same, from 0 to 1.
    """
    if len(word) > LONGEST:
        return None
    known = sorted(set(candidates))
    lowered = word.lower()
    beginning = [candidate for candidate in known if lowered and candidate.startswith(lowered)]
    if len(beginning) == 1:
        return beginning[0]
    found = get_close_matches(lowered, known, n=1, cutoff=alike)
    return found[0] if found else None
