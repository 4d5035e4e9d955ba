"""The allow-list."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.principals import Grant, Principal, Role
from bot.plugin import Clock, iso
from bot.store.engine.port import Engine, Row

ROLES = {role.value: role for role in Role}
"""Each role by its word in the database."""
_ONE = "SELECT * FROM grants WHERE team = ? AND person = ?"
"""The row of one person."""
_ROLE = "SELECT role, ends_at, role_after FROM grants WHERE team = ? AND person = ?"
"""What decides the role of one person."""
_PUT = (
    "INSERT INTO grants (team, person, role, granted_by, granted_at, ends_at, role_after) VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (team, person) DO UPDATE SET role = excluded.role, granted_by = excluded.granted_by, "
    "granted_at = excluded.granted_at, ends_at = excluded.ends_at, role_after = excluded.role_after"
)
"""A role, in place of the one before."""
_REMOVE = "DELETE FROM grants WHERE team = ? AND person = ?"
"""Take a role away."""
_ALL = "SELECT * FROM grants ORDER BY team, person"
"""Everybody who has a row."""
_ENDED = "SELECT * FROM grants WHERE ends_at <= ? ORDER BY team, person"
"""Those whose temporary role has ended."""


class GrantReader:
    """Rows that give a principal a role. Whoever has no row has no role.

    A temporary role ends by the clock of the store, also before anybody has stored that it did.
    """

    def __init__(self, database: Engine, clock: Callable[[], Clock]) -> None:
        self._database = database
        self._clock = clock

    def role_of(self, principal: Principal) -> Role | None:
        """The role now. The account at the host's own shell is an admin: it could edit the file anyway."""
        if principal.local:
            return Role.ADMIN
        row = self._database.row(_ROLE, principal.team, principal.user)
        return _role_now(row, self._clock().now_ms())[0] if row else None

    def get(self, principal: Principal) -> Grant | None:
        """The role that somebody has now, with its end; None for whoever has none."""
        row = self._database.row(_ONE, principal.team, principal.user)
        return self._read(row, self._clock().now_ms()) if row else None

    def all(self) -> list[Grant]:
        """Everybody who has a role now. A word that somebody else's hand wrote and that is none gives nothing."""
        now = self._clock().now_ms()
        found = (self._read(row, now) for row in self._database.rows(_ALL))
        return [grant for grant in found if grant is not None]

    def with_role(self, role: Role) -> list[Principal]:
        """Those who have exactly this role now."""
        return [grant.principal for grant in self.all() if grant.role is role]

    def words(self) -> dict[str, str]:
        """What the rows say of each person, by id, whether it is a role or not. `write_words` writes the same."""
        return {
            _person(row).id: write_words(row["role"], _write_end(row["ends_at"]), row["role_after"])
            for row in self._database.rows(_ALL)
        }

    def list_ended(self) -> list[tuple[Principal, str, Role | None]]:
        """Whose temporary role has ended, when as the log writes it, and the role that is left of it."""
        rows = self._database.rows(_ENDED, self._clock().now_ms())
        return [(_person(row), _write_end(row["ends_at"]), ROLES.get(row["role_after"])) for row in rows]

    @staticmethod
    def _read(row: Row, now: int) -> Grant | None:
        """The role that a row gives at a time."""
        role, ends_at, after = _role_now(row, now)
        if role is None:
            return None
        return Grant(
            principal=_person(row),
            role=role,
            granted_by=row["granted_by"],
            granted_at=row["granted_at"],
            ends_at=ends_at,
            role_after=after,
        )


class Grants(GrantReader):
    """The same with what changes it. A transaction has it, and nobody else."""

    def put(self, grant: Grant) -> None:
        self._database.execute(
            _PUT,
            grant.principal.team,
            grant.principal.user,
            grant.role,
            grant.granted_by,
            grant.granted_at,
            grant.ends_at,
            grant.role_after or "",
        )

    def remove(self, principal: Principal) -> bool:
        return self._database.execute(_REMOVE, principal.team, principal.user) == 1


def write_words(role: str, until: str, after: str) -> str:
    """Write a role, the end of a temporary one, and the lasting role below it as one text that can be compared."""
    return " ".join(filter(None, (role, until, after)))


def _role_now(row: Row, now: int) -> tuple[Role | None, int | None, Role | None]:
    """The role that a row gives at a time, when it ends, and the role that is left then."""
    role, ends_at, after = ROLES.get(row["role"]), row["ends_at"], ROLES.get(row["role_after"])
    if ends_at is not None and ends_at <= now:
        return after, None, None
    return role, ends_at, after


def _write_end(ends_at: int | None) -> str:
    try:
        return "" if ends_at is None else iso(ends_at)
    except OverflowError:
        # Nobody can give a role until then, but somebody else's hand can write it.
        return str(ends_at)


def _person(row: Row) -> Principal:
    return Principal.read(f"{row['team']}:{row['person']}")
