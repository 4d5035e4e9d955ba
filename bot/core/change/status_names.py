"""The statuses that a reader sees and can ask for: one table for lists, help, errors and shell completion."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.change.change_request import PARTLY_APPLIED, UNDONE, ChangeRequest, Status
from bot.plugin import BadArgument, Message
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStatus:
    """One status as people type and read it, and which stored change requests are shown with it."""

    word: str
    """As one types it, without a space."""
    label: Message
    statuses: tuple[Status, ...]
    partly: bool | None = False
    """Whether a part of it was done and another was not; None for both."""
    undone: bool = False


_LABELS: Mapping[Status, Message] = {
    Status.PENDING: Message("request.listed.pending"),
    Status.APPROVED: Message("request.listed.approved"),
    Status.RUNNING: Message("request.listed.running"),
    Status.DONE: Message("request.listed.done"),
    Status.GONE: Message("request.listed.gone"),
    Status.FAILED: Message("request.listed.failed"),
    Status.CHANGED: Message("request.listed.changed"),
    Status.UNKNOWN: Message("request.listed.unknown"),
    Status.REJECTED: Message("request.listed.rejected"),
    Status.WITHDRAWN: Message("request.listed.withdrawn"),
    Status.EXPIRED: Message("request.listed.expired"),
}
_PARTLY_APPLIED, _UNDONE = Message("request.listed.partly_applied"), Message("request.listed.undone")
_ROWS = (
    *(ShownStatus(word=status.value, label=_LABELS[status], statuses=(status,)) for status in Status),
    ShownStatus(word=PARTLY_APPLIED, label=_PARTLY_APPLIED, statuses=tuple(Status), partly=True),
    ShownStatus(word=UNDONE, label=_UNDONE, statuses=tuple(Status), partly=None, undone=True),
)
SHOWN_STATUSES: Mapping[str, ShownStatus] = {row.word: row for row in _ROWS}
"""Every status by its word. Each change request is shown with exactly one of them."""
ONE_OF = f"one of: {', '.join(SHOWN_STATUSES)}"


def find_shown_status(change: ChangeRequest) -> ShownStatus:
    """Find the status that a change request is shown with."""
    return SHOWN_STATUSES[change.status_word]


def parse_status(text: str) -> ShownStatus:
    """Find the status that was typed. Raises BadArgument, naming all of them."""
    found = SHOWN_STATUSES.get("-".join(text.lower().replace("_", " ").replace("-", " ").split()))
    if found is None:
        raise BadArgument(
            Message("request.unknown_status", status=text),
            hint=Message("request.known_statuses", statuses=tuple(SHOWN_STATUSES)),
        )
    return found
