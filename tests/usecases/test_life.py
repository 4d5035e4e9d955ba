"""Lives of change requests as nobody planned them: random people, clicks, clocks, faults and deaths, in any order."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.core.audit.audit_record import Tag
from bot.core.authority.policy import NeedsApproval, Terms
from bot.core.change.change_request import APPROVAL_LASTS_MS, TRANSITIONS, ChangeRequest, Status, Verdict
from bot.core.principals import Principal, Role
from bot.plugin import Call, CallVerdict, TargetUnreachable
from bot.usecases.admin.allow_list import grant_role, revoke_role
from bot.usecases.authority import card_token
from bot.usecases.chat.delivery_errors import Busy, ChannelDead, Lost
from tests.language.english import en
from tests.long.form import sized
from tests.store.chain import assert_chain_holds
from tests.usecases.core_bot import ANTON, GLEB, HOME, IDA, OLGA, ROLES, SHELL, STRANGER, VERA, VIKTOR, CoreBot
from tests.usecases.toy import Script

PEOPLE = st.sampled_from([OLGA, ANTON, VERA, IDA, VIKTOR, GLEB, STRANGER])
APPROVERS = [ANTON, VERA, IDA]
LINES = st.sampled_from(
    ["thing remove one", "thing remove two", "thing paint one", "thing paint precious", "thing paint two --colour grey"]
)
BUTTONS = st.sampled_from(
    [card_token.APPROVE, card_token.APPROVE, card_token.CONFIRM, card_token.WITHDRAW, card_token.REJECT]
)
FAULTS = st.sampled_from([Lost("timeout"), Busy(3.0), ChannelDead("is_archived")])


def reachable(old: Status) -> set[Status]:
    """Whatever can come of a status, in any number of steps."""
    found = {old}
    while more := {new for status in found for new in TRANSITIONS[status]} - found:
        found |= more
    return found


class Life(RuleBasedStateMachine):
    """The rules are what can happen; what must always hold is checked at every call and after every step."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="life-"))
        self.core_bot = CoreBot(self.folder)
        self.core_bot.toy.on_call = self.called
        self.made: list[tuple[int, int]] = []
        self.last: dict[int, Status] = {}
        self.wrong: list[AssertionError] = []
        self.furthest = 0

    @initialize(quorum=st.integers(1, 3))
    def begin(self, quorum: int) -> None:
        self.core_bot.configure(terms=Terms(quorum=quorum))

    def called(self, call: Call) -> None:
        """What is wrong with a call is kept for later: the worker outlives whatever is raised inside a plugin."""
        try:
            self.may_be_made(call)
        except AssertionError as error:
            self.wrong.append(error)

    def may_be_made(self, call: Call) -> None:
        """At the very moment of a call: intended once, decided lately, by enough people who may."""
        (number,) = self.held()
        change = self.core_bot.change(number)
        step = len(self.core_bot.store.changes.steps(number)) - 1
        assert (number, step) not in self.made
        self.made.append((number, step))
        assert change.status is Status.RUNNING
        assert change.plan.calls[step] == call
        assert self.core_bot.store.audit.find(subject=change.id, tag=Tag.EXECUTION_INTENDED)
        assert change.decided_at is not None
        assert self.core_bot.clock.now_ms() - change.decided_at <= APPROVAL_LASTS_MS
        approvers = {review.reviewer for review in change.reviews if review.verdict is Verdict.APPROVE}
        if isinstance(change.decision, NeedsApproval):
            good = {who for who in approvers - {change.requester} if self.reaches(who, Role.APPROVER)}
            assert len(good) >= change.decision.quorum
        else:
            assert change.requester in approvers
        assert self.reaches(change.requester, Role.OPERATOR)

    def held(self) -> list[int]:
        """The change requests that somebody holds a lease of."""
        rows = self.core_bot.store.engine.rows(
            "SELECT number FROM changes WHERE status = 'running' AND lease_until > 0"
        )
        return [row["number"] for row in rows]

    def reaches(self, who: Principal, role: Role) -> bool:
        has = self.core_bot.store.grants.role_of(who)
        return who.team == HOME and has is not None and has.reaches(role)

    def changes(self) -> list[ChangeRequest]:
        return self.core_bot.store.changes.with_status(Status)

    @rule(who=PEOPLE, line=LINES)
    def type(self, who: Principal, line: str) -> None:
        self.core_bot.take(self.core_bot.typed(who, line))

    @precondition(lambda self: self.changes())
    @rule(
        who=PEOPLE, which=st.sampled_from([0, 0, 0, 1, 2]), button=BUTTONS, forged=st.sampled_from([False] * 5 + [True])
    )
    def press(self, who: Principal, which: int, button: str, forged: bool) -> None:
        found = self.changes()
        change = found[which % len(found)]
        value = f"{change.number}.{change.digest[:16]}.{'0' * 32}" if forged else ""
        click = self.core_bot.click(who, change, button, value=value)
        self.core_bot.take(click)
        self.core_bot.take(click)
        if forged:
            assert self.core_bot.now(change).reviews == change.reviews

    @rule(who=st.sampled_from([OLGA, OLGA, ANTON, STRANGER]), line=LINES, approvers=st.sets(st.sampled_from(APPROVERS)))
    def ask_and_approve(self, who: Principal, line: str, approvers: set[Principal]) -> None:
        """The usual beginning, up to where it waits to be run."""
        before = len(self.changes())
        self.type(who, line)
        if len(self.changes()) > before:
            change = self.changes()[0]
            for approver in sorted(approvers | {change.requester}):
                self.core_bot.take(self.core_bot.click(approver, self.core_bot.now(change), card_token.APPROVE))

    @precondition(lambda self: self.changes())
    @rule(who=PEOPLE)
    def reject(self, who: Principal) -> None:
        self.core_bot.take(self.core_bot.form(who, self.changes()[0], "because"))

    @rule(who=PEOPLE, role=st.sampled_from([None, Role.VIEWER, Role.APPROVER]))
    def change_the_list(self, who: Principal, role: Role | None) -> None:
        if role is None:
            revoke_role(self.core_bot.store, who, by=SHELL)
        else:
            grant_role(self.core_bot.store, who, role, by=SHELL)

    @rule()
    def put_the_list_back(self) -> None:
        for who, role in ROLES.items():
            grant_role(self.core_bot.store, who, role, by=SHELL)

    @rule(seconds=st.sampled_from([0.3, 6, 20, 80, 700, -30]), scheduler=st.booleans())
    def let_time_pass(self, seconds: float, scheduler: bool) -> None:
        """With the scheduler's round, or before it has come to it."""
        self.core_bot.clock.advance(seconds)
        if scheduler:
            self.core_bot.run_once()
        else:
            self.core_bot.do_jobs()

    @rule(seconds=st.sampled_from([-3_600, -60, 60, 3_600]))
    def set_the_clock(self, seconds: int) -> None:
        """The time of the day jumps; the steady clock does not."""
        self.core_bot.clock.set_by += seconds * 1_000
        self.furthest = max(self.furthest, self.core_bot.clock.set_by)

    @rule()
    def deliver(self) -> None:
        self.core_bot.deliver()

    @rule()
    def go_on(self) -> None:
        self.core_bot.work()

    @rule(verdict=st.sampled_from(CallVerdict), effect=st.booleans(), breaks=st.sampled_from([False, False, True]))
    def make_the_portal_moody(self, verdict: CallVerdict, effect: bool, breaks: bool) -> None:
        error = ZeroDivisionError("in the toy") if breaks else None
        self.core_bot.toy.scripts.append(Script(verdict=verdict, effect=effect, error=error))

    @rule(readable=st.booleans())
    def make_the_portal_unreadable(self, readable: bool) -> None:
        self.core_bot.toy.unreadable = None if readable else TargetUnreachable("It does not answer.")

    @rule(name=st.sampled_from(["one", "two"]), colour=st.sampled_from(["red", "blue", "violet"]))
    def somebody_else_paints(self, name: str, colour: str) -> None:
        self.core_bot.toy.things[name] = colour

    @rule(kind=st.sampled_from(["audit", "post", "reply", "rewrite", "whisper", "form"]), fault=FAULTS)
    def make_slack_moody(self, kind: str, fault: Exception) -> None:
        self.core_bot.messenger.fail(kind, fault)

    @rule()
    def die_and_start_again(self) -> None:
        self.core_bot.restart()

    @invariant()
    def every_call_might_be_made(self) -> None:
        if self.wrong:
            raise self.wrong[0]

    @invariant()
    def only_arrows_are_taken_and_endings_are_true(self) -> None:
        for change in self.changes():
            assert change.requester.team == HOME
            old = self.last.get(change.number, Status.PENDING)
            assert change.status in reachable(old)
            if change.status is not old and change.started_at is not None:
                self.is_true(change)
            self.last[change.number] = change.status

    def is_true(self, change: ChangeRequest) -> None:
        """What has just been said of the portal is so: nothing else has touched it since."""
        now = self.core_bot.toy.seen(*change.plan.target.partition(":")[2].split("+"))
        reached = all(now.get(label) == word for label, word in change.plan.wanted.items())
        if change.status in (Status.DONE, Status.GONE):
            assert reached, change.outcome
        elif change.status is Status.FAILED and "read back" in en(change.outcome):
            assert not reached, change.outcome

    def teardown(self) -> None:
        """Once the faults stop nothing hangs, every call has its record, and the log is one chain."""
        self.core_bot.toy.unreadable = None
        self.core_bot.toy.scripts.clear()
        self.core_bot.messenger.faults.clear()
        # What was to be done at a moment of a clock that has been set back since waits until it is that moment again.
        self.core_bot.clock.set_by = self.furthest
        self.core_bot.wait(900, step=9)
        self.every_call_might_be_made()
        self.only_arrows_are_taken_and_endings_are_true()
        hanging = {Status.APPROVED, Status.RUNNING, Status.UNKNOWN}
        assert [change.id for change in self.changes() if change.status in hanging] == []
        assert len(self.core_bot.records(Tag.EXECUTION_INTENDED)) == len(self.made)
        assert_chain_holds(self.core_bot.store)
        waiting = set(self.core_bot.store.outbox.counts()) - {"sent", "dead"}
        assert not waiting
        self.core_bot.close()
        shutil.rmtree(self.folder)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=sized(10, 20), stateful_step_count=40)
