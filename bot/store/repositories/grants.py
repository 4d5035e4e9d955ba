"""The allow-list."""

from __future__ import annotations

from bot.core.principals import Grant, Principal, Role
from bot.store.engine.port import Engine, Row

ROLES = {role.value: role for role in Role}
"""Each role by its word in the database."""
_ROLE = "SELECT role FROM grants WHERE team = ? AND person = ?"
"""The role of one person."""
_PUT = (
    "INSERT INTO grants (team, person, role, granted_by, granted_at) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (team, person) DO UPDATE SET role = excluded.role, granted_by = excluded.granted_by, "
    "granted_at = excluded.granted_at"
)
"""A role, in place of the one before."""
_REMOVE = "DELETE FROM grants WHERE team = ? AND person = ?"
"""Take a role away."""
_ALL = "SELECT * FROM grants ORDER BY team, person"
"""Everybody who has a row."""
_WITH_ROLE = "SELECT team, person FROM grants WHERE role = ? ORDER BY team, person"
"""Everybody who has one role."""
_WORDS = "SELECT team, person, role FROM grants"
"""What each row says, as it stands there."""


class GrantReader:
    """Rows that give a principal a role. Whoever has no row has no role."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def role_of(self, principal: Principal) -> Role | None:
        """The role now. The account at the host's own shell is an admin: it could edit the file anyway."""
        if principal.local:
            return Role.ADMIN
        found = self._database.tuples(_ROLE, principal.team, principal.user)
        return ROLES.get(found[0][0]) if found else None

    def all(self) -> list[Grant]:
        """Everybody who has a role. A word that somebody else's hand wrote and that is none gives nothing."""
        rows = self._database.rows(_ALL)
        return [_grant(row, role) for row in rows if (role := _role(row)) is not None]

    def with_role(self, role: Role) -> list[Principal]:
        """Those who have exactly this role."""
        rows = self._database.rows(_WITH_ROLE, role)
        return [_person(row) for row in rows]

    def words(self) -> dict[str, str]:
        """What the rows say of each person, by id, whether it is a role or not."""
        rows = self._database.rows(_WORDS)
        return {_person(row).id: row["role"] for row in rows}


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
        )

    def remove(self, principal: Principal) -> bool:
        return self._database.execute(_REMOVE, principal.team, principal.user) == 1


def _role(row: Row) -> Role | None:
    return ROLES.get(row["role"])


def _person(row: Row) -> Principal:
    return Principal.read(f"{row['team']}:{row['person']}")


def _grant(row: Row, role: Role) -> Grant:
    return Grant(
        principal=_person(row),
        role=role,
        granted_by=row["granted_by"],
        granted_at=row["granted_at"],
    )
