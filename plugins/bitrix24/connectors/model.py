"""What is on a portal, as values, and how they are read from its answers. Nothing here asks the portal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Generic, TypeVar

from bot.plugin import Message, TargetUnreachable, Text
from bot.plugin.frozen import dataclass
from plugins.bitrix24.redaction.excerpt import excerpt
from plugins.bitrix24.rest.batch import ItemAnswer

Row = TypeVar("Row")


class Ownership(StrEnum):
    """Whose a connector is, as far as we can tell: the portal does not say (docs/portal-behaviour.md P100)."""

    OURS = "ours"
    BUILT_IN = "built-in"
    NOT_PROVEN = "not-proven"


BUILT_IN = frozenset(
    {
        *("avito", "botframework", "facebook", "facebookcomments", "facebookmessages", "fbinstagram"),
        *("fbinstagramdirect", "imessage", "livechat", "max", "network", "notifications", "ok", "olx"),
        *("telegrambot", "viber", "vkgroup", "vkgrouporder", "wechat", "whatsappbyedna", "whatsappbytwilio", "yandex"),
    }
)
"""Ids of Bitrix24's own channels, which a removal would switch off on every line."""


OWNERSHIP: Mapping[Ownership, Message] = {
    Ownership.OURS: Message("bitrix24.state.ours"),
    Ownership.BUILT_IN: Message("bitrix24.state.built_in"),
    Ownership.NOT_PROVEN: Message("bitrix24.state.ownership_not_proven"),
}

ACTIVE = Message("bitrix24.state.active")
"""The state of a connector on a line, without an error."""
IN_ERROR = Message("bitrix24.state.active_with_error")
ERROR = Message("bitrix24.state.error")
CONNECTED = (ACTIVE, IN_ERROR)
"""The states in which a connector is active on a line."""
NOT_CONNECTED = Message("bitrix24.state.not_connected")
NOT_READABLE = Message("bitrix24.state.not_readable")
UNNAMED = Message("bitrix24.state.unnamed")


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
    """Empty where the portal gives it none."""
    on: bool

    @property
    def label(self) -> str:
        """The line in an observation."""
        return f"line:{self.id}"

    @property
    def shown_name(self) -> Text:
        return self.name or UNNAMED

    @property
    def title(self) -> Message:
        return Message("bitrix24.state.line", line=str(self.id), name=self.shown_name)

    @property
    def switch(self) -> Message:
        return Message("bitrix24.state.line_on") if self.on else Message("bitrix24.state.line_off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A connector on a line. `problem` says why it could not be read; then the flags say nothing."""

    connector: str
    line: int
    error: bool = False
    configured: bool = False
    problem: Text | None = None

    @property
    def present(self) -> bool:
        """Whether the portal keeps anything about this connector on this line."""
        return self.error or self.configured

    @property
    def state(self) -> Message:
        """What the connector is on the line, in one of the states above."""
        if self.problem:
            return NOT_READABLE
        if self.configured:
            return IN_ERROR if self.error else ACTIVE
        return ERROR if self.error else NOT_CONNECTED


@dataclass(frozen=True, slots=True, kw_only=True)
class AppInfo:
    """How the portal sees our application."""

    installed: bool
    paid: bool
    licence: str
    status: str
    number: str = ""
    """The portal's own number of the application, which a new installation changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserProfile:
    """The user as whom the bot acts on the portal."""

    id: str
    name: str
    admin: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Generic[Row]):
    """The rows of a list that could be read.

    `unread` says of each other one, in a few words, which it is and why; `count` is how many came, drafts too.
    """

    rows: tuple[Row, ...]
    unread: tuple[Text, ...] = ()
    count: int = 0


def connectors(result: Any, ours: frozenset[str]) -> Listing[Connector]:
    """The answer of `imconnector.list`, by id. `ours` are the ids that we registered or adopted.

    Raises TargetUnreachable when it is no list at all, or when none of its rows can be read.
    """
    if isinstance(result, Mapping):
        pairs = list(result.items())
    elif isinstance(result, list):
        pairs = [_own_id(row) for row in result]
    else:
        raise _unreadable(Message("bitrix24.portal.connectors_unreadable"))
    rows = [_connector(key, name, ours) for key, name in pairs if _is_id(key)]
    unread = [Message("bitrix24.portal.row_with_id", id=_shown(key)) for key, _ in pairs if not _is_id(key)]
    if unread and not rows:
        raise _unreadable(Message("bitrix24.portal.connectors_unreadable"))
    return Listing(rows=tuple(sorted(rows, key=lambda row: row.id)), unread=tuple(unread))


def _own_id(row: Any) -> tuple[Any, Any]:
    """The id and the name of a row in a list, where the portal should have sent a map."""
    row = row if isinstance(row, Mapping) else {}
    return row.get("ID", row.get("id")), row.get("NAME", row.get("name"))


def _is_id(key: Any) -> bool:
    """Whether a connector can have this id: the portal takes “0” and nothing for no id."""
    return isinstance(key, str) and key.strip() not in ("", "0")


def _connector(key: str, name: Any, ours: frozenset[str]) -> Connector:
    shown = str(name) if isinstance(name, str | int | float) and not isinstance(name, bool) else ""
    return Connector(id=key, name=shown or key, ownership=ownership(key, ours))


def ownership(connector: str, ours: frozenset[str]) -> Ownership:
    """Built-in wins: the portal itself prefers its own channel when an application takes its id."""
    if connector in BUILT_IN:
        return Ownership.BUILT_IN
    return Ownership.OURS if connector in ours else Ownership.NOT_PROVEN


def lines(result: Any) -> Listing[Line]:
    """One page of `imopenlines.config.list.get`, without drafts. A map in the place of the list is read like one.

    Raises TargetUnreachable when it is no list at all, or when none of its rows can be read.
    """
    if isinstance(result, Mapping):
        result = [result] if "ID" in result else list(result.values())
    if not isinstance(result, list):
        raise _unreadable(Message("bitrix24.portal.lines_unreadable"))
    rows = [row for row in result if not (isinstance(row, Mapping) and flag(row.get("TEMPORARY")))]
    found = [_line(row) for row in rows]
    unread = tuple(each for each in found if isinstance(each, Message))
    if unread and len(unread) == len(rows):
        raise _unreadable(Message("bitrix24.portal.lines_unreadable"))
    readable = tuple(each for each in found if isinstance(each, Line))
    return Listing(rows=readable, unread=unread, count=len(result))


def _line(row: Any) -> Line | Message:
    """A line, or which row it is that cannot be read."""
    if not isinstance(row, Mapping):
        return Message("bitrix24.portal.row", value=_shown(row))
    number = whole_number(row.get("ID"))
    if number is None or number <= 0:
        return Message("bitrix24.portal.row_with_number", number=_shown(row.get("ID")))
    name, on = row.get("LINE_NAME"), flag(row.get("ACTIVE"))
    if on is None:
        return Message("bitrix24.portal.row_with_switch", line=str(number), value=_shown(row.get("ACTIVE")))
    return Line(id=number, name=name if isinstance(name, str) else "", on=on)


def whole_number(value: Any) -> int | None:
    """A number that PHP wrote as one or as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        return int(value)
    return value if type(value) is int else None


_FLAGS: Mapping[str, bool] = {"y": True, "1": True, "true": True, "n": False, "0": False, "false": False}


def flag(value: Any) -> bool | None:
    """Yes or no in any of the ways that PHP modules write it; None when it is neither."""
    if isinstance(value, bool):
        return value
    return _FLAGS.get(str(value).strip().lower()) if isinstance(value, str | int) else None


def _shown(value: Any) -> str:
    """A value of the portal for a sentence."""
    return excerpt(json.dumps(value, ensure_ascii=False)) if not isinstance(value, str) else f"“{excerpt(value)}”"


def status(connector: str, line: int, answer: ItemAnswer) -> Status:
    """One answer of `imconnector.status`; it must be about this connector and this line."""
    if answer.problem:
        return Status(connector=connector, line=line, problem=answer.problem)
    value = answer.value if isinstance(answer.value, Mapping) else {}
    error, configured = flag(value.get("ERROR")), flag(value.get("CONFIGURED"))
    same = value.get("CONNECTOR") == connector and whole_number(value.get("LINE")) == line
    if not same or error is None or configured is None:
        return Status(connector=connector, line=line, problem=Message("bitrix24.portal.answer_unreadable"))
    return Status(connector=connector, line=line, error=error, configured=configured)


def app_info(result: Any) -> AppInfo:
    """The answer of `app.info`."""
    found = _php_map(result, Message("bitrix24.portal.application_unreadable"))
    return AppInfo(
        installed=bool(flag(found.get("INSTALLED"))),
        paid=not flag(found.get("PAYMENT_EXPIRED")),
        licence=str(found.get("LICENSE") or "unknown"),
        status=_APP_STATUS.get(str(found.get("STATUS")), "unknown"),
        number=_plain(found.get("ID")),
    )


def scopes(result: Any) -> frozenset[str]:
    """The answer of `scope`. Raises TargetUnreachable when it is no list."""
    if not isinstance(result, list):
        raise _unreadable(Message("bitrix24.portal.scopes_unreadable"))
    return frozenset(each for each in result if isinstance(each, str))


def user_profile(result: Any) -> UserProfile:
    """The answer of `profile`. Raises TargetUnreachable when it names no user."""
    found = _php_map(result, Message("bitrix24.portal.user_unreadable"))
    number = _plain(found.get("ID"))
    if not number:
        raise _unreadable(Message("bitrix24.portal.user_unreadable"))
    name = " ".join(filter(None, (_plain(found.get("NAME")), _plain(found.get("LAST_NAME")))))
    return UserProfile(id=number, name=excerpt(name), admin=bool(flag(found.get("ADMIN"))))


def _plain(value: Any) -> str:
    """A text or a number of the portal as text; empty for everything else."""
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


_APP_STATUS: Mapping[str, str] = {
    "F": "free",
    "D": "demo",
    "T": "trial",
    "P": "paid",
    "L": "local",
    "S": "subscription",
}


def _php_map(value: Any, unreadable: Message) -> Mapping[str, Any]:
    """PHP writes an empty map as an empty list."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, Sequence) and not isinstance(value, str) and not value:
        return {}
    raise _unreadable(unreadable)


def _unreadable(sentence: Message) -> TargetUnreachable:
    return TargetUnreachable(sentence, hint=TRY_AGAIN)


TRY_AGAIN = Message("bitrix24.portal.try_again")
