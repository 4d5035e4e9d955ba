"""`b24bot key`: the keys that secrets are encrypted with and audit records are chained with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from bot.cli.help_page import Group, argument, command
from bot.cli.options import as_json, reason
from bot.cli.output import print_data, print_table, report
from bot.cli.session import Terminal
from bot.plugin import Message, Table
from bot.plugin.frozen import dataclass
from bot.store.disk.process_lock import KEYS, ProcessLocks
from bot.store.key_rotation import KeyUse, list_key_uses, retire_given_key, retire_key, rotate_given_key, rotate_key
from bot.store.sealing.keyring import read_key_text
from bot.store.store import Store
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS

COLUMNS = (
    Message("cli.key.column.id"),
    Message("cli.key.column.in_use"),
    Message("cli.key.column.secrets"),
    Message("cli.key.column.records"),
    "",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One key of the key file, and how much of what is stored needs it. The key itself is not shown."""

    id: str
    """The id of the key."""
    first: bool
    """Whether it is the key that is in use."""
    secrets: int
    """How many secrets are encrypted with it."""
    records: int
    """How many audit records of the database are chained with it."""
    archives: int
    """How many files of archived records are chained with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRotated:
    """The key that is in use now."""

    id: str
    """The id of the new key."""
    secrets: int
    """How many secrets were encrypted with it."""
    contents: str = ""
    """The value to set B24BOT_KEYS to next; empty while its value stays, and with a key file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRetired:
    """A key that was taken out of the key file."""

    id: str
    """The id of the key."""
    retired: bool
    """Whether the key was taken out."""
    contents: str = ""
    """The value to set B24BOT_KEYS to next; empty with a key file."""


@contextmanager
def _alone(terminal: Terminal) -> Iterator[Store]:
    """The store, with nobody else changing keys meanwhile; a bot may run."""
    with terminal.store(writes=True) as store:
        locks = ProcessLocks(terminal.host_settings.home, [KEYS])
        try:
            yield store
        finally:
            locks.leave()


@command("list", help=TERMINAL_COMMANDS["key list"], details=Message("clihelp.key_list.details"))
@as_json(tuple[KeyRow, ...])
@click.pass_obj
def show(terminal: Terminal, as_json: bool) -> None:
    """List the keys of the key file and what needs each. No key itself is shown."""
    with terminal.store() as store:
        found = list_key_uses(store, store.keys)
    if as_json:
        print_data(
            [
                KeyRow(id=one.id, first=one.first, secrets=one.secrets, records=one.records, archives=one.archives)
                for one in found
            ]
        )
        return
    in_use = {True: Message("cli.key.yes"), False: Message("cli.key.no")}
    rows = tuple((one.id, in_use[one.first], str(one.secrets), str(one.records), _advice(one)) for one in found)
    print_table(Table(columns=COLUMNS, rows=rows))


def _advice(one: KeyUse) -> Message:
    if one.first:
        return Message("cli.key.needed_now")
    if one.secrets:
        return Message("cli.key.needed_for_secrets")
    if one.records:
        return Message("cli.key.needed_for_log")
    return Message("cli.key.needed_for_archives") if one.archives else Message("cli.key.unused", key=one.id)


@command("rotate", help=TERMINAL_COMMANDS["key rotate"], details=Message("clihelp.key_rotate.details"))
@reason
@as_json(KeyRotated)
@click.pass_obj
def turn(terminal: Terminal, as_json: bool) -> None:
    """Bring a new key into use and encrypt every secret with it; also while the bot runs."""
    if terminal.host_settings.keys:
        _rotate_given(terminal, as_json=as_json)
        return
    with _alone(terminal) as store:
        made = rotate_key(store, terminal.host_settings.key_file, by=terminal.person.id)
    report(
        KeyRotated(id=made.id, secrets=made.secrets),
        Message("cli.key.rotated", key=made.id, count=made.secrets),
        Message("cli.key.copy_file", file=str(terminal.host_settings.key_file)),
        as_json=as_json,
    )


def _rotate_given(terminal: Terminal, *, as_json: bool) -> None:
    """Print the contents with a new key; once they are set, encrypt every secret with it."""
    with _alone(terminal) as store:
        keys = read_key_text(terminal.host_settings.keys)
        made = rotate_given_key(store, keys, by=terminal.person.id)
    if isinstance(made, str):
        fresh = next(iter(read_key_text(made)))
        told = Message("cli.key.set_these", key=fresh)
        report(KeyRotated(id=fresh, secrets=0, contents=made), told, made, as_json=as_json)
        return
    told = Message("cli.key.rotated", key=made.id, count=made.secrets)
    report(KeyRotated(id=made.id, secrets=made.secrets), told, as_json=as_json)


@command(
    "retire",
    help=TERMINAL_COMMANDS["key retire"],
    details=Message("clihelp.key_retire.details"),
    examples=("k1",),
)
@argument("key_id", metavar="ID", help=Message("clihelp.argument.key"))
@reason
@as_json(KeyRetired)
@click.pass_obj
def drop(terminal: Terminal, key_id: str, as_json: bool) -> None:
    """Remove a key that nothing needs any more from the key file."""
    given = terminal.host_settings.keys
    if given:
        with _alone(terminal) as store:
            contents = retire_given_key(store, read_key_text(given), key_id)
        told = Message("cli.key.set_without", key=key_id)
        report(KeyRetired(id=key_id, retired=False, contents=contents), told, contents, as_json=as_json)
        return
    with _alone(terminal) as store:
        retire_key(store, terminal.host_settings.key_file, key_id)
    told = Message("cli.key.retired", key=key_id, file=str(terminal.host_settings.key_file))
    report(KeyRetired(id=key_id, retired=True), told, as_json=as_json)


key = Group("key", help=TERMINAL_COMMANDS["key"], commands=[show, turn, drop])
