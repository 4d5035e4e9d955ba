"""What is stored, as JSON objects for programs. Their keys are a promise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core import marks
from bot.core.audit import AuditRecord
from bot.core.change import ChangeRequest
from bot.core.exports import iso
from bot.core.principals import Grant
from bot.plugin import Reply, Table
from bot.store.outbox import Letter
from bot.usecases.letters import subject, words
from bot.usecases.submit import needs

Object = Mapping[str, Any]


def _iso(at: int | None) -> str | None:
    return None if at is None else iso(at)


def change_brief(change: ChangeRequest) -> Object:
    """A change request as a list shows it."""
    return {
        "id": change.id,
        "status": change.status,
        "command": change.line,
        "requester": change.requester.id,
        "reason": marks.plain(change.reason),
        "portal": change.place.name,
        "target": change.plan.target,
        "risk": change.risk,
        "summary": marks.plain(change.plan.summary),
        "created_at": iso(change.created_at),
        "expires_at": iso(change.expires_at),
        "ended_at": _iso(change.ended_at),
        "settled_by": change.settled_by.id if change.settled_by else None,
        "outcome": marks.plain(change.outcome),
    }


def change_whole(change: ChangeRequest) -> Object:
    """A change request with its plan and its reviews."""
    plan = change.plan
    return {
        **change_brief(change),
        "portal_label": change.place.label,
        "needs": needs(change.decision),
        "decided_at": _iso(change.decided_at),
        "started_at": _iso(change.started_at),
        "calls": [{"method": call.method, "note": marks.plain(call.note)} for call in plan.calls],
        "touches": [marks.plain(line) for line in plan.radius],
        "warnings": [marks.plain(line) for line in plan.warnings],
        "undo": {"kind": plan.undo.kind, "sentence": marks.plain(plan.undo.sentence)},
        "reviews": [
            {"reviewer": one.reviewer.id, "verdict": one.verdict, "reason": marks.plain(one.reason), "at": iso(one.at)}
            for one in change.reviews
        ],
        "channel": change.channel,
        "card": change.card,
        "digest": change.digest,
    }


def grant_row(grant: Grant) -> Object:
    """One row of the allow-list."""
    return {
        "principal": grant.principal.id,
        "role": grant.role,
        "granted_by": grant.granted_by,
        "granted_at": iso(grant.granted_at),
    }


def letter_row(letter: Letter) -> Object:
    """A notice in the queue. What it says to one person stays there: `words` is the first line of it."""
    return {
        "id": letter.id,
        "state": letter.state,
        "kind": letter.kind,
        "about": subject(letter),
        "words": marks.plain(words(letter)),
        "attempts": letter.attempts,
        "error": letter.error,
        "created_at": iso(letter.created_at),
        "due_at": iso(letter.due_at),
        "died_at": _iso(letter.died_at),
    }


def audit_row(record: AuditRecord) -> Object:
    """One audit record with its place in the chain."""
    return {
        "seq": record.seq,
        "at": iso(record.at),
        "tag": record.tag,
        "actor": record.actor,
        "subject": record.subject,
        "facts": dict(record.facts),
        "key_id": record.key_id,
        "mac": record.mac.hex(),
    }


def reply_object(reply: Reply) -> dict[str, Any]:
    """A reply: `facts` in their order, `rows` as objects by column."""
    return {
        "title": _words(reply.title),
        "facts": [{"name": _words(name), "value": _words(value)} for name, value in reply.facts],
        "rows": _rows(reply.table) if reply.table is not None else [],
        "notes": [_words(note) for note in reply.notes],
    }


def _rows(table: Table) -> list[dict[str, str]]:
    return [dict(zip(table.columns, map(_words, row), strict=True)) for row in table.rows]


def _words(text: str) -> str:
    return marks.render(text, person=str, channel=str)
