"""An answer's bytes as a value: its result, and the error that it reports. Nothing here decides what that proves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.plugin.frozen import dataclass
from plugins.bitrix24.rest import decoding, reported_error
from plugins.bitrix24.rest.decoding import Decoded, Flaw
from plugins.bitrix24.rest.reported_error import ReportedError

GATEWAY = (502, 503, 504)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What an answer holds. `around` is there when more than harmless bytes stood around the JSON."""

    values: Mapping[str, Any]
    error: ReportedError | None = None
    around: Decoded | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """An answer without a usable JSON object. `words` are those of the page or the text that came instead."""

    flaw: Flaw
    words: str = ""


def read(raw: bytes, *, nested: bool = False, failed: bool = False) -> Body | Unreadable:
    """The body of an answer. `failed`: its HTTP status is not 200, so that words in it tell of an error.

    `nested` looks for an error inside `result` too. Not for every method: what `imconnector.list` gives may hold a
    connector whose id is “error”.
    """
    found = decoding.decode(raw)
    if found.values is None:
        return Unreadable(flaw=found.flaw or decoding.NOT_JSON, words=found.words)
    error, inner = reported_error.find(found.values, failed=failed), found.values.get("result")
    if nested and error is None and isinstance(inner, Mapping):
        error = reported_error.find(inner, failed=failed or reported_error.reports_error(found.values), inner=True)
    return Body(values=found.values, error=error, around=found if found.flaw else None)


def is_gateway_error(status: int, raw: bytes) -> bool:
    """Whether a front end answers in the place of a portal it cannot reach. The portal's own refusals have a code."""
    if status not in GATEWAY:
        return False
    body = read(raw, failed=True)
    return isinstance(body, Unreadable) or body.error is None or not body.error.code
