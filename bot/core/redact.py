"""Keep secrets out of text: a value that does not show itself, and a filter for what is about to be written."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "***"
_PATTERNS = (
    re.compile(r"xox[a-z]-[A-Za-z0-9-]{8,}"),
    re.compile(r"xapp-[A-Za-z0-9-]{8,}"),
    re.compile(r"(?i)\b(client_secret|access_token|refresh_token|auth|code)=[^&\s\"']+"),
)


class Secret:
    """A text that prints as ***. Only `reveal` gives it out."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


def redact(text: str, secrets: Iterable[str]) -> str:
    """Replace every known secret, and everything that looks like one, by ***."""
    for secret in sorted((value for value in secrets if len(value) >= 6), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    for pattern in _PATTERNS:
        text = pattern.sub(lambda found: f"{found[1]}={HIDDEN}" if found.groups() else HIDDEN, text)
    return text
