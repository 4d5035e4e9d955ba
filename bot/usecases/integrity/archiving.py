"""The oldest audit records go into a file, while no bot runs: verified, witnessed, on the record, and then gone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bot.core.audit.archive_chain import ArchiveRecord, archive_facts, list_proved_archives
from bot.core.audit.audit_record import Entry, Tag
from bot.core.audit.chain import START, Place
from bot.core.bot_errors import ConfigurationError, StoreUnavailable
from bot.core.principals import Principal
from bot.plugin import Message, Refusal
from bot.plugin.frozen import dataclass
from bot.store.disk.folders import free_bytes, nearest
from bot.store.files.archive_file import (
    delete_archived,
    estimate_bytes,
    kept_records,
    last_before,
    note_kept_records,
    write_archive,
)
from bot.store.files.backup_reader import Tell, no_progress
from bot.store.files.consistency import assert_sound
from bot.store.files.verified_head import BROKEN, VERIFIED, Mark, encode_mark
from bot.store.files.witness_file import Witness
from bot.store.store import Store, Transaction
from bot.usecases.integrity.chain_check import WITNESSED, Examined, examine_log, witnessed_up_to
from bot.usecases.integrity.witness_writer import append_heads

SPARE = 16 * 1024 * 1024
"""Bytes that have to stay free."""
MENDING = Message("integrity.archive.repair")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveOptions:
    """What is to be archived: the records from before a moment (UTC epoch milliseconds), into a folder."""

    before: int
    folder: Path
    by: Principal
    witness: Witness | None = None
    free: Callable[[Path], int] = free_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePlan:
    """What an archiving will do. `bytes` is how large its file can become; `kept` records of the range stay."""

    start: Place
    end: Place
    path: Path
    kept: int
    bytes: int

    @property
    def records(self) -> int:
        """How many records go into the file."""
        return self.end.seq - self.start.seq


def plan_archive(store: Store, options: ArchiveOptions) -> ArchivePlan:
    """Verify the whole log, and say what would be archived. Changes nothing.

    Raises ConfigurationError for a log that cannot be trusted, and Refusal where there is nothing to archive, where the
    file is there already, or where there is no room for it.
    """
    assert_sound(store.engine, deep=True)
    _assert_holds(examine_log(store, options.witness))
    start = store.audit.archived().end
    end = store.audit.place_at(last_before(store.engine, options.before, now=store.clock.now_ms())) or START
    if end.seq <= start.seq:
        since = Message("integrity.archive.nothing_since", last=str(start.seq))
        raise Refusal(
            since if start.seq else Message("integrity.archive.nothing"), hint=Message("integrity.archive.later")
        )
    plan = ArchivePlan(
        start=start,
        end=end,
        path=options.folder / f"audit-{start.seq + 1}-{end.seq}.jsonl",
        kept=len(kept_records(store.engine, start, end)),
        bytes=estimate_bytes(store.engine, start, end),
    )
    _assert_new(store, plan)
    _assert_room(store, plan, options)
    return plan


def _assert_holds(found: Examined) -> None:
    if found.limit is not None:
        raise ConfigurationError(Message("limit.not_archived", why=found.limit.why), hint=MENDING)
    if not found.compared:
        raise Refusal(Message("integrity.archive.witness_unreadable"))


def _assert_new(store: Store, plan: ArchivePlan) -> None:
    if plan.path.exists() or plan.path.is_symlink():
        known = any(one.name == plan.path.name for one in list_proved_archives(store.audit, store.audit.key_of))
        file = str(plan.path)
        there = Message("integrity.archive.exists", file=file)
        left = Message("integrity.archive.exists_unrecorded", file=file)
        raise Refusal(there if known else left, hint=Message("integrity.archive.move"))


def _assert_room(store: Store, plan: ArchivePlan, options: ArchiveOptions) -> None:
    """For the file, and where the database lies for the journal of taking the records out."""
    home, folder = store.home, nearest(options.folder)
    journal = store.engine.size()
    shared = home.stat().st_dev == folder.stat().st_dev
    for place, wanted in ((folder, plan.bytes + shared * journal + SPARE), (home, journal + SPARE)):
        if options.free(place) < wanted:
            raise Refusal(
                Message(
                    "integrity.archive.no_room",
                    wanted=wanted // 1024**2,
                    folder=str(place),
                    free=options.free(place) // 1024**2,
                ),
                hint=Message("integrity.archive.make_room"),
            )


def archive(store: Store, plan: ArchivePlan, options: ArchiveOptions, *, tell: Tell = no_progress) -> ArchiveRecord:
    """Do what was planned. The caller holds both locks. `tell` hears how far the file has come.

    Cut short at any moment it leaves the log as it was, with a file more at most, or archived. Raises StoreUnavailable,
    ConfigurationError and OSError.
    """
    plan.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, keys = write_archive(store.audit, plan.path, plan.start, plan.end, tell=tell)
    _append_heads(store, options.witness)
    with store.unit_of_work() as tx:
        archived = ArchiveRecord(
            start=plan.start,
            end=plan.end,
            name=plan.path.name,
            digest=digest,
            kept=note_kept_records(tx.engine, plan.start, plan.end),
            keys=keys,
        )
        facts = archive_facts(archived)
        tx.record(Entry(tag=Tag.ARCHIVED, actor=options.by.id, subject="audit", facts=facts))
        delete_archived(tx.engine, archived)
        _recompute_rest(tx, store)
    # It is done. What the witness file does not take now it gets from the bot, or from the next archiving.
    with suppress(OSError, StoreUnavailable):
        _append_heads(store, options.witness)
    return archived


def _recompute_rest(tx: Transaction, store: Store) -> None:
    """Recompute what is left before it counts, and note how far.

    The place in the mark that was there may be in the archive now.
    """
    tx.facts.put(VERIFIED, "")
    found = examine_log(store, None)
    _assert_holds(found)
    mark = Mark(place=found.verified, keys=found.keys, at=store.clock.now_ms())
    tx.facts.put(VERIFIED, encode_mark(mark, tx.keys))
    tx.facts.put(BROKEN, "")


def _append_heads(store: Store, witness: Witness | None) -> None:
    """Append the heads that the witness file has not got: those of the archived records cannot be told later."""
    if witness is None:
        return
    last = (store.audit.place() or START).seq
    known = witnessed_up_to(store)
    reached = last - 1 if known is None else known
    while reached < last:
        reached = append_heads(store.audit, witness, reached)
    with store.unit_of_work() as tx:
        tx.facts.put(WITNESSED, str(reached))


def shrink(store: Store, *, free: Callable[[Path], int] = free_bytes) -> bool:
    """Write the database anew, so that its file is smaller by what went; False where there is no room for that now."""
    size = store.engine.size()
    if free(store.home) < 2 * size + SPARE:
        return False
    try:
        store.engine.write_anew()
    except StoreUnavailable:
        return False
    return True
