"""What Slack last said of each account, and when."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.authority.membership import Account, MembershipStatus
from bot.core.principals import Principal
from bot.store.engine.port import Engine

_GET = "SELECT standing, at, missing, locale, name FROM people WHERE team = ? AND person = ?"
"""What is known of an account."""
_PUT = (
    "INSERT INTO people (team, person, standing, at, missing, locale, name) VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (team, person) DO UPDATE SET standing = excluded.standing, at = excluded.at, "
    "missing = excluded.missing, locale = coalesce(nullif(excluded.locale, ''), people.locale), "
    "name = coalesce(nullif(excluded.name, ''), people.name)"
)
"""The newest answer takes the place of the one before; an answer without a locale or a name leaves the known one."""
_NAMES = "SELECT team, person, name FROM people WHERE name <> ''"
"""The names that are known."""


class AccountReader:
    """A row an account that has been looked up. How old it may be is for whoever decides."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def get(self, principal: Principal) -> Account | None:
        row = self._database.row(_GET, principal.team, principal.user)
        if row is None:
            return None
        standing = MembershipStatus(row["standing"])
        return Account(standing=standing, at=row["at"], missing=row["missing"], locale=row["locale"], name=row["name"])

    def names(self) -> Mapping[str, str]:
        """The name of each account that has a known one, by its whole id."""
        return {Principal(team=team, user=user).id: name for team, user, name in self._database.tuples(_NAMES)}


class Accounts(AccountReader):
    """The same with what changes it. A transaction has it, and nobody else."""

    def put(self, principal: Principal, account: Account) -> None:
        """Write down the newest answer, also when a clock was set back since the one before."""
        self._database.execute(
            _PUT,
            *(principal.team, principal.user, account.standing),
            *(account.at, account.missing, account.locale, account.name),
        )
