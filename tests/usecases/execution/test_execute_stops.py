"""What keeps an approved change request from being run: nothing is sent, and it is told why."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import Tag
from bot.core.authority.policy import Terms
from bot.core.change.change_request import APPROVAL_LASTS_MS, Status
from bot.core.change.planned_command import Planned
from bot.core.change.plans import digest, plan_to_json
from bot.core.principals import Principal, Role
from bot.plugin import PluginError, Refusal, TargetRefused, TargetUnreachable
from bot.usecases.admin.allow_list import grant_role, revoke_role
from bot.usecases.context import Channels
from bot.usecases.delivery_errors import ChannelDead, Lost
from bot.usecases.requests.planning import consider
from tests.usecases.office import ANTON, APPROVALS, OLGA, SHELL, VERA, Office
from tests.usecases.toy import FORGED


def tags(office: Office, subject: str = "CR-1001") -> list[str]:
    return [record.tag for record in office.records("change:", subject)]


def test_drift_since_the_approval_stops_it(office: Office) -> None:
    """What would run now is not what somebody said yes to."""
    change = office.approved()
    office.toy.things["one"] = "blue"
    office.work()
    ended = office.now(change)
    assert ended.status is Status.CHANGED
    assert ended.outcome.splitlines()[1] == "• one is: red → blue"
    assert office.toy.calls == []
    assert tags(office)[-1] == Tag.EXECUTION_STOPPED
    assert "Changed." in office.threads[-1]


def test_what_is_gone_meanwhile_is_calm(office: Office) -> None:
    change = office.approved()
    del office.toy.things["one"]
    office.work()
    assert (office.now(change).status, office.now(change).outcome) == (Status.GONE, "There is no one.")
    assert office.toy.calls == []


@pytest.mark.parametrize(
    "error",
    [
        Refusal("Not any more."),
        TargetUnreachable("It does not answer."),
        TargetRefused(f"No, {FORGED}.", code="E"),
    ],
)
def test_what_cannot_be_planned_any_more_fails_and_sends_nothing(office: Office, error: PluginError) -> None:
    change = office.approved()
    office.toy.closed = error
    office.work()
    assert office.now(change).status is Status.FAILED
    assert office.now(change).outcome == f"Nothing was done. {mentions.strip(str(error))}"
    assert office.toy.calls == []


def test_a_plugin_that_is_not_loaded_any_more_fails_and_sends_nothing(office: Office) -> None:
    change = office.approved()
    office.ctx.registry.plugins.clear()
    office.work()
    assert office.now(change).status is Status.FAILED
    assert "The plugin “toy” is not loaded." in office.now(change).outcome


def test_a_command_that_plans_no_more_fails_and_sends_nothing(office: Office) -> None:
    change = office.approved()
    with office.store.unit_of_work() as store:
        store.database.execute("UPDATE changes SET line = 'thing list'")
    office.work()
    assert office.now(change).outcome == "Nothing was sent: the command plans no more."
    assert office.toy.calls == []


@pytest.mark.parametrize("digest_too", [False, True])
def test_a_plan_that_was_changed_in_the_database_after_its_approval_is_not_run(
    office: Office, digest_too: bool
) -> None:
    """Changed so well that it is what would be planned now; the audit log still knows what was approved."""
    change = office.approved()
    office.toy.things["one"] = "blue"
    planned = consider(office.ctx, OLGA, "thing remove one")
    assert isinstance(planned, Planned)
    new = digest(change.path, change.place, planned.plan) if digest_too else change.digest
    assert (new != change.digest) is digest_too
    with office.store.unit_of_work() as store:
        store.database.execute("UPDATE changes SET plan = ?, digest = ?", plan_to_json(planned.plan), new)
    office.work()
    assert office.now(change).outcome == "Nothing was sent: what is stored is not what was approved."
    assert office.toy.calls == []


@pytest.mark.parametrize(
    ("who", "role", "sentence"),
    [
        (ANTON, None, "Nothing was sent: only 0 of 1 approvals still count by the allow-list."),
        (ANTON, Role.OPERATOR, "Nothing was sent: only 0 of 1 approvals still count by the allow-list."),
        (OLGA, None, "Nothing was sent: the person who asked may no longer ask for this."),
        (OLGA, Role.VIEWER, "Nothing was sent: the person who asked may no longer ask for this."),
    ],
)
def test_whoever_lost_the_right_between_the_approval_and_the_call_stops_it(
    office: Office, who: Principal, role: Role | None, sentence: str
) -> None:
    """In the very last moment: after the portal was read again, in the transaction that would write the intent."""
    change = office.approved()

    def lose() -> None:
        if role is None:
            revoke_role(office.store, who, by=SHELL)
        else:
            grant_role(office.store, who, role, by=SHELL)

    office.toy.on_open = lose
    office.work()
    assert (office.now(change).status, office.now(change).outcome) == (Status.FAILED, sentence)
    assert office.toy.calls == []
    assert office.store.changes.steps(1001) == []


def test_of_a_quorum_everybody_still_has_to_count(make_office: Callable[..., Office]) -> None:
    office = make_office(terms=Terms(quorum=2))
    change = office.ask()
    office.press(ANTON, change)
    office.press(VERA, change)
    revoke_role(office.store, VERA, by=SHELL)
    office.work()
    assert "only 1 of 2 approvals" in office.now(change).outcome
    assert office.toy.calls == []


def test_it_waits_until_the_approval_stands_in_the_audit_channel(office: Office) -> None:
    change = office.ask()
    office.press(ANTON, change)
    for _ in range(10):
        assert office.do_jobs() == 1
        office.clock.advance(0.2)
    assert office.now(change).status is Status.APPROVED
    assert office.toy.calls == []
    office.deliver()
    office.do_jobs()
    assert office.now(change).status is Status.DONE


def test_a_lost_audit_line_is_not_one_that_stands_there(office: Office) -> None:
    change = office.ask()
    office.press(ANTON, change)
    office.messenger.fail("audit", *[Lost("timeout")] * 3)
    office.courier.deliver_one()
    office.do_jobs()
    assert office.now(change).status is Status.APPROVED
    office.wait(60)
    assert office.now(change).status is Status.DONE


def test_a_dead_audit_channel_stops_it_and_is_told(office: Office) -> None:
    change = office.ask()
    office.press(ANTON, change)
    office.messenger.fail("audit", *[ChannelDead("is_archived")] * 10)
    office.courier.deliver_one()
    office.do_jobs()
    ended = office.now(change)
    assert ended.status is Status.FAILED
    assert ended.outcome.startswith("Nothing was done. The audit channel")
    assert "(is_archived)" in ended.outcome
    office.deliver()
    assert "Failed. Nothing was done." in office.threads[-1]
    assert office.toy.calls == []


def test_without_an_audit_channel_nothing_runs_that_was_approved_before(office: Office) -> None:
    change = office.approved()
    office.ctx.channels = Channels(approval=APPROVALS)
    office.do_jobs()
    assert "No audit channel is set" in office.now(change).outcome
    assert office.now(change).status is Status.FAILED
    assert office.toy.calls == []


@pytest.mark.parametrize(("late", "status"), [(0, Status.DONE), (1, Status.EXPIRED)])
def test_an_approval_is_good_for_ten_minutes_to_the_millisecond(office: Office, late: int, status: Status) -> None:
    change = office.approved()
    assert change.decided_at is not None
    office.clock.now = change.decided_at + APPROVAL_LASTS_MS + late
    office.do_jobs()
    assert office.now(change).status is status
    assert len(office.toy.calls) == (1 if status is Status.DONE else 0)
    if late:
        assert "could not be run within ten minutes" in office.now(change).outcome


def test_an_audit_channel_that_never_takes_the_line_lets_the_approval_go_stale(office: Office) -> None:
    change = office.ask()
    office.press(ANTON, change)
    office.messenger.fail("audit", *[Lost("timeout")] * 500)
    office.wait(605, step=5)
    assert office.now(change).status is Status.EXPIRED
    assert office.toy.calls == []
