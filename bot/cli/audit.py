"""`b24bot audit`: finding and exporting records of the audit log."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import click

from bot.cli.declared import NounGroup
from bot.cli.options import as_json
from bot.cli.output import print_json, print_table
from bot.cli.shown import audit_row, iso
from bot.cli.terminal import Terminal
from bot.core.audit import AuditRecord
from bot.plugin import Table
from bot.store.audit import AuditLog

COLUMNS = ("seq", "at", "tag", "actor", "subject", "facts", "key_id", "mac")
RISKY = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that begins so for a formula."""


@click.command("find")
@click.option("--subject", default="", help="What it is about, like CR-1001.")
@click.option("--tag", default="", help="A tag or its beginning, like change:review.")
@click.option("--actor", default="", help="Who did it, like T0001:U0002.")
@click.option("--text", default="", help="A text in its facts.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="The newest so many.")
@as_json
@click.pass_obj
def find(terminal: Terminal, /, as_json: bool, **wanted: Any) -> None:
    """The newest audit records that match."""
    with terminal.store() as store:
        records = store.audit.find(**wanted)
    if as_json:
        print_json([audit_row(record) for record in records])
        return
    rows = tuple((f"#{one.seq}", iso(one.at), one.tag, one.actor, one.subject, _facts(one)) for one in records)
    print_table(Table(columns=("seq", "at", "tag", "actor", "subject", "facts"), rows=rows))


def _facts(record: AuditRecord) -> str:
    return "\n".join(f"{name}: {value}" for name, value in record.facts.items() if value not in ("", None))


@click.command("export")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--after", type=click.IntRange(0), default=0, help="Only records after this number.")
@click.pass_obj
def export(terminal: Terminal, form: str, after: int) -> None:
    """Every audit record on standard output, one a line, oldest first; also while the bot runs."""
    with terminal.store() as store:
        rows = map(audit_row, store.audit.walk(after=after))
        WRITERS[form](rows)
    sys.stdout.flush()


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
    return f"'{text}" if text.startswith(RISKY) else text


@click.command("verify")
@click.option(
    "--head", default="", help="A head from the audit channel, like #42:0123456789abcdef: it must be in the chain."
)
@click.pass_obj
def verify(terminal: Terminal, head: str) -> None:
    """Recompute the whole chain. Exit code 0: it holds; 1: a record was changed or is missing; 2: HEAD is not in it."""
    with terminal.store() as store:
        broken = store.audit.broken_at()
        missing = bool(head) and not _holds(store.audit, head)
        last = next(iter(store.audit.find(limit=1)), None)
    if broken is not None:
        click.echo(f"The chain is broken at record #{broken}: it was changed after it was written, or is missing.")
        raise SystemExit(1)
    if missing:
        click.echo(f"The chain holds, and does not contain {head}: the log was cut, or replaced by an older copy.")
        raise SystemExit(2)
    click.echo(f"The chain holds up to #{last.seq} {last.head}." if last else "The log is empty.")


def _holds(log: AuditLog, head: str) -> bool:
    number, _, digits = head.removeprefix("#").replace(" ", ":").partition(":")
    record = log.get(int(number)) if number.isdecimal() and len(number) < 16 else None
    return record is not None and len(digits) >= 8 and record.mac.hex().startswith(digits.lower())


WRITERS = {"jsonl": _as_jsonl, "csv": _as_csv}

audit = NounGroup("audit", help="The audit log.", own=(find, export, verify))
