"""`b24bot doctor`: what a start would look at, each with what to do, and nothing changed by looking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property

import click

from bot.app import who_slack_says
from bot.cli.options import as_json
from bot.cli.output import print_json, say
from bot.cli.terminal import Terminal, readable
from bot.clock import SystemClock
from bot.core.errors import ConfigurationError
from bot.core.words import count
from bot.plugin import PluginError, Refusal
from bot.settings import Settings
from bot.store.backup import HOUR_MS, newest
from bot.store.database import FILE_NAME, Database, free_bytes
from bot.store.health import assert_fits, assert_sound, keys_of_records
from bot.store.keys import Keyring, load_key_file
from bot.store.migrations import pending, refuse_newer
from bot.store.store import Store
from bot.usecases.deliver import DeliveryError
from bot.usecases.listed import REMEDY, strays, trouble
from bot.usecases.startup import check_clock, short_of_approvers
from bot.usecases.upkeep import LEAST_FREE


class Patient:
    """What is looked at, opened once and read only."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = SystemClock()

    @cached_property
    def keys(self) -> Keyring:
        settings = self.settings
        return load_key_file(settings.key_file, home=settings.home, backups=settings.backups)

    @property
    def there(self) -> bool:
        return (self.settings.home / FILE_NAME).exists()

    @cached_property
    def store(self) -> Store:
        """The database as it is, of whatever schema it has. Raises Refusal when there is none yet."""
        if not self.there:
            raise Refusal(f"There is no database in {self.settings.home} yet: the first start makes it.")
        database = Database(self.settings.home / FILE_NAME, read_only=True)
        return Store(database, self.keys, self.clock, backups=self.settings.backups)

    def close(self) -> None:
        if "store" in self.__dict__:
            self.store.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One thing to look at. `at` returns what is well, in a few words, or raises with what is not and what to do."""

    name: str
    at: Callable[[Patient], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found, and what to do about it."""

    name: str
    ok: bool
    says: str
    hint: str = ""


def _key_file(patient: Patient) -> str:
    return f"{patient.settings.key_file}, {count(len(patient.keys.ids), 'key')}"


def _database(patient: Patient) -> str:
    database = patient.store.database
    refuse_newer(database)
    assert_sound(database)
    waiting = pending(database)
    return f"{database.path}, sound" + (f"; the next start applies {', '.join(waiting)}" if waiting else "")


def _fitting(patient: Patient) -> str:
    assert_fits(patient.store.database, patient.keys)
    return "every stored secret opens, every record has its key"


def _chain(patient: Patient) -> str:
    store = patient.store
    broken = store.audit.broken_at()
    if broken is not None:
        raise ConfigurationError(
            f"The audit log was changed at record #{broken}, or a record is missing there.",
            hint="The bot starts and only reads. Compare with a backup: b24bot restore FILE",
        )
    return f"{count(sum(keys_of_records(store.database).values()), 'record')}, as they were written"


def _allow_list(patient: Patient) -> str:
    found = strays(patient.store)
    if found:
        raise Refusal(trouble(found), hint=f"The bot only reads until that is mended. {REMEDY}")
    return f"{count(len(patient.store.grants.all()), 'person', 'people')}, as the audit log has it"


def _approvers(patient: Patient) -> str:
    short = short_of_approvers(patient.store.grants.all(), patient.settings.terms.quorum)
    if short:
        raise Refusal(short)
    return f"enough for a quorum of {patient.settings.terms.quorum}"


def _backups(patient: Patient) -> str:
    last = newest(patient.settings.backups, until=patient.clock.now_ms())
    if last is None:
        raise Refusal(f"There is no backup in {patient.settings.backups} yet.", hint="Make one: b24bot backup")
    hours = (patient.clock.now_ms() - last) // HOUR_MS
    if hours > 2:
        raise Refusal(
            f"The newest backup in {patient.settings.backups} is {hours} hours old.",
            hint="A bot that runs makes one every hour: look at its log for backup_failed.",
        )
    return f"the newest in {patient.settings.backups} is less than {count(hours + 1, 'hour')} old"


def _room(patient: Patient) -> str:
    home = patient.settings.home
    free = free_bytes(home) // 1024**2
    if free < LEAST_FREE // 1024**2:
        raise Refusal(f"Only {free} MB are free in {home}: nothing dangerous runs.", hint="Make room.")
    return f"{free:,} MB free"


def _slack(patient: Patient) -> str:
    try:
        identity = who_slack_says(patient.settings, patient.keys)
    except DeliveryError as error:
        raise Refusal(f"Slack does not say who we are: {error.code}.", hint="Look at SLACK_BOT_TOKEN.") from None
    limit = check_clock(patient.clock.now_ms() - identity.at) if identity.at is not None else None
    if limit is not None:
        raise Refusal(limit.why)
    return f"team {identity.team}, its clock and ours agree"


def _channels(patient: Patient) -> str:
    patient.settings.require("B24BOT_AUDIT_CHANNEL")
    return "an audit channel is set"


LOOKS: tuple[Look, ...] = (
    Look(name="key file", at=_key_file),
    Look(name="database", at=_database),
    Look(name="keys", at=_fitting),
    Look(name="audit log", at=_chain),
    Look(name="allow-list", at=_allow_list),
    Look(name="approvers", at=_approvers),
    Look(name="backups", at=_backups),
    Look(name="disk", at=_room),
    Look(name="channels", at=_channels),
    Look(name="Slack", at=_slack),
)
"""In the order of a start."""


@click.command("doctor")
@as_json
@click.pass_obj
def doctor(terminal: Terminal, as_json: bool) -> None:
    """Look at everything a start looks at, and say what to do. Exit code 0: all is well; 78: something is not.

    Nothing is changed; it works beside a bot that runs, too.
    """
    with closing(Patient(terminal.host_settings)) as patient:
        found = list(_examine(patient))
    if as_json:
        print_json([{"name": one.name, "ok": one.ok, "says": one.says, "hint": one.hint} for one in found])
    else:
        for one in found:
            say(f"{'ok' if one.ok else 'no'}  {one.name}: {one.says} {one.hint}".rstrip())
    if not all(one.ok for one in found):
        raise SystemExit(78)


def _examine(patient: Patient) -> Iterator[Finding]:
    for look in LOOKS:
        try:
            with readable(patient.settings.home):
                yield Finding(name=look.name, ok=True, says=look.at(patient))
        except PluginError as error:
            yield Finding(name=look.name, ok=False, says=error.sentence, hint=error.hint)
