"""What is said of the result of a command, the same words in Slack and at the terminal."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from bot.core import mentions
from bot.core.authority.policy import (
    Allowed,
    BrokenGlass,
    NeedsApproval,
    NeedsConfirmation,
    Refused,
    describe_requirement,
)
from bot.core.change.change_request import ChangeRequest
from bot.core.change.command_result import RequestOpened
from bot.core.change.planned_command import Planned
from bot.core.parsing.invocation import read_line, with_names
from bot.core.redaction.redactor import shorten
from bot.core.redaction.sanitizer import sanitize_text
from bot.core.text import format_time
from bot.host.registry import Registry
from bot.language.request_views import preview_view
from bot.language.translation import translate
from bot.plugin import Refusal, Reply, Text, UndoKind
from bot.usecases.context import Context
from bot.usecases.notifications import request_label

NOT_AGREED = Reply(title="Nobody was asked, and nothing was done.")


def with_reading(registry: Registry, reply: Reply, line: str) -> Reply:
    """The answer with the line as it was read, where that is not as it was typed."""
    read = read_line(line, registry.commands)
    if not read:
        return reply
    shown = with_names(sanitize_text(read))
    shown = shown if len(shown) <= 300 else f"{shorten(shown, 300)}… ({len(shown):,} characters)"
    return replace(reply, notes=(*reply.notes, f"I read: {shown}"))


def refusal_of_target(ctx: Context, change: ChangeRequest) -> Refusal:
    """Say that something else is open for the same target, so that nothing was opened."""
    return Refusal(
        f"Not taken on: {request_label(ctx, change)} must end first.",
        hint=f"{_asked_by(change)}; its card is in {mentions.channel(change.channel)}, "
        f"and its status is {change.status}. Ask again when it has ended.",
    )


def found_reply(ctx: Context, change: ChangeRequest) -> Reply:
    """Say that the same is asked for already."""
    where = f"in {mentions.channel(change.channel)}"
    return Reply(
        title=f"{request_label(ctx, change)} is open for this already, {where}. Its status is {change.status}.",
        notes=(f"{_asked_by(change)}; until it has ended nothing else is taken on for the same thing.",),
    )


def _asked_by(change: ChangeRequest) -> str:
    return f"{mentions.person(change.requester)} asked for it at {format_time(change.created_at)}"


def opened_reply(ctx: Context, opened: RequestOpened) -> Reply:
    """Say what a new change request waits for."""
    change = opened.change
    if opened.confirmed:
        return Reply(
            title=f"{request_label(ctx, change)} is confirmed, and the worker carries it out.",
            notes=(f"How it ends: b24bot request show {change.id}",),
        )
    # The card is on its way, and the place may refuse it: nothing is said that only a posted card makes true.
    card = f"its card goes to {mentions.channel(change.channel)}"
    match change.decision:
        case NeedsApproval():
            notes = (opened.note,) if opened.note else ()
            return Reply(title=f"{request_label(ctx, change)} waits for approval; {card}.", notes=notes)
        case BrokenGlass():
            return Reply(title=f"{request_label(ctx, change)} waits for you to break the glass; {card}.")
        case NeedsConfirmation() | Allowed() | Refused():
            return Reply(title=f"{request_label(ctx, change)} waits for you to confirm it; {card}.")
        case _:
            assert_never(change.decision)


_UNDO = {UndoKind.FULL: "full", UndoKind.PARTIAL: "partial", UndoKind.NONE: "none"}


def preview(planned: Planned) -> Reply:
    """What would happen, for --dry-run and the terminal."""
    plan = planned.plan
    word = planned.understood.command.place_term.word.capitalize()
    facts: list[tuple[Text, Text]] = []
    if planned.remote_place:
        facts.append((word, f"{planned.remote_place.name} · {planned.remote_place.label}"))
    facts += [("Would do", note) for note in (*(call.note for call in plan.calls), *plan.notes)]
    facts += [("Touches", line) for line in plan.radius]
    facts += [("Warning", line) for line in plan.warnings]
    facts.append(("Undo", f"{_UNDO[plan.undo.kind]}: {translate(plan.undo.sentence)}"))
    facts.append(("Needs", describe_requirement(planned.decision)))
    data = preview_view(plan, planned.remote_place, planned.decision)
    return Reply(title=f"{translate(plan.summary)}: only shown, nothing was done", facts=tuple(facts), data=data)
