"""The commands about messages of customers. Nothing shows a message when it is read back; the plans say so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

from bot.plugin import BadArgument, Group, Json, Message, Plan, Risk, Undo, UndoKind
from bot.plugin import Text as PluginText
from plugins.bitrix24.commands.common import arguments
from plugins.bitrix24.commands.common.arguments import a_name, an_id, arg, file_of, parse_files, parse_text, parse_url
from plugins.bitrix24.commands.common.message_context import Channel, find_channel, plan, quoted, typed
from plugins.bitrix24.commands.common.preconditions import NOT_OURS
from plugins.bitrix24.commands.line import LineNumber
from plugins.bitrix24.connectors.identifiers import ConnectorId
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.rest import methods

messages = Group[Portal]("message", help="Customers' messages on open lines", words={"ru": ("сообщение", "сообщения")})

User = Annotated[str, an_id("customer")]
Chat = Annotated[str, an_id("chat")]
MessageId = Annotated[str, an_id("message")]
Text = Annotated[str, arg("the text of the message", "TEXT", parse_text, personal=True, russian="текст")]
LastName = Annotated[
    str, arg("the customer's last name", "NAME", arguments.parse_last_name, personal=True, russian="фамилия")
]
Files = Annotated[
    tuple[str, ...],
    arg("addresses of files for the portal to fetch, separated by blanks", "URL", parse_files, russian="файл"),
]

_SPELLING = Message("bitrix24.message.spelling")
_UNKNOWN_ID = Message("bitrix24.message.wrong_id_unnoticed")
_WORKING_EXAMPLE = "myconnector 1 --user 79005554433 --chat 79005554433"
_SENT = f"{_WORKING_EXAMPLE} --text Hello --message-id ext-1"
_EDITED = f"{_WORKING_EXAMPLE} --message-id ext-1 --text Sorry"


@messages.command(
    "send",
    words={"en": ("post", "write"), "ru": ("отправить",)},
    risk=Risk.CHANGE,
    raises=NOT_OURS,
    examples=[_SENT],
    example_words={_SENT: {"ru": (f"{_WORKING_EXAMPLE} --text Здравствуйте --message-id ext-1",)}},
)
def send_message(
    portal: Portal,
    connector: ConnectorId,
    line: LineNumber,
    *,
    user: User,
    chat: Chat,
    text: Text = "",
    file: Files = (),
    user_name: Annotated[str, a_name("customer", russian="имя-клиента")] = "",
    user_last_name: LastName = "",
    user_email: Annotated[
        str, arg("the customer's e-mail address", "EMAIL", arguments.parse_email, personal=True, russian="почта")
    ] = "",
    user_phone: Annotated[
        str, arg("the customer's phone number", "PHONE", arguments.parse_phone, personal=True, russian="телефон")
    ] = "",
    user_url: Annotated[
        str, arg("the address of the customer's page", "URL", parse_url, personal=True, russian="страница-клиента")
    ] = "",
    chat_name: Annotated[str, a_name("chat", russian="название-чата")] = "",
    chat_url: Annotated[
        str,
        arg("the address of the post or page that the chat is about", "URL", parse_url, russian="страница-чата"),
    ] = "",
    message_id: MessageId = "",
) -> Plan:
    """Send a customer's message into an open line, as the connector would.

    Operators see it as a message of the customer. Nobody outside the portal receives it. A closed conversation opens
    again.
    """
    told = {"name": user_name, "last_name": user_last_name, "email": user_email, "phone": user_phone, "url": user_url}
    item: dict[str, Json] = {
        "user": {"id": user, **_given(told)},
        "message": {**_given({"id": message_id}), **_content(text, file)},
        "chat": {"id": chat, **_given({"name": chat_name, "url": chat_url})},
    }
    channel = find_channel(portal, connector, line)
    call = methods.call(
        "imconnector.send.messages",
        Message(
            "bitrix24.message.call_send",
            content=_describe_content(text, file),
            channel=channel.title,
            customer=_describe_customer(user, told),
            chat=chat,
        ),
        **_one(channel, item),
    )
    return plan(
        channel,
        call,
        summary=Message("bitrix24.message.send", customer=user, channel=channel.title),
        warnings=(*_about_sending(message_id, user_name, user_last_name), _SPELLING),
        undo=_deletion(channel, user, chat, message_id),
    )


@messages.command(
    "edit",
    words={"en": ("change", "update"), "ru": ("изменить",)},
    risk=Risk.CHANGE,
    raises=NOT_OURS,
    examples=[_EDITED],
    example_words={_EDITED: {"ru": (f"{_WORKING_EXAMPLE} --message-id ext-1 --text Извините",)}},
)
def edit_message(
    portal: Portal,
    connector: ConnectorId,
    line: LineNumber,
    *,
    user: User,
    chat: Chat,
    message_id: MessageId,
    text: Text = "",
    file: Files = (),
) -> Plan:
    """Edit a customer's message that was sent before, as if the customer had edited it."""
    item: dict[str, Json] = {
        "user": {"id": user},
        "message": {"id": message_id, **_content(text, file)},
        "chat": {"id": chat},
    }
    channel = find_channel(portal, connector, line)
    note = Message(
        "bitrix24.message.call_edit",
        message=message_id,
        customer=user,
        chat=chat,
        content=_describe_content(text, file),
    )
    return plan(
        channel,
        methods.call("imconnector.update.messages", note, **_one(channel, item)),
        summary=Message("bitrix24.message.edit", message=message_id, customer=user, channel=channel.title),
        warnings=(_UNKNOWN_ID,),
    )


@messages.command(
    "delete",
    words={"en": ("rm", "remove", "del"), "ru": ("удалить",)},
    risk=Risk.CHANGE,
    raises=NOT_OURS,
    examples=[f"{_WORKING_EXAMPLE} --message-id ext-1"],
)
def delete_message(
    portal: Portal, connector: ConnectorId, line: LineNumber, *, user: User, chat: Chat, message_id: MessageId
) -> Plan:
    """Delete a customer's message that was sent before, as if the customer had deleted it."""
    item: dict[str, Json] = {"user": {"id": user}, "message": {"id": message_id}, "chat": {"id": chat}}
    channel = find_channel(portal, connector, line)
    note = Message("bitrix24.message.call_delete", message=message_id, customer=user, chat=chat)
    forbidden = channel.flag("DEL_EXTERNAL_MESSAGES") is False
    keeps = Message("bitrix24.message.deletion_forbidden", connector=connector)
    return plan(
        channel,
        methods.call("imconnector.delete.messages", note, **_one(channel, item)),
        summary=Message("bitrix24.message.delete", message=message_id, customer=user, channel=channel.title),
        warnings=(_UNKNOWN_ID, keeps) if forbidden else (_UNKNOWN_ID,),
    )


def _one(channel: Channel, item: Mapping[str, Json]) -> dict[str, Json]:
    return {"CONNECTOR": channel.connector, "LINE": channel.line.id, "MESSAGES": [item]}


def _given(fields: Mapping[str, str]) -> dict[str, Json]:
    return {name: value for name, value in fields.items() if value}


def _content(text: str, files: tuple[str, ...]) -> dict[str, Json]:
    if not text and not files:
        raise BadArgument(Message("bitrix24.message.empty"), hint=Message("bitrix24.message.do_add_content"))
    content: dict[str, Json] = {"text": text} if text else {}
    return {**content, "files": [file_of(url) for url in files]} if files else content


def _describe_content(text: str, files: tuple[str, ...]) -> PluginText:
    if not files:
        return quoted(text)
    if not text:
        return Message("bitrix24.message.files", files=files, count=len(files))
    return Message("bitrix24.message.text_and_files", text=quoted(text), files=files, count=len(files))


def _describe_customer(user: str, told: Mapping[str, str]) -> PluginText:
    facts = tuple(_CUSTOMER_FACTS[name](value) for name, value in told.items() if value)
    return Message("bitrix24.message.customer", customer=user, facts=facts) if facts else user


_CUSTOMER_FACTS: Mapping[str, Callable[[str], Message]] = {
    "name": lambda value: Message("bitrix24.message.customer_name", value=value),
    "last_name": lambda value: Message("bitrix24.message.customer_last_name", value=value),
    "email": lambda value: Message("bitrix24.message.customer_email", value=value),
    "phone": lambda value: Message("bitrix24.message.customer_phone", value=value),
    "url": lambda value: Message("bitrix24.message.customer_url", value=value),
}


def _about_sending(message_id: str, name: str, last_name: str) -> list[Message]:
    told = [Message("bitrix24.message.operators_are_notified")]
    if message_id:
        told.append(Message("bitrix24.message.duplicate_unnoticed"))
    else:
        told.append(Message("bitrix24.message.final_without_id"))
    if " " in name and not last_name:
        first, _, rest = name.partition(" ")
        told.append(Message("bitrix24.message.name_is_split", first=first, last=rest))
    return told


def _deletion(channel: Channel, user: str, chat: str, message_id: str) -> Undo:
    if not message_id:
        return Undo(kind=UndoKind.NONE, sentence=Message("bitrix24.message.undo_without_id"))
    options = {"user": user, "chat": chat, "message-id": message_id}
    return Undo(
        kind=UndoKind.PARTIAL,
        sentence=Message("bitrix24.message.undo_send"),
        line=typed("message delete", channel.connector, channel.line.id, options),
    )
