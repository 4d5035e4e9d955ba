"""What every command of the terminal works with: the settings, the store, the bot's parts, and who is typing."""

from __future__ import annotations

import logging
import os
import pwd
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot.checks.key_source import has_keys, load_keys
from bot.checks.storage import witness_of
from bot.cli.log_sentences import SentenceFormatter
from bot.cli.output import KnownNames
from bot.clock import SystemClock
from bot.core.authority.limits import Limit
from bot.core.bot_errors import ConfigurationError
from bot.core.parsing.command_table import Commands
from bot.core.principals import Principal
from bot.host.discovery import load_plugins
from bot.host.help_messages import group_help, prefix_of
from bot.language.catalogues import load_when_missing
from bot.language.language_choice import choose_by_environment
from bot.logs import set_up_logs
from bot.plugin import Event, Message, Plugin, PluginError, Text
from bot.plugin.frozen import dataclass
from bot.settings import Settings, load_settings
from bot.store.disk.process_lock import is_held
from bot.store.files.consistency import assert_usable
from bot.store.location import locate
from bot.store.store import Store, open_store
from bot.usecases.admin.builtin_plugin import make_registry
from bot.usecases.integrity.chain_check import examine_head, note_chain
from bot.usecases.integrity.policy_record import record_policy

if TYPE_CHECKING:
    from bot.app import Bot, Running
    from bot.usecases.chat.chat_refusals import ChatRefusal

log = logging.getLogger("b24bot.cli")
HOST_HELPS: Mapping[str, Text] = {"fault": Message("clihelp.fault")}
"""What those of the host's own groups are about that have no command of the terminal's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredCommands:
    """The declared commands, and what each plugin's group is about. With `trouble` those of the plugins are missing."""

    commands: Commands
    helps: Mapping[str, Text]
    trouble: PluginError | None = None
    events: Mapping[str, Event] = field(default_factory=dict)
    place: Text = Message("place.title")
    """What people call a place."""


class Terminal:
    """One run of the command line. Nothing is read or opened before a command asks for it."""

    def __init__(self) -> None:
        self.hidden: list[str] = []
        """Secrets that no log line and no error may show."""
        self.as_json = False
        self.reason = ""
        """Why, in the words of whoever types; what is recorded by this command has it."""
        self.reason_instead = ""
        """What is recorded in place of a reason that holds a secret of the bot."""
        self.names = KnownNames()
        """The names by which people are shown."""
        set_up_logs("WARNING", lambda: self.hidden, formatter=SentenceFormatter)

    @cached_property
    def dotenv(self) -> Path | None:
        """The `.env` of the current folder, if there is one."""
        path = Path(".env")
        return path if path.is_file() else None

    @cached_property
    def host_settings(self) -> Settings:
        """The host's own settings; plugins are not looked at. Raises ConfigurationError."""
        with explain_file_errors(self.dotenv or Path(".env")):
            return self._kept(load_settings(dotenv=self.dotenv))

    @property
    def language(self) -> str:
        """The language that is spoken here: the one that is set for everything, else that of the terminal's locale."""
        try:
            fixed = self.host_settings.languages.fixed
        except ConfigurationError:
            # Each command that needs the settings says what is wrong with them.
            fixed = ""
        return fixed or choose_by_environment(os.environ)

    @cached_property
    def settings(self) -> Settings:
        """All settings, with the rows of the plugins. Raises ConfigurationError."""
        from bot.app import read_settings

        with explain_file_errors(self.dotenv or Path(".env")):
            return self._kept(read_settings(dotenv=self.dotenv))

    def forget_settings(self) -> None:
        """Let the next use read the settings again: the settings file was written."""
        for name in ("dotenv", "host_settings", "settings"):
            self.__dict__.pop(name, None)

    def _kept(self, settings: Settings) -> Settings:
        self.hidden.extend(settings.secrets)
        return settings

    @cached_property
    def plugins(self) -> tuple[Plugin, ...]:
        """The plugins of the settings, loaded and not started. Raises ConfigurationError."""
        return load_plugins(self.host_settings["B24BOT_PLUGINS"])

    def bind_catalogues(self) -> None:
        """Make the messages of the plugins known.

        What only reads the store works also with a plugin that cannot be loaded. It says that its messages are missing.
        """
        with suppress(ConfigurationError):
            _ = self.plugins

    @cached_property
    def declared(self) -> DeclaredCommands:
        """Every command there is, without opening anything."""
        try:
            registry = make_registry(self.plugins)
            groups = [(plugin.name, group) for plugin in self.plugins for group in plugin.groups]
            helps = {**HOST_HELPS, **{group.noun: group_help(prefix_of(name), group) for name, group in groups}}
        except PluginError as error:
            return DeclaredCommands(commands=make_registry(()).commands, helps=HOST_HELPS, trouble=error)
        place = registry.place_term.label
        return DeclaredCommands(commands=registry.commands, helps=helps, events=registry.events, place=place)

    @cached_property
    def person(self) -> Principal:
        """The account that runs this process: from the system, since a variable can claim to be anybody."""
        uid = os.getuid()
        try:
            return Principal.shell(pwd.getpwuid(uid).pw_name)
        except KeyError:
            return Principal.shell(f"uid-{uid}")

    @property
    def asks(self) -> bool:
        """Whether somebody is there to answer a question."""
        return sys.stdin.isatty()

    def held(self, role: str) -> bool:
        """Whether some process has this role now."""
        return is_held(self.host_settings.home, role)

    @staticmethod
    def find_refusal(reason: str) -> ChatRefusal:
        """Say what the stored reason of a refusal of the chat's means."""
        from bot.app import find_refusal

        return find_refusal(reason)

    @contextmanager
    def store(self, *, writes: bool = False) -> Iterator[Store]:
        """The store alone, for what needs neither plugins nor Slack. What `writes` needs a log to be trusted."""
        settings = self.host_settings
        load_when_missing(self.bind_catalogues)
        with explain_file_errors(settings.home):
            keys = load_keys(settings)
            store = open_store(settings.home, keys, SystemClock(), url=settings.database_url, backups=settings.backups)
        try:
            if writes:
                assert_trusted(examine_head(store, witness_of(settings)).limit)
                store.reason = self.reason
            with self.names.read_from(store):
                yield store
        finally:
            store.close()

    @contextmanager
    def bot(self, *, writes: bool = False) -> Iterator[Bot]:
        """The parts of the bot, for one command. What `writes` needs a log to be trusted."""
        from bot.app import assemble

        settings = self.settings
        level = settings.log_level
        level = "WARNING" if level == "INFO" else level
        set_up_logs(level, lambda: self.hidden, formatter=SentenceFormatter)
        with explain_file_errors(settings.home):
            bot = assemble(settings)
        try:
            if writes:
                assert_trusted(note_chain(bot.context))
                bot.store.reason = self.reason
            record_policy(bot.context, starting=False)
            with self.names.read_from(bot.store):
                yield bot
        finally:
            bot.close()

    def assert_usable(self) -> None:
        """Make sure, changing nothing, that there is a database and that its pages are sound.

        Raises ConfigurationError without a database, and StoreDamaged.
        """
        settings = self.host_settings
        home = settings.home
        with explain_file_errors(home):
            location = locate(home, settings.database_url)
            if not location.exists:
                raise no_database(settings)
            with closing(location.open(read_only=True).engine) as engine:
                assert_usable(engine)

    @contextmanager
    def running(self, *, intake: bool, work: bool, socket: bool = False, quiet: bool = False) -> Iterator[Running]:
        """A bot that stays, with its whole log; it is stopped in the end, with what it is at finished.

        With `quiet` it runs beside a conversation: only its warnings are shown, as sentences.
        """
        from bot.app import launch

        if not quiet:
            set_up_logs(self.settings.log_level, lambda: self.hidden)
        with explain_file_errors(self.settings.home):
            running = launch(self.settings, intake=intake, work=work, socket=socket)
        try:
            yield running
            log.info("told to stop; finishing what is running", extra={"action": "stopping"})
        finally:
            running.stop()


def assert_trusted(limit: Limit | None) -> None:
    """What would be written on a log that cannot be trusted would make a second one. Raises ConfigurationError."""
    if limit is not None:
        raise ConfigurationError(
            Message("limit.nothing_written", why=limit.why),
            hint=Message("cli.log.repair"),
        )


def no_database(settings: Settings) -> ConfigurationError:
    """What to raise where there is no database, with what makes one: first `init`, which makes the key file."""
    begun = has_keys(settings)
    hint = Message("cli.database.begin_with_serve") if begun else Message("cli.database.begin_with_init")
    place = locate(settings.home, settings.database_url).place
    return ConfigurationError(Message("cli.database.missing", folder=place), hint=hint)


@contextmanager
def suggest_doctor() -> Iterator[None]:
    """Name `b24bot doctor` where a start is refused: a start tells the first thing that is missing, doctor all."""
    try:
        yield
    except ConfigurationError as error:
        told = Message("cli.doctor.also", hint=error.hint) if error.hint else Message("cli.doctor.suggested")
        raise ConfigurationError(error.sentence, hint=told) from error


@contextmanager
def explain_file_errors(path: Path) -> Iterator[None]:
    """Turn what the file system says into a sentence."""
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        logging.getLogger("b24bot").debug("a file cannot be used", exc_info=True)
        where = str(getattr(error, "filename", None) or path)
        cause: Text = getattr(error, "strerror", None) or Message("cli.file.not_utf8")
        raise ConfigurationError(Message("cli.file.unusable", file=where, cause=cause)) from None
