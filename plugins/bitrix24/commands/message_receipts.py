"""`message delivered` and `message read`: what became of an operator's message on its way to the customer."""

from __future__ import annotations

from typing import Annotated

from bot.plugin import Json, Plan, Risk
from plugins.bitrix24.commands.common import arguments
from plugins.bitrix24.commands.common.arguments import arg
from plugins.bitrix24.commands.common.message_context import find_channel, plan
from plugins.bitrix24.commands.common.preconditions import NOT_OURS
from plugins.bitrix24.commands.line import LineNumber
from plugins.bitrix24.commands.message import Chat, MessageId, messages
from plugins.bitrix24.connectors.identifiers import ConnectorId
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.rest import methods

ImChat = Annotated[int, arg("the portal's number of the chat, from its event", "N", arguments.parse_number)]
ImMessage = Annotated[int, arg("the portal's number of the operator's message", "N", arguments.parse_number)]

_EXAMPLE = "myconnector 1 --im-chat 1767 --im-message 86497 --chat 79005554433 --message-id ext-9"


@messages.command("delivered", risk=Risk.CHANGE, raises=NOT_OURS, examples=[_EXAMPLE])
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
    """Tell the portal that an operator's message has reached the customer, and under which id.

    Only after this does the portal tell the connector when the operator edits or deletes that message.
    """
    channel = find_channel(portal, connector, line, working=False)
    item = _receipt(im_chat, im_message, chat, message_id)
    call = methods.call(
        "imconnector.send.status.delivery",
        f"Mark {_named(im_chat, im_message)} delivered, as {message_id} in {chat}.",
        CONNECTOR=connector,
        LINE=line,
        MESSAGES=[item],
    )
    return plan(
        channel,
        call,
        summary=f"Mark the operator's message {im_message} delivered through {channel.title}",
        warnings=(
            f"Without an operator's message {im_message} this does nothing, and the portal says yes all the same.",
            "The id given here takes the place of one that was given before.",
        ),
    )


@messages.command("read", risk=Risk.CHANGE, raises=NOT_OURS, examples=[_EXAMPLE])
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
    """Tell the portal that the customer has read an operator's message.

    The portal takes this and, as far as is known, does nothing with it.
    """
    channel = find_channel(portal, connector, line, working=False)
    item = _receipt(im_chat, im_message, chat, message_id)
    call = methods.call(
        "imconnector.send.status.reading",
        f"Mark {_named(im_chat, im_message)} read, as {message_id} in {chat}.",
        CONNECTOR=connector,
        LINE=line,
        MESSAGES=[item],
    )
    return plan(
        channel,
        call,
        summary=f"Mark the operator's message {im_message} read through {channel.title}",
        warnings=("The portal says yes to this and, as far as is known, does nothing with it.",),
    )


def _named(im_chat: int, im_message: int) -> str:
    return f"the operator's message {im_message} in the portal's chat {im_chat}"


def _receipt(im_chat: int, im_message: int, chat: str, message_id: str) -> Json:
    return {
        "im": {"chat_id": im_chat, "message_id": im_message},
        "message": {"id": [message_id]},
        "chat": {"id": chat},
    }
