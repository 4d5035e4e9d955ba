"""The commands about chats of customers. The portal gives no chat's name back; the plans say so."""

from __future__ import annotations

from typing import Annotated

from bot.plugin import BadArgument, Group, Json, Plan, Risk, Undo, UndoKind
from plugins.bitrix24.commands.common.arguments import a_name, an_id
from plugins.bitrix24.commands.common.message_context import find_channel, plan, quoted
from plugins.bitrix24.commands.common.preconditions import NOT_OURS
from plugins.bitrix24.commands.line import LineNumber
from plugins.bitrix24.connectors.identifiers import ConnectorId
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.rest import methods

chats = Group[Portal]("chat", help="Chats of customers on open lines")


@chats.command(
    "rename",
    risk=Risk.CHANGE,
    raises=NOT_OURS,
    examples=["myconnector 1 --chat 79005554433 --user 79005554433 --name Orders"],
)
def rename_chat(
    portal: Portal,
    connector: ConnectorId,
    line: LineNumber,
    *,
    chat: Annotated[str, an_id("chat")],
    name: Annotated[str, a_name("chat")],
    user: Annotated[str, an_id("customer")] = "",
) -> Plan:
    """Give a customer's chat another name on the portal.

    The customer's id is needed as well, except for a connector whose chats are group chats.
    """
    channel = find_channel(portal, connector, line)
    group = channel.flag("CHAT_GROUP")
    if not user and group is False:
        raise BadArgument(
            f"{connector} keeps a chat for each customer, so --user is needed.",
            hint="Add --user ID, the customer's id.",
        )
    of = f" of the customer {user}" if user else ""
    params: dict[str, Json] = {"CONNECTOR": connector, "LINE": line, "CHAT_ID": chat, "NAME": name}
    call = methods.call(
        "imconnector.chat.name.set",
        f"Name the chat {chat}{of} {quoted(name)}.",
        **(params | {"USER_ID": user} if user else params),
    )
    unsure = "Without --user the portal takes this only if the connector's chats are group chats."
    return plan(
        channel,
        call,
        summary=f"Rename the chat {chat}{of} through {channel.title}",
        warnings=(unsure,) if not user and group is None else (),
        undo=Undo(
            kind=UndoKind.NONE, sentence="This cannot be undone by itself: the portal does not give the old name back."
        ),
    )
