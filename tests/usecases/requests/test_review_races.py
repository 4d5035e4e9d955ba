"""People press at the same moment: one decision comes of it, and nobody is told a lie."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.authority.policy import Terms
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.messages.deliveries import Inbound
from bot.usecases.authority import card_token
from bot.usecases.intake.receipts import receive
from bot.usecases.requests.expiry import expire_overdue
from bot.usecases.runtime.worker import perform_job
from tests.language.english import en
from tests.usecases.core_bot import ANTON, IDA, OLGA, VERA, CoreBot

ROUNDS = 10
NAMES = [f"thing{n}" for n in range(ROUNDS)]


def at_once(*steps: Callable[[], object]) -> None:
    start = threading.Barrier(len(steps))

    def run(step: Callable[[], object]) -> None:
        start.wait(timeout=10)
        step()

    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def race(core_bot: CoreBot, *inbounds: Inbound, beside: tuple[Callable[[], object], ...] = ()) -> None:
    """Receive them, then let one thread each do one of the jobs, beside other steps."""
    for inbound in inbounds:
        receive(core_bot.ctx, inbound)
    jobs = core_bot.claim_inbound()
    assert len(jobs) == len(inbounds)
    at_once(*[partial(perform_job, core_bot.ctx, job) for job in jobs], *beside)


def asked(core_bot: CoreBot) -> list[ChangeRequest]:
    core_bot.toy.things.update(dict.fromkeys(NAMES, "red"))
    return [core_bot.ask(f"thing remove {name}") for name in NAMES]


def verdicts(core_bot: CoreBot, change: ChangeRequest) -> list[str]:
    return [record.tag for record in core_bot.records("change:", change.id)][1:]


def test_two_approvals_at_once_are_one_decision(core_bot: CoreBot) -> None:
    for change in asked(core_bot):
        race(
            core_bot,
            core_bot.click(ANTON, change, card_token.APPROVE),
            core_bot.click(VERA, change, card_token.APPROVE),
        )
        assert core_bot.now(change).status is Status.APPROVED
        assert verdicts(core_bot, change) == [Tag.REVIEW_APPROVED]
        assert len(core_bot.now(change).reviews) == 1
        jobs = core_bot.store.engine.row("SELECT count(*) AS n FROM jobs WHERE payload = ?", str(change.number))
        assert jobs == {"n": 1}
        late = [notice.reply.title for notice in core_bot.waiting_private_notices()]
        assert len(late) == 1
        assert "about to run" in en(late[0])
        core_bot.deliver()
    core_bot.work()
    assert len(core_bot.toy.calls) == ROUNDS


def test_an_approval_and_a_rejection_at_once_end_with_the_rejection(core_bot: CoreBot) -> None:
    """In whichever order: nothing is sent for what was rejected before it ran."""
    for change in asked(core_bot):
        race(core_bot, core_bot.click(ANTON, change, card_token.APPROVE), core_bot.form(VERA, change, "no"))
        assert core_bot.now(change).status is Status.REJECTED
        assert verdicts(core_bot, change)[-1] == Tag.REVIEW_REJECTED
        core_bot.deliver()
    core_bot.work()
    assert core_bot.toy.calls == []


def test_an_approval_and_the_end_of_the_time_at_once_are_one_ending(core_bot: CoreBot) -> None:
    for change in asked(core_bot):
        click = core_bot.click(ANTON, change, card_token.APPROVE)
        core_bot.clock.now = change.expires_at
        race(core_bot, click, beside=(partial(expire_overdue, core_bot.ctx),))
        assert core_bot.now(change).status is Status.EXPIRED
        assert verdicts(core_bot, change) == [Tag.CHANGE_EXPIRED]
        core_bot.deliver()


def test_an_approval_and_a_withdrawal_at_once_end_with_the_withdrawal(core_bot: CoreBot) -> None:
    """In whichever order: nothing is sent for what was taken back before it ran."""
    for change in asked(core_bot):
        race(
            core_bot,
            core_bot.click(ANTON, change, card_token.APPROVE),
            core_bot.click(OLGA, change, card_token.WITHDRAW),
        )
        assert core_bot.now(change).status is Status.WITHDRAWN
        core_bot.deliver()
    core_bot.work()
    assert core_bot.toy.calls == []


@pytest.mark.parametrize("quorum", [2, 3])
def test_a_quorum_that_is_met_at_once_is_met_once(make_core_bot: Callable[..., CoreBot], quorum: int) -> None:
    core_bot = make_core_bot(terms=Terms(quorum=quorum))
    for change in asked(core_bot)[:6]:
        race(core_bot, *[core_bot.click(who, change, card_token.APPROVE) for who in (ANTON, VERA, IDA)])
        assert core_bot.now(change).status is Status.APPROVED
        assert len(core_bot.now(change).reviews) == quorum
        counted = [record.facts["approvals"] for record in core_bot.records(Tag.REVIEW_APPROVED, change.id)]
        assert counted == list(range(1, quorum + 1))
        core_bot.deliver()


def test_the_same_click_delivered_by_several_threads_is_one(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    click = core_bot.click(ANTON, change, card_token.APPROVE)
    at_once(*[partial(receive, core_bot.ctx, click) for _ in range(5)])
    assert core_bot.store.engine.row("SELECT count(*) AS n FROM jobs") == {"n": 1}


def test_the_same_request_typed_at_once_is_one_change_request(core_bot: CoreBot) -> None:
    race(core_bot, *[core_bot.typed(who, "thing remove one") for who in (OLGA, VERA, IDA)])
    assert [change.number for change in core_bot.store.changes.with_status(Status)] == [1001]
    assert len(core_bot.waiting_private_notices()) == 3
