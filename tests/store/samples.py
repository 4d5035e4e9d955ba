"""A plan, people and change requests to store, and a way to take a change request to any status."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.core.audit.audit_record import Entry, Tag
from bot.core.audit.chain import START
from bot.core.authority.policy import Decision, NeedsApproval
from bot.core.change.change_request import ChangeRequest, NewChange, Review, Status, Verdict
from bot.core.principals import Principal, Role
from bot.plugin import Call, Place, Plan, Risk, Undo, UndoKind
from bot.store.files.verified_head import VERIFIED, Mark, encode_mark
from bot.store.store import Store, Transaction

PAGE = 4096
OLGA = Principal(team="T1", user="U0LGA")
ANTON = Principal(team="T1", user="UANT0N")
VERA = Principal(team="T1", user="UVERA")
PLACE = Place(name="default", label="acme.bitrix24.com", identity="member-1")
PLAN = Plan(
    summary="Remove thing one",
    target="thing:one",
    calls=(Call(method="thing.remove", params={"ID": "one"}, note="Remove it."),),
    before={"thing": "present"},
    wanted={"thing": None},
    undo=Undo(kind=UndoKind.NONE, sentence="It cannot be put back."),
)
ENTRY = Entry(tag=Tag.COMMAND_RAN, actor=OLGA.id, subject=OLGA.id, facts={"line": "thing list"})

PATHS: dict[Status, tuple[Status, ...]] = {
    Status.PENDING: (),
    Status.APPROVED: (Status.APPROVED,),
    Status.RUNNING: (Status.APPROVED, Status.RUNNING),
    Status.DONE: (Status.APPROVED, Status.RUNNING, Status.DONE),
    Status.GONE: (Status.APPROVED, Status.GONE),
    Status.FAILED: (Status.APPROVED, Status.FAILED),
    Status.CHANGED: (Status.APPROVED, Status.CHANGED),
    Status.UNKNOWN: (Status.APPROVED, Status.RUNNING, Status.UNKNOWN),
    Status.REJECTED: (Status.REJECTED,),
    Status.WITHDRAWN: (Status.WITHDRAWN,),
    Status.EXPIRED: (Status.EXPIRED,),
}
"""How each status is reached from pending."""

APPROVAL = NeedsApproval(quorum=1, role=Role.APPROVER, expires_in=3_600_000)


def new_change(
    target: str = "thing:one",
    *,
    plugin: str = "toy",
    place: Place = PLACE,
    decision: Decision = APPROVAL,
    at: int = 1_000,
    provable: bool = True,
    part: str = "",
) -> NewChange:
    return NewChange(
        line="thing remove one",
        path="thing remove",
        plugin=plugin,
        place=place,
        requester=OLGA,
        reason="It is old.",
        risk=Risk.DESTROY,
        plan=replace(PLAN, target=target, part=part, wanted=PLAN.wanted if provable else {}),
        decision=decision,
        created_at=at,
        expires_at=at + 3_600_000,
        channel="C0PS",
    )


def opened(
    store: Store,
    target: str = "thing:one",
    *,
    part: str = "",
    status: Status = Status.PENDING,
    provable: bool = True,
) -> ChangeRequest:
    """A stored change request in the status that is asked for."""
    with store.unit_of_work() as tx:
        change = tx.changes.open(new_change(target, part=part, provable=provable))
        old = Status.PENDING
        for new in PATHS[status]:
            assert tx.changes.move(change.number, old, new)
            old = new
    return store.changes.require(change.number)


def approval(person: Principal = ANTON, *, at: int = 2_000) -> Review:
    return Review(reviewer=person, verdict=Verdict.APPROVE, at=at)


def put_mark(tx: Transaction, *, at: int) -> None:
    """Note that a bot has recomputed the audit log up to where it ends now."""
    place = tx.audit.place() or START
    tx.facts.put(VERIFIED, encode_mark(Mark(place=place, keys=tx.keys.ids, at=at), tx.keys))


def damage_page(path: Path, text: str) -> None:
    """Overwrite the page of a closed database in which a text stands first."""
    content = bytearray(path.read_bytes())
    page = content.index(text.encode()) // PAGE * PAGE
    content[page : page + PAGE] = b"\xff" * PAGE
    path.write_bytes(content)
