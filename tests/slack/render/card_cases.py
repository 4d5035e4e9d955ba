"""Cards in every status and with every kind of value, for a person to read: the rows of the storyboards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.core.authority.policy import NeedsApproval
from bot.core.builtin_name import BUILTIN
from bot.core.change.change_request import NOT_BEGUN, ChangeRequest, Repeat, Review, Status, Verdict
from bot.core.change.drift import differences
from bot.core.principals import Principal, Role
from bot.plugin import Call, Lines, Message, PageLink, Place, Risk
from tests.slack.kit import (
    ANTON,
    APPROVAL,
    BY_TWO,
    CONFIRMATION,
    EMERGENCY,
    HOUR,
    NOON,
    OLGA,
    VERA,
    a_change,
    approved_by,
)
from tests.slack.render import plan_cases
from tests.slack.render.plan_cases import BEFORE, COUNTED, IMPACT, LABELS, REMOVAL, SENDING

ACTIVATION: dict[str, Any] = {
    "line": "connector activate myconnector 3",
    "path": "connector activate",
    "risk": Risk.CHANGE,
    "decision": CONFIRMATION,
    "plan": plan_cases.ACTIVATION,
}
GRANT: dict[str, Any] = {
    "plugin": BUILTIN,
    "local": True,
    "line": "access grant @vera approver",
    "path": "access grant",
    "risk": Risk.GOVERN,
    "decision": NeedsApproval(quorum=1, role=Role.ADMIN, expires_in=HOUR),
    "plan": plan_cases.GRANT,
}
REVIEW: dict[str, Any] = {
    **GRANT,
    "line": "request review CR-1001",
    "path": "request review",
    "plan": plan_cases.REVIEW,
}
REJECTION = (Review(reviewer=ANTON, verdict=Verdict.REJECT, at=NOON, reason="too early"),)
REFUSED = Message(
    "answer.sentence_and_list",
    sentence=Message("outcome.refused_unchanged"),
    lines=Lines(lines=(Message("outcome.with_code", sentence=Message("outcome.refused"), code="ACCESS_DENIED"),)),
)
REMOVED = Message(
    "answer.sentence_and_list",
    sentence=Message("outcome.verified"),
    lines=Lines(lines=tuple(differences(REMOVAL.before, {}, REMOVAL.labels))),
)
MOVED = Message(
    "answer.sentence_and_list",
    sentence=Message("outcome.drifted"),
    lines=Lines(lines=(Message("change.number_moved", before=IMPACT[0].sentence, after=IMPACT[1].sentence),)),
)
LINK = PageLink(
    label=Message("bitrix24.link.open"),
    address="https://shop.bitrix24.com/marketplace/view/local.5f1c/?params%5Bconnector%5D=myconnector&params%5Bline%5D=1",
)
HALF: dict[str, Any] = {
    "status": Status.FAILED,
    "partly": True,
    "found": {label: BEFORE[label] for label in ("line:2", "registration")},
    "outcome": Message("outcome.some_partly"),
}
SAME: dict[str, Any] = {"status": Status.FAILED, "found": BEFORE, "outcome": Message("outcome.accepted_unchanged")}
LONG = "Sales Europe, Middle East and Africa " * 30
RIGHT_TO_LEFT = "מכירות \u202eתמיכה\u202c والدعم الفني"
EMOJI = "🛒 Shop 👩‍👩‍👧 :tada: 🇩🇪"
HOSTILE = "<!channel> <@U0666> <https://evil.test|Approve> *Approved by* `x` \u202egnol\x1b[31m\n> Approved"


def _card(status: Status = Status.PENDING, **more: Any) -> ChangeRequest:
    """A removal in this status, as far as nothing else is given."""
    return a_change(status, **{"plan": REMOVAL, "outcome": "", **more})


def _with(text: str, status: Status, **more: Any) -> ChangeRequest:
    """A card with this text wherever words of others are shown."""
    found = {"line:1": text, "line:2": "active", "registration": text}
    plan = replace(
        REMOVAL,
        summary=f"Remove connector {text}",
        calls=tuple(Call(method="m", params={}, note=text) for _ in range(30)),
        radius=(text,) * 30,
        impact=tuple(replace(IMPACT[0], details=(text,)) for _ in range(30)),
        warnings=(text,) * 3,
        labels={**LABELS, "line:1": text},
        undo=replace(REMOVAL.undo, sentence=text, line=f"connector restore {text}"),
    )
    place = Place(name="prod", label=text, identity="member-1")
    given = {"plan": plan, "place": place, "reason": text, "line": f"connector remove {text}", "found": found}
    return _card(status, **{**given, "outcome": "" if status in NOT_BEGUN else text, **more})


CARDS: Mapping[str, ChangeRequest] = {
    "pending": _card(),
    "pending-approvers": _card(approvers=(ANTON, VERA, *(Principal(team="T0001", user=f"U010{n}") for n in range(5)))),
    "pending-without-approvers": _card(approvers=()),
    "pending-by-two": _card(
        decision=BY_TWO, reviews=(replace(approved_by(VERA)[0], counts=False), *approved_by(ANTON))
    ),
    "pending-press-again": _card(decision=BY_TWO, reviews=approved_by(ANTON, VERA)),
    "pending-confirmation": a_change(**ACTIVATION),
    "pending-emergency": _card(decision=EMERGENCY),
    "pending-grant": a_change(**GRANT),
    "pending-review": a_change(**REVIEW),
    "pending-undo": _card(undo_of=1001, line="connector restore myconnector", path="connector restore"),
    "pending-counted": _card(plan=replace(REMOVAL, impact=COUNTED)),
    "pending-linked": _card(plan=replace(REMOVAL, link=LINK)),
    "approved": _card(Status.APPROVED),
    "approved-confirmation": a_change(Status.APPROVED, **{**ACTIVATION, "reviews": approved_by(OLGA)}),
    "approved-emergency": _card(Status.APPROVED, decision=EMERGENCY, reviews=approved_by(OLGA)),
    "running": _card(Status.RUNNING),
    "running-emergency": _card(Status.RUNNING, decision=EMERGENCY, reviews=approved_by(OLGA)),
    "done": _card(Status.DONE, outcome=REMOVED),
    "done-emergency": _card(Status.DONE, decision=EMERGENCY, reviews=approved_by(OLGA), outcome=REMOVED),
    "done-unverified": _card(Status.DONE, plan=SENDING, outcome=Message("outcome.accepted_blind")),
    "done-reported": _card(Status.DONE, asked_at=NOON, settled_by=VERA),
    "done-grant": a_change(Status.DONE, **{**GRANT, "outcome": Message("outcome.verified")}),
    "gone": _card(Status.GONE, outcome=Message("outcome.refused_verified")),
    "failed": _card(**{**SAME, "outcome": REFUSED, "repeat": Repeat.AFTER_MENDING}),
    "failed-unread": _card(Status.FAILED, outcome=Message("outcome.unsent")),
    "failed-same-again": _card(**SAME, repeat=Repeat.SAME),
    "failed-changed-otherwise": _card(**{**HALF, "partly": False, "outcome": Message("outcome.unsent_partly")}),
    "failed-reported": _card(Status.FAILED, asked_at=NOON, settled_by=VERA),
    "partly": _card(**HALF),
    "partly-same-again": _card(**HALF, repeat=Repeat.SAME),
    "partly-unseen": _card(Status.FAILED, plan=SENDING, partly=True, outcome=Message("outcome.some_blind")),
    "changed": _card(Status.CHANGED, outcome=Message("change.other_effects")),
    "changed-number": _card(Status.CHANGED, outcome=MOVED),
    "unknown": _card(Status.UNKNOWN, outcome=Message("outcome.lost_unchanged")),
    "unknown-unverified": _card(Status.UNKNOWN, plan=SENDING, outcome=Message("outcome.lost_blind")),
    "asked": _card(Status.UNKNOWN, asked_at=NOON, outcome=Message("outcome.lost_partly")),
    "rejected": _card(Status.REJECTED, reviews=REJECTION),
    "withdrawn": _card(Status.WITHDRAWN, reviews=()),
    "withdrawn-emergency": _card(Status.WITHDRAWN, decision=EMERGENCY, reviews=()),
    "expired": _card(Status.EXPIRED, reviews=()),
    "expired-review": a_change(Status.EXPIRED, **{**REVIEW, "reviews": (), "outcome": ""}),
    "undone": _card(Status.DONE, undone_by=1043, outcome=REMOVED),
    "undone-part": _card(**HALF, undone_by=1043),
    "long-pending": _with(LONG, Status.PENDING, decision=APPROVAL),
    "long-partly": _with(LONG, Status.FAILED, partly=True),
    "right-to-left-pending": _with(RIGHT_TO_LEFT, Status.PENDING),
    "right-to-left-done": _with(RIGHT_TO_LEFT, Status.DONE),
    "emoji-pending": _with(EMOJI, Status.PENDING, decision=CONFIRMATION),
    "emoji-asked": _with(EMOJI, Status.UNKNOWN, asked_at=NOON),
    "hostile-pending": _with(HOSTILE, Status.PENDING),
    "hostile-emergency": _with(HOSTILE, Status.PENDING, decision=EMERGENCY),
    "hostile-partly": _with(HOSTILE, Status.FAILED, partly=True),
}
"""By the name of its storyboard."""
