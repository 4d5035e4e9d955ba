"""Change requests and plans as JSON objects for programs. Their keys are a promise; texts for people are in English."""

from __future__ import annotations

from bot.core import mentions
from bot.core.audit.stored_views import Object
from bot.core.authority.policy import Decision, NeedsApproval, describe_requirement
from bot.core.change.change_request import ChangeRequest
from bot.core.change.effects import effects_of
from bot.core.change.plans import write_target
from bot.language.translation import translate
from bot.plugin import Place, Plan, Text, iso, iso_or_none


def change_row(change: ChangeRequest) -> Object:
    """A change request as a list shows it."""
    return {
        "id": change.id,
        "status": change.status_word,
        "partly_done": change.partly,
        "command": change.line,
        "requester": change.requester.id,
        "reason": _words(change.reason),
        "portal": change.place_name or None,
        "target": write_target(change.plan.target, change.plan.part),
        "risk": change.risk,
        "summary": _words(change.plan.summary),
        "created_at": iso(change.created_at),
        "expires_at": iso(change.expires_at),
        "ended_at": iso_or_none(change.ended_at),
        "settled_by": change.settled_by.id if change.settled_by else None,
        "undo_of": _id(change.undo_of),
        "undone_by": _id(change.undone_by),
        "outcome": _words(change.outcome),
    }


def change_view(change: ChangeRequest) -> Object:
    """A change request with its plan and its reviews."""
    return {
        **change_row(change),
        **plan_view(change.plan),
        "portal_label": change.place_label or None,
        **_requirement(change.decision),
        "decided_at": iso_or_none(change.decided_at),
        "started_at": iso_or_none(change.started_at),
        "reviews": [
            {
                "reviewer": one.reviewer.id,
                "verdict": change.verdict_word(one),
                "reason": _words(one.reason),
                "at": iso(one.at),
            }
            for one in change.reviews
        ],
        **_effects(change),
        "channel": change.channel,
        "card": change.card,
        "digest": change.digest,
    }


def _effects(change: ChangeRequest) -> Object:
    """What of a change request that failed did not change, and whom what changed has cut off."""
    effects = effects_of(change)
    unchanged, cut_off = (effects.unchanged, effects.cut_off) if effects else ((), ())
    return {
        "did_not_change": [_words(line) for line in unchanged],
        "cut_off_now": [_words(line) for line in cut_off],
    }


def _id(number: int | None) -> str | None:
    return None if number is None else f"CR-{number}"


def plan_view(plan: Plan) -> Object:
    """What a plan would do, without the values that its calls carry."""
    return {
        "summary": _words(plan.summary),
        "target": write_target(plan.target, plan.part),
        "calls": [{"method": call.method, "note": _words(call.note)} for call in plan.calls],
        "notes": [_words(note) for note in plan.notes],
        "touches": [_words(line) for line in plan.radius],
        "warnings": [_words(line) for line in plan.warnings],
        "undo": {"kind": plan.undo.kind, "sentence": _words(plan.undo.sentence)},
    }


def preview_view(plan: Plan, place: Place | None, decision: Decision) -> Object:
    """A plan that is only shown: where it would act, if on a portal, and what has to happen before it may."""
    return {"portal": place.name if place else None, **plan_view(plan), **_requirement(decision)}


def _requirement(decision: Decision) -> Object:
    approvals = decision.quorum if isinstance(decision, NeedsApproval) else 0
    return {"needs": translate(describe_requirement(decision)), "approvals_needed": approvals}


def _words(text: Text) -> str:
    return mentions.unmark(translate(text))
