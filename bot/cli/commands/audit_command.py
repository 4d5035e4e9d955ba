"""`b24bot audit`: finding, exporting and verifying records of the audit log."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

from bot.cli.commands.archive_command import archive
from bot.cli.commands.verify_command import verify
from bot.cli.options import as_json
from bot.cli.output import print_answer
from bot.cli.plugin_commands import NounGroup
from bot.cli.session import Terminal
from bot.core.audit.chain import HIGHEST
from bot.core.audit.stored_views import AuditRow, exported_row
from bot.plugin import BadArgument, Refusal
from bot.store.repositories.audit_log import LOOKED_AT, AuditReader
from bot.usecases.admin.audit_search import find_records

COLUMNS = ("seq", "at", "tag", "actor", "subject", "facts", "key_id", "mac")
RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""A spreadsheet takes a cell that begins so for a formula, also behind quotation marks and spaces."""
_CUTS = {code: f"\\u{code:04x}" for code in (*range(32), ord(";"), 0x7F, 0x85, 0x2028, 0x2029)}
"""Where some programs end a cell or a line, written out as JSON may: behind it would begin another cell."""


def _text(_ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    """Raises BadArgument for what stands in no record, because it cannot be written as UTF-8."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadArgument(
            f"{parameter.opts[0]} is not written in UTF-8, as every record is.", hint="Type it once more."
        ) from None
    return value


@click.command("find")
@click.option("--subject", default="", callback=_text, help="What it is about, like CR-1001.")
@click.option("--tag", default="", callback=_text, help="A tag or its beginning, like change:review.")
@click.option("--actor", default="", callback=_text, help="Who did it, like U0002, T0001:U0002 or local:ACCOUNT.")
@click.option("--text", default="", callback=_text, help="A text in its facts.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="The newest so many.")
@click.option("--all", is_flag=True, help="Look at every record, however many there are.")
@as_json(tuple[AuditRow, ...])
@click.pass_obj
def find(terminal: Terminal, /, all: bool, as_json: bool, **wanted: Any) -> None:
    """The newest audit records that match."""
    with terminal.store() as store:
        teams = {grant.principal.team for grant in store.grants.all()}
        team = teams.pop() if len(teams) == 1 else ""
        reply = find_records(
            store, team=team, most=HIGHEST if all else LOOKED_AT, events=terminal.declared.events, **wanted
        )
    print_answer(reply, as_json=as_json)


@click.command("export")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--after", type=click.IntRange(0, HIGHEST), default=0, help="Only records after this number.")
@click.pass_obj
def export(terminal: Terminal, form: str, after: int) -> None:
    """Every audit record on standard output, one a line, oldest first; also while the bot runs."""
    with terminal.store() as store:
        WRITERS[form](exported(store.audit, after=after))
    sys.stdout.flush()


def exported(log: AuditReader, *, after: int) -> Iterator[Mapping[str, Any]]:
    """The records after a number, as they are written out. Raises Refusal where some were archived meanwhile."""
    earlier, archived = log.previous_heads(), log.archived().seq
    for record in log.walk(after=after):
        yield exported_row(record, earlier.get(record.seq))
    if log.archived().seq != archived:
        raise Refusal(
            "Audit records were archived while this export was written, so it is not whole.", hint="Export once more."
        )


def _as_jsonl(rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        click.echo(json.dumps(row))


def _as_csv(rows: Iterable[Mapping[str, Any]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([cell(row[name]) for name in COLUMNS])


def cell(value: Any) -> str:
    """A value as a cell that no spreadsheet runs; facts stay JSON, on one line."""
    text = value if isinstance(value, str) else json.dumps(value)
    risky = text.startswith(RISKY) or text.lstrip(" \r\n\t\"'").startswith(RISKY)
    return ("'" * risky + text).translate(_CUTS)


WRITERS = {"jsonl": _as_jsonl, "csv": _as_csv}

audit = NounGroup("audit", help="The audit log.", own=(find, export, verify, archive))
