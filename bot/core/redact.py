"""Keep secrets out of text that is about to be written. Nothing here knows where the text goes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

HIDDEN = "***"
SHORTEST = 6
"""Shorter values are not looked for: they would blot out ordinary words."""
_NAMES = "client_secret|signing_secret|access_token|refresh_token|application_token"
_PATTERNS = (
    re.compile(r"()xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{8,}"),
    re.compile(r"()xapp-[A-Za-z0-9-]{8,}"),
    re.compile(r"(?i)(\bbearer )[A-Za-z0-9._~+/-]{8,}=*"),
    re.compile(rf"(?i)(\b(?:{_NAMES}|auth|code)=)[^&\s\"']+"),
    re.compile(rf"(?i)((?:\b|%5B)(?:{_NAMES})(?:[\"'\]]|%5D)*\s*[=:]\s*[\"']?)[^&,\s\"'{{}}]+"),
)


def redact(text: str, secrets: Iterable[str]) -> str:
    """Replace every known secret, also where it is quoted or encoded, and all that looks like one, by ***."""
    text = _blot(text, sorted(_spans(text, {form for secret in secrets for form in _forms(secret)})))
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\1{HIDDEN}", text)
    return text


def _forms(secret: str) -> Iterator[str]:
    """A secret as it is, in an address or a form, in JSON, and as Python shows it."""
    if len(secret) >= SHORTEST:
        yield secret
        yield quote(secret, safe="", errors="replace")
        yield quote_plus(secret, errors="replace")
        yield json.dumps(secret)[1:-1]
        yield json.dumps(secret, ensure_ascii=False)[1:-1]
        yield repr(secret)[1:-1]


def _spans(text: str, forms: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where they stand, those that overlap too."""
    for form in forms:
        start = text.find(form)
        while start >= 0:
            yield start, start + len(form)
            start = text.find(form, start + 1)


def _blot(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with *** for each run of spans that overlap; they come in rising order."""
    parts: list[str] = []
    shown = 0
    for start, end in spans:
        if start >= shown:
            parts += [text[shown:start], HIDDEN]
        shown = max(shown, end)
    return "".join([*parts, text[shown:]])
