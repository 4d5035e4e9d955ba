"""The bytes of an answer → one JSON object, and what stood around it. What the object means is read elsewhere.

A byte-order mark and blanks around the object are harmless and taken off. Everything else that a PHP server puts
around JSON is named, and so is what came in the place of JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from bot.plugin import Message
from bot.plugin.frozen import dataclass
from plugins.bitrix24.http.exchange import MAX_ANSWER

MAX_DEPTH = 32
_MOST_OBJECTS = 40
"""How many objects of a text are looked at: a hostile answer must not cost more than a slow one."""

_HARMLESS = "\ufeff\u00a0 \t\r\n"
_BEGINNING = re.compile(r'\{\s*"[A-Za-z_]{1,40}"\s*:')
_ANSWER_KEYS = frozenset({"result", "error", "errors", "error_description", "access_token"})
"""One of these tells an answer from JSON that stands in the text around it."""
_PAGE = re.compile(r"<!doctype|<html|<head|<body|<title", re.IGNORECASE)
_PHP = re.compile(r"\b(?:Fatal error|Parse error|Warning|Notice|Deprecated|Strict Standards)(?:</b>)?:", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,100}>(.{1,300}?)</title", re.IGNORECASE | re.DOTALL)
_NOT_SHOWN = re.compile(r"<(script|style)\b(?:(?!<(?:script|style)\b).){0,5000}?</\1\s*>", re.IGNORECASE | re.DOTALL)
_LONGEST = 5_000
"""Characters of a page that are searched for words; what is quoted of them is far shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """What is wrong with the bytes of an answer, and what to do about it.

    `says` is a sentence about an answer that is used all the same, and else the reason why it cannot be used.
    """

    says: Message
    do: Message = Message("bitrix24.error.do_retry_in_a_minute")


_PHP_SETTINGS = Message("bitrix24.error.do_hide_php_errors")
_FRONT = Message("bitrix24.error.do_open_in_browser")
_UTF8 = Message("bitrix24.error.do_answer_in_utf8")

WINDOWS_1251 = Flaw(says=Message("bitrix24.call.remark_windows_1251"), do=_UTF8)
PHP_OUTPUT: Mapping[str, Flaw] = {
    "before": Flaw(says=Message("bitrix24.call.remark_php_before"), do=_PHP_SETTINGS),
    "after": Flaw(says=Message("bitrix24.call.remark_php_after"), do=_PHP_SETTINGS),
    "around": Flaw(says=Message("bitrix24.call.remark_php_around"), do=_PHP_SETTINGS),
}
OTHER_TEXT: Mapping[str, Flaw] = {
    "before": Flaw(says=Message("bitrix24.call.remark_text_before"), do=_PHP_SETTINGS),
    "after": Flaw(says=Message("bitrix24.call.remark_text_after"), do=_PHP_SETTINGS),
    "around": Flaw(says=Message("bitrix24.call.remark_text_around"), do=_PHP_SETTINGS),
}
"""What stands around a usable answer, by where it stands."""

TOO_LONG = Flaw(says=Message("bitrix24.call.flaw_too_long"))
EMPTY = Flaw(says=Message("bitrix24.call.flaw_empty"))
CUT_OFF = Flaw(says=Message("bitrix24.call.flaw_cut_off"))
SEVERAL = Flaw(says=Message("bitrix24.call.flaw_several"), do=_PHP_SETTINGS)
NO_OBJECT = Flaw(says=Message("bitrix24.call.flaw_no_object"))
WEB_PAGE = Flaw(says=Message("bitrix24.call.flaw_web_page"), do=_FRONT)
PHP_ERROR = Flaw(says=Message("bitrix24.call.flaw_php_error"), do=_PHP_SETTINGS)
PLAIN_TEXT = Flaw(says=Message("bitrix24.call.flaw_plain_text"), do=_FRONT)
UNKNOWN_CHARACTERS = Flaw(says=Message("bitrix24.call.flaw_unknown_characters"), do=_UTF8)
NOT_JSON = Flaw(says=Message("bitrix24.call.flaw_not_json"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What the bytes hold.

    `values` is None when there is no usable object; then `flaw` says why. With an object `flaw` is what stood around
    it, and where. `words` are the text that is not the object.
    """

    values: Mapping[str, Any] | None = None
    flaw: Flaw | None = None
    words: str = ""


def decode(raw: bytes) -> Decoded:
    """The one JSON object in `raw`, within the bounds (1 MiB, 32 levels)."""
    if len(raw) > MAX_ANSWER:
        return Decoded(flaw=TOO_LONG)
    try:
        text, flaw = raw.decode("utf-8"), None
    except UnicodeDecodeError:
        try:
            text, flaw = raw.decode("windows-1251"), WINDOWS_1251
        except UnicodeDecodeError:
            return Decoded(flaw=UNKNOWN_CHARACTERS)
    text = text.strip(_HARMLESS)
    if not text:
        return Decoded(flaw=EMPTY)
    value = _loads(text)
    if value is _NOTHING:
        found = _inside(text)
        # Bytes that only happen to be letters of windows-1251 are not words.
        return _bad(UNKNOWN_CHARACTERS) if flaw and found.flaw is PLAIN_TEXT else found
    if not isinstance(value, dict):
        return Decoded(flaw=NO_OBJECT)
    return Decoded(values=value, flaw=flaw) if not _too_deep(value) else _bad(NOT_JSON)


def _bad(flaw: Flaw, words: str = "") -> Decoded:
    return Decoded(flaw=flaw, words=words)


_NOTHING = object()


def _loads(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return _NOTHING


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _inside(text: str) -> Decoded:
    """The only answer in a text that holds more than it; else what the text is."""
    found = None if _PAGE.search(text) else _answers(text)
    if not found:
        return _described(text)
    if len(found) > 1:
        return _bad(SEVERAL)
    value, start, end = found[0]
    before, after = text[:start].strip(_HARMLESS), text[end:].strip(_HARMLESS)
    place = "around" if before and after else "before" if before else "after"
    around = f"{before} {after}".strip()
    flaws = PHP_OUTPUT if _PHP.search(around) else OTHER_TEXT
    return Decoded(values=value, flaw=flaws[place], words=readable(around))


def _answers(text: str) -> list[tuple[Mapping[str, Any], int, int]] | None:
    """The answers in a text, each with where it begins and ends; None when an object is broken.

    A part of a broken object may look like an answer, so nothing after it counts.
    """
    decoder, position = json.JSONDecoder(parse_constant=_no_constant), 0
    found: list[tuple[Mapping[str, Any], int, int]] = []
    for _ in range(_MOST_OBJECTS):
        beginning = _BEGINNING.search(text, position)
        if beginning is None:
            return found
        try:
            value, position = decoder.raw_decode(text, beginning.start())
        except (ValueError, RecursionError):
            return None
        if not _ANSWER_KEYS.isdisjoint(value) and not _too_deep(value):
            found.append((value, beginning.start(), position))
    return None


def _described(text: str) -> Decoded:
    """What a text without an answer in it is."""
    if _PAGE.search(text):
        title = _TITLE.search(text)
        return _bad(WEB_PAGE, readable(title[1] if title else text))
    if _PHP.search(text):
        return _bad(PHP_ERROR, readable(text))
    if text[0] in '{["':
        return _bad(CUT_OFF if text[0] == "{" and text[-1] != "}" else NOT_JSON)
    plain = "\x00" not in text and "\ufffd" not in text and "<" not in text
    return _bad(PLAIN_TEXT, readable(text)) if plain and any(char.isalpha() for char in text) else _bad(NOT_JSON)


def readable(text: str) -> str:
    """The words of a text with markup in it."""
    return " ".join(re.sub(r"<[^<>]{0,500}>", " ", _NOT_SHOWN.sub(" ", text[:_LONGEST])).split())


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return True


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [child for child in value.values() if isinstance(child, dict | list)]
    if isinstance(value, list):
        return [child for child in value if isinstance(child, dict | list)]
    return []
