"""What is said of the result of a command, the same words in Slack and at the terminal."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from bot.core.authority.policy import (
    Allowed,
    BreakGlass,
    NeedsApproval,
    NeedsConfirmation,
    Refused,
    describe_requirement,
    list_rules,
)
from bot.core.change.change_request import ChangeRequest
from bot.core.change.command_result import RequestOpened
from bot.core.change.planned_command import Planned
from bot.core.change.plans import describe_undo
from bot.core.change.status_table import describe_status
from bot.core.parsing.command_table import Commands
from bot.core.parsing.invocation import read_line, with_names
from bot.core.redaction.redactor import shorten
from bot.core.redaction.sanitizer import sanitize_text
from bot.language.request_views import ChangeDetails, preview_view
from bot.plugin import Channel, CommandLine, Message, Person, Refusal, Reply, Text, Time
from bot.usecases.context import Context
from bot.usecases.notices.notifications import request_label

LONGEST_READING = 300
"""Characters of a line as it was read that are shown."""
NOT_AGREED = Reply(title=Message("request.not_agreed"))


def with_reading(commands: Commands, reply: Reply, line: str) -> Reply:
    """The answer with the line as it was read, where that is not as it was typed."""
    read = read_line(line, commands)
    if not read:
        return reply
    shown = with_names(sanitize_text(read))
    return replace(reply, notes=(*reply.notes, _describe_reading(shown)))


def _describe_reading(line: str) -> Message:
    if len(line) <= LONGEST_READING:
        return Message("request.read_as", line=line)
    return Message("request.read_as_long", line=shorten(line, LONGEST_READING), count=len(line))


def refusal_of_target(ctx: Context, change: ChangeRequest) -> Refusal:
    """Say that something else is open for the same target, so that nothing was opened."""
    return Refusal(
        Message("request.target_taken", request=request_label(ctx, change)),
        hint=Message(
            "request.target_taken_hint",
            request=change.id,
            person=Person(person=change.requester.id),
            time=Time(time=change.created_at),
            channel=Channel(channel=change.channel),
            status=describe_status(change),
        ),
    )


def found_reply(ctx: Context, change: ChangeRequest) -> Reply:
    """Say that the same is asked for already."""
    title = Message(
        "request.found",
        request=request_label(ctx, change),
        channel=Channel(channel=change.channel),
        status=describe_status(change),
    )
    who, at = Person(person=change.requester.id), Time(time=change.created_at)
    return Reply(title=title, notes=(Message("request.found_note", person=who, time=at),))


def opened_reply(ctx: Context, opened: RequestOpened) -> Reply:
    """Say what a new change request waits for."""
    change = opened.change
    label, channel = request_label(ctx, change), Channel(channel=change.channel)
    if opened.confirmed:
        return Reply(
            title=Message("request.opened_confirmed", request=label),
            notes=(Message("request.follow", command=CommandLine(command_line=f"request show {change.id}")),),
        )
    # The card is on its way, and the place may refuse it: nothing is said that only a posted card makes true.
    match change.decision:
        case NeedsApproval():
            notes = (opened.note,) if opened.note else ()
            return Reply(title=Message("request.opened_for_approval", request=label, channel=channel), notes=notes)
        case BreakGlass():
            return Reply(title=Message("request.opened_for_break_glass", request=label, channel=channel))
        case NeedsConfirmation() | Allowed() | Refused():
            return Reply(title=Message("request.opened_for_confirmation", request=label, channel=channel))
        case _:
            assert_never(change.decision)


_CALL = Message("request.preview.call")
_TOUCHES, _WARNING = Message("request.preview.touches"), Message("request.preview.warning")
_IMPACT = Message("request.preview.impact")


def preview(planned: Planned) -> Reply:
    """What would happen, for --dry-run and the terminal."""
    plan = planned.plan
    label = planned.understood.command.place_term.label
    facts: list[tuple[Text, Text]] = []
    if planned.remote_place:
        place = planned.remote_place
        facts.append((label, " · ".join(filter(None, (place.shown_name, place.label)))))
    facts += [(_CALL, note) for note in (*(call.note for call in plan.calls), *plan.notes)]
    facts += [(_TOUCHES, line) for line in plan.radius]
    facts += [(_IMPACT, text) for one in plan.impact for text in (one.sentence, *one.details)]
    facts += [(_WARNING, line) for line in plan.warnings]
    facts.append((Message("request.preview.undo"), describe_undo(plan.undo)))
    facts.append((Message("request.preview.needs"), describe_requirement(planned.decision)))
    facts += [(Message("request.preview.rule"), rule) for rule in list_rules(planned.decision)]
    data = preview_view(plan, planned.remote_place, planned.decision)
    return Reply(title=Message("request.preview.title", summary=plan.summary), facts=tuple(facts), data=data)


def find_shown_card(reply: Reply) -> int:
    """Find the change request that an answer is about, whose card it offers to open; 0 where it is about none."""
    return int(reply.data.id.removeprefix("CR-")) if isinstance(reply.data, ChangeDetails) else 0
