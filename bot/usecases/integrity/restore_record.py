"""A copy takes the place of the database: looked through first, on the record, and without doing anything twice."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import field
from pathlib import Path

from bot.core.audit.audit_record import SYSTEM, Entry, Fact, Tag
from bot.core.audit.chain import Anchor
from bot.core.bot_errors import ConfigurationError, StoreDamaged
from bot.core.change.change_request import Status
from bot.core.messages.notices import CardNotice
from bot.core.principals import Principal
from bot.plugin import Clock, Message, Refusal
from bot.plugin.frozen import dataclass
from bot.store.files.backup import Backup, look_through
from bot.store.files.restore import RestoreComparison, compare_backup, forget_queues, make_ready, open_copy
from bot.store.files.verified_head import BROKEN, VERIFIED
from bot.store.location import locate
from bot.store.repositories.audit_log import AuditReader
from bot.store.sealing.keyring import Keyring
from bot.store.store import FILE_NAME, Store, open_store
from bot.usecases.notices.change_entries import record_change
from bot.usecases.notices.notifications import card_key

ANOTHER = Message("integrity.restore.another")
ANYWAY = Message("integrity.restore.anyway")
CLOSED = Message("integrity.restore.closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreOptions:
    """What is to be restored where. `anchors` are heads kept elsewhere; `behind` accepts that records are lost."""

    file: Path
    home: Path
    backups: Path
    keys: Keyring
    clock: Clock
    by: Principal
    url: str = field(default="", repr=False)
    """The server that has the rows; empty for a file in `home`."""
    anchors: Sequence[Anchor] = ()
    behind: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came of it. `lost` are records of what happened that the copy lacks, None where nobody can tell.

    `behind` are all records that it lacks, with what the bot notes of itself.
    """

    seq: int
    head: str
    kept: str | None
    """Where the former rows are: a file, or a schema; None where there were none."""
    lost: int | None
    behind: int
    closed: int
    copied: int
    """The number of the last record of the copy itself; its restoring is recorded behind it."""


def restore(options: RestoreOptions) -> Restored:
    """Put the copy in. The caller holds both locks. Raises the errors of bot.core.bot_errors, with nothing changed.

    All of it happens in a folder apart until the one rename that counts.
    """
    copy = inspect(options)
    location = locate(options.home, options.url)
    location.assert_unused()
    found = compare_backup(location.look(), copy, options.keys)
    lost = _accept(options, copy, found)
    staging = make_ready(options.file, options.home)
    store = open_store(staging, options.keys, options.clock, backups=options.backups, thorough=True)
    try:
        closed = _adapt(store, options, copy, lost)
    finally:
        store.close()
    last = look_through(staging / FILE_NAME, options.keys)
    kept = location.replace(staging, at=options.clock.now_ms())
    return Restored(
        seq=last.seq,
        head=last.head,
        kept=kept,
        lost=lost,
        behind=_count_behind(options, copy, found),
        closed=closed,
        copied=copy.seq,
    )


def inspect(options: RestoreOptions) -> Backup:
    """Look through the copy where it lies: sound, not newer, of these keys, its chain whole, and its heads known."""
    if not options.file.is_file():
        file = str(options.file)
        folder, nothing = (
            Message("integrity.restore.folder", file=file),
            Message("integrity.restore.no_file", file=file),
        )
        raise ConfigurationError(folder if options.file.is_dir() else nothing, hint=ANOTHER)
    try:
        return _inspect(options)
    except StoreDamaged as error:
        raise StoreDamaged(error.sentence, hint=ANOTHER) from None


def _inspect(options: RestoreOptions) -> Backup:
    with closing(open_copy(options.file, options.keys)) as engine:
        copy = look_through(options.file, options.keys)
        _assert_heads(AuditReader(engine, options.keys), options, copy)
        return copy


def _assert_heads(log: AuditReader, options: RestoreOptions, copy: Backup) -> None:
    against = log.examine(options.anchors).against
    if against is not None and against.seq <= copy.seq:
        raise ConfigurationError(
            Message(
                "integrity.restore.record_mismatch", record=str(against.seq), file=str(copy.path), where=against.where
            ),
            hint=Message("integrity.restore.take_another"),
        )


def _accept(options: RestoreOptions, copy: Backup, found: RestoreComparison) -> int | None:
    """How many records are lost, if that was accepted. Raises Refusal."""
    witnessed = _find_witnessed(options)
    lost = found.lost
    if witnessed is not None:
        # What the bot notes of itself is nothing that happened, and only the database that is there can tell it apart.
        reached = copy.seq if lost is None else max(copy.seq, found.last)
        lost = (lost or 0) + max(0, witnessed - reached)
    if options.behind:
        return lost
    if not found.kin:
        raise Refusal(
            Message("integrity.restore.unrelated", file=str(options.file), home=str(options.home)), hint=ANYWAY
        )
    if lost is None:
        raise Refusal(
            Message(
                "integrity.restore.unknown_loss", home=str(options.home), file=str(options.file), record=str(copy.seq)
            ),
            hint=Message("integrity.restore.name_anchors", anyway=ANYWAY),
        )
    if lost:
        behind = _count_behind(options, copy, found)
        raise Refusal(
            Message(
                "integrity.restore.records_lost",
                file=str(options.file),
                record=str(copy.seq),
                last=str(copy.seq + behind),
                total=str(behind),
                count=lost,
            ),
            hint=ANYWAY,
        )
    return lost


def _find_witnessed(options: RestoreOptions) -> int | None:
    """Return the last record that is known from elsewhere."""
    return max((anchor.seq for anchor in options.anchors), default=None)


def _count_behind(options: RestoreOptions, copy: Backup, found: RestoreComparison) -> int:
    """Count all records behind the copy, also what the bot notes of itself."""
    return max(0, max(found.last, _find_witnessed(options) or 0) - copy.seq)


def _adapt(store: Store, options: RestoreOptions, copy: Backup, lost: int | None) -> int:
    """Write down that this is a copy, and close what is open in it: an approval may have been used since."""
    facts: dict[str, Fact] = {"name": options.file.name, "seq": copy.seq, "head": copy.head, "count": lost}
    with store.unit_of_work() as tx:
        # It was looked through, and whoever restores it knows where it ends.
        for name in (VERIFIED, BROKEN):
            tx.facts.put(name, "")
        tx.record(Entry(tag=Tag.DATABASE_RESTORED, actor=options.by.id, subject="database", facts=facts))
        forget_queues(tx.engine)
        waiting = store.changes.with_status([Status.PENDING, Status.APPROVED])
        for change in waiting:
            now = store.clock.now_ms()
            tx.changes.move(change.number, change.status, Status.EXPIRED, changes={"ended_at": now, "outcome": CLOSED})
            record_change(tx, Tag.CHANGE_EXPIRED, change, actor=SYSTEM, facts={"sentence": CLOSED})
            tx.outbox.put(card_key(change.number), CardNotice(number=change.number), at=now)
    return len(waiting)
