"""What somebody typed, or a portal wrote, in a form that may be repeated in a sentence."""

from __future__ import annotations

REPLACED = "\ufffd"


def excerpt(text: str, most: int = 60) -> str:
    """The text without what cannot be seen, and cut with a visible sign after `most` characters."""
    clean = "".join(char if char.isprintable() else REPLACED for char in text[: most + 1])
    return clean if len(text) <= most else f"{clean[:most]}…"
