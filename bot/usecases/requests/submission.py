"""A slash command, or a button that stands for one: it is performed, and its result told to the person alone."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import assert_never

from bot.core.bot_errors import PluginFault, WordsError
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
from bot.core.messages.deliveries import SlashCommand
from bot.core.messages.notices import LineButton, Mood
from bot.plugin import PluginError, Reply, Text
from bot.store.repositories.jobs import Job
from bot.store.store import Transaction
from bot.usecases.context import Context
from bot.usecases.forms.form_opening import offer_form
from bot.usecases.forms.result_buttons import result_buttons
from bot.usecases.intake.stop_requests import freeze_line
from bot.usecases.intake.stop_words import settle_stop
from bot.usecases.leases.lease_holding import steady_ms
from bot.usecases.notices.change_entries import recorded_line
from bot.usecases.notices.fault_buttons import fault_buttons, read_reference
from bot.usecases.notices.notifications import error_reply, note_trouble, notify_person, opened_key
from bot.usecases.outcomes.requester_notes import AnswerPlace, keep_answer_place
from bot.usecases.overview.start_card import OVERVIEW, start_buttons
from bot.usecases.process.wake_signal import Group
from bot.usecases.requests.command_answers import (
    NOT_AGREED,
    find_shown_card,
    found_reply,
    opened_reply,
    preview,
    refusal_of_target,
    with_reading,
)
from bot.usecases.requests.command_performance import TypedCommand, perform_command
from bot.usecases.requests.read_progress import Reporter

CARD_WAIT_MS = 700
"""How long the answer that a change request was opened waits for its card to be posted."""
SHARED_MOODS = frozenset({Mood.ANSWER, Mood.CALM})
"""Answers to a message that everybody in the channel sees. What is wrong with a line is told to its author alone."""


def submit(
    ctx: Context, job: Job, slash: SlashCommand, *, pressed_on: ChangeRequest | None = None, reason: Text = ""
) -> None:
    """Perform a slash command. Everything stored, and the end of the job, is one transaction.

    `pressed_on` is the change request on whose card a button stands for the command, and `reason` the button's own.
    """
    if offer_form(ctx, job, slash):
        ctx.threads.wake()
        return
    thread = find_answer_thread(slash)
    reporter = Reporter(ctx.clock, ctx.chat.messenger, slash.person, slash.channel, ctx.chat.pace, thread=thread)
    surface = _Slack(ctx, job, slash, reporter)
    try:
        result = perform_command(ctx, _typed(ctx, slash, pressed_on, reason), surface)
    finally:
        reporter.finish()
    # After the commit: whoever is woken before it waits for it.
    if isinstance(result, Answered | Previewed):
        ctx.threads.wake(Group.ANSWERS)
    else:
        ctx.threads.wake()


def _typed(ctx: Context, slash: SlashCommand, pressed_on: ChangeRequest | None, reason: Text) -> TypedCommand:
    return TypedCommand(
        person=slash.person,
        line=freeze_line(slash.text),
        recorded=recorded_line(ctx, slash.text),
        channel=slash.channel,
        answer_url=slash.answer_url,
        pressed_on=pressed_on,
        reason=reason,
        form=slash.form,
    )


def find_answer_thread(slash: SlashCommand) -> str:
    """The thread in which everybody reads the answer to a message; empty where it is a message of its own."""
    return slash.thread or ("" if slash.direct else slash.message)


def find_answer_place(slash: SlashCommand) -> AnswerPlace:
    """Where the requester is told what becomes of a change request."""
    return AnswerPlace(
        channel=slash.channel,
        answer_url=slash.answer_url,
        is_message=bool(slash.message),
        thread=find_answer_thread(slash),
    )


class _Slack:
    """Implements Surface: a plan is confirmed on its card, and every result is a private notice."""

    confirms, stores_answers = False, True

    def __init__(self, ctx: Context, job: Job, slash: SlashCommand, reporter: Reporter) -> None:
        self._ctx, self._job, self._slash, self._reporter = ctx, job, slash, reporter

    def progress(self) -> AbstractContextManager[Reporter]:
        return nullcontext(self._reporter)

    def prepare(self, planned: Planned) -> None:
        """Nothing: this process has the log checked by its own threads."""

    def agrees(self, planned: Planned) -> bool:
        return True

    def conclude(self, tx: Transaction, result: CommandResult) -> None:
        match result:
            case Answered(reply=reply, calm=calm):
                mood, card = Mood.CALM if calm else Mood.ANSWER, find_shown_card(reply)
                self._answer(tx, reply, mood=mood, buttons=self._buttons(result), card=card)
            case Previewed(planned=planned):
                self._answer(tx, preview(planned), mood=Mood.ANSWER)
            case DoneAtOnce(reply=reply):
                self._answer(tx, reply, mood=Mood.CALM)
            case RequestOpened(change=change):
                keep_answer_place(tx, change, find_answer_place(self._slash))
                # The card is on its way, and the answer links it.
                due, key = steady_ms(self._ctx) + CARD_WAIT_MS, opened_key(change.number)
                self._answer(tx, opened_reply(self._ctx, result), mood=Mood.CALM, card=change.number, due=due, key=key)
            case RequestFound(change=change):
                self._answer(tx, found_reply(self._ctx, change), mood=Mood.CALM, card=change.number)
            case TargetTaken(change=change):
                self._answer(
                    tx, error_reply(refusal_of_target(self._ctx, change)), mood=Mood.REFUSAL, card=change.number
                )
            case NotAgreed():
                self._answer(tx, NOT_AGREED, mood=Mood.CALM)
            case CommandRefused(error=error):
                self._refuse(tx, error, self._buttons(result))
            case _:
                assert_never(result)

    def _buttons(self, result: CommandResult) -> tuple[LineButton, ...]:
        if isinstance(result, Answered) and result.understood.command.path == OVERVIEW:
            return start_buttons(self._ctx, self._slash.person, about=self._slash.about)
        return result_buttons(self._ctx, result, self._slash.text)

    def _refuse(self, tx: Transaction, error: PluginError, buttons: tuple[LineButton, ...]) -> None:
        slash = self._slash
        suggestion = error.suggestion if isinstance(error, WordsError) else ""
        reference = note_trouble(error, f"{slash.person.id} typed {recorded_line(self._ctx, slash.text)}")
        mood = Mood.TROUBLE if isinstance(error, PluginFault) else Mood.REFUSAL
        buttons += fault_buttons(self._ctx, slash.person, reference or read_reference(error.sentence))
        self._answer(tx, error_reply(error, reference=reference), mood=mood, suggestion=suggestion, buttons=buttons)

    def _answer(
        self,
        tx: Transaction,
        reply: Reply,
        *,
        mood: Mood,
        suggestion: str = "",
        buttons: tuple[LineButton, ...] = (),
        card: int = 0,
        due: int = 0,
        key: str = "",
    ) -> None:
        ctx, slash = self._ctx, self._slash
        shared = bool(slash.message) and (slash.direct or mood in SHARED_MOODS)
        reply = with_reading(ctx.registry.commands, reply, slash.text)
        notify_person(
            tx,
            ctx,
            slash.person,
            slash.channel,
            reply,
            answer_url=slash.answer_url,
            mood=mood,
            suggestion=suggestion,
            buttons=buttons,
            card=card,
            due=due,
            key=key,
            thread=find_answer_thread(slash) if shared else slash.thread,
            shared=shared,
        )
        settle_stop(tx, ctx, slash.key)
        tx.jobs.finish(self._job)
