"""The keys of a row in the file, each with the function that reads its value."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from bot.core.authority.rules.rule_table import DAYS, OfficeHours
from bot.plugin import Message, Risk
from bot.plugin.frozen import dataclass

RULED = (Risk.CHANGE, Risk.DESTROY, Risk.GOVERN)
"""The risks that a table can narrow. Reading, one's own choices and a freeze are not in its reach."""
MOST_QUORUM = 20
_CHANNEL = re.compile(r"(?=[A-Z])[A-Z0-9]{3,21}")
_ACCOUNT = re.compile(r"\A(?:[A-Z][A-Z0-9]*:[A-Z][A-Z0-9]*|local:\S+)")
_HOURS = re.compile(r"([A-Z][a-z]{2})(?:-([A-Z][a-z]{2}))? (\d\d):(\d\d)-(\d\d):(\d\d)")
_DAY = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A value that cannot be read: what is wrong with it, and what to write instead."""

    sentence: Message
    hint: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What stands in the file behind a key, and the names of the groups of the file."""

    value: Any
    groups: Collection[str]


Reader = Callable[[Given], Any]
"""From what is given to what the row holds, or to `Wrong`."""


def is_account(text: str) -> bool:
    """Whether a text is an account as a table names it."""
    return _ACCOUNT.fullmatch(text) is not None


def _texts(given: Given) -> tuple[str, ...] | Wrong:
    value = given.value
    if isinstance(value, list) and value and all(isinstance(one, str) and one for one in value):
        return tuple(value)
    return Wrong(sentence=Message("rules.value.not_texts"), hint=Message("rules.value.write_texts"))


def _each(given: Given, is_right: Callable[[str], bool], wrong: Callable[[str], Wrong]) -> tuple[str, ...] | Wrong:
    texts = _texts(given)
    if isinstance(texts, Wrong):
        return texts
    found = next((one for one in texts if not is_right(one)), None)
    return texts if found is None else wrong(found)


def _risks(given: Given) -> tuple[Risk, ...] | Wrong:
    words = tuple(map(str, RULED))
    hint = Message("rules.value.write_risks", values=words)
    found = _each(given, words.__contains__, lambda one: Wrong(sentence=_unknown(one), hint=hint))
    return found if isinstance(found, Wrong) else tuple(map(Risk, found))


def _people(given: Given) -> tuple[str, ...] | Wrong:
    hint = Message("rules.value.write_people", groups=tuple(sorted(given.groups)))
    return _each(
        given, lambda one: one in given.groups or is_account(one), lambda one: Wrong(sentence=_unknown(one), hint=hint)
    )


def _groups(given: Given) -> tuple[str, ...] | Wrong:
    hint = Message("rules.value.write_groups", groups=tuple(sorted(given.groups)))
    found = _each(given, given.groups.__contains__, lambda one: Wrong(sentence=_unknown(one), hint=hint))
    if isinstance(found, Wrong) or len({*found}) == len(found) > 1:
        return found
    return Wrong(sentence=Message("rules.value.not_two_groups"), hint=hint)


def _channels(given: Given) -> tuple[str, ...] | Wrong:
    return _each(given, is_channel, _wrong_channel)


def _channel(given: Given) -> str | Wrong:
    text = str(given.value)
    return text if is_channel(text) else _wrong_channel(text)


def is_channel(text: str) -> bool:
    """Whether a text is the id of a channel."""
    return _CHANNEL.fullmatch(text) is not None


def _wrong_channel(text: str) -> Wrong:
    return Wrong(sentence=Message("rules.value.not_channel", value=text), hint=Message("rules.value.write_channel"))


def _quorum(given: Given) -> int | Wrong:
    value = given.value
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_QUORUM:
        return value
    wrong = Message("rules.value.not_quorum", value=str(value))
    return Wrong(sentence=wrong, hint=Message("rules.value.write_quorum", most=str(MOST_QUORUM)))


def _pattern(given: Given) -> str | Wrong:
    value, hint = given.value, Message("rules.value.write_pattern")
    if not isinstance(value, str) or not value:
        return Wrong(sentence=Message("rules.value.not_text"), hint=hint)
    try:
        re.compile(value)
    except re.error as error:
        return Wrong(sentence=Message("rules.value.not_pattern", value=value, cause=error.msg), hint=hint)
    return value


def _hours(given: Given) -> tuple[OfficeHours, ...] | Wrong:
    found = _each(given, lambda one: _read_hours(one) is not None, _wrong_hours)
    return found if isinstance(found, Wrong) else tuple(hours for one in found if (hours := _read_hours(one)))


def _wrong_hours(text: str) -> Wrong:
    return Wrong(sentence=Message("rules.value.not_hours", value=text), hint=Message("rules.value.write_hours"))


def _read_hours(text: str) -> OfficeHours | None:
    match = _HOURS.fullmatch(text)
    if match is None:
        return None
    first, last, *times = match.groups()
    hour, minute, until_hour, until_minute = map(int, times)
    opens, closes = hour * 60 + minute, until_hour * 60 + until_minute
    last = last or first
    known = first in DAYS and last in DAYS and DAYS.index(first) <= DAYS.index(last)
    if not known or max(minute, until_minute) > 59 or not opens < closes <= _DAY:
        return None
    return OfficeHours(days=tuple(range(DAYS.index(first), DAYS.index(last) + 1)), opens=opens, closes=closes)


def _text(given: Given) -> str | Wrong:
    value: object = given.value
    if isinstance(value, str) and value.strip():
        return value
    return Wrong(sentence=Message("rules.value.not_text"), hint=Message("rules.value.write_text"))


def _true(given: Given) -> bool | Wrong:
    return _switch(given, meant=True)


def _false(given: Given) -> bool | Wrong:
    return _switch(given, meant=False)


def _switch(given: Given, *, meant: bool) -> bool | Wrong:
    value: object = given.value
    if value is meant:
        return meant
    hint = Message("rules.value.write_switch", value="true" if meant else "false")
    return Wrong(sentence=Message("rules.value.not_switch", value=str(given.value)), hint=hint)


def _unknown(text: str) -> Message:
    return Message("rules.value.unknown", value=text)


KEYS: Mapping[str, Reader] = {
    "name": _text,
    "commands": _texts,
    "risks": _risks,
    "places": _texts,
    "targets": _texts,
    "parts": _texts,
    "refuse": _true,
    "break_glass": _false,
    "ask": _people,
    "ask_in": _channels,
    "approve": _people,
    "approve_in": _channel,
    "quorum": _quorum,
    "from_each": _groups,
    "reason": _pattern,
    "hours": _hours,
    "timezone": _text,
}
"""Every key that a row may have."""
CONDITIONS = frozenset({"name", "commands", "risks", "places", "targets", "parts", "timezone"})
"""Keys that demand nothing by themselves."""
