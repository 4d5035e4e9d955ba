"""Change requests and plans as data for programs. The fields are the keys of `--json`: a promise."""

from __future__ import annotations

from enum import StrEnum

from bot.core.authority.policy import Decision, NeedsApproval, describe_requirement, list_rules
from bot.core.change.change_request import PARTLY_APPLIED, UNDONE, ChangeRequest, Status, Verdict
from bot.core.change.effects import effects_of
from bot.core.change.plans import write_target
from bot.core.change.status_table import describe_status
from bot.plugin import Place, Plan, Risk, Text, Time, UndoKind, time_or_none
from bot.plugin.frozen import dataclass


class StatusCode(StrEnum):
    """A status as `request list --status` takes it: those that are stored, and the two that are made of others."""

    PENDING = Status.PENDING
    APPROVED = Status.APPROVED
    RUNNING = Status.RUNNING
    DONE = Status.DONE
    GONE = Status.GONE
    FAILED = Status.FAILED
    CHANGED = Status.CHANGED
    UNKNOWN = Status.UNKNOWN
    REJECTED = Status.REJECTED
    WITHDRAWN = Status.WITHDRAWN
    EXPIRED = Status.EXPIRED
    PARTLY_APPLIED = PARTLY_APPLIED
    UNDONE = UNDONE


class ReviewCode(StrEnum):
    """What one person decided."""

    APPROVE = Verdict.APPROVE
    REJECT = Verdict.REJECT
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """A change request as a list shows it."""

    id: str
    """For example `CR-1001`."""
    status: StatusCode
    """The status, as `request list --status` takes it."""
    status_words: Text
    """The status as the card shows it, with whose report the result rests on, for example `done and verified`."""
    partly_done: bool
    """Whether a part of it was done and another was not."""
    command: str
    """The line as it was typed."""
    requester: str
    """The id of the person who asked."""
    reason: Text
    """Why; empty without a reason."""
    place: str | None
    """The name of the place; null where it is about b24bot itself."""
    target: str
    """What is changed, for example `site:shop`."""
    risk: Risk
    """How much the change can cost."""
    summary: Text
    """What the plan does."""
    created_at: Time
    """When it was asked for."""
    expires_at: Time
    """Until when it can be decided."""
    ended_at: Time | None
    """When it ended; null while it is open."""
    settled_by: str | None
    """The person who reported the outcome, where no check could show it."""
    undo_of: str | None
    """The change request that this one undoes."""
    undone_by: str | None
    """The change request that undid this one."""
    outcome: Text
    """How it ended; empty until then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """One call of a plan, without the values that it carries."""

    method: str
    """The name of the remote method, or of the bot's own."""
    note: Text
    """What the call does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoView:
    """Whether and how a plan can be undone."""

    kind: UndoKind
    """How much of the change can be undone."""
    sentence: Text
    """How to undo it, or why it cannot be undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactRow:
    """How many of something a plan would hurt, as counted when the plan was made."""

    label: str
    """A code for what is counted, for example `line:3`."""
    count: int | None
    """The number; null where nobody knows it."""
    sentence: Text
    """The number with its source and its certainty."""
    details: tuple[Text, ...]
    """What else is known of it, a sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """One person's word about a change request."""

    reviewer: str
    """The id of the person."""
    verdict: ReviewCode
    """What they decided; `confirm` is the requester's own word."""
    reason: Text
    """Why; empty without a reason."""
    at: Time
    """When they decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRecord:
    """The audit record that has the plan as the card showed it."""

    record: str
    """The number of the record."""
    language: str
    """The language in which the card was drawn, for example `en`."""
    plan_altered: bool
    """Whether the database has another plan now. The plan of the record is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPreview:
    """A plan that is only shown: where it would act, and what has to happen before it may."""

    place: str | None
    """The name of the place; null where the plan is about b24bot itself."""
    target: str
    """What would be changed, for example `site:shop`."""
    summary: Text
    """What the plan does."""
    calls: tuple[CallRow, ...]
    """The calls of the plan, in their order."""
    notes: tuple[Text, ...]
    """What happens that is no call."""
    touches: tuple[Text, ...]
    """Who and what is affected."""
    impact: tuple[ImpactRow, ...]
    """What would be hurt, in numbers."""
    warnings: tuple[Text, ...]
    """What an approver has to know beforehand."""
    undo: UndoView
    """Whether and how the change could be undone."""
    needs: Text
    """What the plan needs before it may run."""
    approvals_needed: int
    """How many approvals it needs; 0 where the requester's own word is enough."""
    rules: tuple[str, ...]
    """The names of the rules of the policy table that apply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDetails(ChangeRow):
    """A change request with its plan and its reviews."""

    calls: tuple[CallRow, ...]
    """The calls of the plan, in their order."""
    notes: tuple[Text, ...]
    """What happens that is no call."""
    touches: tuple[Text, ...]
    """Who and what is affected."""
    impact: tuple[ImpactRow, ...]
    """What would be hurt, in numbers."""
    warnings: tuple[Text, ...]
    """What an approver has to know beforehand."""
    undo: UndoView
    """Whether and how the change can be undone."""
    needs: Text
    """What the plan needs before it may run."""
    approvals_needed: int
    """How many approvals it needs; 0 where the requester's own word is enough."""
    rules: tuple[str, ...]
    """The names of the rules of the policy table that apply."""
    place_address: str | None
    """The address of the place."""
    decided_at: Time | None
    """When it was approved, rejected or withdrawn; null until then."""
    started_at: Time | None
    """When it began to run; null if it did not."""
    reviews: tuple[ReviewRow, ...]
    """What people decided, in their order."""
    did_not_change: tuple[Text, ...]
    """What a change request that failed left as it was."""
    cut_off_now: tuple[Text, ...]
    """Whom the changes of a change request that failed have cut off."""
    channel: str
    """The id of the channel in which its card is."""
    card: str | None
    """The card's message in that channel; null until it is posted."""
    digest: str
    """The fingerprint of the plan."""
    recorded: CardRecord | None
    """Where the plan was read in the audit log; null where it was read from the database."""


def change_row(change: ChangeRequest) -> ChangeRow:
    """A change request as a list shows it."""
    return ChangeRow(
        id=change.id,
        status=StatusCode(change.status_word),
        status_words=describe_status(change),
        partly_done=change.partly,
        command=change.line,
        requester=change.requester.id,
        reason=change.reason,
        place=change.place_name or None,
        target=write_target(change.plan.target, change.plan.part),
        risk=change.risk,
        summary=change.plan.summary,
        created_at=Time(time=change.created_at),
        expires_at=Time(time=change.expires_at),
        ended_at=time_or_none(change.ended_at),
        settled_by=change.settled_by.id if change.settled_by else None,
        undo_of=_id(change.undo_of),
        undone_by=_id(change.undone_by),
        outcome=change.outcome,
    )


def change_view(change: ChangeRequest, recorded: CardRecord | None = None) -> ChangeDetails:
    """A change request with its plan and its reviews, and where the plan was read if that is a record."""
    row, plan, effects = change_row(change), change.plan, effects_of(change)
    return ChangeDetails(
        **{name: getattr(row, name) for name in ChangeRow.__dataclass_fields__},
        calls=_calls(plan),
        notes=plan.notes,
        touches=plan.radius,
        impact=_impact(plan),
        warnings=plan.warnings,
        undo=UndoView(kind=plan.undo.kind, sentence=plan.undo.sentence),
        needs=describe_requirement(change.decision),
        approvals_needed=_approvals(change.decision),
        rules=list_rules(change.decision),
        place_address=change.place_label or None,
        decided_at=time_or_none(change.decided_at),
        started_at=time_or_none(change.started_at),
        reviews=tuple(
            ReviewRow(
                reviewer=one.reviewer.id,
                verdict=ReviewCode(change.verdict_word(one)),
                reason=one.reason,
                at=Time(time=one.at),
            )
            for one in change.reviews
        ),
        did_not_change=effects.unchanged if effects else (),
        cut_off_now=effects.cut_off if effects else (),
        channel=change.channel,
        card=change.card,
        digest=change.digest,
        recorded=recorded,
    )


def preview_view(plan: Plan, place: Place | None, decision: Decision) -> PlanPreview:
    """A plan that is only shown: where it would act, if at a place, and what has to happen before it may."""
    return PlanPreview(
        place=place.name if place else None,
        target=write_target(plan.target, plan.part),
        summary=plan.summary,
        calls=_calls(plan),
        notes=plan.notes,
        touches=plan.radius,
        impact=_impact(plan),
        warnings=plan.warnings,
        undo=UndoView(kind=plan.undo.kind, sentence=plan.undo.sentence),
        needs=describe_requirement(decision),
        approvals_needed=_approvals(decision),
        rules=list_rules(decision),
    )


def _calls(plan: Plan) -> tuple[CallRow, ...]:
    return tuple(CallRow(method=call.method, note=call.note) for call in plan.calls)


def _impact(plan: Plan) -> tuple[ImpactRow, ...]:
    return tuple(
        ImpactRow(label=one.label, count=one.count, sentence=one.sentence, details=one.details) for one in plan.impact
    )


def _approvals(decision: Decision) -> int:
    return decision.quorum if isinstance(decision, NeedsApproval) else 0


def _id(number: int | None) -> str | None:
    return None if number is None else f"CR-{number}"
