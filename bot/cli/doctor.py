"""`b24bot doctor`: what a start would look at, each with what to do, and nothing changed by looking."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import click

from bot.app import UNWITNESSED, loose_modes_of, who_slack_says, witness_of
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
from bot.store.file_modes import refuse_writable
from bot.store.health import assert_fits, assert_sound, keys_of_records
from bot.store.keys import Keyring, load_key_file
from bot.store.migrations import pending, refuse_newer
from bot.store.store import Store, is_missing, refuse_lost
from bot.usecases.anchor import disagreement
from bot.usecases.deliver import DIRECT
from bot.usecases.gate import SLOW_MS
from bot.usecases.letters import blocked_notices
from bot.usecases.listed import REMEDY, strays, trouble
from bot.usecases.refusals import cause_of, refusal_of
from bot.usecases.startup import check_clock, short_of_approvers
from bot.usecases.undelivered import ORG_WIDE, ORG_WIDE_HINT, DeliveryError, OrgWide
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
    def database(self) -> Database:
        """The database as it is, of whatever schema it has."""
        return Database(self.settings.home / FILE_NAME, read_only=True)

    @cached_property
    def store(self) -> Store:
        return Store(self.database, self.keys, self.clock, backups=self.settings.backups)

    @cached_property
    def store_if_any(self) -> Store | None:
        """For what can be looked at without it as well, and better with it."""
        try:
            return self.store if self.there else None
        except PluginError:
            return None

    def close(self) -> None:
        if "database" in self.__dict__:
            self.database.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something to know that is no fault."""

    says: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One thing to look at. `at` returns what is well, in a few words, or raises with what is not and what to do.

    It is not looked at unless all is well with what it `needs`, so that one cause is told once.
    """

    name: str
    at: Callable[[Patient], str | Note]
    needs: Sequence[str] = ()


class State(StrEnum):
    """How it is with one thing."""

    OK = "ok"
    NOTE = "note"
    NO = "no"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found, and what to do about it."""

    name: str
    state: State
    says: str
    hint: str = ""

    @property
    def ok(self) -> bool:
        return self.state is not State.NO


def _key_file(patient: Patient) -> str:
    return f"{patient.settings.key_file}, {count(len(patient.keys.ids), 'key')}"


def _modes(patient: Patient) -> str | Note:
    loose = loose_modes_of(patient.settings)
    refuse_writable(loose)
    if loose:
        return Note(says=" ".join(one.says for one in loose), hint=" ".join(one.hint for one in loose))
    return "the database, its backups, the key's folder and .env are for the bot's account alone"


def _database(patient: Patient) -> str | Note:
    if is_missing(patient.settings.home):
        refuse_lost(patient.settings.home, patient.settings.backups)
    if not patient.there:
        return Note(says=f"There is no database in {patient.settings.home} yet: the first start makes it.")
    database = patient.database
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


def _backups(patient: Patient) -> str | Note:
    last = newest(patient.settings.backups, until=patient.clock.now_ms())
    if last is None:
        hint = "Make one: b24bot backup" if patient.there else ""
        return Note(says=f"There is no backup in {patient.settings.backups} yet.", hint=hint)
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
    except OrgWide:
        raise Refusal(ORG_WIDE, hint=ORG_WIDE_HINT) from None
    except DeliveryError as error:
        raise Refusal(f"Slack does not say who we are: {error.code}.", hint="Look at SLACK_BOT_TOKEN.") from None
    limit = check_clock(patient.clock.now_ms() - identity.at) if identity.at is not None else None
    if limit is not None:
        raise Refusal(limit.why)
    return f"team {identity.team}, its clock and ours agree"


def _channels(patient: Patient) -> str | Note:
    channel, store = patient.settings.require("B24BOT_AUDIT_CHANNEL"), patient.store_if_any
    health = store.outbox.channel(channel) if store is not None else None
    if health is not None and not health.working:
        raise Refusal(
            f"The audit channel {channel} does not take messages: {cause_of(health.reason)}. Nothing dangerous runs.",
            hint=refusal_of(health.reason).remedy or "It is tried again by itself.",
        )
    oldest = store.outbox.oldest("audit") if store is not None else None
    waited = patient.clock.now_ms() - oldest if oldest is not None else 0
    if waited > SLOW_MS:
        return Note(
            says=f"A line for the audit channel has waited for {count(waited // 60_000, 'minute')}.",
            hint="A bot that runs posts it: look whether one runs.",
        )
    return "the audit channel took its last line" if health is not None else "an audit channel is set"


def _outbox(patient: Patient) -> str | Note:
    blocked = blocked_notices(patient.store)
    if not blocked:
        return "nothing waits that Slack has refused"
    says = f"{'. '.join(one.says for one in blocked)}."
    remedies = dict.fromkeys(refusal_of(one.reason).remedy for one in blocked)
    hint = " ".join([*(remedy for remedy in remedies if remedy), "Each of them: b24bot outbox list"])
    if any(one.posts for one in blocked):
        raise Refusal(says, hint=hint)
    return Note(says=says, hint=hint)


def _direct(patient: Patient) -> str | Note:
    health = patient.store.outbox.channel(DIRECT)
    if health is None:
        return "none was needed yet"
    if health.working:
        return "the last one reached its person"
    says = f"Nobody gets direct messages of the bot: {cause_of(health.reason)}. They are told in the approval channel."
    return Note(says=says, hint=refusal_of(health.reason).remedy)


def _witness(patient: Patient) -> str | Note:
    witness = witness_of(patient.settings)
    if witness is None:
        return Note(says=f"B24BOT_WITNESS_FILE is not set: {UNWITNESSED}.")
    try:
        witness.probe()
        why = disagreement(patient.store_if_any, witness) if patient.store_if_any is not None else ""
    except OSError as error:
        raise ConfigurationError(
            f"The witness file {witness.path} cannot be used: {error.strerror}.",
            hint="Make it readable and writable for the account of the bot, or set B24BOT_WITNESS_FILE.",
        ) from None
    if why:
        raise ConfigurationError(
            why, hint="The bot starts and only reads. Look: b24bot audit verify. Then: b24bot restore FILE"
        )
    return f"{witness.path}, agrees up to #{witness.newest}" if witness.newest else f"{witness.path}, empty so far"


STORE = ("key file", "database")
LOOKS: tuple[Look, ...] = (
    Look(name="key file", at=_key_file),
    Look(name="file modes", at=_modes),
    Look(name="database", at=_database),
    Look(name="keys", at=_fitting, needs=STORE),
    Look(name="audit log", at=_chain, needs=STORE),
    Look(name="witness", at=_witness),
    Look(name="allow-list", at=_allow_list, needs=STORE),
    Look(name="approvers", at=_approvers, needs=STORE),
    Look(name="backups", at=_backups),
    Look(name="disk", at=_room),
    Look(name="channels", at=_channels),
    Look(name="outbox", at=_outbox, needs=STORE),
    Look(name="direct messages", at=_direct, needs=STORE),
    Look(name="Slack", at=_slack, needs=("key file",)),
)
"""In the order of a start."""


@click.command("doctor")
@as_json
@click.pass_obj
def doctor(terminal: Terminal, as_json: bool) -> None:
    """Look at everything a start looks at, and say what to do. Exit code 0: nothing is wrong; 78: something is.

    Nothing is changed; it works beside a bot that runs, too.
    """
    with closing(Patient(terminal.host_settings)) as patient:
        found = list(_examine(patient))
    if as_json:
        print_json(
            [{"name": one.name, "ok": one.ok, "state": one.state, "says": one.says, "hint": one.hint} for one in found]
        )
    else:
        for one in found:
            if one.state is not State.SKIPPED:
                say(f"{one.state:<4}  {one.name}: {one.says} {one.hint}".rstrip())
        skipped = [one.name for one in found if one.state is State.SKIPPED]
        if skipped:
            say(f"Not looked at, for want of what is above: {', '.join(skipped)}.")
    if not all(one.ok for one in found):
        raise SystemExit(78)


def _examine(patient: Patient) -> Iterator[Finding]:
    well: set[str] = set()
    for look in LOOKS:
        finding = _look(patient, look, well)
        if finding.state is State.OK:
            well.add(look.name)
        yield finding


def _look(patient: Patient, look: Look, well: set[str]) -> Finding:
    missing = [name for name in look.needs if name not in well]
    if missing:
        return Finding(name=look.name, state=State.SKIPPED, says=f"Not looked at; see {' and '.join(missing)}.")
    try:
        with readable(patient.settings.home):
            said = look.at(patient)
    except PluginError as error:
        return Finding(name=look.name, state=State.NO, says=error.sentence, hint=error.hint)
    if isinstance(said, Note):
        return Finding(name=look.name, state=State.NOTE, says=said.says, hint=said.hint)
    return Finding(name=look.name, state=State.OK, says=said)
