"""`b24bot init`: a short conversation that sets b24bot up, or the same from options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from bot.checks.slack_answers import (
    ADMINS,
    APP_TOKEN,
    APPROVAL_CHANNEL,
    AUDIT_CHANNEL,
    BOT_TOKEN,
    SIGNED_WITH,
    make_app_link,
)
from bot.cli.commands.doctor_command import run_doctor, show_outcomes
from bot.cli.help_page import command, option
from bot.cli.options import PATH, as_json, yes
from bot.cli.output import plain, report, say
from bot.cli.prompts import confirm, tell
from bot.cli.session import Terminal, explain_file_errors
from bot.cli.set_up.answer_file import AnswerFile
from bot.cli.set_up.questions import MODES, SOCKET
from bot.cli.set_up.remaining_steps import list_remaining_steps
from bot.cli.set_up.setup_conversation import ask_mode, find_mode, hold_conversation, keep_given, list_questions
from bot.cli.set_up.setup_files import find_missing, make_database, make_files
from bot.core.bot_errors import ConfigurationError, WordsError
from bot.plugin import PUBLIC_URL, Message, Text
from bot.plugin.frozen import dataclass
from bot.store.store import FILE_NAME
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS

ANSWERS: Mapping[str, str] = {
    "public_url": PUBLIC_URL,
    "bot_token_file": BOT_TOKEN,
    "app_token_file": APP_TOKEN,
    "signing_secret_file": SIGNED_WITH,
    "approval_channel": APPROVAL_CHANNEL,
    "audit_channel": AUDIT_CHANNEL,
    "admin": ADMINS,
}
"""The option that gives each setting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InitResult:
    """The files that were made, the settings that were written, and the next steps."""

    made: tuple[str, ...]
    """The files and folders that were made."""
    written: tuple[str, ...]
    """The settings that were written to `.env`."""
    next: tuple[Text, ...]
    """What to do next, in order."""
    manifest_link: str
    """The link that creates the Slack app."""


@command(
    "init",
    help=TERMINAL_COMMANDS["init"],
    details=Message("clihelp.init.details"),
    examples=("", "--mode http --print-manifest-link", "--yes --bot-token-file bot-token --app-token-file app-token"),
)
@yes
@option("--mode", type=click.Choice(MODES), help=Message("clihelp.option.mode"))
@option("--bot-token-file", type=PATH, metavar="FILE", help=Message("clihelp.option.bot_token_file"))
@option("--app-token-file", type=PATH, metavar="FILE", help=Message("clihelp.option.app_token_file"))
@option("--signing-secret-file", type=PATH, metavar="FILE", help=Message("clihelp.option.signing_secret_file"))
@option("--public-url", metavar="ADDRESS", help=Message("clihelp.option.public_url"))
@option("--approval-channel", metavar="CHANNEL", help=Message("clihelp.option.approval_channel"))
@option("--audit-channel", metavar="CHANNEL", help=Message("clihelp.option.audit_channel"))
@option("--admin", metavar="TEAM:USER", help=Message("clihelp.option.admin"))
@option("--print-manifest-link", "print_link", is_flag=True, help=Message("clihelp.option.print_manifest_link"))
@option("--new", is_flag=True, help=Message("clihelp.option.new"))
@as_json(InitResult)
@click.pass_obj
def init(
    terminal: Terminal,
    /,
    yes: bool,
    mode: str | None,
    print_link: bool,
    new: bool,
    as_json: bool,
    **options: Path | str | None,
) -> None:
    """Make the files, ask for what is missing, and show what is left. What is there already is kept."""
    given = _read_answers(terminal, options)
    if print_link:
        _print_link(terminal, mode, given, as_json=as_json)
        return
    if not (yes or terminal.asks):
        raise WordsError(Message("cli.init.nobody_answers"), hint=Message("cli.init.add_yes"))
    missing = find_missing(terminal.host_settings)
    asked = [str(path) for path in missing if path.name != FILE_NAME]
    if asked and not yes and not confirm(Message("cli.init.create", paths=tuple(asked)), default=True):
        nothing = InitResult(made=(), written=(), next=(), manifest_link="")
        report(nothing, Message("cli.init.nothing_created"), as_json=as_json)
        return
    _say(make_files(terminal.host_settings), as_json=as_json)
    if new:
        _say(make_database(terminal.host_settings), as_json=as_json)
    file = AnswerFile(terminal, asks=not yes)
    keep_given(terminal, file, given)
    chosen = mode or find_mode(terminal.host_settings, given) or SOCKET
    if not yes:
        chosen = _converse(terminal, file, given, mode)
    if file.written and not as_json:
        _say(("", Message("cli.init.doctor")), as_json=False)
        show_outcomes(run_doctor(terminal))
    made = tuple(str(path) for path in missing if path.exists())
    result = _make_result(terminal, chosen, made=made, written=tuple(file.written))
    numbered = (f"  {number}. {plain(step)}" for number, step in enumerate(result.next, start=1))
    report(result, "", Message("cli.init.next"), *numbered, as_json=as_json)


def _say(sentences: Iterable[Text], *, as_json: bool) -> None:
    for sentence in sentences:
        if not as_json:
            say(sentence)


def _read_answers(terminal: Terminal, options: Mapping[str, Path | str | None]) -> Mapping[str, str]:
    """The answers that stand in options, by their settings; secrets are read from files."""
    given: dict[str, str] = {}
    for name, setting in ANSWERS.items():
        value = options[name]
        if isinstance(value, Path):
            with explain_file_errors(value):
                given[setting] = value.read_text("utf-8").strip()
            terminal.hidden.append(given[setting])
        elif value:
            given[setting] = value.strip()
        if value and not given[setting]:
            raise ConfigurationError(Message("cli.init.empty_file", file=str(value)))
    return given


def _print_link(terminal: Terminal, mode: str | None, given: Mapping[str, str], *, as_json: bool) -> None:
    """Print the link alone, so that it can be copied or piped."""
    settings = terminal.host_settings
    if given.get(PUBLIC_URL):
        settings = replace(settings, values={**settings.values, PUBLIC_URL: given[PUBLIC_URL]})
    chosen = mode or find_mode(settings, given) or SOCKET
    link = make_app_link(settings, socket_mode=chosen == SOCKET)
    report(InitResult(made=(), written=(), next=(), manifest_link=link), link, as_json=as_json)


def _converse(terminal: Terminal, file: AnswerFile, given: Mapping[str, str], mode: str | None) -> str:
    """Ask what is open, if anything is. Returns how requests come in."""
    known = mode or find_mode(terminal.host_settings, given)
    if next(list_questions(terminal, known or SOCKET), None) is None:
        return known or SOCKET
    if not file.may_write():
        return known or SOCKET
    tell("", Message("cli.init.begin"))
    try:
        chosen = known or ask_mode()
        hold_conversation(terminal, file, chosen)
    except (click.Abort, KeyboardInterrupt, EOFError):
        tell("", Message("cli.init.interrupted"))
        raise
    return chosen


def _make_result(terminal: Terminal, mode: str, *, made: Sequence[str] = (), written: Sequence[str] = ()) -> InitResult:
    settings = terminal.host_settings
    return InitResult(
        made=tuple(made),
        written=tuple(written),
        next=tuple(list_remaining_steps(settings)),
        manifest_link=make_app_link(settings, socket_mode=mode == SOCKET),
    )
