"""`b24bot audit archive`: the oldest audit records go into a file, while no bot runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from bot.checks.storage import witness_of
from bot.cli.options import as_json, reason
from bot.cli.output import report
from bot.cli.progress_bar import progress_bar
from bot.cli.session import Terminal, explain_file_errors
from bot.core.audit.archive_chain import ArchiveRecord
from bot.core.text import plural
from bot.plugin import BadArgument, Refusal
from bot.plugin.frozen import dataclass
from bot.store.engine.process_lock import INTAKE, WORKER, ProcessLocks
from bot.store.store import Store
from bot.usecases.integrity.archiving import ArchiveOptions, ArchivePlan, plan_archive, shrink
from bot.usecases.integrity.archiving import archive as archive_records

FOLDER = "archives"
"""Where the files are, in the folder of the database, unless another one is named."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _moment(_ctx: click.Context, _parameter: click.Parameter, value: str) -> int:
    """The beginning of a day in UTC, in epoch milliseconds. Raises BadArgument."""
    try:
        day = datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise BadArgument(
            f"--before: “{value}” is no date.", hint="Type it like 2026-01-31; it begins in UTC."
        ) from None
    return (day - _EPOCH) // timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveResult:
    """What was archived, or, where nothing was done, what would be."""

    done: bool
    file: str
    first: int
    """The number of the first record in the file."""
    last: int
    records: int
    kept: int
    """How many of the records stay in the database, too."""
    head: str | None
    """The head of the last record in the file; null where nothing was done."""
    digest: str | None
    """The SHA-256 of the file; null where nothing was done."""
    shrunk: bool | None
    """Whether the file of the database was made smaller; null where nothing was done."""


@click.command("archive")
@click.option("--before", metavar="DATE", required=True, callback=_moment, help="Records from before this day (UTC).")
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Another folder than archives in B24BOT_HOME.")
@click.option("--dry-run", is_flag=True, help="Verify the log, and say what would be done.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@reason
@as_json(ArchiveResult)
@click.pass_obj
def archive(terminal: Terminal, before: int, folder: Path | None, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Move the oldest audit records into a file, while no bot runs.

    The whole log is verified first, and the file by reading it back. What decisions are proved from stays: open change
    requests, the last word about each person, checkpoints and broken glass. b24bot audit verify --archive FILE verifies
    the file together with the log.
    """
    settings = terminal.host_settings
    with terminal.store(writes=True) as store, explain_file_errors(folder or settings.home):
        seats = ProcessLocks(settings.home, [INTAKE, WORKER])
        try:
            if before > store.clock.now_ms():
                raise BadArgument("--before names a day that has not begun.", hint="Give an earlier one.")
            wish = ArchiveOptions(
                before=before,
                folder=folder or settings.home / FOLDER,
                by=terminal.person,
                witness=witness_of(settings),
            )
            plan = plan_archive(store, wish)
            if dry_run:
                report(_view(plan), *_summary_lines(plan), "Nothing was done.", as_json=as_json)
            elif _is_confirmed(terminal, plan, yes=yes):
                done = _carry_out(store, plan, wish)
                shrunk = shrink(store)
                report(_view(plan, done, shrunk=shrunk), *_result_lines(plan, done, shrunk), as_json=as_json)
            else:
                report(_view(plan), "Nothing was done.", as_json=as_json)
        finally:
            seats.leave()


def _is_confirmed(terminal: Terminal, plan: ArchivePlan, *, yes: bool) -> bool:
    """Whether it may be done. Raises Refusal where nobody can be asked."""
    if yes:
        return True
    if not terminal.asks:
        raise Refusal(
            "Archiving takes records out of the database, and nobody can be asked here.",
            hint="Look at it with --dry-run, then add --yes.",
        )
    for sentence in _summary_lines(plan):
        click.echo(sentence, err=True)
    return click.confirm("Do this?", err=True)


def _carry_out(store: Store, plan: ArchivePlan, wish: ArchiveOptions) -> ArchiveRecord:
    with progress_bar() as tell:
        return archive_records(store, plan, wish, tell=lambda done, total: tell(done, total, "Records"))


def _summary_lines(plan: ArchivePlan) -> list[str]:
    """What will be done."""
    first = plan.start.seq + 1
    return [
        f"The log holds. {plural(plan.records, 'audit record')}, #{first} to #{plan.end.seq}: to {plan.path}",
        f"Taken out of the database: {plan.records - plan.kept:,}. Kept in it as well: {plan.kept:,}.",
    ]


def _view(plan: ArchivePlan, done: ArchiveRecord | None = None, *, shrunk: bool | None = None) -> ArchiveResult:
    return ArchiveResult(
        done=done is not None,
        file=str(plan.path),
        first=plan.start.seq + 1,
        last=plan.end.seq,
        records=plan.records,
        kept=plan.kept,
        head=done.end.head if done else None,
        digest=done.digest if done else None,
        shrunk=shrunk,
    )


def _result_lines(plan: ArchivePlan, done: ArchiveRecord, shrunk: bool) -> list[str]:
    size = (
        "The database was written anew, and its file is smaller."
        if shrunk
        else "There was no room to write the database anew: its file keeps its size, and is filled again."
    )
    return [
        f"Archived: the audit records #{done.first} to #{done.end.seq}, in {plan.path}",
        f"SHA-256 {done.digest}",
        size,
        "Keep copies of that file elsewhere: it is the only place where these records are.",
    ]
