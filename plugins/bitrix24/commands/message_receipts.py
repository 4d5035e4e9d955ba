"""`message delivered` and `message read`: what became of an operator's message on its way to the customer."""

from __future__ import annotations

from typing import Annotated

from bot.plugin import Json, Message, Plan, Risk
from plugins.bitrix24.commands.common import arguments
from plugins.bitrix24.commands.common.arguments import arg
from plugins.bitrix24.commands.common.message_context import find_channel, plan
from plugins.bitrix24.commands.common.preconditions import NOT_OURS
from plugins.bitrix24.commands.line import LineNumber
from plugins.bitrix24.commands.message import Chat, MessageId, messages
from plugins.bitrix24.connectors.identifiers import ConnectorId
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.rest import methods

ImChat = Annotated[
    int, arg("the portal's number of the chat, from its event", "N", arguments.parse_number, russian="чат-портала")
]
ImMessage = Annotated[
    int,
    arg("the portal's number of the message, from its event", "N", arguments.parse_number, russian="сообщение-портала"),
]

_EXAMPLE = "myconnector 1 --im-chat 1767 --im-message 86497 --chat 79005554433 --message-id ext-9"


@messages.command("delivered", words={"ru": ("доставлено",)}, risk=Risk.CHANGE, raises=NOT_OURS, examples=[_EXAMPLE])
def message_delivered(
    portal: Portal,
    connector: ConnectorId,
    line: LineNumber,
    *,
    im_chat: ImChat,
    im_message: ImMessage,
    chat: Chat,
    message_id: MessageId,
) -> Plan:
    """Report to the portal that an operator's message reached the customer, with its outside id.

    Only after this report does the portal tell the connector that the operator edits or deletes the message.
    """
    channel = find_channel(portal, connector, line, working=False)
    item = _receipt(im_chat, im_message, chat, message_id)
    call = methods.call(
        "imconnector.send.status.delivery",
        Message(
            "bitrix24.message.call_delivered",
            im_message=str(im_message),
            im_chat=str(im_chat),
            message=message_id,
            chat=chat,
        ),
        CONNECTOR=connector,
        LINE=line,
        MESSAGES=[item],
    )
    return plan(
        channel,
        call,
        summary=Message("bitrix24.message.delivered", im_message=str(im_message), channel=channel.title),
        warnings=(
            Message("bitrix24.message.delivered_unnoticed", im_message=str(im_message)),
            Message("bitrix24.message.delivered_replaces_id"),
        ),
    )


@messages.command("read", words={"ru": ("прочитано",)}, risk=Risk.CHANGE, raises=NOT_OURS, examples=[_EXAMPLE])
def message_read(
    portal: Portal,
    connector: ConnectorId,
    line: LineNumber,
    *,
    im_chat: ImChat,
    im_message: ImMessage,
    chat: Chat,
    message_id: MessageId,
) -> Plan:
    """Report to the portal that the customer has read an operator's message.

    The portal accepts the report and has no known use for it.
    """
    channel = find_channel(portal, connector, line, working=False)
    item = _receipt(im_chat, im_message, chat, message_id)
    call = methods.call(
        "imconnector.send.status.reading",
        Message(
            "bitrix24.message.call_read",
            im_message=str(im_message),
            im_chat=str(im_chat),
            message=message_id,
            chat=chat,
        ),
        CONNECTOR=connector,
        LINE=line,
        MESSAGES=[item],
    )
    return plan(
        channel,
        call,
        summary=Message("bitrix24.message.read", im_message=str(im_message), channel=channel.title),
        warnings=(Message("bitrix24.message.read_has_no_effect"),),
    )


def _receipt(im_chat: int, im_message: int, chat: str, message_id: str) -> Json:
    return {
        "im": {"chat_id": im_chat, "message_id": im_message},
        "message": {"id": [message_id]},
        "chat": {"id": chat},
    }
