"""`b24bot outbox`: what waits to be said, what was given up, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

from bot.cli.help_page import argument, command, option
from bot.cli.json_output import NoticeRow, outbox_row
from bot.cli.options import as_json, limit, reason
from bot.cli.output import plain, print_data, print_table, report, say
from bot.cli.plugin_commands import CommandGroup
from bot.cli.session import Terminal
from bot.core import mentions
from bot.core.audit.audit_templates import NOTICE_KINDS
from bot.core.redaction.redactor import abbreviate
from bot.plugin import BadArgument, Message, Table, Text
from bot.plugin.frozen import dataclass
from bot.store.repositories.outbox import OutboxEntry
from bot.usecases.delivery.dead_letters import (
    describe_content,
    describe_subject,
    discard,
    redeliver,
    redeliver_all,
    retry_now,
)
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesRetried:
    """What will be sent again."""

    id: str | None
    """The notice; null with `all`."""
    retried: int
    """How many notices will be sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDropped:
    """A notice that was taken out of the queue."""

    id: str
    """The number of the notice."""
    dropped: bool
    """Whether it was taken out."""


ALL = "all"
CONTENT_MOST = 80
"""Characters of a message's text in the list."""
NOTHING = "–"
"""Stands in a cell where there is no text or no error."""
STATES: Mapping[str, Message] = {
    "new": Message("cli.outbox.state.waiting"),
    "sending": Message("cli.outbox.state.sending"),
    "dead": Message("cli.outbox.state.failed"),
}
COLUMNS = (
    Message("cli.outbox.column.id"),
    Message("cli.outbox.column.state"),
    Message("cli.outbox.column.kind"),
    Message("cli.outbox.column.about"),
    Message("cli.outbox.column.text"),
    Message("cli.outbox.column.attempts"),
    Message("cli.outbox.column.error"),
    Message("cli.outbox.column.since"),
)


@command(
    "list",
    help=TERMINAL_COMMANDS["outbox list"],
    details=Message("clihelp.outbox_list.details"),
    examples=("", "--dead"),
)
@option("--dead", is_flag=True, help=Message("clihelp.option.dead"))
@limit
@as_json(tuple[NoticeRow, ...])
@click.pass_obj
def list_entries(terminal: Terminal, dead: bool, limit: int, as_json: bool) -> None:
    """List the messages that wait and those that failed."""
    with terminal.store() as store:
        entries = store.outbox.entries(["dead"] if dead else ["new", "sending", "dead"], limit=limit)
        counts = store.outbox.counts()
    if as_json:
        print_data([outbox_row(entry, terminal.find_refusal) for entry in entries])
        return
    if entries:
        rows = tuple(_cells(entry) for entry in entries)
        print_table(Table(columns=COLUMNS, rows=rows))
    else:
        say(Message("cli.outbox.none_failed") if dead else Message("cli.outbox.none"))
    for refusal in dict.fromkeys(terminal.find_refusal(entry.error) for entry in entries if entry.error):
        say(Message("cli.outbox.refusal", code=refusal.code, cause=refusal.cause, remedy=refusal.remedy))
    told = tuple(_totals(counts))
    if told:
        say(Message("cli.outbox.totals", totals=told))


def _totals(counts: Mapping[str, int]) -> Iterator[Message]:
    """How many there are in each state that some are in."""
    if counts.get("new"):
        yield Message("cli.outbox.waiting", number=counts["new"])
    if counts.get("sending"):
        yield Message("cli.outbox.sending", number=counts["sending"])
    if counts.get("dead"):
        yield Message("cli.outbox.failed", number=counts["dead"])
    if counts.get("sent"):
        yield Message("cli.outbox.sent", number=counts["sent"])


def _cells(entry: OutboxEntry) -> tuple[Text, ...]:
    said = (describe_subject(entry), abbreviate(plain(describe_content(entry) or ""), CONTENT_MOST) or NOTHING)
    return (
        str(entry.id),
        STATES.get(entry.state, entry.state),
        NOTICE_KINDS.get(entry.kind, entry.kind),
        *said,
        str(entry.attempts),
        entry.error or NOTHING,
        mentions.mark_time(entry.created_at),
    )


@command(
    "retry",
    help=TERMINAL_COMMANDS["outbox retry"],
    details=Message("clihelp.outbox_retry.details"),
    examples=("42", ALL),
)
@argument("which", metavar="ID|all", help=Message("clihelp.argument.outbox_or_all"))
@reason
@as_json(NoticesRetried)
@click.pass_obj
def retry(terminal: Terminal, which: str, as_json: bool) -> None:
    """Send a failed message again, or try a waiting one at once."""
    with terminal.store(writes=True) as store:
        if which == ALL:
            revived = redeliver_all(store, by=terminal.person)
            told = Message("cli.outbox.all_retried", count=revived) if revived else Message("cli.outbox.none_failed")
            report(NoticesRetried(id=None, retried=revived), told, as_json=as_json)
            return
        number = _number(which, or_all=True)
        found = store.outbox.entry(number)
        waits = found is not None and found.state == "new"
        entry = retry_now(store, number) if waits else redeliver(store, number, by=terminal.person)
    number_shown, about = str(entry.id), describe_subject(entry)
    told = Message("cli.outbox.tried_again", id=number_shown, about=about)
    if not waits:
        told = Message("cli.outbox.sent_again", id=number_shown, about=about)
    report(NoticesRetried(id=str(entry.id), retried=1), told, as_json=as_json)


def _number(word: str, *, or_all: bool = False) -> int:
    if not (word.isascii() and word.isdecimal() and len(word) < 16):
        hint = Message("cli.outbox.id_or_all") if or_all else Message("cli.outbox.id")
        raise BadArgument(Message("cli.outbox.no_id", word=word), hint=hint)
    return int(word)


@command(
    "drop", help=TERMINAL_COMMANDS["outbox drop"], details=Message("clihelp.outbox_drop.details"), examples=("42",)
)
@argument("which", metavar="ID", help=Message("clihelp.argument.outbox"))
@reason
@as_json(NoticeDropped)
@click.pass_obj
def drop(terminal: Terminal, which: str, as_json: bool) -> None:
    """Remove a message from the queue for good. An audit line cannot be dropped."""
    with terminal.store(writes=True) as store:
        entry = discard(store, _number(which), by=terminal.person)
    about, by = describe_subject(entry), terminal.person.id
    told = Message("cli.outbox.dropped", id=str(entry.id), about=about, by=by)
    report(NoticeDropped(id=str(entry.id), dropped=True), told, as_json=as_json)


outbox = CommandGroup("outbox", help=TERMINAL_COMMANDS["outbox"], own=(list_entries, retry, drop))
