"""`b24bot key`: the keys that secrets are encrypted with and audit records are chained with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from bot.cli.options import as_json, reason
from bot.cli.output import print_data, print_table, report
from bot.cli.session import Terminal
from bot.core.text import plural
from bot.plugin import Table
from bot.plugin.frozen import dataclass
from bot.store.engine.process_lock import KEYS, ProcessLocks
from bot.store.key_rotation import KeyUse, list_key_uses, retire_key, rotate_key
from bot.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One key of the key file, and how much of what is stored needs it. The key itself is not shown."""

    id: str
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
    secrets: int
    """How many secrets were encrypted with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRetired:
    """A key that was taken out of the key file."""

    id: str
    retired: bool


@click.group()
def key() -> None:
    """The keys: list them, bring a new one into use, take an unused one out."""


@contextmanager
def _alone(terminal: Terminal) -> Iterator[Store]:
    """The store, with nobody else changing keys meanwhile; a bot may run."""
    with terminal.store(writes=True) as store:
        seats = ProcessLocks(terminal.host_settings.home, [KEYS])
        try:
            yield store
        finally:
            seats.leave()


@key.command("list")
@as_json(tuple[KeyRow, ...])
@click.pass_obj
def show(terminal: Terminal, as_json: bool) -> None:
    """Every key of the key file, and what needs it. No key itself is shown."""
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
    rows = tuple(
        (one.id, "yes" if one.first else "", str(one.secrets), str(one.records), _advice(one)) for one in found
    )
    print_table(Table(columns=("id", "in use", "secrets", "audit records", ""), rows=rows))


def _advice(one: KeyUse) -> str:
    if one.first:
        return "what is written now needs it"
    if one.secrets:
        return "needed to open secrets: b24bot key rotate seals them anew"
    if one.records:
        return "needed to verify the audit log"
    return "needed to verify archives" if one.archives else f"needed by nothing: b24bot key retire {one.id}"


@key.command("rotate")
@reason
@as_json(KeyRotated)
@click.pass_obj
def turn(terminal: Terminal, as_json: bool) -> None:
    """Bring a new key into use and seal every secret with it; also while the bot runs.

    The former keys stay in the file: records of the audit log and buttons of cards that wait need them.
    """
    with _alone(terminal) as store:
        made = rotate_key(store, terminal.host_settings.key_file, by=terminal.person.id)
    report(
        KeyRotated(id=made.id, secrets=made.secrets),
        f"The key “{made.id}” is in use now; {plural(made.secrets, 'secret')} sealed with it.",
        f"Keep a copy of {terminal.host_settings.key_file} apart from the database's backups.",
        as_json=as_json,
    )


@key.command("retire")
@click.argument("key_id", metavar="ID")
@reason
@as_json(KeyRetired)
@click.pass_obj
def drop(terminal: Terminal, key_id: str, as_json: bool) -> None:
    """Take a key out of the key file that nothing needs any more."""
    with _alone(terminal) as store:
        retire_key(store, terminal.host_settings.key_file, key_id)
    told = f"The key “{key_id}” is gone from {terminal.host_settings.key_file}."
    report(KeyRetired(id=key_id, retired=True), told, as_json=as_json)
