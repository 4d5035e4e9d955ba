"""An approved change request goes on the moment its audit line is in the audit channel, and not after a wait."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.change.change_request import ChangeRequest, Status
from bot.store.repositories.outbox import Outbox
from bot.usecases.authority import card_token
from bot.usecases.delivery.awaited_lines import resume_awaiting
from bot.usecases.delivery_errors import Lost
from bot.usecases.intake.receipts import receive
from tests.usecases.office import ANTON, Office


class Meanwhile(Outbox):
    """An outbox in which something happens right after somebody has asked what became of a notice."""

    happens: Callable[[], object] | None = None

    def state_of(self, key: str) -> str | None:
        state = super().state_of(key)
        happens, self.happens = self.happens, None
        if happens is not None:
            happens()
        return state


def approve(office: Office) -> ChangeRequest:
    """Approve a change request whose card stands; nothing of it is said or run yet."""
    change = office.ask()
    receive(office.ctx, office.click(ANTON, change, card_token.APPROVE))
    return change


def is_put_off(office: Office) -> bool:
    """Whether a change request waits for a later moment."""
    sql = "SELECT 1 FROM jobs WHERE kind = 'execute' AND state = 'new' AND due_steady > 0"
    return office.store.database.row(sql) is not None


def deliver_audit(office: Office) -> None:
    """Send what goes into the audit channel next, however long that has to rest, and let no time pass after it."""
    office.clock.advance(1)
    before = len(office.messenger.audit)
    while len(office.messenger.audit) == before:
        assert office.courier.deliver_one()


def test_it_is_run_at_once_when_its_line_is_out(office: Office) -> None:
    change = approve(office)
    assert office.do_jobs() == 2, "the approval is counted, and the change request waits for its line"
    assert office.now(change).status is Status.APPROVED
    assert is_put_off(office)
    woken: list[bool] = []
    office.ctx.wake = lambda *_: woken.append(is_put_off(office))
    deliver_audit(office)
    assert woken[-1:] == [False], "the runners are woken when it may be taken"
    office.do_jobs()
    assert office.now(change).status is Status.DONE


def test_a_line_that_gets_out_before_it_waits_is_not_missed(office: Office) -> None:
    change = approve(office)
    assert office.do_jobs(most=1) == 1
    office.store.outbox = outbox = Meanwhile(office.store.database, office.store.keys, lambda: office.clock)
    outbox.happens = lambda: deliver_audit(office)
    office.do_jobs()
    assert office.now(change).status is Status.DONE


def test_a_line_that_does_not_get_out_lets_nothing_go_on(office: Office) -> None:
    change = approve(office)
    office.do_jobs()
    office.messenger.fail("audit", Lost("timeout"))
    office.clock.advance(1)
    office.courier.deliver_one()
    assert is_put_off(office)
    office.do_jobs()
    assert office.now(change).status is Status.APPROVED
    assert office.toy.calls == []


def test_the_line_of_another_change_request_lets_it_wait(office: Office) -> None:
    other = office.ask("thing remove two")
    change = approve(office)
    office.do_jobs()
    resume_awaiting(office.ctx, [record.seq for record in office.records(subject=other.id)])
    assert is_put_off(office)
    resume_awaiting(office.ctx, [record.seq for record in office.records(subject=change.id)])
    assert not is_put_off(office)


def test_a_line_hurries_no_run_that_waits_for_something_else(office: Office) -> None:
    """It met a fault after its line was out, and is tried again in some seconds."""
    approved = office.approved()
    office.toy.closed = ZeroDivisionError("in the toy")
    office.do_jobs()
    assert is_put_off(office)
    resume_awaiting(office.ctx, [record.seq for record in office.records(subject=approved.id)])
    assert is_put_off(office)
