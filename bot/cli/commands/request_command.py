"""`b24bot request`: change requests, read from the same database that a running bot uses."""

from __future__ import annotations

import click

from bot.cli.completion import from_store, from_words
from bot.cli.options import as_json, reason
from bot.cli.output import print_answer, report
from bot.cli.plugin_commands import NounGroup
from bot.cli.session import Terminal
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.status_names import ONE_OF, SHOWN_STATUSES, ShownStatus, parse_status
from bot.language.request_views import ChangeDetails, ChangeRow, change_view
from bot.language.translation import translate
from bot.plugin import BadArgument, PluginError, Refusal
from bot.store.store import Store, Transaction
from bot.usecases.admin.listings import list_changes, show_change
from bot.usecases.admin.queries import complete_numbers, find_changes, request_number
from bot.usecases.authority.reader_views import Reader, shell_reader
from bot.usecases.outcomes.settlement import try_to_settle
from bot.usecases.requests.withdrawal import withdraw


def _status(_ctx: click.Context, parameter: click.Parameter, value: str | None) -> ShownStatus | None:
    try:
        return None if value is None else parse_status(value)
    except BadArgument as error:
        raise BadArgument(f"{parameter.opts[0]}: {translate(error.sentence)}", hint=error.hint) from None


@click.command("list")
@click.option(
    "--status",
    metavar="STATUS",
    callback=_status,
    shell_complete=from_words(SHOWN_STATUSES),
    help=f"Only these; {ONE_OF}.",
)
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="The newest so many.")
@as_json(tuple[ChangeRow, ...])
@click.pass_obj
def list_requests(terminal: Terminal, status: ShownStatus | None, limit: int, as_json: bool) -> None:
    """The newest change requests."""
    with terminal.store() as store:
        found = _reader(terminal, store).see_all(find_changes(store, status, limit=limit))
    print_answer(list_changes(found, status), as_json=as_json)


@click.command("show")
@click.argument("number", metavar="CR-NUMBER", shell_complete=from_store(complete_numbers))
@as_json(ChangeDetails)
@click.pass_obj
def show_request(terminal: Terminal, number: str, as_json: bool) -> None:
    """One change request: its plan, its reviews and how it ended."""
    with terminal.store() as store:
        change = _reader(terminal, store).see(_change(store, number))
    print_answer(show_change(change), as_json=as_json)


@click.command("settle")
@click.argument("number", metavar="CR-NUMBER", shell_complete=from_store(complete_numbers))
@click.argument("outcome", type=click.Choice([Status.DONE.value, Status.FAILED.value]))
@reason
@as_json(ChangeDetails)
@click.pass_obj
def settle_request(terminal: Terminal, number: str, outcome: str, as_json: bool) -> None:
    """Say, after looking on the portal, what became of an outcome that reading back has not decided.

    From the start where nothing shows it, else a quarter of an hour after the call.
    """
    with terminal.bot(writes=True) as bot, bot.store.unit_of_work() as tx:
        change = _change(tx, number)
        told = try_to_settle(tx, bot.context, terminal.person, change, Status(outcome))
        now = _reader(terminal, tx).see(tx.changes.require(change.number))
    if isinstance(told, PluginError):
        raise told
    report(change_view(now), told, as_json=as_json)


@click.command("withdraw")
@click.argument("number", metavar="CR-NUMBER", shell_complete=from_store(complete_numbers))
@reason
@as_json(ChangeDetails)
@click.pass_obj
def withdraw_request(terminal: Terminal, number: str, as_json: bool) -> None:
    """Take back a change request that was asked for in this terminal, by the same account."""
    with terminal.bot(writes=True) as bot, bot.store.unit_of_work() as tx:
        change = _change(tx, number)
        told = withdraw(tx, bot.context, terminal.person, change)
        now = _reader(terminal, tx).see(tx.changes.require(change.number))
    if isinstance(told, PluginError):
        raise told
    report(change_view(now), told, as_json=as_json)


def _reader(terminal: Terminal, store: Store | Transaction) -> Reader:
    return shell_reader(terminal.person, terminal.declared.commands, store.keys.fingerprint)


def _change(store: Store | Transaction, number: str) -> ChangeRequest:
    change = store.changes.get(request_number(number))
    if change is None:
        raise Refusal(f"There is no CR-{request_number(number)}.", hint="b24bot request list shows those there are.")
    return change


request = NounGroup(
    "request",
    help="Change requests: plans waiting for, or past, a decision.",
    own=(list_requests, show_request, withdraw_request, settle_request),
)
