"""The commands about messages of customers. Nothing shows a message when it is read back; the plans say so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from bot.plugin import BadArgument, Group, Json, Plan, Risk, Undo, UndoKind
from plugins.bitrix24.commands.common import arguments
from plugins.bitrix24.commands.common.arguments import a_name, an_id, arg, file_of, parse_files, parse_text, parse_url
from plugins.bitrix24.commands.common.message_context import Channel, find_channel, plan, quoted, typed
from plugins.bitrix24.commands.common.preconditions import NOT_OURS
from plugins.bitrix24.commands.line import LineNumber
from plugins.bitrix24.connectors.identifiers import ConnectorId
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.rest import methods

messages = Group[Portal]("message", help="Messages of customers on open lines")

User = Annotated[str, an_id("customer")]
Chat = Annotated[str, an_id("chat")]
MessageId = Annotated[str, an_id("message")]
Text = Annotated[str, arg("the words of the message", "TEXT", parse_text, personal=True)]
LastName = Annotated[str, arg("the customer's last name", "NAME", arguments.parse_last_name, personal=True)]
Files = Annotated[
    tuple[str, ...], arg("addresses of files that the portal is to fetch, blanks between them", "URL", parse_files)
]

_SPELLING = (
    "The portal knows a customer by connector, line, --user and --chat exactly as they are spelled: another spelling "
    "opens a second chat, and perhaps a second lead."
)
_UNKNOWN_ID = "The portal says yes even when it knows no message with this id, so a wrong id is not noticed."
_WORKING_EXAMPLE = "myconnector 1 --user 79005554433 --chat 79005554433"


@messages.command(
    "send", risk=Risk.CHANGE, raises=NOT_OURS, examples=[f"{_WORKING_EXAMPLE} --text Hello --message-id ext-1"]
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
    user_name: Annotated[str, a_name("customer")] = "",
    user_last_name: LastName = "",
    user_email: Annotated[
        str, arg("the customer's e-mail address", "EMAIL", arguments.parse_email, personal=True)
    ] = "",
    user_phone: Annotated[str, arg("the customer's phone number", "PHONE", arguments.parse_phone, personal=True)] = "",
    user_url: Annotated[str, arg("the customer's page", "URL", parse_url, personal=True)] = "",
    chat_name: Annotated[str, a_name("chat")] = "",
    chat_url: Annotated[str, arg("the address of the post or page that is talked about", "URL", parse_url)] = "",
    message_id: MessageId = "",
) -> Plan:
    """Put a message of a customer into an open line, as the connector would.

    Operators see it as written by the customer; nobody outside gets it. A closed conversation opens again.
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
        f"Put {_said(text, file)} into {channel.title}, from the customer {_who(user, told)} in the chat {chat}.",
        **_one(channel, item),
    )
    return plan(
        channel,
        call,
        summary=f"Send a message of the customer {user} through {channel.title}",
        warnings=(*_about_sending(message_id, user_name, user_last_name), _SPELLING),
        undo=_deletion(channel, user, chat, message_id),
    )


@messages.command(
    "edit", risk=Risk.CHANGE, raises=NOT_OURS, examples=[f"{_WORKING_EXAMPLE} --message-id ext-1 --text Sorry"]
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
    """Change a customer's message that was sent before, as if the customer had edited it."""
    item: dict[str, Json] = {
        "user": {"id": user},
        "message": {"id": message_id, **_content(text, file)},
        "chat": {"id": chat},
    }
    channel = find_channel(portal, connector, line)
    note = f"Change the message {message_id} of the customer {user} in the chat {chat} to {_said(text, file)}."
    return plan(
        channel,
        methods.call("imconnector.update.messages", note, **_one(channel, item)),
        summary=f"Edit the message {message_id} of the customer {user} through {channel.title}",
        warnings=(_UNKNOWN_ID,),
    )


@messages.command("delete", risk=Risk.CHANGE, raises=NOT_OURS, examples=[f"{_WORKING_EXAMPLE} --message-id ext-1"])
def delete_message(
    portal: Portal, connector: ConnectorId, line: LineNumber, *, user: User, chat: Chat, message_id: MessageId
) -> Plan:
    """Delete a customer's message that was sent before, as if the customer had deleted it."""
    item: dict[str, Json] = {"user": {"id": user}, "message": {"id": message_id}, "chat": {"id": chat}}
    channel = find_channel(portal, connector, line)
    note = f"Delete the message {message_id} of the customer {user} in the chat {chat}."
    forbidden = channel.flag("DEL_EXTERNAL_MESSAGES") is False
    keeps = f"{connector} is registered with DEL_EXTERNAL_MESSAGES N: the portal keeps the message and still says yes."
    return plan(
        channel,
        methods.call("imconnector.delete.messages", note, **_one(channel, item)),
        summary=f"Delete the message {message_id} of the customer {user} through {channel.title}",
        warnings=(_UNKNOWN_ID, keeps) if forbidden else (_UNKNOWN_ID,),
    )


def _one(channel: Channel, item: Mapping[str, Json]) -> dict[str, Json]:
    return {"CONNECTOR": channel.connector, "LINE": channel.line.id, "MESSAGES": [item]}


def _given(fields: Mapping[str, str]) -> dict[str, Json]:
    return {name: value for name, value in fields.items() if value}


def _content(text: str, files: tuple[str, ...]) -> dict[str, Json]:
    if not text and not files:
        raise BadArgument("A message needs words or a file.", hint="Add --text TEXT or --file URL.")
    content: dict[str, Json] = {"text": text} if text else {}
    return {**content, "files": [file_of(url) for url in files]} if files else content


def _said(text: str, files: tuple[str, ...]) -> str:
    named = ", ".join(f"the file {url}" for url in files)
    return " with ".join(part for part in (quoted(text) if text else "", named) if part)


def _who(user: str, told: Mapping[str, str]) -> str:
    facts = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in told.items() if value)
    return f"{user} ({facts})" if facts else user


def _about_sending(message_id: str, name: str, last_name: str) -> list[str]:
    told = ["Operators are told, and the line's own greetings and CRM rules act on it, as for any customer's message."]
    if message_id:
        told.append("The portal does not notice an id that was sent before: the message would stand there twice.")
    else:
        told.append("Without --message-id this message can neither be edited nor deleted afterwards.")
    if " " in name and not last_name:
        first, _, rest = name.partition(" ")
        told.append(f"The portal splits the name at the first blank: first name {first}, last name {rest}.")
    return told


def _deletion(channel: Channel, user: str, chat: str, message_id: str) -> Undo:
    if not message_id:
        why = "without a --message-id the portal cannot be told which message to delete"
        return Undo(kind=UndoKind.NONE, sentence=f"This cannot be undone: {why}.")
    options = {"user": user, "chat": chat, "message-id": message_id}
    return Undo(
        kind=UndoKind.PARTIAL,
        sentence="The message can be deleted again. Who was told of it, and what it opened in the CRM, stays.",
        line=typed("message delete", channel.connector, channel.line.id, options),
    )
