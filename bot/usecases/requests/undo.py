"""Undo: the button on a card that is done asks for the command that puts the state before back."""

from __future__ import annotations

from dataclasses import replace

from bot.core.change.change_request import ChangeRequest
from bot.core.messages.deliveries import Click, SlashCommand
from bot.core.parsing.invocation import understand
from bot.language.translation import translate
from bot.plugin import Clock, Message, Text, quote
from bot.store.repositories.jobs import Job
from bot.usecases.context import Context
from bot.usecases.outcomes.follow_ups import can_ask_again, undo_line
from bot.usecases.requests.submission import submit

BUTTONS_LAST_MS = 30 * 24 * 3_600_000


def may_still_undo(ctx: Context, change: ChangeRequest) -> bool:
    """Whether the button does something: for thirty days after the ending."""
    return bool(undo_line(change)) and _ended_lately(ctx.clock, change)


def may_still_ask_again(ctx: Context, change: ChangeRequest) -> bool:
    """Whether the button does something: for thirty days after the ending."""
    return can_ask_again(change) and _ended_lately(ctx.clock, change)


def _ended_lately(clock: Clock, change: ChangeRequest) -> bool:
    return clock.now_ms() - (change.ended_at or 0) <= BUTTONS_LAST_MS


def ask_to_undo(ctx: Context, job: Job, click: Click, change: ChangeRequest) -> None:
    """Ask, as the person who pressed, for the command that undoes it; it is planned and decided like any other."""
    line, reason = undo_line(ctx.store.changes.exact(change)), Message("request.undo_reason", request=change.id)
    _ask(ctx, job, click, change, line, reason)


def ask_again(ctx: Context, job: Job, click: Click, change: ChangeRequest) -> None:
    """Ask, as the person who pressed, for the same on the same place; it is planned and decided like any other."""
    change = ctx.store.changes.exact(change)
    invocation = replace(understand(ctx.registry.commands, change.line).invocation, place=_place_of(change))
    reason = change.reason or Message("request.again_reason", request=change.id)
    _ask(ctx, job, click, change, invocation.line, reason)


def _place_of(change: ChangeRequest) -> str | None:
    """The place to name for it; what is about the bot itself takes none."""
    return change.place_name or None


def _ask(ctx: Context, job: Job, click: Click, change: ChangeRequest, line: str, reason: Text) -> None:
    """Submit the line with its reason.

    A reason is what somebody types, so this one is text from here on, in the language of those who read the card.
    """
    words = translate(reason, ctx.deployment.languages.shared)
    text = f"{line} {quote(f'--reason={words}')}"
    slash = SlashCommand(key=click.key, person=click.person, channel=click.channel, text=text)
    submit(ctx, job, slash, pressed_on=change)
