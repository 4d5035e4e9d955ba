"""The statuses that a reader sees and can ask for: one table for lists, help, errors and shell completion."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.change.change_request import PARTLY_APPLIED, UNDONE, ChangeRequest, Status
from bot.plugin import BadArgument, Message, Words
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStatus:
    """One status as people type and read it, and which stored change requests are shown with it."""

    word: str
    """As one types it, without a space."""
    typed: Message
    """The same in the reader's language."""
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
_TYPED: Mapping[Status, Message] = {
    Status.PENDING: Message("request.typed.pending"),
    Status.APPROVED: Message("request.typed.approved"),
    Status.RUNNING: Message("request.typed.running"),
    Status.DONE: Message("request.typed.done"),
    Status.GONE: Message("request.typed.gone"),
    Status.FAILED: Message("request.typed.failed"),
    Status.CHANGED: Message("request.typed.changed"),
    Status.UNKNOWN: Message("request.typed.unknown"),
    Status.REJECTED: Message("request.typed.rejected"),
    Status.WITHDRAWN: Message("request.typed.withdrawn"),
    Status.EXPIRED: Message("request.typed.expired"),
}
_ROWS = (
    *(
        ShownStatus(word=status.value, label=_LABELS[status], typed=_TYPED[status], statuses=(status,))
        for status in Status
    ),
    ShownStatus(
        word=PARTLY_APPLIED,
        label=Message("request.listed.partly_applied"),
        typed=Message("request.typed.partly_applied"),
        statuses=tuple(Status),
        partly=True,
    ),
    ShownStatus(
        word=UNDONE,
        label=Message("request.listed.undone"),
        typed=Message("request.typed.undone"),
        statuses=tuple(Status),
        partly=None,
        undone=True,
    ),
)
SHOWN_STATUSES: Mapping[str, ShownStatus] = {row.word: row for row in _ROWS}
"""Every status by its word. Each change request is shown with exactly one of them."""
STATUS_WORDS: Mapping[str, Words] = {
    Status.PENDING: {"ru": ("ожидает", "ожидают", "ожидает-решения")},
    Status.APPROVED: {"ru": ("согласован", "согласованы")},
    Status.RUNNING: {"ru": ("выполняется", "выполняются")},
    Status.DONE: {"ru": ("выполнен", "выполнены", "выполнено")},
    Status.GONE: {"ru": ("делать-нечего",)},
    Status.FAILED: {"ru": ("не-выполнен", "не-выполнены", "не-выполнено")},
    Status.CHANGED: {"ru": ("устарел", "устарели", "план-устарел")},
    Status.UNKNOWN: {"ru": ("неизвестен", "неизвестны", "неизвестно", "результат-неизвестен")},
    Status.REJECTED: {"ru": ("отклонён", "отклонен", "отклонены")},
    Status.WITHDRAWN: {"ru": ("отозван", "отозваны")},
    Status.EXPIRED: {"ru": ("истёк", "истек", "истекли", "срок-истёк", "срок-истек")},
    PARTLY_APPLIED: {"ru": ("частично", "применён-частично", "применен-частично")},
    UNDONE: {"ru": ("отменён", "отменен", "отменены")},
}
"""Each status as people of another language type it."""
KNOWN_STATUSES = tuple(row.typed for row in _ROWS)
"""All of them as the reader types them."""
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
            hint=Message("request.known_statuses", statuses=KNOWN_STATUSES),
        )
    return found
