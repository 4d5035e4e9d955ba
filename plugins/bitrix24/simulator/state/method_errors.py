"""The ways a method ends other than with a result."""

from __future__ import annotations

from typing import Any

from bot.plugin.frozen import dataclass


class RestError(Exception):
    """An error body with its HTTP status. `argument` goes out as a key of its own when it is not None."""

    def __init__(self, status: int, code: str, description: str | None = "", *, argument: str | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.description = description
        self.argument = argument

    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = {"error": self.code}
        if self.description is not None:
            found["error_description"] = self.description
        if self.argument is not None:
            found["argument"] = self.argument
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A failure that register and unregister return as a value inside HTTP 200 (docs/portal-behaviour.md P24)."""

    code: str
    description: str

    def body(self) -> dict[str, Any]:
        return {"result": False, "error": self.code, "error_description": self.description}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list method; `total` and `next` are lifted beside `result`."""

    result: list[Any]
    total: int | None = None
    next: int | None = None


def argument_missing(name: str) -> RestError:
    return RestError(400, "ERROR_ARGUMENT", f"Argument '{name}' is null or empty", argument=name)
