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
from tests.usecases.office import ANTON, IDA, OLGA, VERA, Office

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


def race(office: Office, *inbounds: Inbound, beside: tuple[Callable[[], object], ...] = ()) -> None:
    """Receive them, then let one thread each do one of the jobs, beside other steps."""
    for inbound in inbounds:
        receive(office.ctx, inbound)
    jobs = office.claim_inbound()
    assert len(jobs) == len(inbounds)
    at_once(*[partial(perform_job, office.ctx, job) for job in jobs], *beside)


def asked(office: Office) -> list[ChangeRequest]:
    office.toy.things.update(dict.fromkeys(NAMES, "red"))
    return [office.ask(f"thing remove {name}") for name in NAMES]


def verdicts(office: Office, change: ChangeRequest) -> list[str]:
    return [record.tag for record in office.records("change:", change.id)][1:]


def test_two_approvals_at_once_are_one_decision(office: Office) -> None:
    for change in asked(office):
        race(office, office.click(ANTON, change, card_token.APPROVE), office.click(VERA, change, card_token.APPROVE))
        assert office.now(change).status is Status.APPROVED
        assert verdicts(office, change) == [Tag.REVIEW_APPROVED]
        assert len(office.now(change).reviews) == 1
        jobs = office.store.database.row("SELECT count(*) AS n FROM jobs WHERE payload = ?", str(change.number))
        assert jobs == {"n": 1}
        late = [whisper.reply.title for whisper in office.waiting_whispers()]
        assert len(late) == 1
        assert "about to run" in late[0]
        office.deliver()
    office.work()
    assert len(office.toy.calls) == ROUNDS


def test_an_approval_and_a_rejection_at_once_end_with_the_rejection(office: Office) -> None:
    """In whichever order: nothing is sent for what was rejected before it ran."""
    for change in asked(office):
        race(office, office.click(ANTON, change, card_token.APPROVE), office.form(VERA, change, "no"))
        assert office.now(change).status is Status.REJECTED
        assert verdicts(office, change)[-1] == Tag.REVIEW_REJECTED
        office.deliver()
    office.work()
    assert office.toy.calls == []


def test_an_approval_and_the_end_of_the_time_at_once_are_one_ending(office: Office) -> None:
    for change in asked(office):
        click = office.click(ANTON, change, card_token.APPROVE)
        office.clock.now = change.expires_at
        race(office, click, beside=(partial(expire_overdue, office.ctx),))
        assert office.now(change).status is Status.EXPIRED
        assert verdicts(office, change) == [Tag.CHANGE_EXPIRED]
        office.deliver()


def test_an_approval_and_a_withdrawal_at_once_end_with_the_withdrawal(office: Office) -> None:
    """In whichever order: nothing is sent for what was taken back before it ran."""
    for change in asked(office):
        race(office, office.click(ANTON, change, card_token.APPROVE), office.click(OLGA, change, card_token.WITHDRAW))
        assert office.now(change).status is Status.WITHDRAWN
        office.deliver()
    office.work()
    assert office.toy.calls == []


@pytest.mark.parametrize("quorum", [2, 3])
def test_a_quorum_that_is_met_at_once_is_met_once(make_office: Callable[..., Office], quorum: int) -> None:
    office = make_office(terms=Terms(quorum=quorum))
    for change in asked(office)[:6]:
        race(office, *[office.click(who, change, card_token.APPROVE) for who in (ANTON, VERA, IDA)])
        assert office.now(change).status is Status.APPROVED
        assert len(office.now(change).reviews) == quorum
        counted = [record.facts["approvals"] for record in office.records(Tag.REVIEW_APPROVED, change.id)]
        assert counted == list(range(1, quorum + 1))
        office.deliver()


def test_the_same_click_delivered_by_several_threads_is_one(office: Office) -> None:
    change = office.ask()
    click = office.click(ANTON, change, card_token.APPROVE)
    at_once(*[partial(receive, office.ctx, click) for _ in range(5)])
    assert office.store.database.row("SELECT count(*) AS n FROM jobs") == {"n": 1}


def test_the_same_request_typed_at_once_is_one_change_request(office: Office) -> None:
    race(office, *[office.typed(who, "thing remove one") for who in (OLGA, VERA, IDA)])
    assert [change.number for change in office.store.changes.with_status(Status)] == [1001]
    assert len(office.waiting_whispers()) == 3
