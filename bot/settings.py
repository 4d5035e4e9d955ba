"""The settings: read, checked, and told by their own names."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from pathlib import Path
from urllib.parse import urlsplit

from bot.core.authority.policy import Terms
from bot.core.authority.rules.rule_table import RuleTable
from bot.core.bot_errors import ConfigurationError
from bot.core.durations import parse_duration
from bot.core.parsing.database_urls import is_database_url, list_passwords
from bot.core.parsing.suggestion import find_nearest
from bot.core.principals import Principal
from bot.host_settings import ALLOW_ASYNC, DATABASE_URL, KEY_FILE, KEYS, LANGUAGES
from bot.host_settings import HOST_SETTINGS as HOST_SETTINGS
from bot.host_settings import READBACK_AFTER as READBACK_AFTER
from bot.language.catalogues import list_languages
from bot.language.language_choice import LanguageChoice
from bot.language.translation import PSEUDO
from bot.plugin import PUBLIC_URL, BadArgument, Message, Setting
from bot.plugin.frozen import dataclass
from bot.policy_file import read_policy_file
from bot.settings_file import read_settings_file

_COMMAND = re.compile(r"\A/[a-z0-9_-]{1,31}\Z")
_WEB_ADDRESS = re.compile(r"\Ahttps?://[^\s/?#]+[^\s?#]*\Z")
_PUBLIC_ADDRESS = re.compile(r"\A(https://[A-Za-z0-9.-]+|http://(127\.0\.0\.1|localhost|\[::1\]))(:[0-9]{1,5})?/?\Z")
_NUMBER = re.compile(r"\A[0-9]{1,9}\Z")
MOST_QUORUM = 20
ON, OFF = frozenset({"on", "1", "yes", "true"}), frozenset({"off", "0", "no", "false"})
_CHANNEL = re.compile(r"\A[CDG][A-Z0-9]{1,20}\Z")
OWN_PREFIXES, SLACK_PREFIX = ("B24BOT_", "BITRIX24_"), "SLACK_"
NOT_SETTINGS = "B24BOT_SECRET_"
"""The beginning of variables that hold a secret for one command."""
ALIKE = 0.8
"""How much of a name has to be that of a setting to be taken for a misspelt one."""
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings as they are now: environment first, then `.env`, then the defaults.

    The values are not in the repr: some of them are secrets.
    """

    values: Mapping[str, str] = field(repr=False)
    rows: tuple[Setting, ...] = HOST_SETTINGS
    dotenv: Path | None = None
    """The settings file, where there is one."""
    given: frozenset[str] = frozenset()
    """The names that are set in the environment or in the file, settings or not."""
    twice: frozenset[str] = frozenset()
    """The names that have several values in the file; the last one counts."""

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    def on(self, name: str) -> bool:
        """Whether a switch is on. Raises ConfigurationError for a word that is neither on nor off."""
        word = self.values[name].strip().lower()
        if word not in ON | OFF:
            raise ConfigurationError(
                Message("setting.value.not_switch", name=name, value=self.values[name]),
                hint=Message("setting.value.write_switch"),
            )
        return word in ON

    def channel(self, name: str) -> str:
        """The id of a channel, empty when it is not set. Raises ConfigurationError for a name, or anything else."""
        text = self.values[name].strip()
        if text and not _CHANNEL.match(text):
            raise ConfigurationError(
                Message("setting.value.not_channel", name=name, value=text),
                hint=Message("setting.value.find_channel"),
            )
        return text

    def require(self, name: str) -> str:
        """A setting that has no default. Raises ConfigurationError naming it and the way to it."""
        if not self.values[name]:
            meaning = next(row.help for row in self.rows if row.name == name)
            hint = Message("setting.missing.set_it") if self.dotenv else Message("setting.missing.make_file")
            raise ConfigurationError(Message("setting.missing.found", name=name, meaning=meaning), hint=hint)
        return self.values[name]

    @property
    def home(self) -> Path:
        """The folder of the database. Raises ConfigurationError, as every path does."""
        return self.path("B24BOT_HOME") or _user_folder("XDG_DATA_HOME", ".local/share")

    @property
    def database_url(self) -> str:
        """The server that has the rows; empty for a file in `home`. Raises ConfigurationError, without the value."""
        url = self.values[DATABASE_URL].strip()
        if url and not is_database_url(url):
            raise ConfigurationError(
                Message("setting.value.not_database_url", name=DATABASE_URL),
                hint=Message("setting.value.write_database_url"),
            )
        return url

    @property
    def allow_async(self) -> bool:
        return self.on(ALLOW_ASYNC)

    @property
    def key_file(self) -> Path:
        return self.path(KEY_FILE) or _user_folder("XDG_CONFIG_HOME", ".config") / "key"

    @property
    def keys(self) -> str:
        """The contents of a key file; empty where a file has them. Raises ConfigurationError where both are set."""
        text = self.values[KEYS].strip()
        if text and self.values[KEY_FILE].strip():
            raise ConfigurationError(
                Message("setting.value.keys_twice", name=KEYS, other=KEY_FILE), hint=Message("setting.value.remove_one")
            )
        return text

    @property
    def backups(self) -> Path:
        """The folder of the hourly copies of the database."""
        return self.path("B24BOT_BACKUPS") or self.home / "backups"

    def path(self, name: str) -> Path | None:
        """The path that a setting names; None when it is not set. Raises ConfigurationError."""
        text = self.values[name].strip()
        if not text:
            return None
        try:
            return Path(text).expanduser()
        except RuntimeError:
            raise ConfigurationError(
                Message("setting.value.no_home_folder", name=name, value=text),
                hint=Message("setting.value.write_whole_path"),
            ) from None

    @property
    def command(self) -> str:
        """The slash command. Raises ConfigurationError when Slack could not have one of that name."""
        name = self.values["B24BOT_COMMAND"].strip()
        if not _COMMAND.match(name):
            raise ConfigurationError(
                Message("setting.value.not_slash_command", name="B24BOT_COMMAND", value=name),
                hint=Message("setting.value.write_slash_command"),
            )
        return name

    @property
    def slack_api(self) -> str:
        """The base URL of Slack's Web API. Raises ConfigurationError when it is none."""
        url = self.values["SLACK_API_URL"].strip()
        if not (_WEB_ADDRESS.match(url) and _can_be_parsed(url)):
            raise ConfigurationError(
                Message("setting.value.not_web_address", name="SLACK_API_URL", value=url),
                hint=Message("setting.value.write_web_address"),
            )
        return url

    @property
    def terms(self) -> Terms:
        return Terms(
            quorum=self.number("B24BOT_QUORUM", 1, MOST_QUORUM),
            expires_in=self.duration_ms("B24BOT_REQUEST_TTL"),
            break_glass=self.on("B24BOT_BREAK_GLASS"),
        )

    @property
    def audit_lag_ms(self) -> int:
        """Raises ConfigurationError for more than half an hour: the rule can be made stricter, never laxer."""
        return self.duration_ms("B24BOT_AUDIT_LAG", most="30m")

    @property
    def settle_after_ms(self) -> int:
        """For how long no effect proves nothing; 0 where it is not set, and each plugin's own time counts.

        Raises ConfigurationError.
        """
        return self.duration_ms(READBACK_AFTER, least="1s") if self.values[READBACK_AFTER] else 0

    @property
    def witness_file(self) -> Path | None:
        return self.path("B24BOT_WITNESS_FILE")

    @property
    def rules(self) -> RuleTable:
        return read_policy_file(self.path("B24BOT_POLICY"))

    @property
    def admins(self) -> tuple[Principal, ...]:
        try:
            return tuple(Principal.parse(word) for word in self.values["B24BOT_ADMINS"].split(",") if word.strip())
        except BadArgument as error:
            raise ConfigurationError(
                Message("setting.value.unreadable", name="B24BOT_ADMINS", cause=error.sentence),
                hint=Message("setting.value.write_person", example="T0001:U0002"),
            ) from None

    @property
    def same_person(self) -> tuple[tuple[Principal, Principal], ...]:
        """Pairs of accounts that are one person. Raises ConfigurationError when one cannot be read."""
        return tuple(_pair(word) for word in self.values["B24BOT_SAME_PERSON"].split(",") if word.strip())

    @property
    def health_port(self) -> int | None:
        """Where a process without HTTP tells of its health; None for nowhere. Raises ConfigurationError."""
        return self.number("B24BOT_HEALTH_PORT", 0, 65_535) if self.values["B24BOT_HEALTH_PORT"].strip() else None

    @property
    def public_url(self) -> str:
        """The address under which b24bot is reached, without a slash at its end; empty where it is not set.

        Raises ConfigurationError for one with a path, and for http anywhere but on this host.
        """
        url = self.values[PUBLIC_URL].strip()
        if url and not (_PUBLIC_ADDRESS.match(url) and _can_be_parsed(url)):
            raise ConfigurationError(
                Message("setting.value.not_public_url", name=PUBLIC_URL, value=url),
                hint=Message("setting.value.write_public_url"),
            )
        return url.rstrip("/")

    def duration_ms(self, name: str, *, least: str = "1m", most: str = "") -> int:
        """A duration such as 90s, 15m, 1h, with its bounds as they are told. Raises ConfigurationError."""
        text = self.values[name]
        found = parse_duration(text)
        if not found:
            raise ConfigurationError(
                Message("setting.value.not_duration", name=name, value=text),
                hint=Message("setting.value.write_duration"),
            )
        if found < parse_duration(least):
            raise ConfigurationError(
                Message("setting.value.too_short", name=name, value=text, least=least),
                hint=Message("setting.value.set_at_least", least=least),
            )
        if most and found > parse_duration(most):
            raise ConfigurationError(
                Message("setting.value.too_long", name=name, value=text, most=most),
                hint=Message("setting.value.set_at_most", most=most),
            )
        return found

    def number(self, name: str, least: int, most: int) -> int:
        text = self.values[name].strip()
        if not _NUMBER.match(text) or not least <= int(text) <= most:
            raise ConfigurationError(
                Message("setting.value.not_number", name=name, value=text, least=str(least), most=str(most))
            )
        return int(text)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values of secret settings, those of plugins too, for the log filter."""
        given = tuple(self.values[row.name] for row in self.rows if row.secret and self.values[row.name])
        return (*given, *self.values[KEYS].replace(",", " ").split(), *list_passwords(self.values[DATABASE_URL]))

    @property
    def secret_rows(self) -> Mapping[str, str]:
        """The values of secret settings by their names."""
        return {row.name: self.values[row.name] for row in self.rows if row.secret}

    @property
    def unknown(self) -> Mapping[str, str | None]:
        """Names that look like settings and are none, each with the setting that was probably meant."""
        known = {row.name.lower(): row.name for row in self.rows}
        strange = [name for name in sorted(self.given - set(known.values())) if not name.startswith(NOT_SETTINGS)]
        meant = {name: known.get(find_nearest(name, known, alike=ALIKE) or "") for name in strange}
        # Other programs have settings that begin with SLACK_, too.
        return {name: one for name, one in meant.items() if name.startswith(OWN_PREFIXES) or one is not None}

    @property
    def wrong_values(self) -> tuple[ConfigurationError, ...]:
        """What is wrong with the values, each error under the setting's own name."""
        found = [
            ConfigurationError(
                Message("setting.file.set_twice", name=row.name, file=str(self.dotenv)),
                hint=Message("setting.file.keep_one"),
            )
            for row in self.rows
            if row.name in self.twice
        ]
        for read in READERS:
            try:
                read(self)
            except ConfigurationError as error:
                found.append(error)
        # One that others are read by is met again with each of them.
        return tuple({error.sentence: error for error in found}.values())

    @property
    def for_plugins(self) -> Mapping[str, str]:
        """What plugins may read: not the tokens of Slack."""
        hidden = {row.name for row in HOST_SETTINGS if row.secret}
        return {name: value for name, value in self.values.items() if name not in hidden}

    @property
    def languages(self) -> LanguageChoice:
        """The languages to speak. Raises ConfigurationError for one that b24bot does not have."""
        return LanguageChoice(
            fixed=self._language("B24BOT_LANGUAGE"), channel=self._language("B24BOT_CHANNEL_LANGUAGE")
        )

    def _language(self, name: str) -> str:
        text = self.values[name].strip()
        if text and text not in list_languages() | {PSEUDO}:
            raise ConfigurationError(
                Message("setting.value.not_language", name=name, value=text),
                hint=Message("setting.value.choose", values=LANGUAGES),
            )
        return text

    @property
    def log_level(self) -> str:
        """Raises ConfigurationError for a word that is no level."""
        level = self.values["B24BOT_LOG_LEVEL"].strip().upper()
        if level not in LOG_LEVELS:
            raise ConfigurationError(
                Message("setting.value.not_level", name="B24BOT_LOG_LEVEL", value=self.values["B24BOT_LOG_LEVEL"]),
                hint=Message("setting.value.choose", values=LOG_LEVELS),
            )
        return level


READERS: tuple[Callable[[Settings], object], ...] = (
    lambda settings: settings.slack_api,
    lambda settings: settings.command,
    lambda settings: settings.channel("B24BOT_APPROVAL_CHANNEL"),
    lambda settings: settings.channel("B24BOT_AUDIT_CHANNEL"),
    lambda settings: settings.admins,
    lambda settings: settings.number("B24BOT_QUORUM", 1, MOST_QUORUM),
    lambda settings: settings.duration_ms("B24BOT_REQUEST_TTL"),
    lambda settings: settings.same_person,
    lambda settings: settings.rules,
    lambda settings: settings.on("B24BOT_BREAK_GLASS"),
    lambda settings: settings.audit_lag_ms,
    lambda settings: settings.health_port,
    lambda settings: settings.public_url,
    lambda settings: settings.on("B24BOT_ALLOW_LOOPBACK"),
    lambda settings: settings.allow_async,
    lambda settings: settings.settle_after_ms,
    lambda settings: settings.languages,
    lambda settings: settings.log_level,
)
"""Every setting whose value can be wrong, as it is read."""


def _pair(text: str) -> tuple[Principal, Principal]:
    one, _, other = text.strip().partition("=")
    hint = Message("setting.value.write_pair")
    try:
        pair = (_account(one), _account(other))
    except BadArgument as error:
        raise ConfigurationError(
            Message("setting.value.unreadable", name="B24BOT_SAME_PERSON", cause=error.sentence), hint=hint
        ) from None
    if pair[0] == pair[1]:
        raise ConfigurationError(
            Message("setting.value.not_pair", name="B24BOT_SAME_PERSON", value=text.strip()), hint=hint
        )
    return pair


def _account(text: str) -> Principal:
    """A Slack account, or one of the host's own shell."""
    known = Principal.read(text.strip())
    return known if known.local and known.user else Principal.parse(text)


def _user_folder(variable: str, fallback: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / fallback) / "b24bot"


def load_settings(
    environment: Mapping[str, str] | None = None, *, dotenv: Path | None = None, more: Iterable[Setting] = ()
) -> Settings:
    """Read the environment over `.env` over the defaults; `more` are the plugins' rows. Empty is as good as not set."""
    given = dict(os.environ if environment is None else environment)
    file, twice = read_settings_file(dotenv) if dotenv else ({}, frozenset())
    rows = (*HOST_SETTINGS, *more)
    values = {row.name: given.get(row.name) or file.get(row.name) or row.default for row in rows}
    prefixes = (*OWN_PREFIXES, SLACK_PREFIX)
    names = {name for name, value in {**file, **given}.items() if value and name.startswith(prefixes)}
    return Settings(values=values, rows=rows, given=frozenset(names), dotenv=dotenv, twice=twice)


def _can_be_parsed(url: str) -> bool:
    """False for a bracket that is left open, for one."""
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False
