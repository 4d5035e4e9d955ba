"""What the bot will do now: everything, nothing that changes anything, or no more than read. Each limit says why."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from bot.core.joined_sentences import pair_sentences
from bot.plugin import Message, Text
from bot.plugin.frozen import dataclass


class Mode(StrEnum):
    """How much the bot does, most first."""

    NORMAL = "normal"
    NO_DANGER = "no-danger"
    """Reading goes on; nothing that changes something is taken on or run."""
    READ_ONLY = "read-only"
    """The same, and not even the bot's own rules can be changed: what it keeps cannot be trusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One reason not to do everything. `name` tells it from others; `why` and `until` are sentences for people."""

    name: str
    mode: Mode
    why: Text
    until: Message
    """When to ask again."""
    spares_builtin: bool = False
    """The bot's own rules may still be changed, by two people as ever."""

    @property
    def sentence(self) -> Message:
        """Why nothing is done now, and when to ask again."""
        return pair_sentences(self.why, self.until)

    def blocks(self, *, local: bool) -> bool:
        """Whether it keeps a plan from running. A local one changes what the bot itself keeps, and no place."""
        return not (self.spares_builtin and local)


def strictest_mode(limits: Iterable[Limit]) -> Mode:
    """The mode that all limits together make."""
    return max((limit.mode for limit in limits), key=list(Mode).index, default=Mode.NORMAL)
