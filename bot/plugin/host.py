"""What the host offers a plugin, and what it expects of one, as protocols."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from bot.plugin.commands import Group
from bot.plugin.errors import Refusal
from bot.plugin.frozen import dataclass
from bot.plugin.message import Message, Person, Text
from bot.plugin.values import Call, CallOutcome, Json, Observation, Place, PlaceTerm, Plan, Remember, Reply, Table

P = TypeVar("P")
PLUGIN_API = 1
"""The version of all that stands in `bot.plugin`. It grows when a plugin that kept to it would not work any more."""

BACKUP_DAYS = 30
"""The days of which the bot keeps a backup. What is deleted stays in its backups, encrypted, for as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting: an environment variable, what it means, and what holds when it is not set."""

    name: str
    help: Text
    default: str = ""
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """How an outcome that nobody knows is told by reading back, in seconds after the call was sent.

    Until `late_effects` have passed the remote side may still carry out a call that got no answer, so that seeing no
    effect proves nothing. After `ask_people` what could not be told by then is for people to say.
    """

    late_effects: float
    ask_people: float = 900.0

    @property
    def late_effects_ms(self) -> int:
        return round(self.late_effects * 1000)

    @property
    def ask_people_ms(self) -> int:
        return round(self.ask_people * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What may happen to a place apart from any change request, as the plugin may put it on the audit log.

    `tag` is `source:subject:action`; its source is the plugin's name, or its word for a place. Records keep it for
    ever, so that a tag is never given another meaning. `sentence` is how such a record reads; its one argument,
    `place="place"`, stands for the name of the place.
    """

    tag: str
    sentence: Message
    facts: Mapping[str, Message | None] = field(default_factory=dict)
    """The facts that such a record may hold, and for each the detail that follows the sentence: a message with one
    argument, `value="value"`. A fact without one, None, is recorded and not shown."""
    quiet: bool = False
    """Recorded, and not copied to the audit channel: what goes as it should is no news there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A decrypted secret and its generation, which grows by one with each write."""

    value: Mapping[str, Any]
    generation: int


class Secrets(Protocol):
    """Encrypted JSON objects a plugin owns, by name. They are at rest only as ciphertext."""

    def read(self, name: str) -> Sealed | None: ...

    def write(self, name: str, value: Mapping[str, Any], *, after: int) -> bool:
        """Store when the stored generation is still `after` (0: nothing stored yet); False when it is not."""
        ...

    def delete(self, name: str) -> None: ...

    def lease(self, name: str, *, seconds: float) -> AbstractContextManager[bool]:
        """The sole right to renew a secret, across processes. The value is False when another holds it."""
        ...


class Records(Protocol):
    """Small JSON documents a plugin owns, by kind and key."""

    def get(self, kind: str, key: str) -> Mapping[str, Any] | None: ...

    def put(self, kind: str, key: str, value: Mapping[str, Json]) -> None: ...

    def delete(self, kind: str, key: str) -> None: ...

    def all(self, kind: str) -> Mapping[str, Mapping[str, Any]]: ...


class SharedLevel(Protocol):
    """A number that sinks to zero at a constant rate, the same for all processes of the bot on all hosts.

    Methods raise a PluginError while the database does not answer.
    """

    def add(self, amount: float, *, drains: float, most: float) -> float | None:
        """Add to it and return what it is then; None where that would be above `most`, and nothing was added.

        It sinks by `drains` a second.
        """
        ...

    def lift(self, least: float, *, drains: float) -> None:
        """Make it at least so high."""
        ...

    def read(self, *, drains: float) -> float: ...


class Clock(Protocol):
    """Time as the host sees it."""

    def now_ms(self) -> int:
        """UTC, milliseconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back."""
        ...

    def sleep(self, seconds: float) -> None: ...

    def jitter(self, most: float) -> float:
        """Seconds between 0 and `most`, at random, to keep retries apart."""
        ...


class LinkedAccounts(Protocol):
    """The accounts at the plugin's places that admins linked to people, for its web pages.

    Elsewhere no account is linked.
    """

    @property
    def chat_address(self) -> str:
        """The address at which a browser opens the chat; empty where there is none."""
        ...

    def find_person(self, place: Place, user: str) -> Person | None:
        """The person that a user of a place is linked to."""
        ...

    def submit(self, place: Place, user: str, line: str, *, key: str) -> None:
        """Take a command, without the place, as if the linked person had typed it in the chat; once for a key.

        The answer goes to the person in the chat. Raises Refusal where nobody is linked, too much is
        waiting, or b24bot takes on no change now.
        """
        ...


class Services(Protocol):
    """All a plugin gets of the host."""

    @property
    def settings(self) -> Mapping[str, str]: ...
    @property
    def secrets(self) -> Secrets: ...
    @property
    def records(self) -> Records: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def log(self) -> logging.Logger: ...
    @property
    def scratch(self) -> Path:
        """A folder of the plugin's own for files that may be lost at any time, shared by the bot's processes on this
        host. Nobody promises that it exists or can be written: make it when needed, and do without when not."""
        ...

    def shared_level(self, name: str) -> SharedLevel | None:
        """A level of the plugin's own that processes of several hosts share; None where all are on this host."""
        ...

    @property
    def default_places(self) -> Mapping[str, Sequence[str]]:
        """For a command about all places: those that a line without --place acts on, and whose: you, everybody."""
        ...

    @property
    def accounts(self) -> LinkedAccounts:
        """Who is who at the plugin's places, while it answers a request from outside."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """One transaction: what is stored and recorded inside happens together or not at all.

        It keeps every other process of the bot from writing, so nothing is sent anywhere inside.
        """
        ...

    def record(self, event: Event, place: Place | str, facts: Mapping[str, Text | int]) -> None:
        """Put on the audit log what happened to a place. A fact that is a message is read in any reader's language.

        A place that is not known is a name. The record shows the mark of one that is.

        Raises ValueError for an event that the plugin does not declare, and for a fact that the event does not."""
        ...

    def may_send(self, seconds: float) -> bool:
        """Ask before each attempt to send a changing call, after all waiting and right before its first byte.

        `seconds` is how long the attempt can take at most from then on, its time-outs included. False: the call must
        not be sent; its outcome is `NOT_SENT`. In `perform` somebody else has taken over its change request then. In
        `maintain` the host is frozen or may only read. Anywhere else the answer is always no. It is for this moment:
        ask again after a pause and before another attempt.
        """
        ...

    def progress(self, done: int, total: int, what: Text) -> None:
        """Tell whoever waits how far a long read has come, for example 3 of 80 batches; may be called often."""
        ...


class Dialogue(Protocol):
    """The person at the terminal, for a command that needs an answer to what it has shown."""

    @property
    def services(self) -> Services: ...

    def show(self, reply: Reply) -> None:
        """Print a reply at once: for people, or its `data`, if it has any, for programs.

        For programs it goes to stderr: stdout holds the answer of the command alone.
        """
        ...

    @property
    def person(self) -> str:
        """The account of whoever is asked, the same for each command of theirs."""
        ...

    def find_block(self) -> Refusal | None:
        """The refusal of a change at a place, or None while b24bot may change one.

        It may not while it is frozen, may only read, or has an audit channel that it cannot rely on.

        Ask before each call that changes a place.
        """
        ...

    def ask(
        self,
        question: Text,
        *,
        secret: bool = False,
        poll: Callable[[], str | None] | None = None,
        check: Callable[[str], object] | None = None,
    ) -> str:
        """Read one line. Raises BadArgument where nothing comes.

        A secret one is not shown while it is typed, and no record and no output repeats it.

        `check` is called with what was typed, and raises a PluginError for what cannot be the answer. A person reads
        the error and is asked again; for a program the error ends the question. It sends nothing.

        `poll` is called about twice a second meanwhile: a text that it returns is the answer if it comes before the
        line, and what it raises ends the question. It sends nothing.
        """
        ...

    def ask_secret(self, name: str) -> str:
        """The secret argument of this name, declared with `late`. Raises BadArgument where nothing comes."""
        ...


class Simulation(Protocol):
    """A running stand-in for the remote side, on loopback, for the playground."""

    def ready(self) -> Mapping[str, Json]:
        """The facts a person needs to connect to it, printed as one line of JSON."""
        ...

    def settings(self) -> Mapping[str, str]:
        """The bot's settings that connect it to this simulation."""
        ...

    def seed(self) -> None:
        """Put in what the playground's story is about."""
        ...

    def records(self, at: int) -> Sequence[Remember]:
        """What the plugin's records hold where the bot itself made, at that time, what `seed` puts in as its own."""
        ...

    def picture(self) -> Sequence[Table]:
        """What is in it now."""
        ...

    def stop(self) -> None: ...


class Plugin(Protocol):
    """A package that offers commands. An entry point in the group `b24bot.plugins` names such an object."""

    @property
    def api(self) -> int:
        """The version of this API that the plugin was written for: a plain number, and not `PLUGIN_API` itself."""
        ...

    @property
    def name(self) -> str: ...
    @property
    def settings(self) -> Sequence[Setting]: ...
    @property
    def groups(self) -> Iterable[Group[Any]]: ...
    @property
    def settling(self) -> Settling: ...
    @property
    def place_term(self) -> PlaceTerm:
        """What people call a place of this plugin."""
        ...

    @property
    def events(self) -> Sequence[Event]:
        """What the plugin may put on the audit log."""
        ...

    @property
    def simulators(self) -> Mapping[str, Callable[[int], Simulation]]:
        """What `b24bot simulate NAME --port N` can start."""
        ...

    def start(self, services: Services) -> None:
        """Called once when a process starts, before any command; may take over settings into secrets."""
        ...

    def maintain(self, services: Services) -> float | None:
        """Called now and then by the one process that works, at least hourly: the moment to renew what would run out.

        It may return in how many seconds it wants to be called again. What it raises is put in the log and changes
        nothing else.
        """
        ...

    def close(self) -> None:
        """Called when a process ends: let go of connections. Who calls afterwards all the same gets new ones."""
        ...

    def places(self, services: Services) -> Sequence[Place]:
        """The places known now, in any order: the host knows which one a line without --place is about."""
        ...

    def open(self, services: Services, place: Place) -> Any:
        """What planners of this plugin get first: it can read the place and refuses every write."""
        ...

    def perform(self, services: Services, place: Place, call: Call) -> CallOutcome:
        """Make one changing call, at most once. Never raises for what the remote side does.

        Whether it may still be made is asked with `services.may_send` before each attempt: minutes may have passed
        since this was called.
        """
        ...

    def verify(self, services: Services, place: Place, plan: Plan) -> Observation:
        """What is true of the plan's target now, read afresh. Raises PluginError when it cannot be read.

        Its labels are those of the plan's `before` and `wanted`, and no others.
        """
        ...
