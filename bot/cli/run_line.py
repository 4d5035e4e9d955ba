"""One line, typed in the terminal: answered at once, or opened as a change request for others to decide."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import click

from bot.cli.output import print_reply
from bot.cli.progress_bar import progress_bar
from bot.cli.secret_prompts import ask_secrets, missing_words, refuse_secrets
from bot.cli.session import Terminal, assert_trusted
from bot.core.audit.audit_record import Entry, Fact, Tag
from bot.core.authority.policy import Allowed, BrokenGlass, NeedsConfirmation
from bot.core.bot_errors import NotPermitted, SecretTyped, WordsError
from bot.core.change.change_request import ChangeRequest
from bot.core.change.planned_command import Answered, Planned
from bot.core.parsing.invocation import AnyCommand, check_length, check_words, recognize, understand
from bot.core.parsing.tokenizer import read, render
from bot.core.parsing.typed_line import TypedLine
from bot.plugin import Plugin, Refusal, Reply, quote
from bot.plugin.frozen import dataclass
from bot.plugin.quoting import option_word
from bot.store.engine.process_lock import WORKER
from bot.usecases.admin.builtin_plugin import do_at_once
from bot.usecases.authority.refusal_records import record_refusal
from bot.usecases.card_subcommands import on_card
from bot.usecases.change_entries import recorded_line
from bot.usecases.context import Context
from bot.usecases.delivery_errors import DeliveryError
from bot.usecases.intake.receipts import check_secrets, find_secret
from bot.usecases.intake.stop_requests import freeze_without_reason, says_freeze
from bot.usecases.integrity.chain_check import CHAIN, examine_head, examine_log, note_chain
from bot.usecases.notifications import told
from bot.usecases.place_choice import keep_first_portal
from bot.usecases.requests.approval import confirm
from bot.usecases.requests.planning import consider, consider_with, precheck
from bot.usecases.requests.submission import (
    asks_for_same,
    check_can_be_decided,
    not_taken_on,
    open_change,
    opened_reply,
    portal_fact,
    preview,
    with_reading,
)

if TYPE_CHECKING:
    from bot.app import Bot

log = logging.getLogger("b24bot.cli")
STATUS = "status"
GLANCE = 1_000
"""Records at the end of the log that are recomputed before a command that only reads is recorded."""
NOBODY_WORKS = "No worker seems to be running, so its card is not posted yet. Start one: b24bot serve (or b24bot work)."


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of a line: the answer, and the change request if one was opened."""

    reply: Reply
    change: ChangeRequest | None = None
    portal: str = ""
    """The portal the answer is about, where there are several."""


def join(command: AnyCommand, words: Iterable[str]) -> str:
    """Words as the shell split them, as one line for the bot's own parser: each stays one word, exactly as it is.

    Only a dash that a keyboard put before an option's name is a hyphen here, too.
    """
    path = command.path.split()
    line = read(render([*path, *map(option_word, words)]))
    return _exact(TypedLine(command=command, line=line, at=len(path)))


def _exact(typed: TypedLine) -> str:
    return render([*typed.path, *replace(typed, exact=True).words()])


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


def perform(terminal: Terminal, line: str, *, yes: bool = False, words: Sequence[str] = ()) -> Told:
    """Do what the line says, as the account at this terminal. Raises PluginError.

    `words` are those that the line was made of: a secret that begins as an option does stands in them as it is.
    Without `yes` somebody at a terminal sees the plan first and is asked whether others are to be asked.
    """
    if [word.text for word in read(line).words[:1]] == [STATUS]:
        terminal.assert_usable()
    with terminal.bot() as bot:
        if not says_freeze(line):
            check_length(line)
        line = _without_secrets(bot, line, words)
        typed = _recognized(bot, line or "help")
        command, words = typed.command, typed.words()
        plugin = bot.context.registry.owner(command)
        _look_at_log(bot, thoroughly=command.path == STATUS)
        try:
            if command.terminal and plugin is not None:
                refuse_secrets(command, words)
                check_words(command, words)
                assert_trusted(note_chain(bot.context))
                line += missing_words(terminal, command, words)
                check_secrets(bot.context, [line])
                answered = _set_up(terminal, bot, plugin, command, line)
            else:
                answered = _ask(terminal, bot, line, yes=yes)
            return replace(answered, reply=with_reading(bot.context, answered.reply, line))
        except NotPermitted as error:
            _record(terminal, bot, line, refused=error.sentence)
            raise


def _recognized(bot: Bot, line: str) -> TypedLine:
    """The line with its command. Raises WordsError, which for what a button does names the button."""
    try:
        return recognize(bot.context.registry.commands, line)
    except WordsError as error:
        raise on_card(line.split()) or error from None


def _without_secrets(bot: Bot, line: str, words: Sequence[str]) -> str:
    """The line, if no secret of this bot stands in it; a freeze without the reason that holds one."""
    what = find_secret(bot.context, [line, *words])
    if not what:
        return line
    stopping = freeze_without_reason(line, what)
    if not stopping:
        raise SecretTyped(what)
    return stopping


def _look_at_log(bot: Bot, *, thoroughly: bool) -> None:
    """Whether the log can be trusted: for what only reads the end of it will do, and a whole log is long."""
    ctx = bot.context
    found = examine_head(ctx.store, ctx.witness) if thoroughly else examine_log(ctx.store, ctx.witness, most=GLANCE)
    if found.limit is not None:
        ctx.limits[CHAIN] = found.limit


def _set_up(terminal: Terminal, bot: Bot, plugin: Plugin, command: AnyCommand, line: str) -> Told:
    """Let a command of the terminal change what the bot itself keeps, on the record."""
    ctx, person = bot.context, terminal.person
    understood = understand([command], line)
    services = ctx.services(plugin.name)
    precheck(plugin, understood, services)
    arguments = {**understood.arguments, **ask_secrets(terminal, command)}
    typed = recorded_line(ctx, understood.invocation.line, terminal.hidden)
    facts: dict[str, Fact] = {"line": typed, "kind": command.path}
    # One transaction: a portal without its record, or without the default that it becomes, is never left behind.
    with ctx.store.unit_of_work() as store:
        before = plugin.places(services)
        # A command of the terminal never plans: one that tries is refused in there.
        answered = cast(Answered, consider_with(ctx, plugin, replace(understood, arguments=arguments), person))
        store.record(Entry(tag=Tag.SETUP_CHANGED, actor=person.id, subject=plugin.name, facts=facts))
        note = keep_first_portal(ctx, plugin.name, before, plugin.places(services), person)
    reply = answered.reply
    return Told(reply=replace(reply, notes=(*reply.notes, note)) if note else reply)


def _ask(terminal: Terminal, bot: Bot, line: str, *, yes: bool) -> Told:
    with progress_bar() as tell:
        considered = consider(bot.context, terminal.person, line, tell)
    match considered:
        case Answered(reply=reply, portal=portal):
            _record(terminal, bot, line, more=portal_fact(considered))
            return Told(reply=reply, portal=portal)
        case Planned() if considered.understood.invocation.dry_run:
            _record(terminal, bot, line)
            return Told(reply=preview(considered))
        case Planned(decision=Allowed()):
            assert_trusted(note_chain(bot.context))
            with bot.store.unit_of_work():
                reply = do_at_once(bot.context, terminal.person, considered)
                _record(terminal, bot, line)
            return Told(reply=reply)
        case Planned():
            assert_trusted(note_chain(bot.context))
            return _open(terminal, bot, considered, yes=yes)


def _open(terminal: Terminal, bot: Bot, planned: Planned, *, yes: bool) -> Told:
    """Open a change request, confirmed here if that is all it needs; the worker posts its card and carries it out."""
    mine = isinstance(planned.decision, NeedsConfirmation | BrokenGlass)
    if mine and not yes and not terminal.asks:
        raise Refusal(
            f"“{planned.understood.command.path}” has to be confirmed by whoever asks for it, and nobody can be asked "
            "here.",
            hint="Look at it with --dry-run, then add --yes.",
        )
    ctx = bot.context
    ctx.home_team = home_team(bot)
    note = check_can_be_decided(ctx, terminal.person, planned)
    if not yes and terminal.asks and not agreed(planned, "Do this?" if mine else "Ask others to approve this?"):
        return Told(reply=Reply(title="Nobody was asked, and nothing was done."))
    with ctx.store.unit_of_work():
        change, fresh = open_change(ctx, terminal.person, planned, channel="")
        if mine and fresh:
            confirm(ctx, terminal.person, change)
    if not fresh and not asks_for_same(ctx, change, planned):
        raise not_taken_on(ctx, change)
    reply = confirmed_reply(ctx, change) if mine and fresh else opened_reply(ctx, change, fresh=fresh, note=note)
    if not terminal.held(WORKER):
        reply = replace(reply, notes=(*reply.notes, NOBODY_WORKS))
    return Told(reply=reply, change=change)


def confirmed_reply(ctx: Context, change: ChangeRequest) -> Reply:
    return Reply(
        title=f"{told(ctx, change)} is confirmed, and the worker carries it out.",
        notes=(f"How it ends: b24bot request show {change.id}",),
    )


def agreed(planned: Planned, question: str) -> bool:
    """Show the plan and ask."""
    print_reply(preview(planned))
    return click.confirm(question, err=True)


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
            "Slack does not say which workspace the bot is in, and the allow-list names several.",
            hint="Set SLACK_BOT_TOKEN, or try again when Slack can be reached.",
        )
    return teams.pop() if teams else ""


def _record(
    terminal: Terminal, bot: Bot, line: str, *, refused: str = "", more: Mapping[str, Fact] | None = None
) -> None:
    """Put a line on record that was answered, or that was refused for this reason."""
    if CHAIN in bot.context.limits:
        # A record behind one that cannot be trusted would make a second log.
        return
    person, typed = terminal.person, recorded_line(bot.context, line, terminal.hidden)
    with bot.store.unit_of_work() as store:
        if refused:
            record_refusal(bot.context, person, typed, refused)
        else:
            facts: dict[str, Fact] = {"line": typed, **(more or {})}
            store.record(Entry(tag=Tag.COMMAND_RAN, actor=person.id, subject=person.id, facts=facts))
