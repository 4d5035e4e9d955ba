"""Words as they are typed in a line, so that they are read as the same words; the host's tokenizer is the inverse.

Lines for a shell (`b24bot …`) are another language: `shlex.quote` writes those.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

MORE_BLANKS = frozenset("\t\n\r\v\f\x85\u2028\u2029\u115f\u1160\u2800\u3164\uffa0")
"""Beside those of the category Zs, all of which are blanks: line breaks, and fillers that are called letters."""

DASHES = frozenset("-‐‑‒–—―⸺⸻−﹘﹣－⁃˗")

QUOTES: Mapping[str, str] = {
    '"': '"',
    "'": "'",
    "“": "”",
    "”": "”",
    "„": "“”„",
    "‟": "”",
    "‘": "’",
    "’": "’",
    "‚": "‘’‚",
    "‛": "’",
    "«": "»",
    "»": "«»",
    "‹": "›",
    "›": "‹›",
    "「": "」",
    "『": "』",
    "｢": "｣",
    "﹁": "﹂",
    "﹃": "﹄",
    "〝": "〞〟",
    "⹂": "”“",
    "❝": "❞",
    "❛": "❜",
    "❮": "❯",
    "＂": "＂",
    "＇": "＇",
    "″": "″",
    "′": "′",
    "´": "´",
    "`": "`´",
}
"""Each mark that can open a quotation, with those that close it first of all."""

_DASH = re.escape("".join(sorted(DASHES)))
_OPTION = re.compile(rf"\A([{_DASH}]+)([A-Za-z][A-Za-z0-9{_DASH}]*)(=.*)?", re.DOTALL)
OPTION_HEAD = re.compile(rf"\A[{_DASH}]+[^\W\d_](?:[^\W_]|[{_DASH}])*=")
"""The beginning of a word that is an option with its value."""
LINK = re.compile(r"<(https?://[^|<>\s]+)(?:\|[^<>]*)?>")
"""An address between the brackets that Slack, or whoever pastes it, puts around one."""
TICK = "`"


@cache
def is_blank(char: str) -> bool:
    return char in MORE_BLANKS or unicodedata.category(char) == "Zs"


def correct_option(word: str) -> str:
    """Put the dashes and the case of an option's name right; another word comes back as it is."""
    found = _OPTION.fullmatch(word)
    if not found or (found[1] != "--" and found[1].isascii()):
        return word
    name = "".join("-" if char in DASHES else char for char in found[2])
    return f"--{name.lower()}{found[3] or ''}"


def quote(word: str) -> str:
    """Write a word as one types it in a line: in quotation marks only where it would be read as something else without.

    Of a word like `--name=value` only the value stands in them.
    """
    head = OPTION_HEAD.match(word)
    if head and correct_option(head[0]) == head[0]:
        value = word[head.end() :]
        return word if not value or _is_plain(value) else f"{head[0]}{enclose(value)}"
    if word and _is_plain(word) and correct_option(word) == word and not LINK.fullmatch(word):
        return word
    return enclose(word)


def enclose(text: str) -> str:
    """Put a text in quotation marks."""
    if "'" not in text and ('"' in text or "\\" in text):
        return f"'{text}'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _is_plain(text: str) -> bool:
    """Whether nothing in it separates words, opens a quotation, stands for the next character or is taken off."""
    if text[0] in QUOTES or text[-1] == TICK or "\\" in text or any(map(is_blank, text)):
        return False
    return all(_is_apostrophe(text, at) for at, char in enumerate(text) if char in "\"'")


def _is_apostrophe(text: str, at: int) -> bool:
    return text[at - 1].isalnum() and text[at + 1 : at + 2].isalnum()
