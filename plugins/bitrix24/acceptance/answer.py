"""What a portal answered to one step of a run, as a value that a file can hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.plugin import Text
from bot.plugin.frozen import dataclass
from plugins.bitrix24.http.exchange import Exchange, Undelivered

UNDECIDED_CODES = ("QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT", "OVERLOAD_LIMIT", "insufficient_scope")
"""Refusals of any call, which say nothing about the method."""
GATEWAY = (502, 503, 504)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer. `status` is that of HTTP, 0 where nothing usable came; `problem` then says why.

    `values` is the JSON of the body, and `text` the body where it is no JSON.
    """

    status: int
    values: Any = None
    text: str = ""
    problem: Text | None = None

    @property
    def result(self) -> Any:
        """What stands in `result`; None where there is none."""
        return self._top.get("result")

    @property
    def error(self) -> str:
        """The code of the error, beside `result` or inside it; empty where there is none."""
        return str(self._error_holder.get("error") or "")

    @property
    def description(self) -> str:
        return str(self._error_holder.get("error_description") or "")

    @property
    def argument(self) -> str | None:
        """The argument that a refusal names; None where it names none."""
        return self._top.get("argument")

    @property
    def nested(self) -> bool:
        """Whether the error stands inside `result`."""
        return self._error_holder is not self._top

    @property
    def tells(self) -> bool:
        """Whether the answer says something about the method that was called."""
        return bool(self.status) and self.status not in GATEWAY and self.error not in UNDECIDED_CODES

    @property
    def _top(self) -> Mapping[str, Any]:
        return self.values if isinstance(self.values, Mapping) else {}

    @property
    def _error_holder(self) -> Mapping[str, Any]:
        inner = self.result
        return inner if isinstance(inner, Mapping) and inner.get("error") and not self._top.get("error") else self._top


def read_answer(exchange: Exchange) -> Answer:
    """Read what came of an exchange."""
    if isinstance(exchange, Undelivered):
        return Answer(status=0, problem=exchange.reason)
    text = exchange.body.decode("utf-8", "replace")
    try:
        return Answer(status=exchange.status, values=json.loads(text))
    except ValueError:
        return Answer(status=exchange.status, text=text)
