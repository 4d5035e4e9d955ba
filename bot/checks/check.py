"""What a check is, what it looks at, and how one is run, by `b24bot doctor` and by a start alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from functools import cached_property, reduce
from typing import TYPE_CHECKING

from bot.checks.key_source import load_keys
from bot.clock import SystemClock
from bot.core.joined_sentences import pair_sentences
from bot.plugin import Message, PluginError, Text
from bot.plugin.frozen import dataclass
from bot.settings import Settings
from bot.store.disk.process_lock import INTAKE, is_held
from bot.store.engine.port import Engine
from bot.store.location import Location, locate
from bot.store.sealing.keyring import Keyring
from bot.store.store import Store

if TYPE_CHECKING:
    from bot.slack.bot_identity import Identity


class Environment:
    """What is looked at, opened once and read only. `read` gives all settings, with the rows of the plugins."""

    def __init__(
        self, host_settings: Settings, read: Callable[[], Settings], *, by_http: bool = False, starting: bool = False
    ) -> None:
        self.host_settings = host_settings
        self._read = read
        self.by_http = by_http
        """Whether requests are taken by HTTP although there may be an app token."""
        self.starting = starting
        """Whether this process is the one that begins to serve."""
        self.clock = SystemClock()

    @property
    def settings(self) -> Settings:
        """The host's own settings, which are there whatever is wrong with a plugin."""
        return self.host_settings

    @cached_property
    def all_settings(self) -> Settings:
        """Raises ConfigurationError when a plugin cannot be loaded."""
        return self._read()

    @cached_property
    def keys(self) -> Keyring:
        return load_keys(self.settings)

    @cached_property
    def location(self) -> Location:
        return locate(self.settings.home, self.settings.database_url)

    @cached_property
    def there(self) -> bool:
        """Whether there is a database. One that cannot be reached is there: opening it says why."""
        try:
            return self.location.exists
        except (PluginError, OSError):
            return True

    @cached_property
    def engine(self) -> Engine:
        """The database as it is, of whatever schema it has."""
        return self.location.open(read_only=True).engine

    @cached_property
    def store(self) -> Store:
        settings = self.settings
        return Store(self.engine, self.keys, self.clock, home=settings.home, backups=settings.backups)

    @cached_property
    def store_if_any(self) -> Store | None:
        """For what can be looked at without it as well, and better with it."""
        try:
            return self.store if self.there else None
        except (PluginError, OSError):
            return None

    @cached_property
    def identity(self) -> Identity:
        """Who Slack says the bot is. Raises DeliveryError, and ConfigurationError without a token."""
        from bot.slack.bot_identity import ask_identity
        from bot.slack.outgoing.messenger import make_client
        from bot.slack.token_errors import BOT_TOKEN

        settings = self.settings
        return ask_identity(make_client(settings.require(BOT_TOKEN), settings.slack_api))

    @property
    def served(self) -> bool:
        """Whether a bot that was started before takes requests now."""
        return not self.starting and is_held(self.settings.home, INTAKE)

    def close(self) -> None:
        if "engine" in self.__dict__:
            self.engine.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something to know that is no fault."""

    says: Text
    hint: Text = ""


class Stage(StrEnum):
    """When a start runs a check itself; what has no stage it meets by opening its files."""

    SETTINGS = "settings"
    """Before anything is opened."""
    SLACK = "Slack"
    """After the files, before work is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing to look at. `look` returns what is well, in a few words, or raises with what is not and what to do.

    `name` stays as it is for programs; people read `label`.

    It is not looked at unless all is well with what it `needs`, so that one cause is told once. At its `stage` of a
    start a ConfigurationError ends the start; anything else that it raises may pass, and is logged.
    """

    name: str
    label: Message
    look: Callable[[Environment], Text | Note]
    needs: Sequence[str] = ()
    stage: Stage | None = None


class State(StrEnum):
    """How it is with one thing."""

    OK = "ok"
    NOTE = "note"
    NO = "no"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    """What was found, and what to do about it."""

    name: str
    label: Message
    state: State
    says: Text
    hint: Text = ""
    error: PluginError | None = None

    @property
    def ok(self) -> bool:
        return self.state is not State.NO


def join_sentences(sentences: Iterable[Text]) -> Text:
    """Put whole sentences behind each other; what is empty is left out."""
    told = [sentence for sentence in sentences if sentence]
    return reduce(pair_sentences, told) if told else ""


def run_checks(
    checks: Iterable[Check], environment: Environment, *, well: Iterable[str] = ()
) -> Iterator[CheckOutcome]:
    """Look at one thing after the other; `well` are names of what needs no looking at."""
    well = set(well)
    labels: dict[str, Message] = {}
    for check in checks:
        labels[check.name] = check.label
        missing = [labels.get(name, name) for name in check.needs if name not in well]
        outcome = _skip(check, missing) if missing else _run(check, environment)
        if outcome.state is State.OK:
            well.add(check.name)
        yield outcome


def _skip(check: Check, missing: Iterable[Text]) -> CheckOutcome:
    says = Message("check.skipped", checks=tuple(missing))
    return CheckOutcome(name=check.name, label=check.label, state=State.SKIPPED, says=says)


def _run(check: Check, environment: Environment) -> CheckOutcome:
    hint: Text = ""
    error: PluginError | None = None
    try:
        found = check.look(environment)
    except PluginError as fault:
        state, says, hint, error = State.NO, fault.sentence, fault.hint, fault
    except (OSError, UnicodeDecodeError) as fault:
        state, says = State.NO, _describe_file_fault(fault, environment)
    else:
        state = State.NOTE if isinstance(found, Note) else State.OK
        says, hint = (found.says, found.hint) if isinstance(found, Note) else (found, "")
    return CheckOutcome(name=check.name, label=check.label, state=state, says=says, hint=hint, error=error)


def _describe_file_fault(fault: Exception, environment: Environment) -> Message:
    path = str(getattr(fault, "filename", None) or environment.settings.home)
    reason = getattr(fault, "strerror", None)
    if isinstance(reason, str):
        return Message("check.path_unusable", path=path, reason=reason)
    return Message("check.not_utf8", path=path)
