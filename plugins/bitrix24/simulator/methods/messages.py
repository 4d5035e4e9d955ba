"""imconnector.*.messages, send.status.* and chat.name.set (docs/portal-behaviour.md P52 to P63)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from plugins.bitrix24.simulator.calls.call import APPLICATION_NEEDED, Call, Method
from plugins.bitrix24.simulator.effects import dialogs
from plugins.bitrix24.simulator.effects.dialogs import Channel, block, external
from plugins.bitrix24.simulator.effects.links import connector_id
from plugins.bitrix24.simulator.php import php_values
from plugins.bitrix24.simulator.state.method_errors import RestError
from plugins.bitrix24.simulator.state.rows import Dialog

NOT_ARRAY = "The value of an argument 'MESSAGES' must be of type array"
NOT_ARRAYS = "The MESSAGES parameter must be an array of messages (arrays)"
BAD_STRUCTURE = "The incorrect structure of a message inside MESSAGES parameter."
SENT = {"SUCCESS": True, "DATA": []}


def _items(call: Call) -> list[Any]:
    call.need("CONNECTOR", "LINE", "MESSAGES")
    return [php_values.lower_keys(item, deep=True) for item in php_values.values(call.get("MESSAGES"))]


def _checked(call: Call) -> list[dict[str, Any]]:
    """The items of send.messages: one that is malformed refuses the whole call."""
    call.need("CONNECTOR", "LINE", "MESSAGES")
    if not php_values.is_array(call.get("MESSAGES")):
        raise RestError(400, "ERROR_ARGUMENT", NOT_ARRAY, argument="MESSAGES")
    found = _items(call)
    for item in found:
        if not php_values.is_array(item):
            raise RestError(400, "ERROR_ARGUMENT", NOT_ARRAYS, argument="")
        if any(dict(php_values.items(item)).get(name) is None for name in ("user", "message", "chat")):
            raise RestError(400, "ERROR_ARGUMENT", BAD_STRUCTURE, argument="")
    return found


def _provided(call: Call) -> Channel:
    ident = connector_id(call.get("CONNECTOR"))
    if not call.state.provided(ident):
        raise call.refuse("IMCONNECTOR_NO_CORRECT_PROVIDER")
    return dialogs.channel(call.world, ident, php_values.to_int(call.get("LINE")))


def _working(call: Call) -> Channel:
    where = _provided(call)
    if not call.state.status(where.connector, where.line).working:
        raise call.refuse("NOT_ACTIVE_LINE")
    return where


def _answer(results: list[dict[str, Any]]) -> dict[str, Any]:
    return {"SUCCESS": True, "DATA": {"RESULT": results}}


def send(call: Call) -> Any:
    """Take customers' messages in; what is wrong with one of them is said in its own result."""
    items = _checked(call)
    where = _working(call)
    return _answer([_send_one(call, where, item) for item in items])


def _send_one(call: Call, where: Channel, item: Mapping[str, Any]) -> dict[str, Any]:
    user, message, chat = (block(item, name) for name in ("user", "message", "chat"))
    empty = php_values.empty(message.get("text")) and php_values.empty(message.get("files"))
    if empty or not external(user) or not external(chat):
        return {"SUCCESS": False, "ERRORS": [call.world.say("INCOMPLETE_DATA")]}
    row = dialogs.opened(call.world, where, item, call.cause)
    dialogs.take_in(call.world, row, message)
    session = {"ID": str(row.session), "CHAT_ID": str(row.chat_id)}
    return {**_echo(item, str(row.guest)), "session": session}


def _echo(item: Mapping[str, Any], guest: str) -> dict[str, Any]:
    """An item as it comes back: `date` is `{}`, `chat.url` has become `description`, ids are strings."""
    user, message, chat = (block(item, name) for name in ("user", "message", "chat"))
    ident = message.get("id")
    told = {"id": external(chat)}
    if chat.get("name"):
        told["name"] = php_values.text(chat["name"])
    if chat.get("url"):
        told["description"] = f"Link to the original post: {php_values.text(chat['url'])}"
    extra = {}
    if user.get("skip_phone_validate") == "Y":
        extra["skip_phone_validate"] = "Y"
    if message.get("disable_crm") == "Y":
        extra["disable_tracker"] = "Y"
    return {
        "user": guest,
        "message": {
            "id": [php_values.text(each) for each in php_values.values(ident)]
            if php_values.is_array(ident)
            else php_values.text(ident),
            "date": php_values.PhpObject(),
            "text": php_values.text(message.get("text")),
            "files": message.get("files") or [],
        },
        "chat": told,
        "extra": extra,
        "SUCCESS": True,
    }


def _changing(call: Call, change: str) -> Any:
    items = [dict(php_values.items(item)) for item in _items(call)]
    where = _working(call)
    results = []
    for item in items:
        user, message = block(item, "user"), block(item, "message")
        row = dialogs.find(call.world, where, external(block(item, "chat")), external(user))
        if row is not None:
            _change(call, row, change, message)
        results.append(_echo(item, str(row.guest) if row else external(user)))
    return _answer(results)


def _change(call: Call, row: Dialog, change: str, message: Mapping[str, Any]) -> None:
    for old in dialogs.by_external(call.world, row, external(message)):
        if change == "delete" and dialogs.flag(call.world, row, "DEL_EXTERNAL_MESSAGES"):
            call.state.messages.put(old.id, replace(old, deleted=True))
        elif change == "update":
            call.state.messages.put(old.id, replace(old, text=php_values.text(message.get("text"))))


def update(call: Call) -> Any:
    """An unknown message is no error."""
    return _changing(call, "update")


def delete(call: Call) -> Any:
    """An unknown message is no error."""
    return _changing(call, "delete")


def delivery(call: Call) -> Any:
    """Mark operators' messages delivered and keep the ids that the connector gave them; the line may be off."""
    items = _items(call)
    _provided(call)
    for item in items:
        number = php_values.to_int(block(item, "im").get("message_id"))
        ident = block(item, "message").get("id")
        old = call.state.messages.get(number)
        if old is not None:
            ids = php_values.values(ident) if php_values.is_array(ident) else [ident]
            given = tuple(php_values.text(each) for each in ids if not php_values.empty(each))
            call.state.messages.put(number, replace(old, delivered=True, external=given))
    return SENT


def reading(call: Call) -> Any:
    """A stub on the portal too."""
    _items(call)
    _provided(call)
    return SENT


def rename(call: Call) -> Any:
    """The customer is needed as well, unless the connector keys its chats by chat alone."""
    call.need_filled("CONNECTOR", "LINE", "CHAT_ID", "NAME")
    ident = connector_id(call.get("CONNECTOR"))
    if not dialogs.channel(call.world, ident, 0).group:
        call.need_filled("USER_ID")
    where = _working(call)
    row = dialogs.find(call.world, where, php_values.text(call.get("CHAT_ID")), php_values.text(call.get("USER_ID")))
    if row is None:
        raise call.refuse("CHAT_RENAMING_FAILED")
    call.state.dialogs.put(row.chat_id, replace(row, name=php_values.text(call.get("NAME"))))
    return {"SUCCESS": True, "DATA": {"RESULT": php_values.PhpObject()}}


ROWS = tuple(
    Method(name=f"imconnector.{name}", run=run, scope="imopenlines", denied=APPLICATION_NEEDED)
    for name, run in (
        ("send.messages", send),
        ("update.messages", update),
        ("delete.messages", delete),
        ("send.status.delivery", delivery),
        ("send.status.reading", reading),
        ("chat.name.set", rename),
    )
)
