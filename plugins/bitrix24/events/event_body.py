"""The body of an event: a form with bracket keys, read into a typed value. Pure.

Whoever can reach the address can send one, so that nothing in it is true until its sender is proven, and what it tells
is only a reason to read the portal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.plugin.frozen import dataclass
from plugins.bitrix24.connectors.model import whole_number
from plugins.bitrix24.redaction.secret import Secret

MOST_DEPTH = 12
STATUS_DELETE = "ONIMCONNECTORSTATUSDELETE"
LINE_DELETE = "ONIMCONNECTORLINEDELETE"
PAYMENT = "ONAPPPAYMENT"

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,63}")

Tree = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBody:
    """One event as it was sent. `user` is None where nobody in particular caused it; `ts` is in seconds, or 0.

    `data` is the tree of its fields, or a text where the event has a bare value.
    """

    name: str
    member_id: str
    domain: str
    application_token: Secret
    access: Secret
    user: int | None
    ts: int
    data: Tree | str

    @property
    def target(self) -> tuple[str, int] | None:
        """The connector, in small letters, and the line that it is about; the connector is empty for a whole line."""
        return read_target(self.name, self.data)

    def text(self, *path: str) -> str:
        """The text at a path of `data`; empty where there is none."""
        found: Any = self.data
        for name in path:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found if isinstance(found, str) else ""


def read_event(form: Mapping[str, str]) -> EventBody | None:
    """The event in a form; None where it is none, or deeper than an event can be."""
    tree = _read_form(form)
    name = tree.get("event") if tree is not None else None
    if tree is None or not isinstance(name, str) or not _NAME.fullmatch(name.upper()):
        return None
    auth = tree.get("auth")
    auth = auth if isinstance(auth, Mapping) else {}
    data = tree.get("data", "")
    return EventBody(
        name=name.upper(),
        member_id=_text(auth, "member_id"),
        domain=_text(auth, "domain"),
        application_token=Secret(_text(auth, "application_token")),
        access=Secret(_text(auth, "access_token")),
        user=whole_number(_text(auth, "user_id")) or None,
        ts=whole_number(_text(tree, "ts")) or 0,
        data=data if isinstance(data, Mapping | str) else "",
    )


def read_target(name: str, data: Any) -> tuple[str, int] | None:
    """What an event of a connector's status or of a line is about; None for other events, and for unreadable data."""
    if name == LINE_DELETE:
        line = whole_number(data if isinstance(data, str | int) else None)
        return ("", line) if line else None
    if name != STATUS_DELETE or not isinstance(data, Mapping):
        return None
    connector, line = data.get("connector"), whole_number(data.get("line"))
    return (connector.lower(), line) if isinstance(connector, str) and connector and line else None


def _text(tree: Tree, name: str) -> str:
    value = tree.get(name)
    return value if isinstance(value, str) else ""


def _read_form(form: Mapping[str, str]) -> Tree | None:
    tree: dict[str, Any] = {}
    for key, value in form.items():
        path = _path(key)
        if path is None or not _plant(tree, path, value):
            return None
    return tree


def _path(key: str) -> Sequence[str] | None:
    """`a[b][0]` as its names; None where it is written in another way, or too deep."""
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    path = [found[1], *_PART.findall(found[2])]
    return path if len(path) <= MOST_DEPTH else None


def _plant(tree: dict[str, Any], path: Sequence[str], value: str) -> bool:
    """Put a value where its path leads; False where the path needs a branch in the place of a text, or the reverse."""
    *branches, leaf = path
    for name in branches:
        tree = tree.setdefault(name or str(len(tree)), {})
        if not isinstance(tree, dict):
            return False
    leaf = leaf or str(len(tree))
    if isinstance(tree.get(leaf), dict):
        return False
    tree[leaf] = value
    return True
