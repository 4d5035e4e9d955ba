"""`b24bot backup` and `b24bot restore`: copies of the database, and the way back from one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from bot.cli.commands.verify_command import kept
from bot.cli.options import as_json, reason
from bot.cli.output import report
from bot.cli.session import Terminal, explain_file_errors
from bot.clock import SystemClock
from bot.core.audit.chain import Anchor, read_anchors
from bot.core.text import plural
from bot.plugin.frozen import dataclass
from bot.settings import Settings
from bot.store.engine.folders import make_home
from bot.store.engine.process_lock import INTAKE, WORKER, ProcessLocks
from bot.store.sealing.keyring import assert_apart_from_backups, load_key_file
from bot.usecases.integrity.restore_record import Restored, RestoreOptions, restore


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupMade:
    """A copy of the database."""

    path: str
    seq: int
    """The number of the last audit record in it; 0 where it has none."""
    head: str
    """The head of the audit log in it, as hex digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreResult:
    """What came of putting a copy in the place of the database."""

    file: str
    """The copy."""
    seq: int
    """The number of the last audit record now."""
    head: str
    kept: str | None
    """Where the former database is kept; null where there was none."""
    lost: int | None
    """How many records are lost; null where nobody can tell."""
    closed: int
    """How many open change requests were closed."""


@click.command("backup")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path),
    help="Another folder than B24BOT_BACKUPS.",
)
@reason
@as_json(BackupMade)
@click.pass_obj
def backup(terminal: Terminal, folder: Path | None, as_json: bool) -> None:
    """Copy the database, look the copy through, and say where it is; also while the bot runs.

    A bot that runs does this every hour by itself.
    """
    if folder is not None:
        assert_apart_from_backups(terminal.host_settings.key_file, folder)
    with terminal.store(writes=True) as store:
        made = store.back_up(folder)
    told = f"{made.path}: up to audit record #{made.seq} {made.head}".rstrip()
    report(BackupMade(path=str(made.path), seq=made.seq, head=made.head), told, as_json=as_json)


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--behind", is_flag=True, help="Accept that records after those in FILE are lost.")
@click.option(
    "--anchors",
    type=click.Path(path_type=Path),
    help="A file with heads of the log, as the witness file or an export.  [default: B24BOT_WITNESS_FILE]",
)
@as_json(RestoreResult)
@click.pass_obj
def put_back(terminal: Terminal, file: Path, behind: bool, anchors: Path | None, as_json: bool) -> None:
    """Put a copy in the place of the database, while no bot runs.

    The copy is looked through first. The database that is there is kept beside it, and change requests that are open
    in the copy are closed: they may have been run since.
    """
    settings = terminal.host_settings
    with explain_file_errors(settings.key_file):
        keys = load_key_file(settings.key_file, home=settings.home, backups=settings.backups)
    make_home(settings.home)
    with explain_file_errors(file):
        seats = ProcessLocks(settings.home, [INTAKE, WORKER])
        try:
            wish = RestoreOptions(
                file=file,
                home=settings.home,
                backups=settings.backups,
                keys=keys,
                clock=SystemClock(),
                by=terminal.person,
                anchors=tuple(_anchors(settings, anchors)),
                behind=behind,
            )
            done = restore(wish)
            report(_view(done, wish), *_summary_lines(done, wish, settings), as_json=as_json)
        finally:
            seats.leave()


def _anchors(settings: Settings, named: Path | None) -> Iterator[Anchor]:
    """The heads in the file that was named, else in the witness file if there is one."""
    if named is not None:
        yield from kept([named])
    elif settings.witness_file is not None and settings.witness_file.exists():
        with settings.witness_file.open(encoding="utf-8", errors="replace") as lines:
            yield from read_anchors(lines, str(settings.witness_file))


def _view(done: Restored, wish: RestoreOptions) -> RestoreResult:
    return RestoreResult(
        file=str(wish.file),
        seq=done.seq,
        head=done.head,
        kept=None if done.kept is None else str(done.kept),
        lost=done.lost,
        closed=done.closed,
    )


def _summary_lines(done: Restored, wish: RestoreOptions, settings: Settings) -> Iterator[str]:
    yield f"Restored from {wish.file}: the log holds up to audit record #{done.seq} {done.head}"
    if done.kept is not None:
        yield f"The former database is kept as {done.kept}"
    if done.lost is None:
        yield "Nobody can tell how many records of what happened since are lost."
    elif done.lost:
        yield f"Lost: {plural(done.lost, 'record')} of what happened since."
    if done.closed:
        yield f"Closed, because they may have been run since: {plural(done.closed, 'change request')}."
    if done.lost != 0:
        yield "Roles, a freeze and open requests are as they were when the copy was made."
        yield "Before you start the bot, look: b24bot access list, b24bot status"
    if any(anchor.seq > done.copied for anchor in _anchors(settings, None)):
        yield f"{settings.witness_file} has seen the lost records: put it aside, or the bot will only read."
    yield "Tokens in the copy may have been renewed since. Look: b24bot portal check"
