"""The commands about chats of customers. The portal gives no chat's name back; the plans say so."""

from __future__ import annotations

from typing import Annotated

from bot.plugin import BadArgument, Group, Json, Message, Plan, Risk, Undo, UndoKind
from plugins.bitrix24.commands.common.arguments import a_name, an_id
from plugins.bitrix24.commands.common.message_context import find_channel, plan, quoted
from plugins.bitrix24.commands.common.preconditions import NOT_OURS
from plugins.bitrix24.commands.line import LineNumber
from plugins.bitrix24.connectors.identifiers import ConnectorId
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.rest import methods

_CHAT = "myconnector 1 --chat 79005554433 --user 79005554433"

chats = Group[Portal]("chat", help="Customers' chats on open lines", words={"ru": ("чат", "чаты")})


@chats.command(
    "rename",
    words={"en": ("mv",), "ru": ("переименовать",)},
    risk=Risk.CHANGE,
    raises=NOT_OURS,
    examples=[f"{_CHAT} --name Orders"],
    example_words={f"{_CHAT} --name Orders": {"ru": (f"{_CHAT} --name Заказы",)}},
)
def rename_chat(
    portal: Portal,
    connector: ConnectorId,
    line: LineNumber,
    *,
    chat: Annotated[str, an_id("chat")],
    name: Annotated[str, a_name("chat", russian="название")],
    user: Annotated[str, an_id("customer")] = "",
) -> Plan:
    """Rename a customer's chat on the portal.

    The customer's id is required, too, except for a connector with group chats.
    """
    channel = find_channel(portal, connector, line)
    group = channel.flag("CHAT_GROUP")
    if not user and group is False:
        raise BadArgument(
            Message("bitrix24.message.chat_needs_user", connector=connector),
            hint=Message("bitrix24.message.do_add_user"),
        )
    params: dict[str, Json] = {"CONNECTOR": connector, "LINE": line, "CHAT_ID": chat, "NAME": name}
    call = methods.call(
        "imconnector.chat.name.set",
        Message("bitrix24.message.call_rename_of", chat=chat, customer=user, name=quoted(name))
        if user
        else Message("bitrix24.message.call_rename", chat=chat, name=quoted(name)),
        **(params | {"USER_ID": user} if user else params),
    )
    unsure = Message("bitrix24.message.rename_without_user")
    return plan(
        channel,
        call,
        summary=Message("bitrix24.message.rename_of", chat=chat, customer=user, channel=channel.title)
        if user
        else Message("bitrix24.message.rename", chat=chat, channel=channel.title),
        warnings=(unsure,) if not user and group is None else (),
        undo=Undo(kind=UndoKind.NONE, sentence=Message("bitrix24.message.undo_rename")),
    )
