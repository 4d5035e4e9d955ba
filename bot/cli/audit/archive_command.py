"""`b24bot audit archive`: the oldest audit records go into a file, while no bot runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from bot.checks.storage import witness_of
from bot.cli.help_page import command, option
from bot.cli.options import PATH, as_json, reason, yes
from bot.cli.output import plain, report
from bot.cli.progress_bar import progress_bar
from bot.cli.prompts import confirm
from bot.cli.session import Terminal, explain_file_errors
from bot.core.audit.archive_chain import ArchiveRecord
from bot.plugin import BadArgument, Message, Refusal, Text
from bot.plugin.frozen import dataclass
from bot.store.disk.process_lock import INTAKE, WORKER, ProcessLocks
from bot.store.store import Store
from bot.usecases.integrity.archiving import ArchiveOptions, ArchivePlan, plan_archive, shrink
from bot.usecases.integrity.archiving import archive as archive_records
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS, TERMINAL_WORDS

FOLDER = "archives"
"""Where the files are, in the folder of the database, unless another one is named."""
NOTHING_DONE = Message("cli.nothing_done")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _moment(_ctx: click.Context, _parameter: click.Parameter, value: str) -> int:
    """The beginning of a day in UTC, in epoch milliseconds. Raises BadArgument."""
    try:
        day = datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise BadArgument(
            Message("cli.archive.no_date", text=value), hint=Message("cli.archive.form_of_date")
        ) from None
    return (day - _EPOCH) // timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveResult:
    """The records that were archived, or, without an archive, those that would be."""

    done: bool
    """Whether the records were archived."""
    file: str
    """The file with the archived records."""
    first: int
    """The number of the first record in the file."""
    last: int
    """The number of the last record in the file."""
    records: int
    """How many records are in the file."""
    kept: int
    """How many of the records stay in the database, too."""
    head: str | None
    """The head of the last record in the file; null where nothing was done."""
    digest: str | None
    """The SHA-256 of the file; null where nothing was done."""
    shrunk: bool | None
    """Whether the file of the database was made smaller; null where nothing was done."""


@command(
    "archive",
    help=TERMINAL_COMMANDS["audit archive"],
    words=TERMINAL_WORDS["audit archive"],
    details=Message("clihelp.audit_archive.details"),
    examples=("--before 2026-01-01 --dry-run", "--before 2026-01-01"),
)
@option("--before", metavar="DATE", required=True, callback=_moment, help=Message("clihelp.option.before"))
@option("--to", "folder", metavar="FOLDER", type=PATH, help=Message("clihelp.option.to_archives"))
@option("--dry-run", is_flag=True, help=Message("clihelp.option.archive_dry_run"))
@yes
@reason
@as_json(ArchiveResult)
@click.pass_obj
def archive(terminal: Terminal, before: int, folder: Path | None, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Move the oldest audit records into a file, while no bot runs."""
    settings = terminal.host_settings
    with terminal.store(writes=True) as store, explain_file_errors(folder or settings.home):
        locks = ProcessLocks(settings.home, [INTAKE, WORKER])
        try:
            if before > store.clock.now_ms():
                raise BadArgument(Message("cli.archive.future"), hint=Message("cli.archive.earlier"))
            options = ArchiveOptions(
                before=before,
                folder=folder or settings.home / FOLDER,
                by=terminal.person,
                witness=witness_of(settings),
            )
            plan = plan_archive(store, options)
            if dry_run:
                report(_view(plan), *_summary_lines(plan), NOTHING_DONE, as_json=as_json)
            elif _is_confirmed(terminal, plan, yes=yes):
                done = _carry_out(store, plan, options)
                shrunk = shrink(store)
                report(_view(plan, done, shrunk=shrunk), *_result_lines(plan, done, shrunk), as_json=as_json)
            else:
                report(_view(plan), NOTHING_DONE, as_json=as_json)
        finally:
            locks.leave()


def _is_confirmed(terminal: Terminal, plan: ArchivePlan, *, yes: bool) -> bool:
    """Whether it may be done. Raises Refusal where nobody can be asked."""
    if yes:
        return True
    if not terminal.asks:
        raise Refusal(Message("cli.archive.needs_confirmation"), hint=Message("cli.confirm.dry_run_then_yes"))
    for line in _summary_lines(plan):
        click.echo(plain(line), err=True)
    return confirm(Message("cli.confirm.do"))


def _carry_out(store: Store, plan: ArchivePlan, options: ArchiveOptions) -> ArchiveRecord:
    with progress_bar() as tell:
        return archive_records(
            store, plan, options, tell=lambda done, total: tell(done, total, Message("cli.progress.records"))
        )


def _summary_lines(plan: ArchivePlan) -> list[Message]:
    """What will be done."""
    first, last = str(plan.start.seq + 1), str(plan.end.seq)
    return [
        Message("cli.archive.planned", count=plan.records, first=first, last=last, file=str(plan.path)),
        Message("cli.archive.removed_and_kept", removed=plan.records - plan.kept, kept=plan.kept),
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


def _result_lines(plan: ArchivePlan, done: ArchiveRecord, shrunk: bool) -> list[Text]:
    size = Message("cli.archive.shrunk") if shrunk else Message("cli.archive.not_shrunk")
    return [
        Message("cli.archive.done", first=str(done.first), last=str(done.end.seq), file=str(plan.path)),
        f"SHA-256 {done.digest}",
        size,
        Message("cli.archive.keep_copies"),
    ]
