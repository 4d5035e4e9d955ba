"""`b24bot request`: change requests, read from the same database that a running bot uses."""

from __future__ import annotations

import click

from bot.cli.completion import from_store, from_words
from bot.cli.help_page import Choice, argument, command, option
from bot.cli.options import as_json, limit, reason
from bot.cli.output import print_answer, report
from bot.cli.plugin_commands import CommandGroup
from bot.cli.session import Terminal
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.status_names import KNOWN_STATUSES, SHOWN_STATUSES, STATUS_WORDS, ShownStatus, parse_status
from bot.core.parsing.synonyms import name_value
from bot.language.request_views import ChangeDetails, ChangeRow, change_view
from bot.plugin import BadArgument, Message, PluginError, Refusal
from bot.store.store import Store, Transaction
from bot.usecases.admin.listings import list_changes, show_change
from bot.usecases.admin.queries import OPTION_WORDS, complete_numbers, request_number
from bot.usecases.authority.reader_views import Reader, shell_reader
from bot.usecases.notices.recorded_plans import read_recorded_plan
from bot.usecases.outcomes.settlement import try_to_settle
from bot.usecases.overview.request_queue import shell_queue
from bot.usecases.requests.withdrawal import withdraw
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS, TERMINAL_WORDS


def _status(_ctx: click.Context, parameter: click.Parameter, value: str | None) -> ShownStatus | None:
    try:
        return None if value is None else parse_status(name_value(STATUS_WORDS, value))
    except BadArgument as error:
        told = Message("typed.in_option", option=parameter.opts[0], sentence=error.sentence)
        raise BadArgument(told, hint=error.hint) from None


OUTCOMES = (Status.DONE, Status.FAILED)
"""What a person can have seen: whether the change is there."""

number = argument(
    "number",
    metavar="CR-NUMBER",
    help=Message("clihelp.argument.request"),
    shell_complete=from_store(complete_numbers),
)


@command("list", help=Message("clihelp.request_list"), examples=("", "--mine", "--status pending"))
@option(
    "--status",
    metavar="STATUS",
    callback=_status,
    words=OPTION_WORDS["--status"],
    values={str(status): words for status, words in STATUS_WORDS.items()},
    shell_complete=from_words(SHOWN_STATUSES, STATUS_WORDS),
    help=Message("clihelp.option.status", statuses=KNOWN_STATUSES),
)
@option("--mine", is_flag=True, words=OPTION_WORDS["--mine"], help=Message("clihelp.option.mine"))
@limit
@as_json(tuple[ChangeRow, ...])
@click.pass_obj
def list_requests(terminal: Terminal, status: ShownStatus | None, mine: bool, limit: int, as_json: bool) -> None:
    """List the change requests, open ones first."""
    with terminal.store() as store:
        queue = shell_queue(store, terminal.person)
        found = queue.list_changes(status, [queue.is_own] if mine else [], limit=limit)
        found = _reader(terminal, store).see_all(found)
    print_answer(list_changes(found, status, narrowed=mine, place=terminal.declared.place), as_json=as_json)


@command("show", help=Message("clihelp.request_show"), examples=("CR-1001",))
@number
@as_json(ChangeDetails)
@click.pass_obj
def show_request(terminal: Terminal, number: str, as_json: bool) -> None:
    """Show a change request: its plan, its reviews and how it ended."""
    with terminal.store() as store:
        found, recorded = read_recorded_plan(store, _change(store, number))
        change = _reader(terminal, store).see(found)
    print_answer(show_change(change, recorded, place=terminal.declared.place), as_json=as_json)


@command(
    "settle",
    help=TERMINAL_COMMANDS["request settle"],
    words=TERMINAL_WORDS["request settle"],
    details=Message("clihelp.request_settle.details"),
    examples=("CR-1001 done",),
)
@number
@argument(
    "outcome",
    metavar="OUTCOME",
    type=Choice({status.value: (SHOWN_STATUSES[status].typed, STATUS_WORDS[status]) for status in OUTCOMES}),
    help=Message("clihelp.argument.outcome"),
)
@reason
@as_json(ChangeDetails)
@click.pass_obj
def settle_request(terminal: Terminal, number: str, outcome: str, as_json: bool) -> None:
    """Record what a person saw as the outcome of a change request whose outcome is unknown."""
    with terminal.bot(writes=True) as bot, bot.store.unit_of_work() as tx:
        change = _change(tx, number)
        told = try_to_settle(tx, bot.context, terminal.person, change, Status(outcome))
        now = _reader(terminal, tx).see(tx.changes.require(change.number))
    if isinstance(told, PluginError):
        raise told
    report(change_view(now), told, as_json=as_json)


@command(
    "withdraw",
    help=TERMINAL_COMMANDS["request withdraw"],
    words=TERMINAL_WORDS["request withdraw"],
    examples=("CR-1001",),
)
@number
@reason
@as_json(ChangeDetails)
@click.pass_obj
def withdraw_request(terminal: Terminal, number: str, as_json: bool) -> None:
    """Withdraw a change request that the same account made in this terminal."""
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
        raise Refusal(
            Message("cli.request.missing", number=str(request_number(number))), hint=Message("cli.request.see_list")
        )
    return change


request = CommandGroup(
    "request",
    help=Message("clihelp.request"),
    own=(list_requests, show_request, withdraw_request, settle_request),
)
