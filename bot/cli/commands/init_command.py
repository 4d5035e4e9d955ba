"""`b24bot init`: the folder and the key file, and what to do after that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click

from bot.checks.key_source import load_keys
from bot.cli.help_page import command, option
from bot.cli.options import as_json, yes
from bot.cli.output import plain, report
from bot.cli.prompts import confirm
from bot.cli.session import Terminal, explain_file_errors
from bot.clock import SystemClock
from bot.core.bot_errors import ConfigurationError
from bot.host.discovery import close_plugins, load_plugins
from bot.plugin import Message, Text
from bot.plugin.frozen import dataclass
from bot.settings import Settings
from bot.store.disk.file_permissions import chmod
from bot.store.disk.folders import HOME, assert_folder
from bot.store.location import locate
from bot.store.sealing.keyring import LOOSE, assert_apart_from_database, create_key_file, load_key_file
from bot.store.store import FILE_NAME, open_store
from bot.usecases.command_context.place_choice import list_adding_lines
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS

Step = Callable[[Settings], Message | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class InitResult:
    """The files and folders that were made, and the next steps."""

    made: tuple[str, ...]
    """The files and folders that were made."""
    next: tuple[Text, ...]
    """What to do next, in order."""


@command("init", help=TERMINAL_COMMANDS["init"], details=Message("clihelp.init.details"))
@yes
@option("--new", is_flag=True, help=Message("clihelp.option.new"))
@as_json(InitResult)
@click.pass_obj
def init(terminal: Terminal, yes: bool, new: bool, as_json: bool) -> None:
    """Create the folder of the database and the key file where they are missing; change nothing that is there."""
    settings = terminal.host_settings
    home, key_file = settings.home, None if settings.keys else settings.key_file
    with explain_file_errors(home):
        _check(home, key_file)
        missing = [path for path in (home, key_file, home / FILE_NAME) if path is not None and not path.exists()]
    asked = [str(path) for path in missing if path.name != FILE_NAME]
    if (
        asked
        and terminal.asks
        and not yes
        and not confirm(Message("cli.init.create", paths=tuple(asked)), default=True)
    ):
        told = Message("cli.init.nothing_created")
        report(InitResult(made=(), next=()), told, as_json=as_json)
        return
    lines = (*_make(home, key_file), *(_begin_anew(settings) if new else ()))
    made, steps = tuple(str(path) for path in missing if path.exists()), tuple(_next_steps(settings))
    numbered = (f"  {number}. {plain(step)}" for number, step in enumerate(steps, start=1))
    report(InitResult(made=made, next=steps), *lines, "", Message("cli.init.next"), *numbered, as_json=as_json)


def _check(home: Path, key_file: Path | None) -> None:
    """Refuse what would end badly, before anything is made."""
    assert_folder(home, HOME)
    if key_file is None:
        return
    assert_apart_from_database(key_file, home)
    if (home / FILE_NAME).exists() and not key_file.exists():
        raise ConfigurationError(
            Message("cli.init.key_file_missing", folder=str(home), file=str(key_file)),
            hint=Message("cli.init.put_key_file_back"),
        )


def _make(home: Path, key_file: Path | None) -> Iterator[Text]:
    with explain_file_errors(home):
        if home.is_dir():
            yield Message("cli.init.folder_exists", folder=str(home))
            if home.stat().st_mode & LOOSE:
                yield Message("cli.init.folder_open_to_others", command=chmod(0o700, home))
        else:
            home.mkdir(parents=True, mode=0o700)
            yield Message("cli.init.folder_created", folder=str(home))
    if key_file is None:
        yield Message("cli.init.keys_set")
        return
    with explain_file_errors(key_file):
        made = create_key_file(key_file)
        load_key_file(key_file, home=home)
    if made:
        yield Message("cli.init.key_file_created", file=str(key_file))
        yield Message("cli.init.copy_key_file")
    else:
        yield Message("cli.init.key_file_exists", file=str(key_file))


def _begin_anew(settings: Settings) -> Iterator[Message]:
    location = locate(settings.home, settings.database_url)
    file, there = location.name, not location.empty
    if not there:
        with explain_file_errors(settings.home):
            keys = load_keys(settings)
            open_store(
                *(settings.home, keys, SystemClock()),
                url=settings.database_url,
                backups=settings.backups,
                anew=True,
            ).close()
    yield Message("cli.init.database_exists", file=file) if there else Message("cli.init.database_created", file=file)


def _tokens(settings: Settings) -> Message | None:
    missing: list[Text] = [name for name in ("SLACK_BOT_TOKEN",) if not settings[name]]
    if not settings["SLACK_SIGNING_SECRET"] and not settings["SLACK_APP_TOKEN"]:
        missing.append(Message("cli.init.step.secret_or_token"))
    return Message("cli.init.step.tokens", settings=tuple(missing)) if missing else None


def _channels(settings: Settings) -> Message | None:
    missing = [name for name in ("B24BOT_APPROVAL_CHANNEL", "B24BOT_AUDIT_CHANNEL") if not settings[name]]
    return Message("cli.init.step.channels", settings=tuple(missing)) if missing else None


def _app(settings: Settings) -> Message | None:
    return None if settings["SLACK_BOT_TOKEN"] else Message("cli.init.step.app")


def _people(settings: Settings) -> Message | None:
    return None if settings["B24BOT_ADMINS"] else Message("cli.init.step.admin")


def _place(settings: Settings) -> Message | None:
    """Name the commands that make a first place known; a plugin without one has its places in its settings."""
    try:
        plugins = load_plugins(settings["B24BOT_PLUGINS"])
    except ConfigurationError:
        # `b24bot doctor`, which is the next step, says what is wrong.
        return None
    try:
        lines = list_adding_lines(plugins)
    finally:
        close_plugins(plugins)
    return Message("cli.init.step.place", commands=lines) if lines else Message("cli.init.step.place_settings")


STEPS: tuple[Step, ...] = (
    _app,
    _tokens,
    _channels,
    _people,
    _place,
    lambda _: Message("cli.init.step.doctor"),
    lambda _: Message("cli.init.step.serve"),
)
"""What is left to do, in order; a step that is done is left out."""


def _next_steps(settings: Settings) -> Iterator[Message]:
    yield from filter(None, (step(settings) for step in STEPS))
