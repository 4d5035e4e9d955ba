"""What is stored, as JSON objects for programs: ids, numbers, booleans and ISO times. Their keys are a promise."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.core import mentions
from bot.core.audit.audit_record import AuditRecord, Fact
from bot.core.authority.policy import Decision, NeedsApproval, describe_requirement
from bot.core.change.change_request import ChangeRequest
from bot.core.change.effects import effects_of
from bot.core.change.plans import write_target
from bot.core.principals import Grant
from bot.plugin import Json, Place, Plan, iso, iso_or_none

Object = Mapping[str, Json]


def change_row(change: ChangeRequest) -> Object:
    """A change request as a list shows it."""
    return {
        "id": change.id,
        "status": change.status_word,
        "partly_done": change.partly,
        "command": change.line,
        "requester": change.requester.id,
        "reason": mentions.unmark(change.reason),
        "portal": change.place_name or None,
        "target": write_target(change.plan.target, change.plan.part),
        "risk": change.risk,
        "summary": mentions.unmark(change.plan.summary),
        "created_at": iso(change.created_at),
        "expires_at": iso(change.expires_at),
        "ended_at": iso_or_none(change.ended_at),
        "settled_by": change.settled_by.id if change.settled_by else None,
        "undo_of": _id(change.undo_of),
        "undone_by": _id(change.undone_by),
        "outcome": mentions.unmark(change.outcome),
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
                "reason": mentions.unmark(one.reason),
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
        "did_not_change": [mentions.unmark(line) for line in unchanged],
        "cut_off_now": [mentions.unmark(line) for line in cut_off],
    }


def _id(number: int | None) -> str | None:
    return None if number is None else f"CR-{number}"


def plan_view(plan: Plan) -> Object:
    """What a plan would do, without the values that its calls carry."""
    return {
        "summary": mentions.unmark(plan.summary),
        "target": write_target(plan.target, plan.part),
        "calls": [{"method": call.method, "note": mentions.unmark(call.note)} for call in plan.calls],
        "notes": [mentions.unmark(note) for note in plan.notes],
        "touches": [mentions.unmark(line) for line in plan.radius],
        "warnings": [mentions.unmark(line) for line in plan.warnings],
        "undo": {"kind": plan.undo.kind, "sentence": mentions.unmark(plan.undo.sentence)},
    }


def preview_view(plan: Plan, place: Place | None, decision: Decision) -> Object:
    """A plan that is only shown: where it would act, if on a place, and what has to happen before it may."""
    return {"portal": place.name if place else None, **plan_view(plan), **_requirement(decision)}


def _requirement(decision: Decision) -> Object:
    approvals = decision.quorum if isinstance(decision, NeedsApproval) else 0
    return {"needs": describe_requirement(decision), "approvals_needed": approvals}


def grant_row(grant: Grant) -> Object:
    """One row of the allow-list."""
    return {
        "principal": grant.principal.id,
        "role": grant.role,
        "granted_by": grant.granted_by,
        "granted_at": iso(grant.granted_at),
    }


_JSON_FACTS = ("decision",)
"""Facts that are recorded as JSON in a text."""


def audit_row(record: AuditRecord) -> Object:
    """One audit record with its place in the chain, its facts as data."""
    facts = {name: _parsed(fact) if name in _JSON_FACTS else fact for name, fact in record.facts.items()}
    return {**exported_row(record), "facts": facts}


def _parsed(fact: Fact) -> Json:
    try:
        found: Json = json.loads(str(fact))
    except ValueError:
        return fact
    return found


def exported_row(record: AuditRecord, previous: bytes | None = None) -> Object:
    """The same with the facts exactly as they are chained, so that the chain can be recomputed from it.

    `previous` is the head before the record, for one whose predecessor stands in no line.
    """
    return {
        "seq": record.seq,
        "at": iso(record.at),
        "tag": record.tag,
        "actor": record.actor,
        "subject": record.subject,
        "facts": dict(record.facts),
        "key_id": record.key_id,
        "mac": record.mac.hex(),
        **({"previous": previous.hex()} if previous is not None else {}),
    }
