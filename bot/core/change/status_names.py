"""The statuses that a reader sees and can ask for: one table for lists, help, errors and shell completion."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.change.change_request import PARTLY_DONE, UNDONE, Status
from bot.plugin import BadArgument, Message
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStatus:
    """One status as people read it, and which stored change requests are shown with it."""

    word: str
    statuses: tuple[Status, ...]
    partly: bool | None = False
    """Whether a part of it was done and another was not; None for both."""
    undone: bool = False

    @property
    def typed(self) -> str:
        """The word as one types it without quotation marks."""
        return self.word.replace(" ", "-")


_ROWS = (
    *(ShownStatus(word=status.value, statuses=(status,)) for status in Status),
    ShownStatus(word=PARTLY_DONE, statuses=tuple(Status), partly=True),
    ShownStatus(word=UNDONE, statuses=tuple(Status), partly=None, undone=True),
)
SHOWN_STATUSES: Mapping[str, ShownStatus] = {row.typed: row for row in _ROWS}
"""Every word by how it is typed. Each change request is shown with exactly one of them."""
ONE_OF = f"one of: {', '.join(SHOWN_STATUSES)}"


def parse_status(text: str) -> ShownStatus:
    """Find the status that was typed. Raises BadArgument, naming all of them."""
    found = SHOWN_STATUSES.get("-".join(text.lower().replace("_", " ").replace("-", " ").split()))
    if found is None:
        raise BadArgument(
            Message("request.unknown_status", status=text),
            hint=Message("request.known_statuses", statuses=tuple(SHOWN_STATUSES)),
        )
    return found
