"""What Slack says of an account, and how long that may be relied on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from bot.plugin.frozen import dataclass

FRESH_MS = 60_000
"""No decision rests on facts about an account that are older."""


class Standing(StrEnum):
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
    """Slack answered, and did not say that it is a member's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """What one answer of Slack makes of an account."""

    standing: Standing
    missing: str = ""
    """Of an unknown one: what the answer would have had to say, by Slack's name for it. Empty when Slack knows no such
    account."""

    @property
    def flaw(self) -> str:
        """How a sentence about an account that may do nothing goes on; empty for a member."""
        if self.missing:
            return f"cannot be recognised as a member's: Slack's answer about it has no `{self.missing}`"
        return FLAWS.get(self.standing, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What was found when an account was looked up."""

    standing: Standing
    at: int
    """UTC epoch milliseconds, right before Slack was asked."""
    missing: str = ""

    @property
    def membership(self) -> Membership:
        return Membership(standing=self.standing, missing=self.missing)

    def fresh(self, now: int, known_ms: float) -> bool:
        """Whether a decision may rest on it. `known_ms`: how long this process has known it, by the steady clock.

        Both have to be short: a clock that is set back makes what is old look new, and a steady one may stand still
        while the machine sleeps. What comes from the future is of no use either.
        """
        return 0 <= now - self.at <= FRESH_MS and known_ms <= FRESH_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A user object of Slack's, beside the installation that asks: its team and, on Enterprise Grid, its enterprise."""

    user: Mapping[str, object]
    team: str
    enterprise: str

    def on(self, *flags: str) -> bool:
        """Whether one of them is set. Anything that is no plain no counts as set."""
        return any(self.user.get(flag) for flag in flags)

    def off(self, flag: str) -> bool:
        """Whether Slack says no in so many words. Absent is not off."""
        return self.user.get(flag) is False

    def on_grid(self, *flags: str) -> bool:
        """The same of what the account is to its Enterprise Grid organisation."""
        known = self.user.get("enterprise_user")
        return isinstance(known, Mapping) and any(known.get(flag) for flag in flags)

    @property
    def here(self) -> bool:
        """Whether the account's own workspace is ours."""
        return self.user.get("team_id") == self.team

    @property
    def in_our_enterprise(self) -> bool:
        """Whether it is an account of our own Enterprise Grid organisation which is in our workspace."""
        known = self.user.get("enterprise_user")
        if not self.enterprise or not isinstance(known, Mapping) or known.get("enterprise_id") != self.enterprise:
            return False
        teams = known.get("teams")
        return isinstance(teams, list) and self.team in teams


SLACKBOT = "USLACKBOT"
Shape = tuple[str, Standing, Callable[[Described], bool]]
SHAPES: tuple[Shape, ...] = (
    # A deactivated account comes without any of the flags below.
    ("deactivated", Standing.DELETED, lambda one: one.on("deleted", "is_forgotten")),
    ("Slackbot", Standing.BOT, lambda one: one.user.get("id") == SLACKBOT),
    ("app, workflow, connector", Standing.BOT, lambda one: one.on("is_bot", "is_workflow_bot", "is_connector_bot")),
    ("unknown person of Slack Connect", Standing.STRANGER, lambda one: one.on("is_stranger", "is_external")),
    (
        "person of Slack Connect in a shared channel, or of another workspace of the organisation",
        Standing.STRANGER,
        lambda one: one.user.get("team_id") is not None and not one.here and not one.in_our_enterprise,
    ),
    # Of several channels: `is_restricted` alone. Of a single one: both.
    ("guest", Standing.GUEST, lambda one: one.on("is_restricted", "is_ultra_restricted")),
    (
        "guest by what the organisation says",
        Standing.GUEST,
        lambda one: one.on_grid("is_restricted", "is_ultra_restricted"),
    ),
    ("invited", Standing.INVITED, lambda one: one.on("is_invited_user")),
    # On Enterprise Grid an account may be described by `enterprise_user` and by nothing else.
    ("member of Enterprise Grid", Standing.MEMBER, lambda one: one.in_our_enterprise),
    (
        "admin or owner",
        Standing.MEMBER,
        lambda one: one.here and one.off("deleted") and one.on("is_admin", "is_owner", "is_primary_owner"),
    ),
    ("member", Standing.MEMBER, lambda one: one.here and one.off("deleted") and one.off("is_restricted")),
)
"""The shapes in which Slack describes accounts, and what each makes of one. The first that fits counts."""
NEEDED = ("team_id", "deleted", "is_restricted")
"""What an answer says of every member that is not described otherwise."""


def standing_of(user: Mapping[str, object], team: str, enterprise: str = "") -> Membership:
    """What a user object of Slack's makes of an account, for an installation in this team of this enterprise."""
    described = Described(user=user, team=team, enterprise=enterprise)
    found = next((standing for _, standing, fits in SHAPES if fits(described)), Standing.UNKNOWN)
    missing = [name for name in NEEDED if user.get(name) is None] if found is Standing.UNKNOWN else []
    return Membership(standing=found, missing=next(iter(missing), ""))


FLAWS: Mapping[Standing, str] = {
    Standing.GUEST: "is a guest's",
    Standing.DELETED: "has been deactivated",
    Standing.INVITED: "has been invited and has not joined yet",
    Standing.BOT: "is a bot's",
    Standing.STRANGER: "belongs to another workspace",
    Standing.UNKNOWN: "is not known to Slack in this workspace",
}
"""How a sentence about an account that may do nothing goes on, where the answer lacked nothing."""
