"""Checks of the files: keys, database, audit log, witness, backups, room. Nothing is changed by looking."""

from __future__ import annotations

import os
from collections.abc import Sequence

from bot.checks.check import Environment, Note
from bot.core.authority.identity_groups import IdentityGroups
from bot.core.bot_errors import ConfigurationError
from bot.core.text import plural
from bot.plugin import Message, Refusal
from bot.settings import Settings
from bot.store.engine.database import FILE_NAME, JOURNAL, SQLITE_VERSION, WAL, Journal, free_bytes
from bot.store.engine.file_permissions import Guarded, Loose, list_guarded_files, loose_modes, refuse_writable
from bot.store.engine.folders import HOME, assert_folder
from bot.store.files.backup import HOUR_MS, find_newest_time
from bot.store.files.consistency import assert_fits, assert_usable
from bot.store.files.witness_file import Witness, witness_at
from bot.store.schema.migrations import pending, refuse_newer
from bot.store.store import is_missing, refuse_lost
from bot.usecases.integrity.allow_list_check import REMEDY, describe_mismatch, find_mismatches
from bot.usecases.integrity.chain_check import examine_head, find_witness_mismatch
from bot.usecases.integrity.maintenance import LEAST_FREE
from bot.usecases.integrity.startup_checks import find_approver_shortage

UNWITNESSED = "an old copy of the database that somebody puts back will not be noticed"


def witness_of(settings: Settings) -> Witness | None:
    """The witness file of the settings, if there is one. Raises ConfigurationError where it could be none."""
    return witness_at(settings.witness_file, home=settings.home) if settings.witness_file else None


def check_paths(environment: Environment) -> str:
    """Read the settings that name a path."""
    settings = environment.settings
    paths = (settings.home, settings.key_file, settings.backups, settings.witness_file)
    return f"{plural(len([path for path in paths if path]), 'path')}, each can be read"


def check_folder(environment: Environment) -> str | Note:
    """Look whether the folder, and the database in it, could be written; nothing is."""
    home = environment.settings.home
    assert_folder(home, HOME)
    if not home.exists():
        return Note(says=f"There is no folder {home} yet.", hint="b24bot init makes it.")
    if environment.there and not os.access(home / FILE_NAME, os.W_OK):
        raise ConfigurationError(
            f"{home / FILE_NAME} cannot be written by this account.", hint="Run the bot as the owner of its files."
        )
    return f"{home} can be written"


def check_key_file(environment: Environment) -> str:
    return f"{environment.settings.key_file}, {plural(len(environment.keys.ids), 'key')}"


def loose_modes_of(settings: Settings) -> list[Loose]:
    """The files of this bot that others may read or write."""
    return list(loose_modes(_guarded(settings)))


def _guarded(settings: Settings) -> Sequence[Guarded]:
    """The files and folders of this bot that are there."""
    return list_guarded_files(
        home=settings.home, backups=settings.backups, key_file=settings.key_file, dotenv=settings.dotenv
    )


def check_file_modes(environment: Environment) -> str | Note:
    """Look who else may read or write the files."""
    loose = loose_modes_of(environment.settings)
    refuse_writable(loose)
    if loose:
        return Note(says=" ".join(one.says for one in loose), hint=" ".join(one.hint for one in loose))
    found = len(_guarded(environment.settings))
    if not found:
        return "no file of the bot is there yet"
    return f"{plural(found, 'file or folder', 'files and folders')} of the bot, for its account alone"


def check_database(environment: Environment) -> str | Note:
    if is_missing(environment.settings.home):
        refuse_lost(environment.settings.home, environment.settings.backups)
    if not environment.there:
        return Note(says=f"There is no database in {environment.settings.home} yet: the first start makes it.")
    database = environment.database
    refuse_newer(database)
    whole = assert_usable(database)
    waiting = pending(database)
    sound = "sound" if whole else "sound; through the pages of the audit log a bot that runs looks each day"
    return f"{database.path}, {sound}" + (f"; the next start applies {', '.join(waiting)}" if waiting else "")


def check_journal(environment: Environment) -> str | Note:
    """Say which journal the bot uses with the SQLite that is there, and what that costs."""
    path = environment.settings.home / FILE_NAME
    return describe_journal(JOURNAL, size=path.stat().st_size if environment.there else 0)


def describe_journal(journal: Journal, *, size: int) -> str | Note:
    """Say what a journal costs with a database of so many bytes."""
    if journal == WAL:
        return f"WAL, with SQLite {SQLITE_VERSION}: nobody waits for a backup"
    large = f", {size // 1_000_000:,} MB," if size >= 1_000_000 else ""
    return Note(
        says=f"A rollback journal, with SQLite {SQLITE_VERSION}: each change costs two to three times what it costs "
        f"with a WAL, and nobody can write while a backup copies the database{large} each hour.",
        hint="Let Python have a newer SQLite: scripts/setup runtime, or pip install 'b24bot[wal]' where b24bot is "
        "installed. The next start takes it.",
    )


def check_keys(environment: Environment) -> str:
    assert_fits(environment.store.database, environment.keys)
    return "every stored secret opens, every record has its key"


def check_audit_log(environment: Environment) -> str:
    found = examine_head(environment.store, None)
    if found.why:
        raise ConfigurationError(
            found.why, hint="The bot starts and only reads. Compare with a backup: b24bot restore FILE"
        )
    archived = environment.store.audit.archived().end.seq
    records = plural(found.verified.seq, "record")
    if archived:
        records = f"{records}, of which those up to #{archived} were archived"
    if found.start.seq > archived:
        return (
            f"{records}; a bot recomputed those up to #{found.start.seq}, and those after it are as they were written"
        )
    return (
        f"{records}; those that are here are as they were written" if archived else f"{records}, as they were written"
    )


def check_allow_list(environment: Environment) -> str:
    found = find_mismatches(environment.store)
    if found:
        raise Refusal(describe_mismatch(found), hint=Message("limit.allow_list_hint", remedy=REMEDY))
    return f"{plural(len(environment.store.grants.all()), 'person', 'people')}, as the audit log has it"


def check_approvers(environment: Environment) -> str:
    settings = environment.settings
    people = IdentityGroups.of(settings.same_person)
    short = find_approver_shortage(environment.store.grants.all(), settings.terms.quorum, people)
    if short:
        raise Refusal(short)
    return f"enough for a quorum of {settings.terms.quorum}"


def check_backups(environment: Environment) -> str | Note:
    assert_folder(environment.settings.backups, "B24BOT_BACKUPS")
    last = find_newest_time(environment.settings.backups, until=environment.clock.now_ms())
    if last is None:
        hint = "Make one: b24bot backup" if environment.there else ""
        return Note(says=f"There is no backup in {environment.settings.backups} yet.", hint=hint)
    hours = (environment.clock.now_ms() - last) // HOUR_MS
    if hours > 2:
        raise Refusal(
            f"The newest backup in {environment.settings.backups} is {hours} hours old.",
            hint="A bot that runs makes one every hour: look at its log for backup_failed.",
        )
    return f"the newest in {environment.settings.backups} is less than {plural(hours + 1, 'hour')} old"


def check_disk(environment: Environment) -> str:
    home = environment.settings.home
    free = free_bytes(home) // 1024**2
    if free < LEAST_FREE // 1024**2:
        raise Refusal(f"Only {free} MB are free in {home}: nothing dangerous runs.", hint="Make room.")
    return f"{free:,} MB free"


def check_witness(environment: Environment) -> str | Note:
    witness = witness_of(environment.settings)
    if witness is None:
        return Note(says=f"B24BOT_WITNESS_FILE is not set: {UNWITNESSED}.")
    try:
        witness.probe()
        why = find_witness_mismatch(environment.store_if_any, witness) if environment.store_if_any is not None else ""
    except OSError as error:
        raise ConfigurationError(
            f"The witness file {witness.path} cannot be used: {error.strerror}.",
            hint="Make it readable and writable for the account of the bot, or set B24BOT_WITNESS_FILE.",
        ) from None
    if why:
        raise ConfigurationError(
            why, hint="The bot starts and only reads. Look: b24bot audit verify. Then: b24bot restore FILE"
        )
    return f"{witness.path}, agrees up to #{witness.newest}" if witness.newest else f"{witness.path}, empty so far"
