"""What is on a portal, as values, and how they are read from its answers. Nothing here asks the portal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.plugin import TargetUnreachable
from plugins.bitrix24.batch import ItemAnswer


class Ownership(StrEnum):
    """Whose a connector is, as far as we can tell: the portal does not say (bitrix24.md 1.7)."""

    OURS = "ours"
    BUILT_IN = "built-in"
    NOT_PROVEN = "ownership not proven"


BUILT_IN = frozenset(
    {
        *("avito", "botframework", "facebook", "facebookcomments", "facebookmessages", "fbinstagram"),
        *("fbinstagramdirect", "imessage", "livechat", "max", "network", "notifications", "ok", "olx"),
        *("telegrambot", "viber", "vkgroup", "vkgrouporder", "wechat", "whatsappbyedna", "whatsappbytwilio", "yandex"),
    }
)
"""Ids of Bitrix24's own channels, which a removal would switch off on every line."""


ACTIVE = "active"
"""The word of a status without an error; one with an error begins with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """One connector of the portal's list."""

    id: str
    name: str
    ownership: Ownership


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One open line. `on` is the line's own switch, which no connector's status shows."""

    id: int
    name: str
    on: bool

    @property
    def title(self) -> str:
        return f"line {self.id} · {self.name}"

    @property
    def switch(self) -> str:
        return "on" if self.on else "switched off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A connector on a line. `problem` says why it could not be read; then the flags say nothing."""

    connector: str
    line: int
    error: bool = False
    configured: bool = False
    problem: str = ""

    @property
    def present(self) -> bool:
        """Whether the portal keeps anything about this connector on this line."""
        return self.error or self.configured

    @property
    def word(self) -> str:
        """For people: `active`, `active, with an error`, `error`, `not connected` or `not readable`."""
        if self.problem:
            return "not readable"
        if self.configured:
            return f"{ACTIVE}, with an error" if self.error else ACTIVE
        return "error" if self.error else "not connected"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppInfo:
    """How the portal sees our application."""

    installed: bool
    paid: bool
    licence: str
    status: str


def connectors(result: Any, ours: frozenset[str]) -> tuple[Connector, ...]:
    """The answer of `imconnector.list`, by id. `ours` are the ids that we registered or adopted."""
    found = _php_map(result, "list of connectors")
    return tuple(
        Connector(id=key, name=name if isinstance(name, str) and name else key, ownership=ownership(key, ours))
        for key, name in sorted(found.items())
    )


def ownership(connector: str, ours: frozenset[str]) -> Ownership:
    """Built-in wins: the portal itself prefers its own channel when an application takes its id."""
    if connector in BUILT_IN:
        return Ownership.BUILT_IN
    return Ownership.OURS if connector in ours else Ownership.NOT_PROVEN


def lines(result: Any) -> tuple[Line, ...]:
    """One page of `imopenlines.config.list.get`."""
    if not isinstance(result, list):
        raise _unreadable("list of open lines")
    return tuple(_line(row) for row in result)


def _line(row: Any) -> Line:
    if not isinstance(row, Mapping):
        raise _unreadable("list of open lines")
    number = str(row.get("ID", ""))
    if not (number.isascii() and number.isdigit() and int(number) > 0):
        raise _unreadable("list of open lines")
    name = row.get("LINE_NAME")
    return Line(
        id=int(number), name=name if isinstance(name, str) and name else "without a name", on=row.get("ACTIVE") == "Y"
    )


def status(connector: str, line: int, answer: ItemAnswer) -> Status:
    """One answer of `imconnector.status`; it must be about this connector and this line."""
    if answer.problem:
        return Status(connector=connector, line=line, problem=answer.problem)
    value = answer.value if isinstance(answer.value, Mapping) else {}
    error, configured = value.get("ERROR"), value.get("CONFIGURED")
    same = value.get("CONNECTOR") == connector and type(value.get("LINE")) is int and value.get("LINE") == line
    if not (same and isinstance(error, bool) and isinstance(configured, bool)):
        return Status(connector=connector, line=line, problem="The portal's answer cannot be read.")
    return Status(connector=connector, line=line, error=error, configured=configured)


def app_info(result: Any) -> AppInfo:
    """The answer of `app.info`."""
    found = _php_map(result, "description of the application")
    return AppInfo(
        installed=_yes(found.get("INSTALLED")),
        paid=not _yes(found.get("PAYMENT_EXPIRED")),
        licence=str(found.get("LICENSE") or "unknown"),
        status=_APP_STATUS.get(str(found.get("STATUS")), "unknown"),
    )


_APP_STATUS: Mapping[str, str] = {
    "F": "free",
    "D": "demo",
    "T": "trial",
    "P": "paid",
    "L": "local",
    "S": "subscription",
}


def _yes(value: Any) -> bool:
    return value is True or value == "Y"


def _php_map(value: Any, what: str) -> Mapping[str, Any]:
    """PHP writes an empty map as an empty list."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, Sequence) and not isinstance(value, str) and not value:
        return {}
    raise _unreadable(what)


def _unreadable(what: str) -> TargetUnreachable:
    return TargetUnreachable(f"The portal's {what} cannot be read.", hint="Try again in a minute.")
