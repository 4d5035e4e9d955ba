"""`b24bot backup`, `restore` and `database copy`: copies of the database, the way back, and a move elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from bot.checks.key_source import load_keys
from bot.cli.audit.verify_command import kept
from bot.cli.help_page import Group, argument, command, option
from bot.cli.options import PATH, as_json, reason
from bot.cli.output import report
from bot.cli.session import Terminal, explain_file_errors
from bot.clock import SystemClock
from bot.core.audit.chain import Anchor, read_anchors
from bot.core.bot_errors import AlreadyRunning, WordsError
from bot.core.parsing.database_urls import is_database_url, list_passwords
from bot.plugin import Message
from bot.plugin.frozen import dataclass
from bot.settings import Settings
from bot.store.database_copy import copy_database
from bot.store.disk.folders import make_home
from bot.store.disk.process_lock import INTAKE, ROLES, WORKER, ProcessLocks, is_held
from bot.store.files.whole_copy import RowCounts
from bot.store.location import FileLocation, Location, locate
from bot.store.sealing.keyring import assert_apart_from_backups
from bot.usecases.integrity.restore_record import Restored, RestoreOptions, restore
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupMade:
    """A copy of the database."""

    path: str
    """The file of the copy."""
    seq: int
    """The number of the last audit record in it; 0 where it has none."""
    head: str
    """The head of the audit log in it, as hex digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreResult:
    """The result of replacing the database with a copy."""

    file: str
    """The copy."""
    seq: int
    """The number of the last audit record now."""
    head: str
    """The head of the audit log now, as hex digits."""
    kept: str | None
    """Where the former database is kept; null where there was none."""
    lost: int | None
    """How many records are lost; null where nobody can tell."""
    closed: int
    """How many open change requests were closed."""


@command(
    "backup",
    help=TERMINAL_COMMANDS["backup"],
    details=Message("clihelp.backup.details"),
    examples=("", "--to /mnt/backups"),
)
@option("--to", "folder", metavar="FOLDER", type=PATH, help=Message("clihelp.option.to_backups"))
@reason
@as_json(BackupMade)
@click.pass_obj
def backup(terminal: Terminal, folder: Path | None, as_json: bool) -> None:
    """Back the database up and verify the backup."""
    if folder is not None and not terminal.host_settings.keys:
        assert_apart_from_backups(terminal.host_settings.key_file, folder)
    with terminal.store(writes=True) as store:
        made = store.back_up(folder)
    told = Message("cli.backup.made", file=str(made.path), record=str(made.seq), hash=made.head)
    if not made.head:
        told = Message("cli.backup.made_empty", file=str(made.path))
    report(BackupMade(path=str(made.path), seq=made.seq, head=made.head), told, as_json=as_json)


@command(
    "restore",
    help=TERMINAL_COMMANDS["restore"],
    details=Message("clihelp.restore.details"),
    examples=("/var/backups/b24bot/b24bot-20260301T140500Z.sqlite3",),
)
@argument("file", metavar="FILE", type=PATH, help=Message("clihelp.argument.backup"))
@option("--behind", is_flag=True, help=Message("clihelp.option.behind"))
@option(
    "--checkpoints",
    metavar="FILE",
    type=PATH,
    show_default="B24BOT_WITNESS_FILE",
    help=Message("clihelp.option.restore_checkpoints"),
)
@as_json(RestoreResult)
@click.pass_obj
def put_back(terminal: Terminal, file: Path, behind: bool, checkpoints: Path | None, as_json: bool) -> None:
    """Put a backup in the place of the database, while no bot runs."""
    settings = terminal.host_settings
    with explain_file_errors(settings.key_file):
        keys = load_keys(settings)
    make_home(settings.home)
    with explain_file_errors(file):
        locks = ProcessLocks(settings.home, [INTAKE, WORKER])
        try:
            options = RestoreOptions(
                file=file,
                home=settings.home,
                url=settings.database_url,
                backups=settings.backups,
                keys=keys,
                clock=SystemClock(),
                by=terminal.person,
                anchors=tuple(_anchors(settings, checkpoints)),
                behind=behind,
            )
            done = restore(options)
            report(_view(done, options), *_summary_lines(done, options, settings), as_json=as_json)
        finally:
            locks.leave()


def _anchors(settings: Settings, named: Path | None) -> Iterator[Anchor]:
    """The heads in the file that was named, else in the witness file if there is one."""
    if named is not None:
        yield from kept([named])
    elif settings.witness_file is not None and settings.witness_file.exists():
        with settings.witness_file.open(encoding="utf-8", errors="replace") as lines:
            yield from read_anchors(lines, str(settings.witness_file))


def _view(done: Restored, options: RestoreOptions) -> RestoreResult:
    return RestoreResult(
        file=str(options.file),
        seq=done.seq,
        head=done.head,
        kept=done.kept,
        lost=done.lost,
        closed=done.closed,
    )


def _summary_lines(done: Restored, options: RestoreOptions, settings: Settings) -> Iterator[Message]:
    yield Message("cli.restore.done", file=str(options.file), record=str(done.seq), hash=done.head)
    if done.kept is not None:
        yield Message("cli.restore.former_kept", file=str(done.kept))
    if done.lost is None:
        yield Message("cli.restore.loss_unknown")
    elif done.lost:
        yield Message("cli.restore.lost", total=str(max(done.behind, done.lost)), count=done.lost)
    if done.closed:
        yield Message("cli.restore.closed", count=done.closed)
    if done.lost != 0:
        yield Message("cli.restore.as_of_backup")
        yield Message("cli.restore.check_before_start")
    if any(anchor.seq > done.copied for anchor in _anchors(settings, None)):
        yield Message("cli.restore.put_file_aside", file=str(settings.witness_file))
    yield Message("cli.restore.check_tokens")


SERVER = "server"
"""Stands for the server of the settings: its address has a password, which is no word of a command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseCopied:
    """A database that was copied whole."""

    source: str
    """The location that was copied."""
    target: str
    """The location of the copy."""
    seq: int
    """The number of the last audit record in both; 0 where there is none."""
    head: str
    """The head of the audit log in both, as hex digits."""
    rows: int
    """How many rows both have."""


@command(
    "copy",
    help=TERMINAL_COMMANDS["database copy"],
    details=Message("clihelp.database_copy.details"),
    examples=("/var/lib/b24bot/b24bot.sqlite3 server", "server /var/lib/b24bot/b24bot.sqlite3"),
)
@argument("source", metavar="FROM", help=Message("clihelp.argument.copy_from"))
@argument("target", metavar="TO", help=Message("clihelp.argument.copy_to"))
@as_json(DatabaseCopied)
@click.pass_obj
def copy(terminal: Terminal, source: str, target: str, as_json: bool) -> None:
    """Copy the whole database to an empty place while no bot runs. Exit code 0: both are equal; 1: they differ."""
    settings = terminal.host_settings
    with explain_file_errors(settings.key_file):
        keys = load_keys(settings)
    make_home(settings.home)
    with explain_file_errors(settings.home):
        locks = ProcessLocks(settings.home, [INTAKE, WORKER])
        try:
            first, second = _find_database(settings, source), _find_database(settings, target)
            done = copy_database(first, second, keys)
        finally:
            locks.leave()
    in_use = second.name == locate(settings.home, settings.database_url).name
    _report_copied(first, second, done, in_use=in_use, as_json=as_json)


def _report_copied(source: Location, target: Location, done: RowCounts, *, in_use: bool, as_json: bool) -> None:
    view = DatabaseCopied(source=source.name, target=target.name, seq=done.seq, head=done.head, rows=done.total)
    report(
        view,
        Message("cli.database.copied", target=target.name, count=done.total),
        Message("cli.database.same_head", record=str(done.seq), hash=done.head[:16]),
        Message("cli.database.keep_one") if in_use else Message("cli.database.change_setting"),
        as_json=as_json,
    )


def _find_database(settings: Settings, word: str) -> Location:
    """The place that a word names. Raises WordsError, and AlreadyRunning for a file that a bot works on."""
    if word == SERVER:
        return locate(settings.home, settings.require("B24BOT_DATABASE_URL"))
    if is_database_url(word):
        if list_passwords(word):
            raise WordsError(Message("cli.database.password_typed"), hint=Message("cli.database.write_server"))
        return locate(settings.home, word)
    path = Path(word).expanduser()
    _assert_unused(path.parent, settings.home)
    return FileLocation(path.parent, path.name)


def _assert_unused(folder: Path, home: Path) -> None:
    """This process holds the locks of its own folder."""
    if folder.resolve() == home.resolve():
        return
    for role in (INTAKE, WORKER):
        if is_held(folder, role):
            raise AlreadyRunning(
                Message("cli.database.in_use", role=ROLES[role], folder=str(folder)),
                hint=Message("store.lock.stop_it"),
            )


database = Group("database", help=TERMINAL_COMMANDS["database"], commands=[copy])
