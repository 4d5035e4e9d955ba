"""Break-glass: an admin runs without approval what needs it, and everybody hears of it."""

from __future__ import annotations

from dataclasses import replace

from bot.core.audit.audit_record import Tag
from bot.core.authority.policy import NeedsApproval, decide
from bot.core.builtin_name import BUILTIN
from bot.core.change.change_request import ChangeRequest
from bot.core.change.planned_command import Planned
from bot.core.parsing.invocation import Invocation, understand
from bot.core.principals import Principal, Role
from bot.language.recorded_facts import RecordedFact
from bot.plugin import Message, Person
from bot.store.store import Transaction
from bot.usecases.authority.break_glass_log import REVIEW_PATH
from bot.usecases.command_context.roles import role_of
from bot.usecases.context import Context
from bot.usecases.notices.change_entries import record_change, recorded_line
from bot.usecases.notices.notifications import announce
from bot.usecases.requests.change_opening import write_change
from bot.usecases.requests.planning import consider_at

REVIEW_LASTS_MS = 7 * 24 * 3_600_000
MOST_MENTIONED = 10


def record_break_glass(tx: Transaction, ctx: Context, person: Principal, change: ChangeRequest) -> None:
    """Record that no approval was waited for, tell everybody, and ask for the review."""
    line = recorded_line(ctx, change.line)
    facts: dict[str, RecordedFact] = {"line": line, "digest": change.digest, "reason": change.reason}
    record_change(tx, Tag.APPROVAL_BYPASSED, change, actor=person.id, facts=facts)
    review = _ask_for_review(tx, ctx, person, change)
    label = Message("request.label", id=change.id, summary=change.summary_with_place)
    who, asked = Person(person=person.id), _ask_admins(ctx, person, review)
    announce(tx, ctx, Message("request.glass_broken", person=who, request=label, reason=change.reason, review=asked))


def _ask_for_review(tx: Transaction, ctx: Context, person: Principal, change: ChangeRequest) -> ChangeRequest:
    """Open the change request that somebody else has to approve, as the person who used break-glass."""
    invocation = Invocation(path=REVIEW_PATH, words=(change.id,))
    understood = understand(ctx.registry.typed, invocation.line)
    planned = consider_at(ctx, ctx.registry.plugin(BUILTIN), understood, person)
    # The review is owed, whatever a policy table says of asking for one.
    decision = decide(understood.command.risk, role_of(ctx, person), ctx.deployment.terms)
    if not isinstance(planned, Planned) or not isinstance(decision, NeedsApproval):
        raise TypeError(f"{change.id} cannot be reviewed")
    return write_change(
        tx,
        ctx,
        person,
        replace(
            planned,
            reason=change.reason,
            decision=replace(decision, expires_in=REVIEW_LASTS_MS),
        ),
        channel=change.channel,
    )


def _ask_admins(ctx: Context, person: Principal, review: ChangeRequest) -> Message:
    """Ask the other admins for the review: as many are mentioned as one message should call."""
    admins = ctx.store.grants.with_role(Role.ADMIN)
    others = [admin for admin in admins if admin != person and admin.team == ctx.workspace.team]
    called, more = tuple(Person(person=admin.id) for admin in others[:MOST_MENTIONED]), len(others) - MOST_MENTIONED
    if not called:
        return Message("request.review_waits", review=review.id)
    if more > 0:
        return Message("request.review_asked_of_more", people=called, count=more, review=review.id)
    return Message("request.review_asked", people=called, review=review.id)
