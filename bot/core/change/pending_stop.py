"""A pending stop: the word of somebody who may stop something, which holds until it is confirmed or lifted."""

from __future__ import annotations

from enum import StrEnum

from bot.core.change.change_request import ChangeRequest
from bot.core.principals import Principal
from bot.plugin.frozen import dataclass

STOP_LASTS_MS = 60_000
"""How long a stop may stay pending while a worker can ask Slack: as long as what Slack said of an account counts."""


class StopKind(StrEnum):
    """What somebody does to stop one change request, or all of them."""

    FREEZE = "freeze"
    WITHDRAW = "withdraw"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStop:
    """A stop before it is stored. `key` names the delivery it came with."""

    key: str
    kind: StopKind
    person: Principal
    number: int = 0
    """The change request that is stopped; 0 for a freeze, which stops all that change a place."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(NewStop):
    """A stop as it is stored."""

    id: int
    settled: bool
    """Confirmed or lifted: it holds nothing any more."""

    @property
    def subject(self) -> str:
        return f"CR-{self.number}" if self.number else "b24bot"

    def blocks(self, change: ChangeRequest) -> bool:
        """Whether it keeps this change request from beginning. A freeze spares the bot's own rules."""
        if self.kind is StopKind.FREEZE:
            return not change.local
        return change.number == self.number
