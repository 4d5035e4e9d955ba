"""The processes that work on this database, a row each; who stopped beating is removed, and commits nothing more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import field

from bot.plugin.frozen import dataclass
from bot.store.engine.port import Engine, Row

DEAD_AFTER_MS = 5_000
"""Without a beat for so long, by the clock of the database, a replica counts as dead."""
_FIND = (
    "SELECT owner, roles, host, pid, version, policy, settings, started_at, beat, {now} AS now "
    "FROM replicas ORDER BY started_at"
)
"""All of them, with the time by the clock that their beats were written by."""
_REGISTER = (
    "INSERT INTO replicas (owner, roles, host, pid, version, policy, settings, started_at, beat) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, {now}, {now})"
)
"""A new one."""
_SET_ROLES = "UPDATE replicas SET roles = ? WHERE owner = ?"
"""It does something else from now on."""
_NOW = "SELECT {now} AS now"
"""The time by the clock of the database."""
_BEAT = "UPDATE replicas SET beat = {now} WHERE owner = ?"
"""It is alive."""
_LEAVE = "DELETE FROM replicas WHERE owner = ?"
"""It ended, or its lock shows that it did."""
_REMOVE_DEAD = "DELETE FROM replicas WHERE owner = ? AND beat = ?"
"""Unless it has beaten since it was looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReplica:
    """A process that begins to work."""

    owner: str
    """The token that its leases and what it has taken are marked with."""
    roles: tuple[str, ...]
    host: str
    pid: int
    version: str
    policy: str = ""
    """The digest of its policy table."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """A digest of each setting that decides what may be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica(NewReplica):
    """One that has its row."""

    started_at: int
    beat: int
    age_ms: int
    """How long ago it beat, by the clock of the database."""

    @property
    def beats(self) -> bool:
        """Whether it beat lately enough to count as alive."""
        return self.age_ms < DEAD_AFTER_MS


class ReplicaReader:
    """One row for each process that works here."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        spell = database.dialect.spell
        self._find, self._register, self._beat, self._now = spell(_FIND), spell(_REGISTER), spell(_BEAT), spell(_NOW)

    def list(self) -> tuple[Replica, ...]:
        """All that have a row, the one that began first comes first."""
        return tuple(_replica(row) for row in self._database.rows(self._find))

    def now_ms(self) -> int:
        """UTC epoch milliseconds by the clock of the database."""
        row = self._database.row(self._now)
        return row["now"] if row else 0

    def beat(self, owner: str) -> bool:
        """Say that this one is alive, without waiting for a unit of work; False when it was taken for dead."""
        return bool(self._database.run_beside(self._beat, owner))


class Replicas(ReplicaReader):
    """The same with what changes it. A transaction has it, and nobody else."""

    def register(self, new: NewReplica) -> None:
        self._database.execute(
            self._register,
            *(new.owner, "+".join(new.roles), new.host, new.pid, new.version, new.policy),
            json.dumps(dict(new.settings)),
        )

    def set_roles(self, owner: str, roles: Iterable[str]) -> None:
        """Say what it does from now on."""
        self._database.execute(_SET_ROLES, "+".join(roles), owner)

    def leave(self, owner: str) -> None:
        """Remove the row of one that has ended."""
        self._database.execute(_LEAVE, owner)

    def remove_dead(self, seen: Iterable[Replica]) -> tuple[Replica, ...]:
        """Remove those that did not beat since they were seen; returns them. They commit nothing more."""
        return tuple(one for one in seen if self._database.execute(_REMOVE_DEAD, one.owner, one.beat))


def _replica(row: Row) -> Replica:
    return Replica(
        owner=row["owner"],
        roles=tuple(row["roles"].split("+")),
        host=row["host"],
        pid=row["pid"],
        version=row["version"],
        policy=row["policy"],
        settings=json.loads(row["settings"]),
        started_at=row["started_at"],
        beat=row["beat"],
        age_ms=max(0, row["now"] - row["beat"]),
    )
