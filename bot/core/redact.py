"""Keep secrets out of text that is about to be shown or written. Nothing here knows where the text goes.

Whatever is recorded, posted, queued or logged passes `redact`: known secrets and what looks like one are replaced by a
mark. With a keyed fingerprint the mark tells two different values apart: `‹secret, 32 characters, #a1b2c3›`.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar
from urllib.parse import quote, quote_plus

from bot.core.sanitizer import map_texts
from bot.core.secret_patterns import ADDRESS, ADDRESS_PART, BARE, FORMS, NEVER

HIDDEN = "***"
SHORTEST = 6
"""Shorter values are not looked for: they would blot out ordinary words."""
HEX_LONGEST = 32
"""A word of so many hexadecimal digits or more is made by chance; a shorter one may be an id."""
LEAST_BITS = 3.2
"""Of entropy in a character, below which a mixture of letters and digits is taken for a name."""
Fingerprint = Callable[[str], str]
T = TypeVar("T")


def redact(text: str, secrets: Iterable[str] = (), fingerprint: Fingerprint | None = None) -> str:
    """Replace every known secret, also where it is quoted or encoded, and all that looks like one, by a mark."""
    if len(text) < SHORTEST:
        return text
    known = _spans(text, {form for secret in secrets for form in _forms(secret)})
    kept = [found.span() for found in NEVER.finditer(text)]
    seen = [span for span in _looks_secret(text) if not any(a < span[1] and span[0] < b for a, b in kept)]
    return _blot(text, sorted([*known, *seen]), fingerprint)


def redact_value(value: T, fingerprint: Fingerprint) -> T:
    """The same for every text inside a value."""
    return map_texts(value, lambda text: redact(text, (), fingerprint))


def mark(secret: str, fingerprint: Fingerprint, what: str = "secret, ") -> str:
    """What stands for a value that is not shown: its length and a short keyed fingerprint."""
    return f"‹{what}{len(secret)} characters, #{fingerprint(secret)[:6]}›"


def personal_mark(words: str, fingerprint: Fingerprint | None) -> str:
    """What stands for a customer's words in a record."""
    return f"‹{len(words)} characters›" if fingerprint is None else mark(words, fingerprint, what="")


def _looks_secret(text: str) -> Iterator[tuple[int, int]]:
    for form in FORMS:
        for found in form.finditer(text):
            start, end = found.span("secret")
            # The full stop of a sentence is no part of it: the same secret has the same mark everywhere.
            yield start, start + (len(text[start:end].rstrip(".,:;!?")) or end - start)
    for address in ADDRESS.finditer(text):
        for part in ADDRESS_PART.finditer(text, *address.span()):
            if _is_random(part[0]):
                yield part.span()
    for word in BARE.finditer(text):
        if _is_random(word[0], alone=True):
            yield word.span()


def _is_random(word: str, *, alone: bool = False) -> bool:
    """Whether a word looks as if made by chance: long hexadecimal digits, or letters and digits in no order.

    A word that stands `alone` may be an id or a name, so it has to have capitals in the midst of small letters too.
    """
    digits = sum(char.isdigit() for char in word)
    letters = sum(char.isalpha() for char in word)
    if not digits or not letters:
        return False
    if all(char in "0123456789abcdefABCDEF" for char in word):
        return len(word) >= HEX_LONGEST + (8 if alone else 0)
    mixed = any(char.islower() for char in word) and any(char.isupper() for char in word)
    if alone or not mixed:
        mixed = mixed and digits >= 3 if alone else digits >= 5 and "-" not in word and "_" not in word
    return mixed and _bits(word) >= LEAST_BITS


def _bits(word: str) -> float:
    shares = [number / len(word) for number in Counter(word).values()]
    return -sum(share * math.log2(share) for share in shares)


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


def _blot(text: str, spans: list[tuple[int, int]], fingerprint: Fingerprint | None) -> str:
    """The text with a mark for each run of spans that overlap; they come in rising order."""
    parts: list[str] = []
    runs: list[tuple[int, int]] = []
    for start, end in spans:
        if runs and start < runs[-1][1]:
            runs[-1] = (runs[-1][0], max(runs[-1][1], end))
        else:
            runs.append((start, end))
    shown = 0
    for start, end in runs:
        secret = text[start:end]
        parts += [text[shown:start], HIDDEN if fingerprint is None else mark(secret, fingerprint)]
        shown = end
    return "".join([*parts, text[shown:]])
