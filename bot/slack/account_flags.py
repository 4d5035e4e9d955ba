"""What Slack's flags make of an account: a member of the workspace, or why it is none (users.info)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.core.authority.membership import Membership, MembershipStatus
from bot.plugin.frozen import dataclass
from bot.slack.user_lookup import read_name


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
Shape = tuple[str, MembershipStatus, Callable[[Described], bool]]
SHAPES: tuple[Shape, ...] = (
    # A deactivated account comes without any of the flags below.
    ("deactivated", MembershipStatus.DELETED, lambda one: one.on("deleted", "is_forgotten")),
    ("Slackbot", MembershipStatus.BOT, lambda one: one.user.get("id") == SLACKBOT),
    (
        "app, workflow, connector",
        MembershipStatus.BOT,
        lambda one: one.on("is_bot", "is_workflow_bot", "is_connector_bot"),
    ),
    ("unknown person of Slack Connect", MembershipStatus.STRANGER, lambda one: one.on("is_stranger", "is_external")),
    (
        "person of Slack Connect in a shared channel, or of another workspace of the organisation",
        MembershipStatus.STRANGER,
        lambda one: one.user.get("team_id") is not None and not one.here and not one.in_our_enterprise,
    ),
    # Of several channels: `is_restricted` alone. Of a single one: both.
    ("guest", MembershipStatus.GUEST, lambda one: one.on("is_restricted", "is_ultra_restricted")),
    (
        "guest by what the organisation says",
        MembershipStatus.GUEST,
        lambda one: one.on_grid("is_restricted", "is_ultra_restricted"),
    ),
    ("invited", MembershipStatus.INVITED, lambda one: one.on("is_invited_user")),
    # On Enterprise Grid an account may be described by `enterprise_user` and by nothing else.
    ("member of Enterprise Grid", MembershipStatus.MEMBER, lambda one: one.in_our_enterprise),
    (
        "admin or owner",
        MembershipStatus.MEMBER,
        lambda one: one.here and one.off("deleted") and one.on("is_admin", "is_owner", "is_primary_owner"),
    ),
    ("member", MembershipStatus.MEMBER, lambda one: one.here and one.off("deleted") and one.off("is_restricted")),
)
"""The shapes in which Slack describes accounts, and what each makes of one. The first that fits counts."""
NEEDED = ("team_id", "deleted", "is_restricted")
"""What an answer says of every member that is not described otherwise."""
_LOCALE = re.compile(r"\A[A-Za-z0-9_-]{2,20}\Z")


def read_account(user: Mapping[str, object], team: str, enterprise: str = "") -> Membership:
    """Read what a user object of Slack's makes of an account, for an installation in this team of this enterprise."""
    described = Described(user=user, team=team, enterprise=enterprise)
    found = next((standing for _, standing, fits in SHAPES if fits(described)), MembershipStatus.UNKNOWN)
    missing = [name for name in NEEDED if user.get(name) is None] if found is MembershipStatus.UNKNOWN else []
    return Membership(standing=found, missing=next(iter(missing), ""), locale=_read_locale(user), name=read_name(user))


def _read_locale(user: Mapping[str, object]) -> str:
    """The locale that somebody has chosen; empty for whatever does not look like one."""
    locale = user.get("locale")
    return locale if isinstance(locale, str) and _LOCALE.match(locale) else ""
