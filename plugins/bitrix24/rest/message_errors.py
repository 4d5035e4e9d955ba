"""What the methods for messages and chats refuse with, in our words. The other codes are in `error_codes.py`.

An item that failed has no code, only a text in the portal's language (docs/portal-behaviour.md P58). The
text is shown beside ours and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.plugin import CommandLine, Message
from plugins.bitrix24.rest import error_codes, reported_error
from plugins.bitrix24.rest.error_codes import Row

_STATUS = Message(
    "bitrix24.error.do_check_status",
    status=CommandLine(command_line="connector status"),
    activate=CommandLine(command_line="connector activate"),
)

ROWS: tuple[Row, ...] = (
    Row(
        code="IMCONNECTOR_NO_CORRECT_PROVIDER",
        says=Message("bitrix24.error.connector_unknown"),
        do=Message("bitrix24.error.do_list_connectors", command=CommandLine(command_line="connector list")),
    ),
    Row(
        code="NOT_ACTIVE_LINE",
        says=Message("bitrix24.error.line_not_active"),
        do=_STATUS,
    ),
    Row(
        code="IMCONNECTOR_NOT_SPECIFIED_CORRECT_CONNECTOR",
        says=Message("bitrix24.error.connector_id_refused"),
        do=Message("bitrix24.error.do_list_connectors", command=CommandLine(command_line="connector list")),
    ),
    Row(
        code="IMCONNECTOR_NOT_SPECIFIED_CORRECT_COMMAND",
        says=Message("bitrix24.error.command_not_offered"),
        do=Message("bitrix24.error.do_use_another_connector"),
    ),
    Row(
        code="CHAT_RENAMING_FAILED",
        says=Message("bitrix24.error.chat_unknown"),
        do=Message("bitrix24.error.do_check_ids"),
    ),
)

_NO_CUSTOMER = Message("bitrix24.message.reason_no_customer")
ITEMS: Mapping[str, Message] = {
    "incomplete data": Message("bitrix24.message.reason_incomplete"),
    "неполные данные": Message("bitrix24.message.reason_incomplete"),
    "failed to get im user id": _NO_CUSTOMER,
    "cannot create or get user mapped to external messenger user": _NO_CUSTOMER,
}
"""The texts of failed items that are known, without their full stops."""

_BY_CODE = {row.code.casefold(): row for row in ROWS}


def row(code: str) -> Row:
    """The row of a code from the portal, from here or from the common table."""
    return _BY_CODE.get(code.casefold()) or error_codes.portal_row(code)


def describe_failed_items(refused: Sequence[Mapping[str, Any]], *, of: int = 0) -> Message:
    """What went wrong with items that failed, in one sentence or two; `of` is how many there were."""
    texts = [text for item in refused for text in _texts(item)]
    known = [ITEMS[key] for text in texts if (key := text.strip().rstrip(".").casefold()) in ITEMS]
    which = _describe_refused(len(refused), of)
    sentence = (
        Message("bitrix24.message.refused_because", sentence=which, reasons=tuple(dict.fromkeys(known)))
        if known
        else Message("bitrix24.message.refused_without_reason", sentence=which)
    )
    return error_codes.portal_says(sentence, "; ".join(dict.fromkeys(texts)))


def _describe_refused(refused: int, of: int) -> Message:
    if of <= 1:
        return Message("bitrix24.message.refused_one")
    if refused == of:
        return Message("bitrix24.message.refused_all", count=of)
    return Message("bitrix24.message.refused_some", refused=refused, count=of)


def _texts(item: Mapping[str, Any]) -> Sequence[str]:
    found = item.get("ERRORS")
    return [each for each in map(reported_error.text_of, found if isinstance(found, list) else [found]) if each]
