"""The statuses that people type and ask for: one table for filters, help, errors and shell completion."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.change.change_request import PARTLY_APPLIED, UNDONE, Status
from bot.plugin import BadArgument, Message, Words
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStatus:
    """One status as people type it, and which stored change requests it finds."""

    word: str
    """As one types it, without a space."""
    typed: Message
    """The same in the reader's language."""
    statuses: tuple[Status, ...]
    partly: bool | None = False
    """Whether a part of it was done and another was not; None for both."""
    undone: bool = False


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
    *(ShownStatus(word=status.value, typed=_TYPED[status], statuses=(status,)) for status in Status),
    ShownStatus(
        word=PARTLY_APPLIED,
        typed=Message("request.typed.partly_applied"),
        statuses=tuple(Status),
        partly=True,
    ),
    ShownStatus(
        word=UNDONE,
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


def parse_status(text: str) -> ShownStatus:
    """Find the status that was typed. Raises BadArgument, naming all of them."""
    found = SHOWN_STATUSES.get("-".join(text.lower().replace("_", " ").replace("-", " ").split()))
    if found is None:
        raise BadArgument(
            Message("request.unknown_status", status=text),
            hint=Message("request.known_statuses", statuses=KNOWN_STATUSES),
        )
    return found
