"""Builds batches of at most 50 reads and takes their answers apart, each result to the item that asked for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any
from urllib.parse import quote

from bot.plugin import DeclarationError, Json, Message, Text
from bot.plugin.frozen import dataclass
from plugins.bitrix24.rest import error_codes, methods, reported_error
from plugins.bitrix24.rest.reported_error import ReportedError

SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One read inside a batch."""

    method: str
    params: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnswer:
    """What came for one item: a value, or a text that says why there is none (with the code, if any).

    `time` is what the portal tells of its work on the item, `error` what it reports in the place of a value. `total`
    is how many rows a list has on all its pages; None where the portal does not say.
    """

    value: Any = None
    problem: Text | None = None
    code: str = ""
    time: Mapping[str, Any] = field(default_factory=dict)
    error: ReportedError | None = None
    total: int | None = None


def batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The items in their order, 50 at a time."""
    for start in range(0, len(items), SIZE):
        yield items[start : start + SIZE]


def params(items: Sequence[Item]) -> Mapping[str, Json]:
    """The parameters of one `batch` call for these items."""
    if len(items) > SIZE:
        raise DeclarationError(Message("bitrix24.call.batch_too_long", most=SIZE, count=len(items)))
    return {"halt": 0, "cmd": {_key(number): command(item) for number, item in enumerate(items)}}


def command(item: Item) -> str:
    """One item as the portal wants it: `method?urlencoded query`, nested values in PHP's brackets."""
    method = methods.check(item.method, item.params)
    if method.effect is not methods.Effect.READ or method.name == "batch":
        raise DeclarationError(
            Message("bitrix24.call.batch_only_reads", method=item.method), hint=Message("bitrix24.call.do_only_reads")
        )
    return f"{item.method}?" + "&".join(f"{_quote(name)}={_quote(value)}" for name, value in _flatten(item))


def can_be_sent(item: Item) -> bool:
    """Whether the item can be written as UTF-8: an id from the portal may hold half a surrogate pair."""
    return all(_is_utf8(name) and _is_utf8(value) for name, value in _flatten(item))


UNSENDABLE = ItemAnswer(problem=Message("bitrix24.call.item_unsendable"))


def split_answer(items: Sequence[Item], result: Any) -> tuple[ItemAnswer, ...]:
    """One answer for each item, in the order of the items; a failed item does not touch the others."""
    holder = result if isinstance(result, Mapping) else {}
    values, problems = _map(holder.get("result")), _map(holder.get("result_error"))
    times, totals = _map(holder.get("result_time")), _map(holder.get("result_total"))
    found = (_answer(_key(number), values, problems, times) for number in range(len(items)))
    return tuple(replace(each, total=_total(totals.get(_key(number)))) for number, each in enumerate(found))


def _total(value: Any) -> int | None:
    """A number of rows, which PHP may write as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        return int(value)
    return value if type(value) is int else None


def _key(number: int) -> str:
    return f"i{number}"


def _map(value: Any) -> Mapping[str, Any]:
    """PHP writes an empty map as an empty list."""
    return value if isinstance(value, Mapping) else {}


def _answer(key: str, values: Mapping[str, Any], problems: Mapping[str, Any], times: Mapping[str, Any]) -> ItemAnswer:
    if key in problems:
        return _problem(problems[key])
    if key not in values:
        return ItemAnswer(problem=Message("bitrix24.call.item_missing"))
    return ItemAnswer(value=values[key], time=_map(times.get(key)))


def _problem(holder: Any) -> ItemAnswer:
    """The error of one item. A list or a text in its place holds words alone."""
    error = reported_error.find(holder if isinstance(holder, Mapping) else {"error": holder})
    if error is None or not (error.code or error.words):
        return ItemAnswer(problem=Message("bitrix24.call.error_without_code"))
    if not error.code:
        return ItemAnswer(problem=error_codes.describe_error(error_codes.WORDS_ONLY, error.words), error=error)
    sentence = error_codes.describe_error(error_codes.portal_row(error.code), error.words)
    return ItemAnswer(problem=sentence, code=error_codes.safe_code(error.code), error=error)


def _flatten(item: Item) -> Iterator[tuple[str, str]]:
    """Yield names and values of a query, not yet encoded."""
    return (pair for name, value in item.params.items() for pair in _pairs(name, value))


def _quote(text: str) -> str:
    """Encode a text for a query. Most are ids and numbers, which stay as they are."""
    return text if text.isascii() and text.isalnum() else quote(text, safe="")


def _is_utf8(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _pairs(name: str, value: Json) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, child in value.items():
            yield from _pairs(f"{name}[{key}]", child)
    elif isinstance(value, list | tuple):
        for number, child in enumerate(value):
            yield from _pairs(f"{name}[{number}]", child)
    elif value is None:
        raise DeclarationError(Message("bitrix24.call.batch_empty_value", parameter=name))
    elif isinstance(value, bool):
        yield name, "1" if value else "0"
    else:
        yield name, _text(name, str(value))


def _text(name: str, value: str) -> str:
    if "$result" in value:
        raise DeclarationError(Message("bitrix24.call.batch_reference", parameter=name))
    return value
