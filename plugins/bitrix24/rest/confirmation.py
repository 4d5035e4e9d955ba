"""Reads yes or no from the place where a method's answer has it. What an answer proves is decided in `protocol.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.plugin import Message
from bot.plugin.frozen import dataclass
from plugins.bitrix24.rest import message_errors
from plugins.bitrix24.rest.methods import VerdictLocation


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What an answer says: `yes` is None when it is neither. `why` is a sentence for a no, if it gives one."""

    yes: bool | None
    why: Message | None = None


NEITHER = Confirmation(yes=None)


def read_confirmation(where: VerdictLocation, result: Any) -> Confirmation:
    """What stands in its place in the `result` of a changing method. Only True itself is a yes."""
    return _PLACES[where](result)


def says_true(result: Any) -> bool:
    """Whether True stands in any place where a method might put its yes: beside an error it makes both worthless."""
    inner = result if isinstance(result, Mapping) else {}
    items = [item.get("SUCCESS") for item in _items(inner) if isinstance(item, Mapping)]
    return any(word is True for word in (result, inner.get("result"), inner.get("SUCCESS"), *items))


def _plain(word: Any) -> Confirmation:
    return Confirmation(yes=word if isinstance(word, bool) else None)


def _count(result: Any) -> Confirmation:
    number = result.get("count") if isinstance(result, Mapping) else None
    return Confirmation(yes=number > 0) if type(number) is int and number >= 0 else NEITHER


def _nested(result: Any) -> Confirmation:
    return _plain(result.get("result")) if isinstance(result, Mapping) else NEITHER


def _success(result: Any) -> Confirmation:
    """Without items the word above them decides; with items they have to agree with it."""
    if not isinstance(result, Mapping):
        return NEITHER
    if _items(result):
        return _every(result)
    word = _word(result)
    return Confirmation(yes=word, why=message_errors.describe_failed_items([result]) if word is False else None)


def _every(result: Any) -> Confirmation:
    """Yes when all say yes. One item that says neither makes the whole worthless, so does a no above a yes."""
    if not isinstance(result, Mapping):
        return NEITHER
    items, above = _items(result), _word(result)
    words = [_word(item) for item in items]
    if None in (above, *words):
        return NEITHER
    refused = [item for item in items if _word(item) is False]
    if above and not refused:
        return Confirmation(yes=True if items else None)
    if not above and True in words:
        return NEITHER
    return Confirmation(yes=False, why=message_errors.describe_failed_items(refused or [result], of=len(items)))


def _items(result: Mapping[str, Any]) -> Sequence[Any]:
    data = result.get("DATA")
    items = data.get("RESULT") if isinstance(data, Mapping) else None
    return items if isinstance(items, list) else ()


def _word(holder: Any) -> bool | None:
    """What SUCCESS says; nothing where a yes stands beside errors."""
    word = holder.get("SUCCESS") if isinstance(holder, Mapping) else None
    if not isinstance(word, bool) or (word and holder.get("ERRORS")):
        return None
    return word


_PLACES: Mapping[VerdictLocation, Callable[[Any], Confirmation]] = {
    VerdictLocation.COUNT: _count,
    VerdictLocation.RESULT: _plain,
    VerdictLocation.NESTED: _nested,
    VerdictLocation.SUCCESS: _success,
    VerdictLocation.ITEMS: _every,
}
