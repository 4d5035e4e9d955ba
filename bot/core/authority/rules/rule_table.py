"""The policy table as values: rows, named groups of people, office hours, and the digest over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import sha256

from bot.core.encoding import canonical, fields_of
from bot.core.principals import Principal
from bot.plugin import Risk
from bot.plugin.frozen import dataclass

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
"""The days of a week as a table names them."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHours:
    """Some days of the week, from one time of the day until another."""

    days: tuple[int, ...]
    """Places in `DAYS`."""
    opens: int
    """Minutes since midnight."""
    closes: int
    """The first minute that is outside."""

    def include(self, local: datetime) -> bool:
        """Whether a local time is inside."""
        return local.weekday() in self.days and self.opens <= local.hour * 60 + local.minute < self.closes


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One row. The first five lists say which requests it applies to; the other fields say what it demands.

    An empty list, text or zero stands for a field that the row does not have.
    """

    name: str
    line: int = field(default=0, compare=False)
    """Where the row begins in the file."""
    commands: tuple[str, ...] = ()
    risks: tuple[Risk, ...] = ()
    places: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    refuse: bool = False
    break_glass: bool = True
    """Whether an emergency may do without the approvals and the hours of this row."""
    ask: tuple[str, ...] = ()
    """Groups and accounts: who may ask."""
    ask_in: tuple[str, ...] = ()
    """Ids of channels in which the command has to be typed."""
    approve: tuple[str, ...] = ()
    """Groups and accounts: whose approval counts."""
    approve_in: str = ""
    """The id of the channel that gets the card."""
    quorum: int = 0
    from_each: tuple[str, ...] = ()
    """Groups: each gives an approval of its own person."""
    reason: str = ""
    """A regular expression that is found in the reason."""
    hours: tuple[OfficeHours, ...] = ()
    timezone: str = ""

    @property
    def demands_approval(self) -> bool:
        """Whether other people have to approve, also what its requester could confirm alone."""
        return bool(self.approve or self.approve_in or self.quorum or self.from_each)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserGroup:
    """A group that the chat keeps: its id there, and how old the answer about its members may be for a decision."""

    id: str
    max_age_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTable:
    """All rows, and the people of each group by the group's name."""

    rows: tuple[RuleRow, ...] = ()
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    user_groups: Mapping[str, UserGroup] = field(default_factory=dict)
    """The groups of the chat that rows may name, by the names that the table gives them."""
    members: Mapping[str, frozenset[str]] = field(default_factory=dict, compare=False)
    """The accounts of each of `user_groups` whose members are known now. The file does not have them."""
    zones: Mapping[str, tzinfo] = field(default_factory=dict, compare=False)
    """The time zones that rows name."""

    @property
    def digest(self) -> str:
        """64 hex digits over what the table means: comments and the order of its keys do not count.

        Empty for a table without rows, which is as good as none.
        """
        if not self.rows:
            return ""
        rows = [{name: value for name, value in fields_of(row).items() if name != "line"} for row in self.rows]
        groups = {name: sorted(people) for name, people in self.groups.items()}
        document = {"rows": rows, "groups": groups}
        if self.user_groups:
            document["user_groups"] = {name: fields_of(group) for name, group in self.user_groups.items()}
        return sha256(canonical(document).encode()).hexdigest()

    def named(self, names: Iterable[str]) -> tuple[RuleRow, ...]:
        """The rows with these names, in the order of the table."""
        wanted = frozenset(names)
        return tuple(row for row in self.rows if row.name in wanted)

    def is_one_of(self, person: Principal, words: Iterable[str]) -> bool:
        """Whether an account is named, or is in a group that is named. In an unknown user group there is nobody."""
        return any(person.id in self._list_accounts(word) for word in words)

    def _list_accounts(self, word: str) -> frozenset[str]:
        if word in self.user_groups:
            return self.members.get(word, frozenset())
        return self.groups.get(word, frozenset({word}))

    def list_unknown_groups(self, words: Iterable[str]) -> tuple[str, ...]:
        """List the user groups among these words whose members are not known now."""
        return tuple(word for word in words if word in self.user_groups and word not in self.members)

    def is_open(self, row: RuleRow, at: int) -> bool:
        """Whether the office hours of a row include a time in UTC epoch milliseconds. A row without hours has all."""
        if not row.hours:
            return True
        local = (EPOCH + timedelta(milliseconds=at)).astimezone(self.zones[row.timezone])
        return any(hours.include(local) for hours in row.hours)
