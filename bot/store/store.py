"""The store as the rest of the bot sees it: one file, its repositories, and the unit of work that joins them."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from bot.core import mentions
from bot.core.audit.audit_record import COMPUTED, QUIET, SYSTEM, Entry, Fact, Tag
from bot.core.audit.recorded_card import CARD, change_card
from bot.core.audit.recorded_messages import MESSAGES, change_messages
from bot.core.bot_errors import ConfigurationError, StoreUnavailable
from bot.core.messages.notices import AuditNotice
from bot.core.redaction.redactor import redact
from bot.plugin import Clock, Message
from bot.store.disk.folders import FILE_NAME as FILE_NAME
from bot.store.disk.folders import make_home
from bot.store.engine.database import Database, Failpoint
from bot.store.engine.port import Engine
from bot.store.engine.shared_clock import SharedClock
from bot.store.files.backup import Backup, back_up, latest_copy
from bot.store.files.consistency import assert_fits, assert_usable
from bot.store.location import Location, locate
from bot.store.repositories.accounts import AccountReader, Accounts
from bot.store.repositories.audit_log import AuditLog, AuditReader
from bot.store.repositories.change_requests import ChangeReader, Changes
from bot.store.repositories.folded_refusals import FoldedRefusalReader, FoldedRefusals
from bot.store.repositories.grants import GrantReader, Grants
from bot.store.repositories.jobs import JobReader, Jobs
from bot.store.repositories.key_in_use import hold_former_key, take_up_rotation
from bot.store.repositories.outbox import Outbox, OutboxReader
from bot.store.repositories.plugin_records import FactReader, Facts, Records
from bot.store.repositories.replication.leases import LeaseReader, Leases
from bot.store.repositories.replication.live_replicas import wait_until_none_live
from bot.store.repositories.replication.replicas import ReplicaReader, Replicas
from bot.store.repositories.secrets import Secrets
from bot.store.repositories.stops import StopReader, Stops
from bot.store.schema.plain_texts import drop_remnants, seal_plain_texts
from bot.store.schema.schema_version import applied, pending, refuse_newer, schema_step
from bot.store.sealing.keyring import Keyring

log = logging.getLogger("b24bot.store")
BACKUPS = "backups"
"""The folder of the copies, in the folder of the database, where no other is set."""


class Store:
    """Repositories over one engine, to be read. What changes them has the `Transaction` that `unit_of_work` gives."""

    def __init__(
        self, engine: Engine, keys: Keyring, clock: Clock, *, home: Path | None = None, backups: Path | None = None
    ) -> None:
        """`home` is the folder of this bot's files; that of the database where the rows are in one."""
        self.engine = engine
        self.keys = keys
        self.clock = clock
        self.home = home or self.database.path.parent
        self.path = engine.path if isinstance(engine, Database) else self.home
        """Whose file system has to have room: that of the file, or of this bot's files where the rows are in none."""
        self.backups = backups or self.home / BACKUPS
        self.reason = ""
        """Why whoever types at the terminal does what is recorded now; each record without a reason gets it."""
        self.grants = GrantReader(engine, lambda: self.clock)
        self.accounts = AccountReader(engine)
        self.changes = ChangeReader(engine, keys)
        self.leases = LeaseReader(engine)
        self.audit = AuditReader(engine, keys)
        self.jobs = JobReader(engine, keys)
        self.outbox = OutboxReader(engine, keys, lambda: self.clock)
        self.facts = FactReader(engine)
        self.stops = StopReader(engine, keys)
        self.refusals = FoldedRefusalReader(engine)
        self.replicas = ReplicaReader(engine)
        self._transaction = Transaction(self)

    @property
    def database(self) -> Database:
        """The file that the rows are kept in, for what copies, compares or checks files."""
        if not isinstance(self.engine, Database):
            raise TypeError(f"the rows of this store are in no file, but in {type(self.engine).__name__}")
        return self.engine

    def unit_of_work(self) -> AbstractContextManager[Transaction]:
        """Open a transaction: state, audit record and outbox entry commit together or not at all."""
        return self._begin_held() if self.keys.held else self.engine.unit_with(self._transaction)

    @contextmanager
    def _begin_held(self) -> Iterator[Transaction]:
        """Look under the lock whether the former key is still the one in use."""
        with self.engine.unit_with(self._transaction) as tx:
            take_up_rotation(self.engine, self.keys)
            yield tx

    def records(self, plugin: str) -> Records:
        return Records(self.engine, self.keys, plugin)

    def secrets(self, plugin: str) -> Secrets:
        return Secrets(self.engine, self.keys, self.clock, plugin)

    def writable(self) -> bool:
        """Whether a transaction can be begun and ended now."""
        try:
            self.probe()
        except StoreUnavailable:
            return False
        return True

    def probe(self) -> None:
        """Write something. Raises StoreUnavailable: to begin a transaction shows nothing on a read-only disk."""
        with self.unit_of_work() as tx:
            tx.facts.put("last_probe", str(self.clock.now_ms()))

    def back_up(self, folder: Path | None = None) -> Backup:
        """Copy the database into its folder of copies, or into another one, and record it. Raises StoreUnavailable."""
        made = back_up(self.engine, self.keys, folder or self.backups, at=self.clock.now_ms())
        facts: dict[str, Fact] = {"name": made.path.name, "seq": made.seq, "head": made.head}
        with self.unit_of_work() as tx:
            tx.record(Entry(tag=Tag.BACKUP_MADE, actor=SYSTEM, subject="database", facts=facts))
        return made

    def close(self) -> None:
        self.engine.close()


_OF_TEXTS: Mapping[str, Callable[[str, Callable[[str], str]], str]] = {MESSAGES: change_messages, CARD: change_card}
"""Facts with texts of others in their JSON, and how each of those is changed."""


class Transaction:
    """An open unit of work. Whoever is given one changes rows in it, and leaves ending it to whoever opened it.

    Only `Store.unit_of_work` hands one out. What goes over the network takes none: it would keep others from writing
    for as long as it takes. Once the unit of work has ended, nothing can be changed through it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.engine, self.keys = engine, keys = store.engine, store.keys
        self.grants = Grants(engine, lambda: store.clock)
        self.accounts = Accounts(engine)
        self.changes = Changes(engine, keys)
        self.leases = Leases(engine)
        self.audit = AuditLog(engine, keys)
        self.jobs = Jobs(engine, keys)
        self.outbox = Outbox(engine, keys, lambda: store.clock)
        self.facts = Facts(engine)
        self.stops = Stops(engine, keys)
        self.refusals = FoldedRefusals(engine)
        self.replicas = Replicas(engine)
        self.records = store.records

    @property
    def schema_step(self) -> str:
        """The name of the last step of the schema that was applied."""
        return schema_step(self.engine)

    def record(self, entry: Entry) -> int:
        """Append to the audit log, and queue the copy for the audit channel unless it is a quiet one."""
        at = self._store.clock.now_ms()
        reason = self._store.reason
        facts = {**({"reason": reason} if reason else {}), **entry.facts}
        plain = {name: self._recorded(name, fact) for name, fact in facts.items()}
        seq = self.audit.append(replace(entry, facts=plain), at=at)
        log.debug("record #%s: %s", seq, entry.tag, extra={"action": "recorded"})
        if not entry.quiet and entry.tag not in QUIET:
            self.outbox.put(audit_key(seq), AuditNotice(seq=seq), at=at)
        return seq

    def _recorded(self, name: str, fact: Fact) -> Fact:
        """A fact as the record keeps it: without the marks that become mentions, and without what looks like a secret.

        Records cannot be changed, so nothing gets into one that would have to be taken out again.
        """
        if not isinstance(fact, str):
            return fact
        if name in _OF_TEXTS:
            return _OF_TEXTS[name](fact, self._plain)
        words = mentions.unmark(fact)
        return words if name in COMPUTED else self._plain(words)

    def _plain(self, text: str) -> str:
        return redact(mentions.unmark(text), (), self.keys.fingerprint)


def audit_key(seq: int) -> str:
    """The outbox key of an audit line."""
    return f"audit:{seq}"


def refuse_lost(location: Location, backups: Path) -> None:
    """Refuse to begin with nothing where there are backups: whoever lost a database does not want a new bot.

    Raises ConfigurationError.
    """
    copy = latest_copy(backups)
    if copy is not None:
        raise ConfigurationError(
            Message("store.database.lost", folder=location.place, backups=str(backups)),
            hint=Message("store.database.put_back", file=shlex.quote(str(copy))),
        )


def refuse_other(location: Location) -> None:
    """Refuse to begin with nothing on a server where this host has a database file: it has to be copied there.

    Raises ConfigurationError.
    """
    file = location.find_other()
    if file is not None:
        raise ConfigurationError(
            Message("store.postgres.file_beside", name=location.name, file=str(file)),
            hint=Message("store.postgres.copy_file"),
        )


def open_store(
    home: Path,
    keys: Keyring,
    clock: Clock,
    *,
    url: str = "",
    synchronous: str | None = None,
    backups: Path | None = None,
    thorough: bool = False,
    anew: bool = False,
    failpoint: Failpoint | None = None,
) -> Store:
    """Open the database, bring it to this version's schema, and hand out the store.

    It is the file in `home`, or what `url` names on a server. Raises ConfigurationError for one of a newer version or
    of other keys, before anything is written to it. What has something in it is copied to `backups` before its schema
    changes. `thorough` looks at the pages as `assert_usable` does, at every secret and at the name of every key, and
    whether it can be written: for a process that stays. Where the database is missing or empty and there are backups
    of one, only `anew` makes a new one.
    """
    make_home(home)
    copies = backups or home / BACKUPS
    location = locate(home, url)
    if not anew and location.empty:
        # The file first: a backup of it is older than what is in it.
        refuse_other(location)
        refuse_lost(location, copies)
    opened = location.open(synchronous=synchronous, failpoint=failpoint)
    engine = opened.engine
    try:
        store = Store(engine, keys, clock, home=home, backups=backups)
        if not anew and not applied(engine):
            refuse_lost(location, copies)
        refuse_newer(engine, engine.name)
        if thorough:
            assert_usable(engine)
        assert_fits(engine, keys, whole=thorough)
        hold_former_key(engine, keys)
        if applied(engine) and (steps := pending(engine)):
            wait_until_none_live(engine, clock)
            back_up(engine, keys, store.backups, at=clock.now_ms(), why=f"before-{steps[0]}")
        opened.migrate(partial(seal_plain_texts, engine, keys))
        if engine.shared:
            store.clock = SharedClock(clock, store.replicas.now_ms())
        if thorough:
            drop_remnants(engine)
            store.probe()
    except BaseException:
        engine.close()
        raise
    return store
