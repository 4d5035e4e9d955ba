"""An answer's bytes as a bounded value: JSON, its result and its error. Nothing here decides what that proves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from plugins.bitrix24.wire import MAX_ANSWER

MAX_DEPTH = 32
GATEWAY = (502, 503, 504)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What an answer holds.

    `error` is the code, flat or nested, or empty; `odd` says that an error stands there that is not a code.
    """

    values: Mapping[str, Any]
    error: str = ""
    words: str = ""
    odd: bool = False


def parse(raw: bytes) -> Mapping[str, Any] | None:
    """The JSON object in `raw`, or None when there is none within the bounds (1 MiB, 32 levels, UTF-8)."""
    if len(raw) > MAX_ANSWER:
        return None
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and not _too_deep(value) else None


def read(raw: bytes, *, nested: bool = False) -> Body | None:
    """The body of an answer; None when it is not usable JSON.

    `nested` looks for an error inside `result` too. Not for every method: what `imconnector.list` gives may hold a
    connector whose id is “error”.
    """
    values = parse(raw)
    if values is None:
        return None
    error, words, odd = _error_in(values)
    inner = values.get("result")
    if nested and not error and not odd and isinstance(inner, Mapping):
        error, words, odd = _error_in(inner)
    return Body(values=values, error=error, words=words, odd=odd)


def _error_in(holder: Mapping[str, Any]) -> tuple[str, str, bool]:
    error = holder.get("error")
    words = holder.get("error_description")
    if error is None or error == "":
        return "", "", False
    if not isinstance(error, str):
        return "", "", True
    return error, words if isinstance(words, str) else "", False


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


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


def nobody_home(status: int, raw: bytes) -> bool:
    """Whether a front end answers in the place of a portal it cannot reach. The portal's own refusals have a code."""
    body = read(raw) if status in GATEWAY else None
    return status in GATEWAY and (body is None or not body.error)
