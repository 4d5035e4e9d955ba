"""The card of a change request: one message, drawn anew from what is stored in every status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.core import marks
from bot.core.change import ChangeRequest, Status
from bot.core.policy import NeedsApproval
from bot.core.words import count
from bot.plugin import UndoKind
from bot.slack.render.text import Block, context, cut, escape, mrkdwn, plain, section, sections, when
from bot.usecases import buttons
from bot.usecases.submit import needs

ACTION_PREFIX = "b24:"
MOST_LINES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a status is shown in the card's first line."""

    emoji: str
    words: str


LOOKS: Mapping[Status, Look] = {
    Status.PENDING: Look(emoji="🟠", words="waiting for approval"),
    Status.APPROVED: Look(emoji="🔵", words="approved, about to run"),
    Status.RUNNING: Look(emoji="🔵", words="running now"),
    Status.DONE: Look(emoji="🟢", words="done and verified"),
    Status.GONE: Look(emoji="⚪", words="nothing left to do"),
    Status.FAILED: Look(emoji="🔴", words="failed"),
    Status.CHANGED: Look(emoji="🟡", words="not run, the portal had changed"),
    Status.UNKNOWN: Look(emoji="🟣", words="outcome not proven yet, reading back; do not repeat by hand"),
    Status.REJECTED: Look(emoji="⚪", words="rejected"),
    Status.WITHDRAWN: Look(emoji="⚪", words="withdrawn"),
    Status.EXPIRED: Look(emoji="⚪", words="expired"),
}

UNDO: Mapping[UndoKind, str] = {UndoKind.FULL: "full", UndoKind.PARTIAL: "partial", UndoKind.NONE: "none"}


def card_text(change: ChangeRequest) -> str:
    """The notification: what a phone shows."""
    look = LOOKS[change.status]
    return plain(f"{look.emoji} {change.id} {change.plan.summary} on {change.place.name}: {look.words}")


def card_blocks(change: ChangeRequest, value: str) -> list[Block]:
    """The blocks of the card; `value` is what its buttons carry."""
    look = LOOKS[change.status]
    blocks: list[Block] = [
        {
            "type": "header",
            "text": {"type": "plain_text", "text": cut(plain(f"{look.emoji} {change.plan.summary}"), 150)},
        },
        section(f"*{escape(change.id)}* is *{escape(look.words)}*"),
        {"type": "section", "fields": [_field(label, text) for label, text in _fields(change)]},
    ]
    blocks += sections(list(_plan_lines(change)))
    if change.outcome:
        blocks += sections([f"*Outcome*\n{mrkdwn(change.outcome)}"])
    blocks.append(context(f"`{escape(change.line)}` · plan {change.digest[:4]}-{change.digest[4:8]} · {change.risk}"))
    actions = _actions(change, value)
    if actions:
        blocks.append({"type": "actions", "block_id": f"decide:{change.number}", "elements": actions})
    return blocks


def _field(label: str, text: str) -> Block:
    return {"type": "mrkdwn", "text": cut(f"*{label}*\n{text}", 2_000), "verbatim": True}


def _fields(change: ChangeRequest) -> Iterator[tuple[str, str]]:
    yield "Portal", escape(f"{change.place.name} · {change.place.label}")
    yield "Asked by", mrkdwn(marks.person(change.requester))
    yield from _votes(change)
    if change.status is Status.PENDING:
        yield "Expires", when(change.expires_at)
    elif change.ended_at is not None:
        yield "Ended", when(change.ended_at)


def _votes(change: ChangeRequest) -> Iterator[tuple[str, str]]:
    approved = ", ".join(mrkdwn(marks.person(review.reviewer)) for review in change.approvals)
    if change.status is Status.PENDING:
        quorum = change.decision.quorum if isinstance(change.decision, NeedsApproval) else 1
        so_far = f" · {len(change.approvals)}/{quorum}" + (f" ✅ {approved}" if approved else "")
        yield "Needs", escape(needs(change.decision)) + so_far
    elif approved:
        yield "Approved by", approved
    if change.rejection is not None:
        yield "Rejected by", mrkdwn(marks.person(change.rejection.reviewer))


def _plan_lines(change: ChangeRequest) -> Iterator[str]:
    plan = change.plan
    if change.reason:
        yield f"*Why* (in their words)\n{_quote(change.reason)}"
    yield "*Will happen*" if change.status.open else "*The plan was*"
    yield from (f"• {escape(call.note)}" for call in plan.calls)
    yield from _list([f"✂️ {line}" for line in plan.radius])
    if plan.warnings:
        yield "*Beware*"
        yield from _list([f"⚠️ {line}" for line in plan.warnings])
    yield f"*Undo* {UNDO[plan.undo.kind]}: {escape(plan.undo.sentence)}"


def _list(lines: list[str]) -> Iterator[str]:
    yield from (escape(line) for line in lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        yield f"… and {len(lines) - MOST_LINES} more"


def _quote(text: str) -> str:
    return "\n".join(f"> {escape(line)}" for line in text.splitlines() or [""])


def _actions(change: ChangeRequest, value: str) -> list[Block]:
    if change.status is Status.APPROVED:
        return [_button("Withdraw", buttons.WITHDRAW, value)]
    if change.status is not Status.PENDING:
        return []
    if not isinstance(change.decision, NeedsApproval):
        confirm = _button("Confirm", buttons.CONFIRM, value, style="primary")
        return [confirm, _button("Withdraw", buttons.WITHDRAW, value)]
    approve = _button("Approve", buttons.APPROVE, value, style="primary")
    approve["confirm"] = _confirmation(change)
    return [
        approve,
        _button("Reject…", buttons.REJECT, value, style="danger"),
        _button("Withdraw", buttons.WITHDRAW, value),
    ]


def _button(label: str, name: str, value: str, *, style: str = "") -> Block:
    button: Block = {
        "type": "button",
        "action_id": f"{ACTION_PREFIX}{name}",
        "text": {"type": "plain_text", "text": label},
        "value": value,
    }
    return {**button, "style": style} if style else button


def _confirmation(change: ChangeRequest) -> Block:
    plan = change.plan
    touched = f" It touches {count(len(plan.radius), 'line')}." if plan.radius else ""
    text = f"{plan.summary} on {change.place.name}, now.{touched} Undo: {UNDO[plan.undo.kind]}."
    return {
        "title": {"type": "plain_text", "text": cut(plain(f"Approve {change.id}?"), 100)},
        "text": {"type": "plain_text", "text": cut(plain(text), 300)},
        "confirm": {"type": "plain_text", "text": "Approve"},
        "deny": {"type": "plain_text", "text": "Go back"},
    }
