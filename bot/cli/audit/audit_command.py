"""`b24bot audit`: finding, exporting and verifying records of the audit log."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

from bot.cli.audit.archive_command import archive
from bot.cli.audit.verify_command import verify
from bot.cli.help_page import command, option
from bot.cli.options import as_json, limit
from bot.cli.output import print_answer
from bot.cli.plugin_commands import CommandGroup
from bot.cli.session import Terminal
from bot.core.audit.chain import HIGHEST
from bot.core.audit.stored_views import AuditRow, exported_row
from bot.plugin import BadArgument, Message, Refusal
from bot.store.repositories.audit_log import LOOKED_AT, AuditReader
from bot.usecases.admin.audit_search import find_records
from bot.usecases.admin.queries import OPTION_WORDS
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS, TERMINAL_WORDS

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
            Message("cli.audit.not_utf8", option=parameter.opts[0]), hint=Message("cli.audit.type_again")
        ) from None
    return value


_TEXT: Mapping[str, Any] = {"default": "", "callback": _text}


@command(
    "find",
    help=Message("clihelp.audit_find"),
    examples=("--subject CR-1001", "--actor T0123456:U0123456 --tag change:review"),
)
@option(
    "--subject",
    metavar="SUBJECT",
    words=OPTION_WORDS["--subject"],
    **_TEXT,
    help=Message("clihelp.option.subject"),
)
@option("--tag", metavar="TAG", words=OPTION_WORDS["--tag"], **_TEXT, help=Message("clihelp.option.tag"))
@option("--actor", metavar="ACCOUNT", words=OPTION_WORDS["--actor"], **_TEXT, help=Message("clihelp.option.actor"))
@option("--text", metavar="TEXT", words=OPTION_WORDS["--text"], **_TEXT, help=Message("clihelp.option.text"))
@limit
@option("--all", is_flag=True, words=OPTION_WORDS["--all"], help=Message("clihelp.option.all_records"))
@as_json(tuple[AuditRow, ...])
@click.pass_obj
def find(terminal: Terminal, /, all: bool, as_json: bool, **wanted: Any) -> None:
    """Find the newest audit records that match."""
    with terminal.store() as store:
        teams = {grant.principal.team for grant in store.grants.all()}
        team = teams.pop() if len(teams) == 1 else ""
        reply = find_records(
            store, team=team, most=HIGHEST if all else LOOKED_AT, events=terminal.declared.events, **wanted
        )
    print_answer(reply, as_json=as_json)


@command(
    "export",
    help=TERMINAL_COMMANDS["audit export"],
    words=TERMINAL_WORDS["audit export"],
    details=Message("clihelp.audit_export.details"),
    examples=("> audit.jsonl", "--format csv --after 1000 > audit.csv"),
)
@option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "csv"]),
    default="jsonl",
    show_default=True,
    help=Message("clihelp.option.format"),
)
@option("--after", metavar="NUMBER", type=click.IntRange(0, HIGHEST), default=0, help=Message("clihelp.option.after"))
@click.pass_obj
def export(terminal: Terminal, form: str, after: int) -> None:
    """Print every audit record, one a line, oldest first; also while the bot runs."""
    with terminal.store() as store:
        WRITERS[form](exported(store.audit, after=after))
    sys.stdout.flush()


def exported(log: AuditReader, *, after: int) -> Iterator[Mapping[str, Any]]:
    """The records after a number, as they are written out. Raises Refusal where some were archived meanwhile."""
    earlier, archived = log.previous_heads(), log.archived().seq
    for record in log.walk(after=after):
        yield exported_row(record, earlier.get(record.seq))
    if log.archived().seq != archived:
        raise Refusal(Message("cli.audit.export_incomplete"), hint=Message("cli.audit.export_again"))


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

audit = CommandGroup("audit", help=Message("clihelp.audit"), own=(find, export, verify, archive))
