"""The conversation of `b24bot init`: each answer is tried at once, then kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

from bot.checks.slack_answers import ADMINS, APP_TOKEN, BOT_TOKEN, SIGNED_WITH, SlackAnswers
from bot.cli.output import plain, print_error
from bot.cli.prompts import tell
from bot.cli.session import Terminal
from bot.cli.set_up.answer_file import AnswerFile
from bot.cli.set_up.first_admin import has_admin, make_admin, wait_for_speaker
from bot.cli.set_up.questions import HTTP, MODES, QUESTIONS, SOCKET, Question
from bot.core.bot_errors import ConfigurationError
from bot.plugin import Message, PluginError
from bot.settings import Settings

(_TOKEN_QUESTION,) = (one for one in QUESTIONS if one.setting == BOT_TOKEN)


def find_mode(settings: Settings, given: Mapping[str, str]) -> str:
    """How requests come in by what is set or given; empty where nothing says so."""
    found = [mode for mode, name in ((SOCKET, APP_TOKEN), (HTTP, SIGNED_WITH)) if given.get(name) or settings[name]]
    return found[0] if found else ""


def keep_given(terminal: Terminal, file: AnswerFile, given: Mapping[str, str]) -> None:
    """Try what was given with options, in the order of the questions, and keep it. Raises PluginError."""
    for question in QUESTIONS:
        text = given.get(question.setting, "")
        if text:
            value = SlackAnswers(terminal.host_settings).check(question.setting, text)
            file.keep(question.setting, value)


def ask_mode() -> str:
    """Ask how requests come in."""
    tell(Message("cli.init.say.mode"))
    while True:
        typed = _prompt(Message("cli.init.ask.mode"), default=SOCKET).lower()
        if typed in MODES:
            return typed
        tell(Message("cli.init.choose_mode", modes=MODES))


def list_questions(terminal: Terminal, mode: str) -> Iterator[Question]:
    """The questions that are open now."""
    settings = terminal.host_settings
    for question in QUESTIONS:
        wanted = mode in question.modes and not settings[question.setting]
        if wanted and not (question.setting == ADMINS and has_admin(terminal)):
            yield question


def hold_conversation(terminal: Terminal, file: AnswerFile, mode: str) -> None:
    """Ask what is missing. An empty answer leaves a question for later."""
    if not _is_token_taken(terminal):
        # Nothing else can be tried under a token that Slack refuses.
        _answer(terminal, file, _TOKEN_QUESTION, mode)
        if not _is_token_taken(terminal):
            return
    for question in list_questions(terminal, mode):
        found = question.setting == ADMINS and _wait_for_admin(terminal, mode)
        _answer(terminal, file, question, mode, explained=found)
        if question.setting == ADMINS:
            _make_admin(terminal)


def _is_token_taken(terminal: Terminal) -> bool:
    """Whether Slack takes the bot token, where one is set. Says why not."""
    try:
        _ = SlackAnswers(terminal.host_settings).identity
    except ConfigurationError as error:
        _show(error, terminal)
        return False
    return True


def _answer(terminal: Terminal, file: AnswerFile, question: Question, mode: str, *, explained: bool = False) -> None:
    """Ask one question until its answer holds or is left out."""
    answers = SlackAnswers(terminal.host_settings)
    if not explained:
        tell("", *question.explain(answers, mode))
    while True:
        typed = _prompt(question.ask, hidden=question.secret)
        if not typed:
            return
        if question.secret:
            terminal.hidden.append(typed)
        try:
            value = answers.check(question.setting, typed)
        except PluginError as error:
            _show(error, terminal)
            continue
        if file.keep(question.setting, value):
            tell(Message("cli.init.kept", name=question.setting))
        return


def _wait_for_admin(terminal: Terminal, mode: str) -> bool:
    """Show who types in Slack before the id is asked for. The id is typed in any case: nobody gets a role unasked."""
    try:
        return wait_for_speaker(terminal, mode)
    except PluginError as error:
        _show(error, terminal)
        return False


def _make_admin(terminal: Terminal) -> None:
    try:
        make_admin(terminal)
    except PluginError as error:
        _show(error, terminal)


def _show(error: PluginError, terminal: Terminal) -> None:
    print_error(error, as_json=False, hidden=terminal.hidden)


def _prompt(question: Message, *, hidden: bool = False, default: str = "") -> str:
    asked = click.prompt(plain(question), hide_input=hidden, default=default, show_default=bool(default), err=True)
    return str(asked).strip()
