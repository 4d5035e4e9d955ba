"""Who somebody is to us: a Slack user of one team, or an account of the host's shell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from bot.plugin import BadArgument, Message, Words
from bot.plugin.frozen import dataclass

LOCAL_TEAM = "local"
"""Stands before the account's name where an account of the host's shell is written out."""
_SLACK_ID = re.compile(r"\A[TE][A-Z0-9]{2,20}:[UW][A-Z0-9]{2,20}\Z")

_MENTION = re.compile(r"\A@([UW][A-Z0-9]{2,20})\Z")


class Role(StrEnum):
    """What a grant gives, least first."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    APPROVER = "approver"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        return _RANKS[self]

    def reaches(self, other: Role) -> bool:
        return _RANKS[self] >= _RANKS[other]

    @classmethod
    def parse(cls, word: str) -> Self:
        try:
            return cls(word.strip().lower())
        except ValueError:
            hint = Message("typed.known_roles", roles=tuple(ROLE_NAMES.values()))
            raise BadArgument(Message("typed.unknown_role", role=word), hint=hint) from None


_RANKS = {role: rank for rank, role in enumerate(Role)}
ROLE_NAMES: Mapping[str, Message] = {
    Role.VIEWER: Message("policy.role.viewer"),
    Role.OPERATOR: Message("policy.role.operator"),
    Role.APPROVER: Message("policy.role.approver"),
    Role.ADMIN: Message("policy.role.admin"),
}
"""Each role as people read it. The record, `--json` and the parameters of calls have the role's own word."""


def describe_least_role(role: Role) -> Message:
    """Name a role as the least that may do something. Nothing is above an admin."""
    name = ROLE_NAMES[role]
    return (
        Message("policy.role.alone", role=name) if role is Role.ADMIN else Message("policy.role.or_higher", role=name)
    )


ROLE_WORDS: Mapping[str, Words] = {
    Role.VIEWER: {"ru": ("наблюдатель",)},
    Role.OPERATOR: {"ru": ("оператор",)},
    Role.APPROVER: {"ru": ("согласующий",)},
    Role.ADMIN: {"ru": ("администратор", "админ")},
}
"""Each role as people of another language type it."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Principal:
    """A person, by team id and user id. Names are only for reading and are not kept here."""

    team: str
    user: str

    def __post_init__(self) -> None:
        # Team ids come from payloads: a word in one must never make somebody the owner of the host.
        if self.team == LOCAL_TEAM and not self.local:
            raise ValueError("an account of the host's shell is made by Principal.shell alone")

    @property
    def id(self) -> str:
        return f"{self.team}:{self.user}"

    @property
    def local(self) -> bool:
        """Somebody at the host's own shell."""
        return isinstance(self, ShellAccount)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `T0001:U0002`; raises BadArgument with what to type instead."""
        cleaned = text.strip()
        if not _SLACK_ID.match(cleaned):
            raise BadArgument(
                Message("typed.not_a_person", text=text),
                hint=Message("typed.mention_hint", name=text.lstrip("@"), example="T0001:U0002"),
            )
        team, user = cleaned.split(":")
        return cls(team=team, user=user)

    @classmethod
    def named(cls, text: str) -> Self:
        """Read `T0001:U0002`, or a mention by id, `@U0002`: its team is empty and stands for the workspace at hand.

        Raises BadArgument: a name is nobody's id, and two people may have it.
        """
        mention = _MENTION.match(text.strip())
        return cls(team="", user=mention[1]) if mention else cls.parse(text)

    @staticmethod
    def read(stored: str) -> Principal:
        """Read what `id` wrote. For the bot's own rows and settings, never for what a payload says."""
        team, _, user = stored.partition(":")
        return Principal.shell(user) if team == LOCAL_TEAM else Principal(team=team, user=user)

    @staticmethod
    def shell(account: str) -> ShellAccount:
        """Name an account of the host's shell. For the terminal and for what the host's settings do by themselves."""
        return ShellAccount(team=LOCAL_TEAM, user=account)


class ShellAccount(Principal):
    """An account of the host's own shell: whoever has it owns the database anyway, so it has the role admin.

    A type of its own, so that no id in a payload or in a stored delivery can stand for it.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The row of the allow-list that gives one principal one role."""

    principal: Principal
    role: Role
    granted_by: str
    granted_at: int
    ends_at: int | None = None
    """When a temporary role ends, in UTC epoch milliseconds; None for a lasting one."""
    role_after: Role | None = None
    """The lasting role below a temporary role."""

    @property
    def lasting(self) -> Role | None:
        """The role that does not end by itself."""
        return self.role if self.ends_at is None else self.role_after
