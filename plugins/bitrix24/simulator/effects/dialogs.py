"""Chats of customers with a line: finding or opening one, taking a message in, telling of a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.plugin.frozen import dataclass
from plugins.bitrix24.simulator.calls.call import Cause
from plugins.bitrix24.simulator.effects.events import Event, emit
from plugins.bitrix24.simulator.php import php_values
from plugins.bitrix24.simulator.state.rows import Dialog, Guest, Message, Status
from plugins.bitrix24.simulator.state.world import World

FIRST_GUEST, FIRST_CHAT, FIRST_SESSION, FIRST_MESSAGE = 585, 1767, 323, 86497


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A connector on a line, and whether it keys its chats by chat.id alone (CHAT_GROUP)."""

    connector: str
    line: int
    group: bool

    def key(self, chat: str, user: str) -> str:
        whole = f"{self.connector}|{self.line}|{chat}"
        return whole if self.group else f"{whole}|{user}"


def channel(world: World, connector: str, line: int) -> Channel:
    row = world.state.connectors.get(connector)
    return Channel(connector=connector, line=line, group=bool(row and row.flags["CHAT_GROUP"]))


def block(item: Any, name: str) -> Mapping[str, Any]:
    """A part of a message item; anything but a map is an empty one."""
    found = item.get(name) if isinstance(item, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def external(part: Mapping[str, Any]) -> str:
    value = part.get("id")
    return "" if php_values.is_array(value) else php_values.text(value)


def find(world: World, where: Channel, chat: str, user: str) -> Dialog | None:
    key = where.key(chat, user)
    return next(iter(world.state.dialogs.where(lambda row: row.key == key)), None)


def guest(world: World, where: Channel, user: Mapping[str, Any]) -> Guest:
    """The customer's account, made when it is new; "First Last" is split when there is no last name."""
    key = f"{where.connector}|{external(user)}"
    old = world.state.guests.get(key)
    name, last = php_values.text(user.get("name")), php_values.text(user.get("last_name"))
    if name and not last:
        name, _, last = name.partition(" ")
    row = old or Guest(id=world.state.number("guest", FIRST_GUEST), external=key)
    return world.state.guests.put(key, replace(row, name=name or row.name, last_name=last or row.last_name))


def opened(world: World, where: Channel, item: Mapping[str, Any], cause: Cause) -> Dialog:
    """The customer's chat with an open session; DialogStart is told when a session begins."""
    user, chat = block(item, "user"), block(item, "chat")
    account = guest(world, where, user)
    old = find(world, where, external(chat), external(user))
    if old is not None and not old.closed:
        return old
    row = old or Dialog(
        chat_id=world.state.number("chat", FIRST_CHAT),
        key=where.key(external(chat), external(user)),
        connector=where.connector,
        line=where.line,
        external_chat=external(chat),
        external_user=external(user),
        guest=account.id,
        session=0,
        name=php_values.text(chat.get("name")) or account.name,
    )
    session = world.state.number("session", FIRST_SESSION)
    earlier = row.earlier + 1 if old else 0
    row = replace(row, session=session, parent=row.session, closed=False, earlier=earlier)
    world.state.dialogs.put(row.chat_id, row)
    tell(world, "ONIMCONNECTORDIALOGSTART", row, cause)
    return row


def close(world: World, row: Dialog, cause: Cause) -> None:
    done = world.state.dialogs.put(row.chat_id, replace(row, closed=True))
    tell(world, "ONIMCONNECTORDIALOGFINISH", done, cause)


def tell(world: World, event: str, row: Dialog, cause: Cause) -> None:
    """DialogStart or DialogFinish to the connector's owner, and the event of the session."""
    entry = {
        "connector": {
            "connector_id": row.connector,
            "line_id": row.line,
            "chat_id": row.external_chat,
            "user_id": row.external_user,
        },
        "session": {
            "id": row.session,
            "closed": "Y" if row.closed else "N",
            "parent_id": row.parent,
            "close_term": 1440,
        },
        "chat": {"id": row.chat_id},
        "user": {"id": row.guest},
    }
    data = {"CONNECTOR": row.connector, "LINE": str(row.line), "DATA": [entry]}
    owner = world.state.owner(row.connector)
    emit(world, Event(name=event, data=data, owner=owner, cause=cause))
    session = event.replace("IMCONNECTORDIALOG", "SESSION")
    if world.switches["session_events"] == "docs":
        emit(world, Event(name=session, data={"DATA": [entry]}, owner=owner, cause=cause))
        return
    line = world.state.lines.get(row.line)
    shape = {
        "connector": entry["connector"],
        "chat": {"chat_id": row.chat_id},
        "line": {"id": row.line, "name": line.name if line else ""},
    }
    emit(world, Event(name=session, data={"DATA": shape}, cause=cause))


def take_in(world: World, row: Dialog, message: Mapping[str, Any]) -> Message:
    """Store a customer's message, or an employee's when it names one."""
    number = world.state.number("message", FIRST_MESSAGE)
    ident = external(message)
    made = Message(
        id=number,
        chat_id=row.chat_id,
        author=php_values.to_int(message.get("user_id")),
        text=php_values.text(message.get("text")),
        files=tuple(php_values.values(message.get("files") or [])),
        external=(ident,) if ident else (),
    )
    return world.state.messages.put(number, made)


def by_external(world: World, row: Dialog, ident: str) -> list[Message]:
    return world.state.messages.where(lambda each: each.chat_id == row.chat_id and ident in each.external)


def heard(world: World, row: Dialog) -> bool:
    """Whether what an operator does in the chat leaves the portal: line on, status good, connector not built in."""
    line = world.state.lines.get(row.line)
    status: Status = world.state.status(row.connector, row.line)
    return bool(world.state.owner(row.connector) and line and line.active and status.working)


def flag(world: World, row: Dialog, name: str) -> bool:
    connector = world.state.connectors.get(row.connector)
    return bool(connector and connector.flags[name])


def line_counters(world: World, line: int) -> dict[str, str]:
    """The counters of a line, all its connectors together (docs/portal-behaviour.md P136)."""
    dialogs = world.state.dialogs.where(lambda row: row.line == line)
    chats = {row.chat_id for row in dialogs}
    closed = sum(row.earlier + row.closed for row in dialogs)
    counters = {
        "SESSION": sum(row.earlier + 1 for row in dialogs),
        "IN_WORK": sum(not row.closed for row in dialogs),
        "CLOSED": closed,
        "MESSAGE": len(world.state.messages.where(lambda row: row.chat_id in chats)),
        "LEAD": 0,
    }
    return {f"STATISTIC.{name}": str(count) for name, count in counters.items()}


def replying_connector(world: World, row: Dialog) -> str:
    """The connector that an operator's reply goes to: another one than the chat's, where two share a line."""
    if world.switches["shared_line_replies"] == "own":
        return row.connector
    on_line = [each.connector for each in world.state.statuses.rows() if each.line == row.line and each.working]
    owned = [each.id for each in world.state.connectors.rows() if each.id in on_line]
    return owned[0] if owned else row.connector
