"""Checks of the files: keys, database, audit log, witness, backups, room. Nothing is changed by looking."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from bot.checks.check import Environment, Note, join_sentences
from bot.core.authority.identity_groups import IdentityGroups
from bot.core.bot_errors import ConfigurationError
from bot.plugin import Message, Refusal, Text
from bot.settings import Settings
from bot.store.disk.file_permissions import Guarded, Loose, list_guarded_files, loose_modes, refuse_writable
from bot.store.disk.folders import FILE_NAME, HOME, assert_folder, free_bytes
from bot.store.engine.journal import JOURNAL, SQLITE_VERSION, WAL, Journal
from bot.store.engine.kept_commits import MAY_LOSE, WITNESSED_FIRST, Durability
from bot.store.files.backup import HOUR_MS, find_newest_time
from bot.store.files.consistency import assert_fits, assert_usable, list_pending_steps
from bot.store.files.witness_file import Witness, witness_at
from bot.store.repositories.replication.replicas import ReplicaReader
from bot.store.store import refuse_lost, refuse_other
from bot.usecases.admin.status_report import describe_replica
from bot.usecases.integrity.allow_list_check import REMEDY, describe_mismatch, find_mismatches
from bot.usecases.integrity.chain_check import examine_head, find_witness_mismatch
from bot.usecases.integrity.maintenance import LEAST_FREE
from bot.usecases.integrity.startup_checks import find_approver_shortage
from bot.usecases.process.replica_agreement import describe_differences

UNWITNESSED = Message("check.witness.unset")
KEPT_BY: Mapping[Durability, Message] = {
    Durability.FILE: Message("check.commits.file"),
    Durability.SYNCHRONOUS: Message("check.commits.standby"),
    Durability.SINGLE: Message("check.commits.single"),
}
"""What keeps an acknowledged commit."""


def witness_of(settings: Settings) -> Witness | None:
    """The witness file of the settings, if there is one. Raises ConfigurationError where it could be none."""
    return witness_at(settings.witness_file, home=settings.home) if settings.witness_file else None


def check_paths(environment: Environment) -> Message:
    """Read the settings that name a path, or the server that is used in place of a file."""
    settings = environment.settings
    paths = (settings.home, settings.key_file, settings.backups, settings.witness_file, settings.database_url)
    return Message("check.paths.readable", count=len([path for path in paths if path]))


def check_folder(environment: Environment) -> Message | Note:
    """Look whether the folder, and the database in it, could be written; nothing is."""
    home = environment.settings.home
    assert_folder(home, HOME)
    if not home.exists():
        return Note(says=Message("check.folder.missing", folder=str(home)), hint=Message("check.folder.init"))
    if (home / FILE_NAME).exists() and not os.access(home / FILE_NAME, os.W_OK):
        raise ConfigurationError(
            Message("check.folder.unwritable", path=str(home / FILE_NAME)), hint=Message("check.folder.owner")
        )
    return Message("check.folder.writable", folder=str(home))


def check_key_file(environment: Environment) -> Message:
    if environment.settings.keys:
        return Message("check.key_file.from_setting", count=len(environment.keys.ids))
    path = str(environment.settings.key_file)
    return Message("check.key_file.readable", path=path, count=len(environment.keys.ids))


def loose_modes_of(settings: Settings) -> list[Loose]:
    """The files of this bot that others may read or write."""
    return list(loose_modes(_guarded(settings)))


def _guarded(settings: Settings) -> Sequence[Guarded]:
    """The files and folders of this bot that are there."""
    return list_guarded_files(
        home=settings.home, backups=settings.backups, key_file=settings.key_file, dotenv=settings.dotenv
    )


def check_file_modes(environment: Environment) -> Message | Note:
    """Look who else may read or write the files."""
    loose = loose_modes_of(environment.settings)
    refuse_writable(loose)
    if loose:
        return Note(says=join_sentences(one.says for one in loose), hint=join_sentences(one.hint for one in loose))
    found = len(_guarded(environment.settings))
    if not found:
        return Message("check.file_modes.no_file")
    return Message("check.file_modes.private", count=found)


def check_database(environment: Environment) -> Message | Note:
    location = environment.location
    if location.empty:
        refuse_other(location)
        refuse_lost(location, environment.settings.backups)
    if not environment.there:
        return Note(says=Message("check.database.missing", folder=location.place))
    engine = environment.engine
    waiting = list_pending_steps(engine)
    sound = (
        Message("check.database.sound", path=engine.name)
        if assert_usable(engine)
        else Message("check.database.sound_so_far", path=engine.name)
    )
    found = location.describe(engine) or sound
    return Message("check.database.migrations", found=found, migrations=waiting) if waiting else found


def check_commits(environment: Environment) -> Message | Note:
    """Say what keeps a call from being made twice when the database fails, and refuse where nothing does."""
    settings = environment.settings
    durability = environment.engine.durability()
    if durability in WITNESSED_FIRST and settings.witness_file:
        return Message("check.commits.witnessed")
    if durability is Durability.WAITING:
        raise Refusal(Message("check.commits.waiting"), hint=Message("check.commits.connect_standby"))
    if durability not in MAY_LOSE:
        return KEPT_BY[durability]
    if settings.allow_async:
        return Note(says=Message("check.commits.allowed"), hint=Message("check.commits.keep_them"))
    raise Refusal(Message("limit.async_database"), hint=Message("check.commits.keep_them"))


def check_replicas(environment: Environment) -> Text:
    """Name the processes on a database that other hosts reach, too. Refuse where their settings differ."""
    if not environment.settings.database_url:
        return Message("check.replicas.one_host")
    known = environment.there and environment.engine.has_table("replicas")
    found = ReplicaReader(environment.engine).list() if known else ()
    told = join_sentences(describe_replica(one) for one in found)
    if found and not any(one.beats for one in found):
        raise Refusal(told, hint=Message("check.replicas.all_silent"))
    differences = describe_differences([one for one in found if one.beats])
    if differences:
        raise Refusal(join_sentences([told, *differences]), hint=Message("check.replicas.same_settings"))
    return told or Message("check.replicas.none")


def check_journal(environment: Environment) -> Message | Note:
    """Say which journal the bot uses with the SQLite that is there, and what that costs."""
    if environment.settings.database_url:
        return Message("check.journal.server")
    path = environment.settings.home / FILE_NAME
    return describe_journal(JOURNAL, size=path.stat().st_size if environment.there else 0)


def describe_journal(journal: Journal, *, size: int) -> Message | Note:
    """Say what a journal costs with a database of so many bytes."""
    if journal == WAL:
        return Message("check.journal.wal", version=SQLITE_VERSION)
    megabytes = size // 1_000_000
    says = (
        Message("check.journal.rollback_of_size", version=SQLITE_VERSION, megabytes=megabytes)
        if megabytes
        else Message("check.journal.rollback", version=SQLITE_VERSION)
    )
    return Note(says=says, hint=Message("check.journal.newer_sqlite"))


def check_keys(environment: Environment) -> Message:
    assert_fits(environment.engine, environment.keys)
    return Message("check.keys.fit")


def check_audit_log(environment: Environment) -> Message:
    found = examine_head(environment.store, None)
    if found.limit is not None:
        raise ConfigurationError(found.limit.why, hint=Message("check.audit_log.compare"))
    archived = environment.store.audit.archived().end.seq
    intact = Message("check.audit_log.intact", count=found.verified.seq)
    if archived:
        intact = Message("check.audit_log.archived", intact=intact, record=str(archived))
    if found.start.seq > archived:
        return Message("check.audit_log.recomputed_before", intact=intact, record=str(found.start.seq))
    return intact


def check_allow_list(environment: Environment) -> Message:
    found = find_mismatches(environment.store)
    if found:
        raise Refusal(describe_mismatch(found), hint=Message("limit.allow_list_hint", remedy=REMEDY))
    return Message("check.allow_list.fits", count=len(environment.store.grants.all()))


def check_approvers(environment: Environment) -> Message:
    settings = environment.settings
    people = IdentityGroups.of(settings.same_person)
    short = find_approver_shortage(environment.store.grants.all(), settings.terms.quorum, people)
    if short is not None:
        raise Refusal(short)
    return Message("check.approvers.enough", quorum=settings.terms.quorum)


def check_backups(environment: Environment) -> Message | Note:
    backups = environment.settings.backups
    assert_folder(backups, "B24BOT_BACKUPS")
    last = find_newest_time(backups, until=environment.clock.now_ms())
    if last is None:
        hint = Message("check.backups.make_one") if environment.there else ""
        return Note(says=Message("check.backups.none", folder=str(backups)), hint=hint)
    hours = (environment.clock.now_ms() - last) // HOUR_MS
    if hours > 2:
        raise Refusal(
            Message("check.backups.old", folder=str(backups), count=hours), hint=Message("check.backups.see_log")
        )
    return Message("check.backups.recent", folder=str(backups), count=hours + 1)


def check_disk(environment: Environment) -> Message:
    home = environment.settings.home
    free = free_bytes(home) // 1024**2
    if free < LEAST_FREE // 1024**2:
        raise Refusal(Message("check.disk.full", free=free, folder=str(home)), hint=Message("check.disk.make_room"))
    return Message("check.disk.free", free=free)


def check_witness(environment: Environment) -> Message | Note:
    witness = witness_of(environment.settings)
    if witness is None:
        return Note(says=UNWITNESSED)
    try:
        witness.probe()
        store = environment.store_if_any
        mismatch = find_witness_mismatch(store, witness) if store is not None else None
    except OSError as error:
        raise ConfigurationError(
            Message("check.witness.unusable", path=str(witness.path), reason=error.strerror or type(error).__name__),
            hint=Message("check.witness.permit"),
        ) from None
    if mismatch is not None:
        raise ConfigurationError(mismatch.why, hint=Message("check.witness.verify"))
    path = str(witness.path)
    if not witness.newest:
        return Message("check.witness.empty", path=path)
    return Message("check.witness.agrees", path=path, record=str(witness.newest))
