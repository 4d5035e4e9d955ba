"""Keep secrets out of text that is about to be shown or written. Nothing here knows where the text goes.

Whatever is recorded, posted, queued or logged passes `redact`: known secrets and what looks like one are replaced by a
mark. With a keyed fingerprint the mark tells two different values apart: `‹secret, 32 characters, #a1b2c3›`.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter
from typing import TypeVar
from urllib.parse import quote, quote_plus

from bot.core.redaction.sanitizer import map_texts, texts_in
from bot.core.redaction.secret_patterns import (
    ADDRESS,
    ADDRESS_PART,
    BARE,
    BASE64,
    FORMS,
    ID_NAME,
    KEPT,
    NEVER,
    OWN_MARK,
    PLAIN_WORD,
    SECRET_PART,
    SLASHED,
    hints_in,
)
from bot.plugin import Reply, Text, map_text

HIDDEN = "***"
SHORTEST = 6
"""Shorter values are not looked for: they would blot out ordinary words."""
APART_SHORTEST = 8
"""The same for what only looks like a secret, apart from what made it look so."""
HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
HEX_LONGEST = 32
"""A word of so many hexadecimal digits or more is made by chance; a shorter one may be an id."""
LONGEST_ALPHABETIC = 20
"""A part of an address of so many letters and no digit may be made by chance, if its capitals say so."""
LEAST_BITS = 3.2
"""Of entropy in a character, below which a mixture of letters and digits is taken for a name."""
VOWELS = "aeiouyäöüéèáíóú"
CONSONANTS_LONGEST = 4
"""In a row, in a word that one could speak."""
DIGITS_LONGEST = 4
"""Of a number in a name: a year, a line."""
CLEAN_LONGEST, MOST_CLEAN = 200, 2_000
"""How long a text may be that is remembered as one without a secret, and of how many."""
Fingerprint = Callable[[str], str]
Span = tuple[int, int]
T = TypeVar("T")


def redact(text: str, secrets: Iterable[str] = (), fingerprint: Fingerprint | None = None) -> str:
    """Replace every known secret, also where it is quoted or encoded, and all that looks like one, by a mark."""
    if len(text) < SHORTEST:
        return text
    known = _find_spans(text, [form for secret in secrets for form in _written_forms(secret)])
    spans = sorted([*known, *_find_likely(text)])
    return _replace_spans(text, spans, fingerprint) if spans else text


def shorten(text: str, most: int) -> str:
    """Cut a text, in front of what looks like a secret rather than inside: the beginning of one does not look like it.

    Use it wherever a text is cut before it is redacted.
    """
    if len(text) <= most:
        return text
    return text[: min([most, *(start for start, end in _find_likely(text) if start < most < end)])]


def abbreviate(text: str, most: int) -> str:
    """Shorten a text and mark the cut with an ellipsis; a short text stays as it is."""
    kept = shorten(text, most)
    return text if kept == text else f"{kept}…"


def looks_secret(value: object) -> bool:
    """Whether a text inside a JSON value holds what looks like a secret."""
    return any(_find_likely(text) for text in texts_in(value) if len(text) >= SHORTEST)


def redact_value(value: T, fingerprint: Fingerprint, secrets: Iterable[str] = ()) -> T:
    """The same for every text inside a value."""
    return map_texts(value, lambda text: redact(text, secrets, fingerprint))


def secrets_in(*texts: str) -> frozenset[str]:
    """What looks like a secret in these texts, to be found as well where it was taken out of its sentence.

    Short ones and numbers are left out: they would be found in other words.
    """
    found = (text[start:end] for text in texts for start, end in _find_likely(text))
    return frozenset(secret for secret in found if len(secret) >= APART_SHORTEST and not secret.isdigit())


def redact_reply(reply: Reply, fingerprint: Fingerprint) -> Reply:
    """The same for an answer, where a label or the head of a column says of a value that it is an id."""
    facts = tuple((redact_value(label, fingerprint), _beside(label, text, fingerprint)) for label, text in reply.facts)
    table = reply.table
    if table is not None:
        rows = tuple(
            tuple(_beside(head, cell, fingerprint) for head, cell in zip(table.columns, row, strict=True))
            for row in table.rows
        )
        table = replace(redact_value(replace(table, rows=()), fingerprint), rows=rows)
    return replace(redact_value(replace(reply, facts=(), table=None), fingerprint), facts=facts, table=table)


def _beside(label: Text, text: Text, fingerprint: Fingerprint) -> Text:
    name = label if isinstance(label, str) else label.key.rpartition(".")[2]
    named = ID_NAME.fullmatch(name) is not None
    kept = named and isinstance(text, str) and all(char in HEX_DIGITS for char in text)
    return text if kept else map_text(text, lambda one: redact(one, (), fingerprint))


def secret_mark(secret: str, fingerprint: Fingerprint, what: str = "secret, ") -> str:
    """What stands for a value that is not shown: its length and a short keyed fingerprint."""
    return f"‹{what}{len(secret)} characters, #{fingerprint(secret)[:6]}›"


def personal_mark(words: str, fingerprint: Fingerprint | None) -> str:
    """What stands for a customer's words in a record."""
    return f"‹{len(words)} characters›" if fingerprint is None else secret_mark(words, fingerprint, what="")


def _find_likely(text: str) -> list[Span]:
    """Where something stands that looks like a secret.

    Most texts are the bot's own labels and sentences, over and over: those in which nothing was found are remembered.
    """
    if text in _CLEAN or PLAIN_WORD.fullmatch(text):
        return []
    found = _looked_for(text)
    if not found and len(text) <= CLEAN_LONGEST:
        if len(_CLEAN) >= MOST_CLEAN:
            _CLEAN.clear()
        _CLEAN.add(text)
    return found


_CLEAN: set[str] = set()
"""Short texts in which nothing looks like a secret."""


def _looked_for(text: str) -> list[Span]:
    return [*_without_marks(_find_named(text), text), *_without_kept(_find_random(text), text)]


def _without_marks(spans: Iterable[Span], text: str) -> Iterator[Span]:
    """What is left of the spans beside the marks that stand in them."""
    marks = [found.span() for found in OWN_MARK.finditer(text)]
    for start, end in spans:
        for a, b in marks[bisect_right(marks, start, key=itemgetter(1)) :]:
            if a >= end:
                break
            if start < a:
                yield start, a
            start = b
        if start < end:
            yield start, end


def _without_kept(spans: Iterable[Span], text: str) -> list[Span]:
    """Those that overlap nothing of what no chance made."""
    found_here = list(spans)
    if not found_here:
        return []
    never = [found.span() for found in NEVER.finditer(text)]
    kept = [found.span("kept") for found in KEPT.finditer(text)]
    return [span for span in found_here if not _overlaps(span, never) and not _overlaps(span, kept)]


def _overlaps(span: Span, others: Sequence[Span]) -> bool:
    """Whether one of the others, which come in rising order and apart from each other, has a part of the span."""
    at = bisect_right(others, span[0], key=itemgetter(1))
    return at < len(others) and others[at][0] < span[1]


def _find_named(text: str) -> Iterator[Span]:
    """What a name in front of it, or the format of a provider, tells for a secret."""
    hints = hints_in(text)
    for pattern in (pattern for forms in FORMS if forms.may_stand_beside(hints) for pattern in forms.patterns):
        for found in pattern.finditer(text):
            start, end = found.span("secret")
            # The full stop of a sentence is no part of it: the same secret has the same mark everywhere.
            yield start, start + (len(text[start:end].rstrip(".,:;!?")) or end - start)
    for part in SECRET_PART.finditer(text) if "/" in text else ():
        if not _is_name(part["part"]):
            yield part.span("part")


def _find_random(text: str) -> Iterator[Span]:
    """What looks as if made by chance."""
    for address in ADDRESS.finditer(text) if "://" in text else ():
        for part in ADDRESS_PART.finditer(text, *address.span()):
            if _is_random(part[0]):
                yield part.span()
    for word in BARE.finditer(text):
        if _is_random(word[0], alone=True):
            yield word.span()
    for word in SLASHED.finditer(text) if "/" in text else ():
        if _is_varied(word[0]) and not all(map(_is_name, word[0].split("/"))):
            yield word.span()
    for word in BASE64.finditer(text) if "=" in text or "+" in text else ():
        if _bits(word[0].rstrip("=")) >= LEAST_BITS:
            yield word.span()


def _is_random(word: str, *, alone: bool = False) -> bool:
    """Whether a word looks as if made by chance: long hexadecimal digits, or letters and digits in no order.

    A word that stands `alone` may be an id or a name, so it has to have capitals in the midst of small letters too, or
    to go to and fro between letters and digits.
    """
    digits = sum(map(str.isdigit, word))
    alphabetic = sum(map(str.isalpha, word))
    if not digits and not alone:
        return len(word) >= LONGEST_ALPHABETIC and _is_jumbled(word)
    if not digits or not alphabetic:
        return False
    if HEX_DIGITS.issuperset(word):
        return len(word) >= HEX_LONGEST
    mixed = any(map(str.islower, word)) and any(map(str.isupper, word))
    if alone and not mixed and word.isalnum():
        changes = sum(a.isdigit() != b.isdigit() for a, b in pairwise(word))
        return changes * 4 > len(word) and _bits(word) >= LEAST_BITS
    if alone or not mixed:
        mixed = mixed and digits >= 3 if alone else digits >= 5 and "-" not in word and "_" not in word
    return mixed and _bits(word) >= LEAST_BITS


def _is_varied(word: str) -> bool:
    """Whether a word has capitals, small letters and digits."""
    return all(any(map(kind, word)) for kind in (str.isupper, str.islower, str.isdigit))


def _is_name(word: str) -> bool:
    """Whether a word reads like a name: parts of letters that one could speak, each with a short number at most."""
    for part in filter(None, re.split("[-_]", word)):
        humps = re.split("(?<=[a-z])(?=[A-Z])", part)
        number = part.isdigit() and len(part) <= DIGITS_LONGEST
        if not number and not all(_is_spoken(hump) and (len(hump) > 2 or len(humps) < 3) for hump in humps):
            return False
    return True


def _is_spoken(part: str) -> bool:
    alphabetic = part.rstrip("0123456789")
    if not alphabetic.isalpha() or len(part) - len(alphabetic) > DIGITS_LONGEST:
        return False
    vowels = sum(char in VOWELS for char in alphabetic.lower())
    runs = re.split(f"[{VOWELS}]", alphabetic.lower())
    return len(alphabetic) <= 3 or (vowels * 5 >= len(alphabetic) and max(map(len, runs)) <= CONSONANTS_LONGEST)


def _is_jumbled(word: str) -> bool:
    """Whether a word of letters goes to and fro between capitals and small letters more than words in a row do."""
    changes = sum(a.isupper() != b.isupper() for a, b in pairwise(word) if a.isalpha() and b.isalpha())
    return word.isalpha() and changes * 3 > len(word) and _bits(word) >= LEAST_BITS


def _bits(word: str) -> float:
    shares = [number / len(word) for number in Counter(word).values()]
    return -sum(share * math.log2(share) for share in shares)


@lru_cache(maxsize=64)
def _written_forms(secret: str) -> frozenset[str]:
    """A secret as it is, in an address or a form, in JSON, and as Python shows it.

    Each line of the log is looked through for the same few secrets.
    """
    if len(secret) < SHORTEST:
        return frozenset()
    return frozenset(
        (
            secret,
            quote(secret, safe="", errors="replace"),
            quote_plus(secret, errors="replace"),
            json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1],
            repr(secret)[1:-1],
        )
    )


def _find_spans(text: str, forms: Iterable[str]) -> Iterator[Span]:
    """Where they stand, those that overlap too."""
    for form in forms:
        start = text.find(form)
        while start >= 0:
            yield start, start + len(form)
            start = text.find(form, start + 1)


def _replace_spans(text: str, spans: list[Span], fingerprint: Fingerprint | None) -> str:
    """The text with a mark for each run of spans that overlap; they come in rising order."""
    parts: list[str] = []
    runs: list[Span] = []
    for start, end in spans:
        if runs and start < runs[-1][1]:
            runs[-1] = (runs[-1][0], max(runs[-1][1], end))
        else:
            runs.append((start, end))
    shown = 0
    for start, end in runs:
        secret = text[start:end]
        parts += [text[shown:start], HIDDEN if fingerprint is None else secret_mark(secret, fingerprint)]
        shown = end
    return "".join([*parts, text[shown:]])
