"""The store as the rest of the bot sees it: one file, its repositories, and the unit of work that joins them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bot.core import marks
from bot.core.audit import QUIET, Entry, Fact
from bot.core.errors import StoreUnavailable
from bot.core.notices import AuditNotice
from bot.plugin import Clock
from bot.store.audit import AuditLog
from bot.store.changes import Changes
from bot.store.database import Database
from bot.store.grants import Grants
from bot.store.jobs import Jobs
from bot.store.keys import Keyring
from bot.store.migrations import migrate
from bot.store.outbox import Outbox
from bot.store.people import Accounts
from bot.store.records import Facts, Records
from bot.store.secrets import Secrets

FILE_NAME = "b24bot.sqlite3"


class Store:
    """Repositories over one database. Reads need nothing; every change happens inside `unit_of_work`."""

    def __init__(self, database: Database, keys: Keyring, clock: Clock) -> None:
        self.database = database
        self.keys = keys
        self.clock = clock
        self.grants = Grants(database)
        self.accounts = Accounts(database)
        self.changes = Changes(database)
        self.audit = AuditLog(database, keys)
        self.jobs = Jobs(database)
        self.outbox = Outbox(database)
        self.facts = Facts(database)

    @contextmanager
    def unit_of_work(self) -> Iterator[Store]:
        """One transaction: state, audit record and outbox entry commit together or not at all."""
        with self.database.unit_of_work():
            yield self

    def record(self, entry: Entry) -> int:
        """Append to the audit log, and queue the copy for the audit channel unless the tag is a quiet one."""
        at = self.clock.now_ms()
        plain = {name: _plain(fact) for name, fact in entry.facts.items()}
        seq = self.audit.append(replace(entry, facts=plain), at=at)
        if entry.tag not in QUIET:
            self.outbox.put(audit_key(seq), AuditNotice(seq=seq), at=at)
        return seq

    def records(self, plugin: str) -> Records:
        return Records(self.database, plugin)

    def secrets(self, plugin: str) -> Secrets:
        return Secrets(self.database, self.keys, self.clock, plugin)

    def writable(self) -> bool:
        """Whether a transaction can be begun and ended now."""
        try:
            with self.unit_of_work():
                self.facts.put("last_probe", str(self.clock.now_ms()))
        except StoreUnavailable:
            return False
        return True

    def close(self) -> None:
        self.database.close()


def _plain(fact: Fact) -> Fact:
    """A record holds text as people read it, without the marks that become mentions in Slack."""
    return marks.plain(fact) if isinstance(fact, str) else fact


def audit_key(seq: int) -> str:
    """The outbox key of an audit line."""
    return f"audit:{seq}"


def open_store(home: Path, keys: Keyring, clock: Clock, *, synchronous: str | None = None) -> Store:
    """Open the database in `home`, bring it to this version's schema, and hand out the store."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreUnavailable(f"The folder {home} cannot be used: {error.strerror}.") from None
    database = Database(home / FILE_NAME, synchronous=synchronous)
    try:
        migrate(database)
    except BaseException:
        database.close()
        raise
    return Store(database, keys, clock)
