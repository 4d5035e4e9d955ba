"""What must be true after every run, whatever died in it and whatever the portal did: I1 to I12 of the safety plan.

Each invariant reads the truth from the simulators and from the bytes on disk, and says what it found wrong in lines.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.clock import SystemClock
from bot.core.audit.audit_record import QUIET
from bot.core.authority.policy import BreakGlass, NeedsApproval
from bot.core.change.change_request import Status
from bot.core.change.digests import digest
from bot.core.change.plans import decision_from_json
from bot.core.principals import LOCAL_TEAM, Role
from bot.plugin import Place, Plan
from bot.store.sealing.keyring import load_key_file
from bot.store.store import Store, open_store
from plugins.bitrix24.auth.audit_events import EVENTS
from plugins.bitrix24.commands.portal.stored_state import APPROVE_CONNECTION
from tests.long.crash.harness.outside import Arrival
from tests.long.crash.harness.scene import Scene
from tests.long.crash.harness.trip import HOST
from tests.long.leaks import leaks

NEVER_RAN = (*(Status.PENDING, Status.APPROVED, Status.REJECTED, Status.WITHDRAWN, Status.EXPIRED, Status.CHANGED),)
"""A change request in one of these has not been sent to the portal at all."""
EFFECTS = {
    "access.set": ("access:role:granted", "access:role:revoked"),
    "access.link": ("access:account:linked",),
    "bot.unfreeze": ("bot:freeze:lifted",),
    "glass.review": ("change:bypass:reviewed",),
}
"""The record that each call of a built-in plan leaves, with the number of its change request."""
_POSTED = re.compile(r"#(\d+) ([0-9a-f]{16})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change request as it is on disk."""

    number: int
    status: str
    requester: str
    plan: Plan
    digest: str
    recomputed: str
    quorum: int
    role: Role | None
    """What an approver has to be; None when the requester's own word is what it needs."""
    bypassed: bool
    """Break-glass was used for it."""
    builtin: bool
    """It changes the bot's own rules and nothing at a portal."""
    created_at: int


class Evidence:
    """One run that is over: its bot is dead."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    @cached_property
    def changes(self) -> list[Change]:
        rows = self.scene.rows(
            "SELECT number, status, requester, plan, digest, path, place, place_label, place_identity, decision, "
            "created_at, local FROM changes"
        )
        # What looks like a secret, as an identity of a portal does, stands in the plan that is shown as a mark.
        store = self.store()
        whole = {change.number: store.changes.exact(change).plan for change in store.changes.with_status(Status)}
        store.close()
        return [_change(row, whole[row[0]]) for row in rows]

    @cached_property
    def arrivals(self) -> list[Arrival]:
        return list(self.scene.witness.arrivals)

    def of(self, change: Change, step: int | None = None) -> list[Arrival]:
        """The calls that were made for a change request, or for one step of its plan."""
        found = [one for one in self.arrivals if one.intent is not None and one.intent.number == change.number]
        return [one for one in found if step is None or (one.intent is not None and one.intent.step == step)]

    def effects(self, change: Change, step: int) -> int:
        """How often a step took effect: at the portal, by the record of a rule of the bot, or by what is stored."""
        call = change.plan.calls[step]
        if call.method == APPROVE_CONNECTION:
            name = str(call.params["name"])
            return len(self.scene.rows("SELECT 1 FROM records WHERE kind = 'approved_connection' AND key = ?", name))
        if change.builtin:
            tags, said = EFFECTS[call.method], f'%"request":"CR-{change.number}"%'
            marks = ", ".join("?" * len(tags))
            sql = f"SELECT count(*) FROM audit WHERE tag IN ({marks}) AND replace(facts, ' ', '') LIKE ?"
            return int(self.scene.rows(sql, *tags, said)[0][0])
        return sum(one.entry is not None and one.entry.effect for one in self.of(change, step))

    def ran(self, change: Change) -> bool:
        """Whether it was sent to the portal, or changed a rule of the bot."""
        return bool(self.of(change)) or any(self.effects(change, step) for step in range(len(change.plan.calls)))

    def records(self, tag: str, subject: str) -> list[tuple[Any, ...]]:
        return self.scene.rows(
            "SELECT seq, actor, facts, at FROM audit WHERE substr(tag, 1, length(?)) = ? AND subject = ?",
            *(tag, tag, subject),
        )

    def roles_for(self, change: Change) -> Mapping[str, Role]:
        """The allow-list by which a change request could run; here nobody has touched it since."""
        rows = self.scene.rows("SELECT team, person, role FROM grants")
        return {f"{team}:{user}": Role(role) for team, user, role in rows}

    def store(self) -> Store:
        keys = load_key_file(self.scene.folder / "keys" / "key", home=self.scene.home)
        return open_store(self.scene.home, keys, SystemClock(), url=self.scene.url)


def _change(row: tuple[Any, ...], plan: Plan) -> Change:
    decision = decision_from_json(row[9])
    return Change(
        number=row[0],
        status=row[1],
        requester=row[2],
        plan=plan,
        digest=row[4],
        recomputed=digest(row[5], Place(name=row[6], label=row[7], identity=row[8]), plan),
        quorum=decision.quorum if isinstance(decision, NeedsApproval) else 1,
        role=decision.role if isinstance(decision, NeedsApproval) else None,
        bypassed=isinstance(decision, BreakGlass),
        builtin=bool(row[11]),
        created_at=row[10],
    )


def intent_first(run: Evidence) -> Iterator[str]:
    """I1: every changing call that arrived had its one intent on disk, unanswered, at that moment.

    The watch changes only its own queue, and has no change request for that.
    """
    for one in run.arrivals:
        if one.intent is None:
            yield f"{one.method} {one.params} arrived in life {one.life} at {one.at} with the intents {one.intents}"
    theirs = {id(one.entry) for one in (*run.arrivals, *run.scene.witness.watching)}
    for entry in run.scene.portal.watched.world.journal.calls:
        if entry.effect and id(entry) not in theirs:
            yield f"{entry.method} had an effect and never arrived"


def once_at_most(run: Evidence) -> Iterator[str]:
    """I2: one call for each step, and again only when the answer before proved that nothing was carried out."""
    steps = Counter((one.intent.number, one.intent.step) for one in run.arrivals if one.intent and not one.refused)
    yield from (f"CR-{number} step {step} was called {n} times" for (number, step), n in steps.items() if n > 1)
    for change in run.changes:
        for step in range(len(change.plan.calls)):
            if run.effects(change, step) > 1:
                yield f"CR-{change.number} step {step} had {run.effects(change, step)} effects"


def approved_by_others(run: Evidence) -> Iterator[str]:
    """I3: what was sent was approved by enough others who may, of the requester's team, as the same plan."""
    for change in run.changes:
        if not run.ran(change):
            continue
        if change.bypassed and not run.records("change:approval:bypassed", f"CR-{change.number}"):
            yield f"CR-{change.number} was sent by break-glass, and there is no record of that"
        if change.digest != change.recomputed:
            yield f"CR-{change.number} is stored with the digest of another plan"
        yield from _unlike(run, change)
        reviews = run.scene.rows("SELECT reviewer, verdict FROM reviews WHERE number = ?", change.number)
        approvers = {reviewer for reviewer, verdict in reviews if verdict == "approve"}
        roles = run.roles_for(change)
        counted = {one for one in approvers if _may(one, change, roles) and _seen(run, change, one)}
        if len(counted) < change.quorum:
            yield f"CR-{change.number} was sent with the approvals of {sorted(approvers)}"


def _may(reviewer: str, change: Change, roles: Mapping[str, Role]) -> bool:
    if change.role is None:
        return reviewer == change.requester
    role, teams = roles.get(reviewer), {one.partition(":")[0] for one in (reviewer, change.requester)}
    strangers = len(teams - {LOCAL_TEAM}) != 1
    return reviewer != change.requester and role is not None and role.reaches(change.role) and not strangers


def _seen(run: Evidence, change: Change, reviewer: str) -> bool:
    """Whether the record of this approval names the plan that was sent."""
    found = run.records(_approves(change), f"CR-{change.number}")
    return any(row[1] == reviewer and json.loads(row[2])["digest"] == change.digest for row in found)


def _approves(change: Change) -> str:
    """The tag of the record of an approval, or of a confirmation where nobody else decides."""
    return "change:request:confirmed" if change.role is None else "change:review:approved"


def _unlike(run: Evidence, change: Change) -> Iterator[str]:
    for one in run.of(change):
        planned = change.plan.calls[one.intent.step] if one.intent else None
        if planned is None or planned.method != one.method or set(planned.params) - set(one.params):
            yield f"CR-{change.number}: {one.method} was sent, which is not what was approved"


def true_ending(run: Evidence) -> Iterator[str]:
    """I4: done if and only if all of it happened; failed only if not all of it did; never sent means no effect."""
    for change in run.changes:
        steps = range(len(change.plan.calls))
        happened = [run.effects(change, step) > 0 for step in steps]
        if change.status == Status.DONE and not all(happened):
            yield f"CR-{change.number} is done, and of its steps these happened: {happened}"
        if change.status in (Status.FAILED, Status.GONE) and steps and all(happened):
            yield f"CR-{change.number} is {change.status}, and all of it happened"
        if change.status in NEVER_RAN and run.ran(change):
            yield f"CR-{change.number} is {change.status}, and was sent"


def recorded(run: Evidence) -> Iterator[str]:
    """I5: the chain holds, the copies in the channel agree with it, and whatever was decided has its one record."""
    store = run.store()
    broken = store.audit.broken_at()
    heads = {record.seq: record.head for record in store.audit.walk()}
    store.close()
    if broken is not None:
        yield f"the chain is broken at {broken}"
    yield from (f"#{seq} was posted with {head}" for seq, head in _posted(run) if heads.get(seq) != head)
    for change in run.changes:
        subject = f"CR-{change.number}"
        if len(run.records("change:request:opened", subject)) != 1:
            yield f"{subject} has no record of its own, or two"
        for reviewer, verdict in run.scene.rows(
            "SELECT reviewer, verdict FROM reviews WHERE number = ?", change.number
        ):
            tag = {"approve": _approves(change), "reject": "change:review:rejected"}[verdict]
            if len([row for row in run.records(tag, subject) if row[1] == reviewer]) != 1:
                yield f"{subject}: the {verdict} of {reviewer} has no record, or two"
        yield from _lacking(run, change, subject)


_ENDS: Mapping[str, tuple[str, ...]] = {
    Status.REJECTED: ("change:review:rejected",),
    Status.WITHDRAWN: ("change:request:withdrawn",),
    Status.EXPIRED: ("change:request:expired",),
    Status.CHANGED: ("change:execution:stopped",),
    **dict.fromkeys(
        (Status.DONE, Status.FAILED, Status.GONE),
        tuple(f"change:execution:{word}" for word in ("ended", "interrupted", "resolved", "stopped")),
    ),
    Status.UNKNOWN: ("change:execution:ended", "change:execution:interrupted"),
}


def _lacking(run: Evidence, change: Change, subject: str) -> Iterator[str]:
    tags = _ENDS.get(change.status, ())
    told = [json.loads(row[2]) for tag in tags for row in run.records(tag, subject)]
    if tags and not any(facts.get("status", change.status) == change.status for facts in told):
        yield f"{subject} is {change.status} without a record of that"
    intents = run.scene.rows("SELECT count(*) FROM executions WHERE number = ?", change.number)[0][0]
    if len(run.records("change:execution:intended", subject)) != intents:
        yield f"{subject} has {intents} intents and another number of records of them"


def posted(run: Evidence) -> Iterator[str]:
    """I6: every record that is to be copied stands in the audit channel."""
    quiet = {*QUIET, *(event.tag for event in EVENTS if event.quiet)}
    seen = {seq for seq, _ in _posted(run)}
    for seq, tag in run.scene.rows("SELECT seq, tag FROM audit"):
        if tag not in quiet and seq not in seen:
            yield f"#{seq} ({tag}) is not in the audit channel"


def _posted(run: Evidence) -> list[tuple[int, str]]:
    workspace = run.scene.workspace
    texts = [workspace.transcript(one) for one in workspace.messages("audit")]
    return [(int(seq), head) for text in texts for seq, head in _POSTED.findall(text)]


def no_secret(run: Evidence) -> Iterator[str]:
    """I7: no secret in any file, in what Slack got, or anywhere in what the portal got but where it belongs."""
    return leaks(run.scene)


def acknowledged(run: Evidence) -> Iterator[str]:
    """I8: what was acknowledged is recorded. The driver has looked at each death as well."""
    yield from (f"{key} was acknowledged and is not on disk" for key in run.scene.unrecorded())


def settled(run: Evidence) -> Iterator[str]:
    """I9: nothing is left that could come to an end by itself, and no notice waits."""
    yield from run.scene.unsettled()


def renewed_once(run: Evidence) -> Iterator[str]:
    """I10: one process never uses a refresh token twice once it was granted.

    One that dies between the answer and the store has to ask again with the token it has.
    """
    uses = Counter((one.life, one.refresh) for one in run.scene.witness.renewals if one.granted)
    yield from (f"a refresh token was used {n} times in life {life}" for (life, _), n in uses.items() if n > 1)


def known_hosts(run: Evidence) -> Iterator[str]:
    """I11: nothing is connected to but the two simulators, and no address carries a query."""
    hosts = {line.removeprefix(HOST) for line in run.scene.passes() if line.startswith(HOST)}
    yield from (f"something went to {host}" for host in hosts - {"127.0.0.1"})
    yield from (f"asked {target}" for target, _ in run.scene.witness.heard if "?" in target)


ALL: tuple[tuple[str, Callable[[Evidence], Iterator[str]]], ...] = (
    ("I1", intent_first),
    ("I2", once_at_most),
    ("I3", approved_by_others),
    ("I4", true_ending),
    ("I5", recorded),
    ("I6", posted),
    ("I7", no_secret),
    ("I8", acknowledged),
    ("I9", settled),
    ("I10", renewed_once),
    ("I11", known_hosts),
)


def one_worker(scene: Scene) -> Iterator[str]:
    """I12: the process that lives holds the locks of both roles, and it alone. Asked while it lives."""
    for role in ("intake", "worker"):
        handle = os.open(scene.home / f"{role}.lock", os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 32).decode().partition("\n")[0]
            if scene.process is None or holder != str(scene.process.pid):
                yield f"the {role} is process {holder}"
        else:
            yield f"nobody holds the lock of the {role}"
        finally:
            os.close(handle)


def check_invariants(scene: Scene) -> list[str]:
    """Everything that is wrong after a run, a line each. The bot is ended for it."""
    wrong = [f"I12: {line}" for line in one_worker(scene)] if scene.alive else []
    scene.kill()
    run = Evidence(scene)
    wrong += [f"{name}: {line}" for name, look in ALL for line in look(run)]
    return [*scene.problems, *wrong]
