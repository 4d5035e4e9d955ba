"""One good guess at what was meant, or none."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The only candidate that begins with `word`, else the one spelled most alike, else None."""
    known = sorted(set(candidates))
    lowered = word.lower()
    beginning = [candidate for candidate in known if lowered and candidate.startswith(lowered)]
    if len(beginning) == 1:
        return beginning[0]
    alike = get_close_matches(lowered, known, n=1, cutoff=0.6)
    return alike[0] if alike else None
