"""An approved change request goes on the moment its audit line is in the audit channel, and not after a wait."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.change.change_request import ChangeRequest, Status
from bot.store.repositories.outbox import OutboxReader
from bot.usecases.authority import card_token
from bot.usecases.chat.delivery_errors import Lost
from bot.usecases.delivery.awaited_lines import resume_awaiting
from bot.usecases.intake.receipts import receive
from tests.usecases.core_bot import ANTON, CoreBot


class Meanwhile(OutboxReader):
    """An outbox in which something happens right after somebody has asked what became of a notice."""

    happens: Callable[[], object] | None = None

    def state_of(self, key: str) -> str | None:
        state = super().state_of(key)
        happens, self.happens = self.happens, None
        if happens is not None:
            happens()
        return state


def approve(core_bot: CoreBot) -> ChangeRequest:
    """Approve a change request whose card stands; nothing of it is said or run yet."""
    change = core_bot.ask()
    receive(core_bot.ctx, core_bot.click(ANTON, change, card_token.APPROVE))
    return change


def is_put_off(core_bot: CoreBot) -> bool:
    """Whether a change request waits for a later moment."""
    sql = "SELECT 1 FROM jobs WHERE kind = 'execute' AND state = 'new' AND due_steady > 0"
    return core_bot.store.engine.row(sql) is not None


def deliver_audit(core_bot: CoreBot) -> None:
    """Send what goes into the audit channel next, however long that has to rest, and let no time pass after it."""
    core_bot.clock.advance(1)
    before = len(core_bot.messenger.audit)
    while len(core_bot.messenger.audit) == before:
        assert core_bot.dispatcher.deliver_one()


def test_it_is_run_at_once_when_its_line_is_out(core_bot: CoreBot) -> None:
    change = approve(core_bot)
    assert core_bot.do_jobs() == 2, "the approval is counted, and the change request waits for its line"
    assert core_bot.now(change).status is Status.APPROVED
    assert is_put_off(core_bot)
    woken: list[bool] = []
    core_bot.ctx.threads.connect_wake(lambda *_: woken.append(is_put_off(core_bot)))
    deliver_audit(core_bot)
    assert woken[-1:] == [False], "the runners are woken when it may be taken"
    core_bot.do_jobs()
    assert core_bot.now(change).status is Status.DONE


def test_a_line_that_gets_out_before_it_waits_is_not_missed(core_bot: CoreBot) -> None:
    change = approve(core_bot)
    assert core_bot.do_jobs(most=1) == 1
    core_bot.store.outbox = outbox = Meanwhile(core_bot.store.engine, core_bot.store.keys, lambda: core_bot.clock)
    outbox.happens = lambda: deliver_audit(core_bot)
    core_bot.do_jobs()
    assert core_bot.now(change).status is Status.DONE


def test_a_line_that_does_not_get_out_lets_nothing_go_on(core_bot: CoreBot) -> None:
    change = approve(core_bot)
    core_bot.do_jobs()
    core_bot.messenger.fail("audit", Lost("timeout"))
    core_bot.clock.advance(1)
    core_bot.dispatcher.deliver_one()
    assert is_put_off(core_bot)
    core_bot.do_jobs()
    assert core_bot.now(change).status is Status.APPROVED
    assert core_bot.toy.calls == []


def test_the_line_of_another_change_request_lets_it_wait(core_bot: CoreBot) -> None:
    other = core_bot.ask("thing remove two")
    change = approve(core_bot)
    core_bot.do_jobs()
    resume_awaiting(core_bot.ctx, [record.seq for record in core_bot.records(subject=other.id)])
    assert is_put_off(core_bot)
    resume_awaiting(core_bot.ctx, [record.seq for record in core_bot.records(subject=change.id)])
    assert not is_put_off(core_bot)


def test_a_line_hurries_no_run_that_waits_for_something_else(core_bot: CoreBot) -> None:
    """It met a fault after its line was out, and is tried again in some seconds."""
    approved = core_bot.approved()
    core_bot.toy.closed = ZeroDivisionError("in the toy")
    core_bot.do_jobs()
    assert is_put_off(core_bot)
    resume_awaiting(core_bot.ctx, [record.seq for record in core_bot.records(subject=approved.id)])
    assert is_put_off(core_bot)
