"""What keeps an approved change request from being run: nothing is sent, and it is told why."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import Tag
from bot.core.authority.policy import Terms
from bot.core.change.change_request import APPROVAL_LASTS_MS, Status
from bot.core.change.digests import digest
from bot.core.change.planned_command import Planned
from bot.core.change.plans import plan_to_json
from bot.core.principals import Principal, Role
from bot.plugin import PluginError, Refusal, TargetRefused, TargetUnreachable
from bot.usecases.admin.allow_list import grant_role, revoke_role
from bot.usecases.chat.chat_port import Channels
from bot.usecases.chat.delivery_errors import ChannelDead, Lost
from bot.usecases.requests.planning import plan_or_read
from tests.language.english import en
from tests.usecases.core_bot import ANTON, APPROVALS, OLGA, SHELL, VERA, CoreBot
from tests.usecases.toy import FORGED


def tags(core_bot: CoreBot, subject: str = "CR-1001") -> list[str]:
    return [record.tag for record in core_bot.records("change:", subject)]


def test_drift_since_the_approval_stops_it(core_bot: CoreBot) -> None:
    """What would run now is not what somebody said yes to."""
    change = core_bot.approved()
    core_bot.toy.things["one"] = "blue"
    core_bot.work()
    ended = core_bot.now(change)
    assert ended.status is Status.CHANGED
    assert en(ended.outcome).splitlines()[1] == "• one is: red → blue"
    assert core_bot.toy.calls == []
    assert tags(core_bot)[-1] == Tag.EXECUTION_STOPPED
    assert "Status: not run, the plan is out of date." in core_bot.threads[-1]


def test_what_is_gone_meanwhile_is_calm(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    del core_bot.toy.things["one"]
    core_bot.work()
    assert (core_bot.now(change).status, core_bot.now(change).outcome) == (Status.GONE, "There is no one.")
    assert core_bot.toy.calls == []


@pytest.mark.parametrize(
    "error",
    [
        Refusal("Not any more."),
        TargetUnreachable("It does not answer."),
        TargetRefused(f"No, {FORGED}.", code="E"),
    ],
)
def test_what_cannot_be_planned_any_more_fails_and_sends_nothing(core_bot: CoreBot, error: PluginError) -> None:
    change = core_bot.approved()
    core_bot.toy.closed = error
    core_bot.work()
    assert core_bot.now(change).status is Status.FAILED
    assert core_bot.now(change).outcome == f"Nothing was done. {mentions.remove_marks(str(error))}"
    assert core_bot.toy.calls == []


def test_a_plugin_that_is_not_loaded_any_more_fails_and_sends_nothing(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    core_bot.ctx.registry.plugins.clear()
    core_bot.work()
    assert core_bot.now(change).status is Status.FAILED
    assert "The plugin “toy” is not loaded." in en(core_bot.now(change).outcome)


def test_a_command_that_plans_no_more_fails_and_sends_nothing(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    with core_bot.store.unit_of_work() as store:
        store.engine.execute("UPDATE changes SET line = 'thing list'")
    core_bot.work()
    assert core_bot.now(change).outcome == "Nothing was sent: the command makes no plan any more."
    assert core_bot.toy.calls == []


@pytest.mark.parametrize("digest_too", [False, True])
def test_a_plan_that_was_changed_in_the_database_after_its_approval_is_not_run(
    core_bot: CoreBot, digest_too: bool
) -> None:
    """Changed so well that it is what would be planned now; the audit log still knows what was approved."""
    change = core_bot.approved()
    core_bot.toy.things["one"] = "blue"
    planned = plan_or_read(core_bot.ctx, OLGA, "thing remove one")
    assert isinstance(planned, Planned)
    new = digest(change.path, change.place, planned.plan) if digest_too else change.digest
    assert (new != change.digest) is digest_too
    with core_bot.store.unit_of_work() as store:
        store.engine.execute("UPDATE changes SET plan = ?, digest = ?", plan_to_json(planned.plan), new)
    core_bot.work()
    assert core_bot.now(change).outcome == "Nothing was sent: the stored plan is not the one that was approved."
    assert core_bot.toy.calls == []


@pytest.mark.parametrize(
    ("who", "role", "sentence"),
    [
        (ANTON, None, "Nothing was sent. Only 0 of 1 approvals still count: the allow-list has changed."),
        (ANTON, Role.OPERATOR, "Nothing was sent. Only 0 of 1 approvals still count: the allow-list has changed."),
        (OLGA, None, "Nothing was sent. The person who asked may no longer ask for this."),
        (OLGA, Role.VIEWER, "Nothing was sent. The person who asked may no longer ask for this."),
    ],
)
def test_whoever_lost_the_right_between_the_approval_and_the_call_stops_it(
    core_bot: CoreBot, who: Principal, role: Role | None, sentence: str
) -> None:
    """In the very last moment: after the portal was read again, in the transaction that would write the intent."""
    change = core_bot.approved()

    def lose() -> None:
        if role is None:
            revoke_role(core_bot.store, who, by=SHELL)
        else:
            grant_role(core_bot.store, who, role, by=SHELL)

    core_bot.toy.on_open = lose
    core_bot.work()
    assert (core_bot.now(change).status, core_bot.now(change).outcome) == (Status.FAILED, sentence)
    assert core_bot.toy.calls == []
    assert core_bot.store.changes.steps(1001) == []


def test_of_a_quorum_everybody_still_has_to_count(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(terms=Terms(quorum=2))
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    core_bot.press(VERA, change)
    revoke_role(core_bot.store, VERA, by=SHELL)
    core_bot.work()
    assert "Only 1 of 2 approvals" in en(core_bot.now(change).outcome)
    assert core_bot.toy.calls == []


def test_it_waits_until_the_approval_stands_in_the_audit_channel(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    for _ in range(10):
        assert core_bot.do_jobs() == 1
        core_bot.clock.advance(0.2)
    assert core_bot.now(change).status is Status.APPROVED
    assert core_bot.toy.calls == []
    core_bot.deliver()
    core_bot.do_jobs()
    assert core_bot.now(change).status is Status.DONE


def test_a_lost_audit_line_is_not_one_that_stands_there(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    core_bot.messenger.fail("audit", *[Lost("timeout")] * 3)
    core_bot.dispatcher.deliver_one()
    core_bot.do_jobs()
    assert core_bot.now(change).status is Status.APPROVED
    core_bot.wait(60)
    assert core_bot.now(change).status is Status.DONE


def test_a_dead_audit_channel_stops_it_and_is_told(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    core_bot.messenger.fail("audit", *[ChannelDead("is_archived")] * 10)
    core_bot.dispatcher.deliver_one()
    core_bot.do_jobs()
    ended = core_bot.now(change)
    assert ended.status is Status.FAILED
    assert en(ended.outcome).startswith("Nothing was done. The audit channel")
    assert "(is_archived)" in en(ended.outcome)
    core_bot.deliver()
    assert "Status: failed. Nothing was done." in core_bot.threads[-1]
    assert core_bot.toy.calls == []


def test_without_an_audit_channel_nothing_runs_that_was_approved_before(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    core_bot.configure(channels=Channels(approval=APPROVALS))
    core_bot.do_jobs()
    assert "No audit channel is set" in en(core_bot.now(change).outcome)
    assert core_bot.now(change).status is Status.FAILED
    assert core_bot.toy.calls == []


@pytest.mark.parametrize(("late", "status"), [(0, Status.DONE), (1, Status.EXPIRED)])
def test_an_approval_is_good_for_ten_minutes_to_the_millisecond(core_bot: CoreBot, late: int, status: Status) -> None:
    change = core_bot.approved()
    assert change.decided_at is not None
    core_bot.clock.now = change.decided_at + APPROVAL_LASTS_MS + late
    core_bot.do_jobs()
    assert core_bot.now(change).status is status
    assert len(core_bot.toy.calls) == (1 if status is Status.DONE else 0)
    if late:
        assert "could not be run within ten minutes" in en(core_bot.now(change).outcome)


def test_an_audit_channel_that_never_takes_the_line_lets_the_approval_go_stale(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    core_bot.messenger.fail("audit", *[Lost("timeout")] * 500)
    core_bot.wait(605, step=5)
    assert core_bot.now(change).status is Status.EXPIRED
    assert core_bot.toy.calls == []
