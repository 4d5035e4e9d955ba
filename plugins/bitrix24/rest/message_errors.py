"""What the methods for messages and chats refuse with, in our words. The other codes are in `error_codes.py`.

An item that failed has no code, only a text in the portal's language (docs/portal-behaviour.md P58). The
text is shown beside ours and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plugins.bitrix24.rest import error_codes, reported_error
from plugins.bitrix24.rest.error_codes import Row

_STATUS = "Look at `connector status`; `connector activate` switches it on and clears an error."

ROWS: tuple[Row, ...] = (
    Row(
        code="IMCONNECTOR_NO_CORRECT_PROVIDER",
        says="The portal knows no such connector.",
        do="`connector list` shows those there are.",
    ),
    Row(
        code="NOT_ACTIVE_LINE",
        says="The connector is not active on this line or in error there, or the line does not exist.",
        do=_STATUS,
    ),
    Row(
        code="IMCONNECTOR_NOT_SPECIFIED_CORRECT_CONNECTOR",
        says="The portal did not accept the connector's id.",
        do="`connector list` shows those there are.",
    ),
    Row(
        code="IMCONNECTOR_NOT_SPECIFIED_CORRECT_COMMAND",
        says="The connector does not offer this on the portal.",
        do="Use another connector for it, or do it on the portal.",
    ),
    Row(
        code="CHAT_RENAMING_FAILED",
        says="The portal found no chat of this connector on this line with these ids.",
        do="Check the ids of the chat and of the customer.",
    ),
)

_NO_CUSTOMER = "it could not find or make an account for the customer"
ITEMS: Mapping[str, str] = {
    "incomplete data": "it found neither a text nor a file, or no id of the customer or of the chat",
    "неполные данные": "it found neither a text nor a file, or no id of the customer or of the chat",
    "failed to get im user id": _NO_CUSTOMER,
    "cannot create or get user mapped to external messenger user": _NO_CUSTOMER,
}
"""The texts of failed items that are known, without their full stops."""

_BY_CODE = {row.code.casefold(): row for row in ROWS}


def row(code: str) -> Row:
    """The row of a code from the portal, from here or from the common table."""
    return _BY_CODE.get(code.casefold()) or error_codes.portal_row(code)


def describe_failed_items(refused: Sequence[Mapping[str, Any]], *, of: int = 0) -> str:
    """What went wrong with items that failed, in one sentence or two; `of` is how many there were."""
    texts = [text for item in refused for text in _texts(item)]
    known = [ITEMS[key] for text in texts if (key := text.strip().rstrip(".").casefold()) in ITEMS]
    which = f"The portal refused {len(refused)} of {of}" if of > 1 else "The portal refused it"
    why = f": {'; '.join(dict.fromkeys(known))}." if known else " and gives no reason that this bot knows."
    rest = " The others were taken." if 0 < len(refused) < of else ""
    return which + why + rest + error_codes.quoted("; ".join(dict.fromkeys(texts)))


def _texts(item: Mapping[str, Any]) -> Sequence[str]:
    found = item.get("ERRORS")
    return [each for each in map(reported_error.text_of, found if isinstance(found, list) else [found]) if each]
