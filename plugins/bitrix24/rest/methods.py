"""The REST methods as rows, and the check of a call against its row. No code per method; nothing here sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from bot.plugin import Call, DeclarationError, Json, Message, Text
from bot.plugin.frozen import dataclass


class Effect(StrEnum):
    """What a method does to the portal."""

    READ = "read"
    CHANGE = "change"


class Kind(StrEnum):
    """What a parameter must be. Stricter than the portal, where `"N"` switches on and line 0 exists."""

    TEXT = "text"
    TEXT_OR_EMPTY = "text or empty"
    TEXTS = "list of texts"
    LINE = "line"
    """A positive whole number."""
    SWITCH = "switch"
    """Exactly 1 or 0 (docs/portal-behaviour.md P36)."""
    YES_NO = "yes/no"
    """`"Y"` or `"N"`."""
    OBJECT = "object"
    ONE_ITEM = "list of one"
    """A list of exactly one object: then the portal's yes is about that one (docs/portal-behaviour.md P58)."""


class VerdictLocation(StrEnum):
    """Where in the answer the verdict stands."""

    VALUE = "value"
    """The result is what was asked for."""
    COUNT = "result.count"
    """How many were concerned: 0 is a no."""
    RESULT = "result"
    """`result` is True when it was done."""
    NESTED = "result.result"
    """`result.result` is True when it was done."""
    SUCCESS = "result.SUCCESS"
    """`result.SUCCESS` is True when it was taken; items, where there are any, say the same."""
    ITEMS = "result.DATA.RESULT[n].SUCCESS"
    """`result.SUCCESS` and that of every item are True; the first alone says nothing (docs/portal-behaviour.md P58)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """One parameter of a method, spelled as the portal spells it."""

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One REST method, and where in its answer the verdict stands."""

    name: str
    effect: Effect
    verdict: VerdictLocation = VerdictLocation.VALUE
    params: tuple[Param, ...] = ()

    def param(self, name: str) -> Param | None:
        return next((param for param in self.params if param.name == name), None)


def _need(name: str, kind: Kind = Kind.TEXT) -> Param:
    return Param(name=name, kind=kind, required=True)


def _may(name: str, kind: Kind = Kind.TEXT) -> Param:
    return Param(name=name, kind=kind)


_MESSAGES = (_need("CONNECTOR"), _need("LINE", Kind.LINE), _need("MESSAGES", Kind.ONE_ITEM))

ROWS: tuple[Method, ...] = (
    Method(name="app.info", effect=Effect.READ),
    Method(
        name="batch",
        effect=Effect.READ,
        params=(_need("cmd", Kind.OBJECT), _may("halt", Kind.SWITCH)),
    ),
    Method(
        name="crm.activity.list",
        effect=Effect.READ,
        params=(_need("filter", Kind.OBJECT), _may("select", Kind.TEXTS), _may("order", Kind.OBJECT)),
    ),
    Method(
        name="event.bind",
        effect=Effect.CHANGE,
        verdict=VerdictLocation.RESULT,
        params=(_need("event"), _may("event_type"), _may("handler")),
    ),
    Method(name="event.get", effect=Effect.READ),
    Method(
        name="event.offline.clear",
        effect=Effect.CHANGE,
        verdict=VerdictLocation.RESULT,
        params=(_need("process_id", Kind.TEXT_OR_EMPTY), _need("id", Kind.TEXTS)),
    ),
    Method(
        name="event.offline.list",
        effect=Effect.READ,
        params=(_need("filter", Kind.OBJECT), _need("order", Kind.OBJECT)),
    ),
    Method(name="event.test", effect=Effect.READ, params=(_need("nonce"),)),
    Method(
        name="event.unbind",
        effect=Effect.CHANGE,
        verdict=VerdictLocation.COUNT,
        params=(_need("event"), _need("handler")),
    ),
    Method(
        name="imconnector.activate",
        effect=Effect.CHANGE,
        verdict=VerdictLocation.RESULT,
        params=(_need("CONNECTOR"), _need("LINE", Kind.LINE), _need("ACTIVE", Kind.SWITCH)),
    ),
    Method(
        name="imconnector.chat.name.set",
        effect=Effect.CHANGE,
        verdict=VerdictLocation.SUCCESS,
        params=(
            _need("CONNECTOR"),
            _need("LINE", Kind.LINE),
            _need("CHAT_ID"),
            _need("NAME"),
            _may("USER_ID"),
        ),
    ),
    Method(
        name="imconnector.connector.data.set",
        effect=Effect.CHANGE,
        verdict=VerdictLocation.RESULT,
        params=(_need("CONNECTOR"), _need("LINE", Kind.LINE), _need("DATA", Kind.OBJECT)),
    ),
    Method(name="imconnector.delete.messages", effect=Effect.CHANGE, verdict=VerdictLocation.ITEMS, params=_MESSAGES),
    Method(name="imconnector.list", effect=Effect.READ),
    Method(
        name="imconnector.register",
        effect=Effect.CHANGE,
        verdict=VerdictLocation.NESTED,
        params=(
            _need("ID"),
            _need("NAME"),
            _need("ICON", Kind.OBJECT),
            _need("PLACEMENT_HANDLER"),
            _may("ICON_DISABLED", Kind.OBJECT),
            _may("DEL_EXTERNAL_MESSAGES", Kind.YES_NO),
            _may("EDIT_INTERNAL_MESSAGES", Kind.YES_NO),
            _may("DEL_INTERNAL_MESSAGES", Kind.YES_NO),
            _may("NEWSLETTER", Kind.YES_NO),
            _may("NEED_SYSTEM_MESSAGES", Kind.YES_NO),
            _may("NEED_SIGNATURE", Kind.YES_NO),
            _may("CHAT_GROUP", Kind.YES_NO),
        ),
    ),
    Method(
        name="imconnector.send.messages",
        effect=Effect.CHANGE,
        verdict=VerdictLocation.ITEMS,
        params=_MESSAGES,
    ),
    Method(
        name="imconnector.send.status.delivery", effect=Effect.CHANGE, verdict=VerdictLocation.SUCCESS, params=_MESSAGES
    ),
    Method(
        name="imconnector.send.status.reading", effect=Effect.CHANGE, verdict=VerdictLocation.SUCCESS, params=_MESSAGES
    ),
    Method(
        name="imconnector.set.error",
        effect=Effect.CHANGE,
        verdict=VerdictLocation.SUCCESS,
        params=(_need("CONNECTOR"), _need("LINE", Kind.LINE)),
    ),
    Method(
        name="imconnector.status",
        effect=Effect.READ,
        params=(_need("CONNECTOR"), _need("LINE", Kind.LINE)),
    ),
    Method(
        name="imconnector.unregister",
        effect=Effect.CHANGE,
        verdict=VerdictLocation.NESTED,
        params=(_need("ID"),),
    ),
    Method(name="imconnector.update.messages", effect=Effect.CHANGE, verdict=VerdictLocation.ITEMS, params=_MESSAGES),
    Method(
        name="imopenlines.config.list.get",
        effect=Effect.READ,
        params=(_may("PARAMS", Kind.OBJECT), _may("OPTIONS", Kind.OBJECT)),
    ),
    Method(
        name="placement.bind",
        effect=Effect.CHANGE,
        verdict=VerdictLocation.RESULT,
        params=(_need("PLACEMENT"), _need("HANDLER")),
    ),
    Method(name="placement.get", effect=Effect.READ),
    Method(
        name="placement.unbind",
        effect=Effect.CHANGE,
        verdict=VerdictLocation.COUNT,
        params=(_need("PLACEMENT"), _need("HANDLER")),
    ),
    Method(name="profile", effect=Effect.READ),
    Method(name="scope", effect=Effect.READ),
)

METHODS: Mapping[str, Method] = {row.name: row for row in ROWS}

_FITS: Mapping[Kind, Callable[[Any], bool]] = {
    Kind.TEXT: lambda value: isinstance(value, str) and value != "",
    Kind.TEXT_OR_EMPTY: lambda value: isinstance(value, str),
    Kind.TEXTS: lambda value: (
        isinstance(value, list | tuple) and bool(value) and all(isinstance(x, str) for x in value)
    ),
    Kind.LINE: lambda value: type(value) is int and value > 0,
    Kind.SWITCH: lambda value: type(value) is int and value in (0, 1),
    Kind.YES_NO: lambda value: value in ("Y", "N"),
    Kind.OBJECT: lambda value: isinstance(value, Mapping),
    Kind.ONE_ITEM: lambda value: isinstance(value, list | tuple) and len(value) == 1 and isinstance(value[0], Mapping),
}

_MUST_BE: Mapping[Kind, Message] = {
    Kind.TEXT: Message("bitrix24.call.kind_text"),
    Kind.TEXT_OR_EMPTY: Message("bitrix24.call.kind_text_or_empty"),
    Kind.TEXTS: Message("bitrix24.call.kind_texts"),
    Kind.LINE: Message("bitrix24.call.kind_line"),
    Kind.SWITCH: Message("bitrix24.call.kind_switch"),
    Kind.YES_NO: Message("bitrix24.call.kind_yes_no"),
    Kind.OBJECT: Message("bitrix24.call.kind_object"),
    Kind.ONE_ITEM: Message("bitrix24.call.kind_one_item"),
}


def find(name: str) -> Method:
    """The row of a method. Raises DeclarationError when the table has none."""
    if name not in METHODS:
        raise DeclarationError(
            Message("bitrix24.call.method_unknown", method=name), hint=Message("bitrix24.call.do_add_method")
        )
    return METHODS[name]


def check(name: str, params: Mapping[str, Json]) -> Method:
    """The row of a method whose parameters are as the row says; else DeclarationError, naming the parameter."""
    method = find(name)
    for key, value in params.items():
        param = method.param(key)
        if param is None:
            raise DeclarationError(Message("bitrix24.call.parameter_unknown", method=name, parameter=key))
        if not _FITS[param.kind](value):
            raise DeclarationError(
                Message("bitrix24.call.parameter_wrong", method=name, parameter=key, kind=_MUST_BE[param.kind])
            )
    missing = [param.name for param in method.params if param.required and param.name not in params]
    if missing:
        raise DeclarationError(Message("bitrix24.call.parameters_missing", method=name, parameters=tuple(missing)))
    return method


def call(name: str, note: Text, **params: Json) -> Call:
    """A checked call for a plan. `note` says in one sentence what it does."""
    check(name, params)
    return Call(method=name, params=params, note=note)
