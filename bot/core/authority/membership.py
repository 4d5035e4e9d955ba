"""What an account is to the workspace, as the chat says, and how long that may be relied on."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot.plugin import Message
from bot.plugin.frozen import dataclass

FRESH_MS = 60_000
"""No decision rests on facts about an account that are older."""
AGEING_MS = 45_000
"""From this age on the chat is asked anew before a decision, which may wait for the database before it is made."""


class MembershipStatus(StrEnum):
    """What an account is to the workspace. Only a member may ask for anything or decide anything."""

    MEMBER = "member"
    GUEST = "guest"
    INVITED = "invited"
    """Invited, and has not joined yet."""
    DELETED = "deleted"
    BOT = "bot"
    STRANGER = "stranger"
    """Of another organisation or another workspace."""
    UNKNOWN = "unknown"
    """The chat answered, and did not say that it is a member's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """What one answer of the chat makes of an account."""

    standing: MembershipStatus
    missing: str = ""
    """Of an unknown one: what the answer would have had to say, by the chat's name for it. Empty when the chat knows no
    such account."""
    locale: str = ""
    """The locale that the person has chosen in the chat, like `ru-RU`; empty where the chat did not say it."""
    name: str = ""
    """The name that people see in the chat; empty where the chat did not say it."""

    @property
    def disqualification(self) -> Message | None:
        """Name what an account that may do nothing is instead of a member's; None for a member."""
        if self.missing:
            return Message("policy.account.unrecognised", field=self.missing)
        return DISQUALIFICATIONS.get(self.standing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What was found when an account was looked up."""

    standing: MembershipStatus
    at: int
    """UTC epoch milliseconds, right before the chat was asked."""
    missing: str = ""
    locale: str = ""
    """The locale that the person has chosen in the chat, as it was told last; empty where it never was."""
    name: str = ""
    """The name that people see in the chat, as it was told last; empty where it never was."""

    @property
    def membership(self) -> Membership:
        return Membership(standing=self.standing, missing=self.missing, locale=self.locale, name=self.name)

    def fresh(self, now: int, known_ms: float) -> bool:
        """Whether a decision may rest on it. `known_ms`: how long this process has known it, by the steady clock.

        Both have to be short: a clock that is set back makes what is old look new, and a steady one may stand still
        while the machine sleeps. What comes from the future is of no use either.
        """
        return self._younger(FRESH_MS, now, known_ms)

    def ageing(self, now: int, known_ms: float) -> bool:
        """Whether it may be too old by the time of the decision that comes next."""
        return not self._younger(AGEING_MS, now, known_ms)

    def _younger(self, most_ms: int, now: int, known_ms: float) -> bool:
        return 0 <= now - self.at <= most_ms and known_ms <= most_ms


DISQUALIFICATIONS: Mapping[MembershipStatus, Message] = {
    MembershipStatus.GUEST: Message("policy.account.guest"),
    MembershipStatus.DELETED: Message("policy.account.deleted"),
    MembershipStatus.INVITED: Message("policy.account.invited"),
    MembershipStatus.BOT: Message("policy.account.bot"),
    MembershipStatus.STRANGER: Message("policy.account.stranger"),
    MembershipStatus.UNKNOWN: Message("policy.account.unknown"),
}
"""What an account is that may do nothing, where the answer lacked nothing."""
