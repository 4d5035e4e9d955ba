"""What Slack says of an account, and how long that may be relied on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

FRESH_MS = 60_000
"""No decision rests on facts about an account that are older."""


class Standing(StrEnum):
    """What an account is to the workspace. Only a member may ask for anything or decide anything."""

    MEMBER = "member"
    GUEST = "guest"
    DELETED = "deleted"
    BOT = "bot"
    STRANGER = "stranger"
    """Of another organisation or another workspace."""
    UNKNOWN = "unknown"
    """Slack answered, and did not say that it is a member's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What was found when an account was looked up."""

    standing: Standing
    at: int
    """UTC epoch milliseconds, right before Slack was asked."""

    def fresh(self, now: int, known_ms: float) -> bool:
        """Whether a decision may rest on it. `known_ms`: how long this process has known it, by the steady clock.

        Both have to be short: a clock that is set back makes what is old look new, and a steady one may stand still
        while the machine sleeps. What comes from the future is of no use either.
        """
        return 0 <= now - self.at <= FRESH_MS and known_ms <= FRESH_MS


def standing_of(flags: Mapping[str, object], team: str) -> Standing:
    """What Slack's flags of a user make of an account of this team; what is not said counts against it.

    `is_restricted` is on for guests of several channels and of one, `is_ultra_restricted` for the latter only.
    """
    guest = (flags.get("is_restricted"), flags.get("is_ultra_restricted"))
    found = (
        (bool(flags.get("deleted")), Standing.DELETED),
        (bool(flags.get("is_bot")) or bool(flags.get("is_workflow_bot")), Standing.BOT),
        (bool(flags.get("is_stranger")) or flags.get("team_id") != team, Standing.STRANGER),
        (any(guest), Standing.GUEST),
        (guest == (False, False) and flags.get("deleted") is False, Standing.MEMBER),
    )
    return next((standing for holds, standing in found if holds), Standing.UNKNOWN)


FLAWS: Mapping[Standing, str] = {
    Standing.GUEST: "is a guest's",
    Standing.DELETED: "has been deactivated",
    Standing.BOT: "is a bot's",
    Standing.STRANGER: "belongs to another workspace",
    Standing.UNKNOWN: "is none that Slack knows as a member's",
}
"""How a sentence about an account that may do nothing goes on."""
