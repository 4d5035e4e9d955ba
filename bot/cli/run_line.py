"""One line, typed in the terminal: answered at once, or opened as a change request for others to decide."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from bot.cli.output import print_reply
from bot.cli.progress_bar import progress_bar
from bot.cli.prompts import ask_secrets, confirm, missing_words, refuse_secrets
from bot.cli.session import Terminal, assert_trusted
from bot.cli.terminal_dialogue import TerminalDialogue
from bot.cli.typed_secrets import assert_without_secrets
from bot.core.audit.audit_record import Entry, Fact, Tag
from bot.core.authority.policy import Allowed, BreakGlass, NeedsConfirmation
from bot.core.bot_errors import SecretTyped, WordsError
from bot.core.change.change_request import ChangeRequest
from bot.core.change.command_result import (
    CommandRefused,
    CommandResult,
    DoneAtOnce,
    NotAgreed,
    Previewed,
    RequestFound,
    RequestOpened,
    TargetTaken,
)
from bot.core.change.planned_command import Answered, Planned
from bot.core.parsing.command_table import Commands
from bot.core.parsing.help_requests import find_asked_words
from bot.core.parsing.invocation import AnyCommand, check_length, check_words, recognize, type_line, understand
from bot.core.parsing.synonyms import fold, list_words
from bot.core.parsing.tokenizer import join_words, tokenize
from bot.core.parsing.typed_line import TypedLine
from bot.core.principals import Role
from bot.host.plugin_services import Progress
from bot.plugin import Message, Plugin, Refusal, Reply, quote
from bot.plugin.frozen import dataclass
from bot.plugin.quoting import correct_option
from bot.store.disk.process_lock import WORKER
from bot.store.store import Transaction
from bot.usecases.admin.help_pages import Reader, answer_help
from bot.usecases.admin.queries import being_well, helping
from bot.usecases.chat.delivery_errors import DeliveryError
from bot.usecases.command_context.place_choice import keep_first_place
from bot.usecases.intake.receipts import check_secrets, find_secret
from bot.usecases.intake.stop_requests import freeze_without_reason, says_freeze
from bot.usecases.integrity.chain_check import CHAIN, examine_head, examine_log, note_chain
from bot.usecases.notices.change_entries import recorded_line
from bot.usecases.requests.command_answers import (
    NOT_AGREED,
    found_reply,
    opened_reply,
    preview,
    refusal_of_target,
    with_reading,
)
from bot.usecases.requests.command_performance import TypedCommand, perform_command
from bot.usecases.requests.planning import precheck, prepare_in_terminal
from bot.usecases.special_commands.card_subcommands import refuse_card_subcommand

if TYPE_CHECKING:
    from bot.app import Bot

log = logging.getLogger("b24bot.cli")
HELP, STATUS = helping.noun, being_well.noun
_STATUS_WORDS = frozenset([STATUS, *list_words(being_well.words)])
GLANCE = 1_000
"""Records at the end of the log that are recomputed before a command that only reads is recorded."""
NO_WORKER = Message("cli.line.no_worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAnswer:
    """What came of a line: the answer, and the change request if one was opened."""

    reply: Reply
    change: ChangeRequest | None = None
    place_name: str = ""
    """The place the answer is about, where there are several."""


def join(command: AnyCommand, words: Iterable[str]) -> str:
    """Words as the shell split them, as one line for the bot's own parser: each stays one word, exactly as it is.

    Only a dash that a keyboard put before an option's name is a hyphen here, too.
    """
    path = command.path.split()
    line = tokenize(join_words([*path, *map(correct_option, words)]))
    return _exact(type_line(command, line, len(path)))


def _exact(typed: TypedLine) -> str:
    return join_words([*typed.path, *replace(typed, exact=True).words()])


def typed_line(commands: Sequence[AnyCommand], words: Sequence[str]) -> str:
    """Words that are a line as one would type it in Slack; what stood in the shell's own quotation marks is exact."""
    if len(words) == 1:
        return words[0].strip()
    line = " ".join(quote(word) if _is_quoted(word) else word for word in words)
    try:
        typed = recognize(commands, line)
        return _exact(typed) if any(_is_quoted(typed.line.words[at].text) for at in typed.free) else line
    except WordsError:
        return line


def _is_quoted(word: str) -> bool:
    """Whether a word that the shell handed over can only have stood in its quotation marks."""
    return not word or bool(_NEEDS_QUOTES.search(word))


_NEEDS_QUOTES = re.compile(r"[\s'\"\\]")


def perform(terminal: Terminal, line: str, *, yes: bool = False, words: Sequence[str] = ()) -> LineAnswer:
    """Do what the line says, as the account at this terminal. Raises PluginError.

    `words` are those that the line was made of: a secret that begins as an option does stands in them as it is.
    Without `yes` somebody at a terminal sees the plan first and is asked whether others are to be asked.
    """
    answered = _answer_help(terminal, line, words)
    if answered is not None:
        return answered
    if any(fold(word.text) in _STATUS_WORDS for word in tokenize(line).words[:1]):
        terminal.assert_usable()
    with terminal.bot() as bot:
        if not says_freeze(line):
            check_length(line)
        line = _check_secrets(bot, line, words)
        typed = _recognized(bot, line)
        command, words = typed.command, typed.words()
        plugin = bot.context.registry.owner(command)
        _look_at_log(bot, thoroughly=command.path == STATUS)
        if command.terminal and plugin is not None:
            refuse_secrets(command, words)
            check_words(command, words)
            assert_trusted(note_chain(bot.context))
            line += missing_words(terminal, command, words)
            check_secrets(bot.context, [line])
            answered = _set_up(terminal, bot, plugin, command, line)
        else:
            answered = _run(terminal, bot, line, yes=yes)
        return replace(answered, reply=with_reading(bot.context.registry.commands, answered.reply, line))


def _answer_help(terminal: Terminal, line: str, words: Sequence[str]) -> LineAnswer | None:
    """The answer to `help`, which needs no key file and no database; None for any other line."""
    commands = terminal.declared.commands
    if not _asks_help(commands, line):
        return None
    if terminal.declared.trouble is not None:
        raise terminal.declared.trouble
    assert_without_secrets(terminal, [line, *words])
    typed = understand(commands, line or HELP)
    reader = Reader(role=Role.ADMIN, terms=terminal.host_settings.terms, terminal=True)
    reply = answer_help(commands, typed.arguments.get("words") or (), reader)
    return LineAnswer(reply=with_reading(commands, reply, line))


def _asks_help(commands: Commands, line: str) -> bool:
    words = [word.text for word in tokenize(line).words]
    if says_freeze(line):
        return False
    return not words or commands.name_noun(words[0]) == HELP or find_asked_words(commands, words) is not None


def _recognized(bot: Bot, line: str) -> TypedLine:
    """The line with its command. Raises WordsError, which for what a button does names the button."""
    try:
        return recognize(bot.context.registry.commands, line)
    except WordsError as error:
        raise refuse_card_subcommand(line.split()) or error from None


def _check_secrets(bot: Bot, line: str, words: Sequence[str]) -> str:
    """The line, if no secret of this bot stands in it; a freeze without the reason that holds one."""
    what = find_secret(bot.context.deployment.known_secrets, [line, *words])
    if not what:
        return line
    stopping = freeze_without_reason(line, what)
    if not stopping:
        raise SecretTyped(what)
    return stopping


def _look_at_log(bot: Bot, *, thoroughly: bool) -> None:
    """Whether the log can be trusted: for what only reads the end of it will do, and a whole log is long."""
    ctx = bot.context
    found = (
        examine_head(ctx.store, ctx.audit.witness)
        if thoroughly
        else examine_log(ctx.store, ctx.audit.witness, most=GLANCE)
    )
    if found.limit is not None:
        ctx.limits.note_limit(CHAIN, found.limit)


def _set_up(terminal: Terminal, bot: Bot, plugin: Plugin, command: AnyCommand, line: str) -> LineAnswer:
    """Let a command of the terminal change what the bot itself keeps, on the record."""
    ctx, person = bot.context, terminal.person
    understood = understand([command], line)
    services = ctx.services(plugin.name)
    precheck(plugin, understood, services)
    understood = replace(understood, arguments={**understood.arguments, **ask_secrets(terminal, command)})
    dialogue = TerminalDialogue(terminal, services, command, ctx)
    finish = prepare_in_terminal(plugin.name, understood, services, dialogue)
    typed = recorded_line(ctx, understood.invocation.line, terminal.hidden)
    facts: dict[str, Fact] = {"line": typed, "kind": command.path}
    # One transaction: a place without its record, or without the default that it becomes, is never left behind.
    with ctx.store.unit_of_work() as tx:
        before = plugin.places(services)
        answered = finish()
        reply = answered.reply
        if answered.calm:
            # There was nothing to store.
            return LineAnswer(reply=reply)
        tx.record(Entry(tag=Tag.SETUP_CHANGED, actor=person.id, subject=plugin.name, facts=facts))
        note = keep_first_place(tx, ctx, plugin.name, before, plugin.places(services), person)
    return LineAnswer(reply=replace(reply, notes=(*reply.notes, note)) if note else reply)


class _Shell:
    """Implements Surface: a plan is shown here and confirmed here, where its requester's word is all it needs."""

    confirms, stores_answers = True, False

    def __init__(self, terminal: Terminal, bot: Bot, *, yes: bool) -> None:
        self._terminal, self._bot, self._yes = terminal, bot, yes

    def progress(self) -> AbstractContextManager[Progress]:
        return progress_bar()

    def prepare(self, planned: Planned) -> None:
        assert_trusted(note_chain(self._bot.context))
        if isinstance(planned.decision, Allowed):
            return
        if _needs_own_word(planned) and not self._yes and not self._terminal.asks:
            raise Refusal(
                Message("cli.line.needs_confirmation", command=planned.understood.command.path),
                hint=Message("cli.confirm.dry_run_then_yes"),
            )
        self._bot.context.workspace.identify(home_team(self._bot))

    def agrees(self, planned: Planned) -> bool:
        if self._yes or not self._terminal.asks:
            return True
        question = Message("cli.confirm.do") if _needs_own_word(planned) else Message("cli.confirm.ask_others")
        return confirm_plan(planned, question)

    def conclude(self, tx: Transaction, result: CommandResult) -> None:
        """Nothing is stored: what is told is printed."""


def _needs_own_word(planned: Planned) -> bool:
    return isinstance(planned.decision, NeedsConfirmation | BreakGlass)


def _run(terminal: Terminal, bot: Bot, line: str, *, yes: bool) -> LineAnswer:
    """Perform the line; the worker posts the card of what was opened, and carries it out. Raises PluginError."""
    ctx, typed = bot.context, recorded_line(bot.context, line, terminal.hidden)
    command = TypedCommand(person=terminal.person, line=line, recorded=typed)
    match result := perform_command(ctx, command, _Shell(terminal, bot, yes=yes)):
        case Answered(reply=reply, place_name=place_name):
            return LineAnswer(reply=reply, place_name=place_name)
        case Previewed(planned=planned):
            return LineAnswer(reply=preview(planned))
        case DoneAtOnce(reply=reply):
            return LineAnswer(reply=reply)
        case RequestOpened(change=change):
            return _about_request(terminal, opened_reply(ctx, result), change)
        case RequestFound(change=change):
            return _about_request(terminal, found_reply(ctx, change), change)
        case TargetTaken(change=change):
            raise refusal_of_target(ctx, change)
        case NotAgreed():
            return LineAnswer(reply=NOT_AGREED)
        case CommandRefused(error=error):
            raise error
        case _:
            assert_never(result)


def _about_request(terminal: Terminal, reply: Reply, change: ChangeRequest) -> LineAnswer:
    if not terminal.held(WORKER):
        reply = replace(reply, notes=(*reply.notes, NO_WORKER))
    return LineAnswer(reply=reply, change=change)


def confirm_plan(planned: Planned, question: Message) -> bool:
    """Show the plan and ask."""
    print_reply(preview(planned))
    return confirm(question)


def home_team(bot: Bot) -> str:
    """The workspace the bot lives in: as Slack says, or, while Slack does not answer, as the allow-list shows."""
    if bot.settings["SLACK_BOT_TOKEN"]:
        try:
            return bot.gateway.identify().team
        except DeliveryError as error:
            log.warning("Slack does not say who we are: %s", error.code, extra={"action": "auth_test_failed"})
    teams = {grant.principal.team for grant in bot.store.grants.all()}
    if len(teams) > 1:
        raise Refusal(
            Message("cli.line.workspace_unknown"),
            hint=Message("cli.line.name_workspace"),
        )
    return teams.pop() if teams else ""
