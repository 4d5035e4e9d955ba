"""`b24bot init`: the folder and the key file, and what to do after that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click

from bot.cli.options import as_json
from bot.cli.output import plain, report
from bot.cli.session import Terminal, explain_file_errors
from bot.clock import SystemClock
from bot.core.bot_errors import ConfigurationError
from bot.plugin import Text
from bot.plugin.frozen import dataclass
from bot.settings import Settings
from bot.store.engine.file_permissions import chmod
from bot.store.engine.folders import HOME, assert_folder
from bot.store.sealing.keyring import LOOSE, assert_apart_from_database, create_key_file, load_key_file
from bot.store.store import FILE_NAME, is_missing, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class InitResult:
    """What was made, and what is left to do."""

    made: tuple[str, ...]
    """The files and folders that were made."""
    next: tuple[Text, ...]
    """What to do next, in order."""


Step = Callable[[Settings], str]


@click.command()
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option("--new", is_flag=True, help="Make an empty database although there are backups of an earlier one.")
@as_json(InitResult)
@click.pass_obj
def init(terminal: Terminal, yes: bool, new: bool, as_json: bool) -> None:
    """Make the folder of the database and the key file, where they are missing.

    Nothing that is there is changed.
    """
    settings = terminal.host_settings
    home, key_file = settings.home, settings.key_file
    with explain_file_errors(home):
        _check(home, key_file)
        missing = [path for path in (home, key_file, home / FILE_NAME) if not path.exists()]
    asked = [str(path) for path in missing if path.name != FILE_NAME]
    if (
        asked
        and terminal.asks
        and not yes
        and not click.confirm(f"Make {' and '.join(asked)}?", default=True, err=True)
    ):
        told = "Nothing was made. B24BOT_HOME and B24BOT_KEY_FILE say where they should be."
        report(InitResult(made=(), next=()), told, as_json=as_json)
        return
    lines = (*_make(home, key_file), *(_begin_anew(settings) if new else ()))
    made, steps = tuple(str(path) for path in missing if path.exists()), tuple(_next_steps(settings))
    numbered = (f"  {number}. {step}" for number, step in enumerate(steps, start=1))
    report(InitResult(made=made, next=steps), *lines, "", "What to do next:", *numbered, as_json=as_json)


def _check(home: Path, key_file: Path) -> None:
    """Refuse what would end badly, before anything is made."""
    assert_folder(home, HOME)
    assert_apart_from_database(key_file, home)
    if (home / FILE_NAME).exists() and not key_file.exists():
        raise ConfigurationError(
            f"There is a database in {home}, and no key file at {key_file}. A new key would not open what is stored.",
            hint="Put the key file back from where you keep it, or set B24BOT_KEY_FILE or B24BOT_HOME to other paths.",
        )


def _make(home: Path, key_file: Path) -> Iterator[str]:
    with explain_file_errors(home):
        if home.is_dir():
            yield f"Folder {home}: it is there already."
            if home.stat().st_mode & LOOSE:
                yield f"  Others can look into it. {plain(chmod(0o700, home))}"
        else:
            home.mkdir(parents=True, mode=0o700)
            yield f"Folder {home}: made, for you alone."
    with explain_file_errors(key_file):
        made = create_key_file(key_file)
        load_key_file(key_file, home=home)
    yield f"Key file {key_file}: {'made, for you alone' if made else 'it is there already'}."
    if made:
        yield "  Keep a copy of it apart from the database's backups: without it the stored credentials are lost."


def _begin_anew(settings: Settings) -> Iterator[str]:
    there = not is_missing(settings.home)
    if not there:
        with explain_file_errors(settings.home):
            keys = load_key_file(settings.key_file, home=settings.home, backups=settings.backups)
            open_store(settings.home, keys, SystemClock(), backups=settings.backups, anew=True).close()
    yield f"Database {settings.home / FILE_NAME}: {'it is there already' if there else 'made, and empty'}."


def _tokens(settings: Settings) -> str:
    missing = [name for name in ("SLACK_BOT_TOKEN",) if not settings[name]]
    if not settings["SLACK_SIGNING_SECRET"] and not settings["SLACK_APP_TOKEN"]:
        missing.append("SLACK_SIGNING_SECRET (for HTTP) or SLACK_APP_TOKEN (for Socket Mode)")
    return f"Put its tokens into the environment or into .env: {', '.join(missing)}." if missing else ""


def _channels(settings: Settings) -> str:
    missing = [name for name in ("B24BOT_APPROVAL_CHANNEL", "B24BOT_AUDIT_CHANNEL") if not settings[name]]
    return f"Invite the bot to two channels and set their ids: {', '.join(missing)}." if missing else ""


def _app(settings: Settings) -> str:
    if settings["SLACK_BOT_TOKEN"]:
        return ""
    return "Make the Slack app: api.slack.com/apps → Create New App → From a manifest, and paste manifest.yml."


def _people(settings: Settings) -> str:
    if settings["B24BOT_ADMINS"]:
        return ""
    return "Say who the first admin is: b24bot access grant TEAM:USER admin (for example T0001:U0002)."


STEPS: tuple[Step, ...] = (
    _app,
    _tokens,
    _channels,
    _people,
    lambda _: "Make a portal known: b24bot portal add NAME, then: b24bot portal check",
    lambda _: "See what is still missing: b24bot doctor",
    lambda _: "Start it: b24bot serve",
)
"""What is left to do, in order; a step that is done says nothing."""


def _next_steps(settings: Settings) -> Iterator[str]:
    yield from filter(None, (step(settings) for step in STEPS))
