"""What Slack last said of each account, and when."""

from __future__ import annotations

from bot.core.authority.membership import Account, MembershipStatus
from bot.core.principals import Principal
from bot.store.engine.port import Engine

_GET = "SELECT standing, at, missing, locale FROM people WHERE team = ? AND person = ?"
"""What is known of an account."""
_PUT = (
    "INSERT INTO people (team, person, standing, at, missing, locale) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (team, person) DO UPDATE SET standing = excluded.standing, at = excluded.at, "
    "missing = excluded.missing, locale = coalesce(nullif(excluded.locale, ''), people.locale)"
)
"""The newest answer takes the place of the one before; an answer without a locale leaves the known one."""


class AccountReader:
    """A row an account that has been looked up. How old it may be is for whoever decides."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def get(self, principal: Principal) -> Account | None:
        row = self._database.row(_GET, principal.team, principal.user)
        if row is None:
            return None
        standing = MembershipStatus(row["standing"])
        return Account(standing=standing, at=row["at"], missing=row["missing"], locale=row["locale"])


class Accounts(AccountReader):
    """The same with what changes it. A transaction has it, and nobody else."""

    def put(self, principal: Principal, account: Account) -> None:
        """Write down the newest answer, also when a clock was set back since the one before."""
        self._database.execute(
            _PUT, principal.team, principal.user, account.standing, account.at, account.missing, account.locale
        )
