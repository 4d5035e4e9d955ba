"""Whoever may not decide, stop or ask delays nobody who may. Counted is what the bot does before, in its order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.messages.deliveries import Click, Form, Inbound, SlashCommand, inbound_from_json
from bot.core.principals import Principal, Role
from bot.store.repositories.job_order import Position, Rank
from bot.store.repositories.jobs import INBOUND, Job, Receipt
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.authority import card_token
from bot.usecases.intake.receipts import MOST_WAITING, receive
from bot.usecases.runtime.worker import claim_job, perform_job
from tests.usecases.messenger import LINES_PER_MESSAGE
from tests.usecases.office import ANTON, GLEB, OLGA, SHELL, VERA, VIKTOR, Office, person

MANY = 250
FLOODS: dict[str, Callable[[Office, ChangeRequest, int], Inbound]] = {
    "freeze words of a stranger": lambda office, change, n: office.typed(GLEB, "freeze now"),
    "freeze words of as many strangers": lambda office, change, n: office.typed(person(f"G{n}"), "freeze now"),
    "freeze words of a viewer": lambda office, change, n: office.typed(VIKTOR, "freeze now"),
    "questions of a stranger": lambda office, change, n: office.typed(GLEB, "whoami"),
    "clicks of a stranger": lambda office, change, n: office.click(GLEB, change, card_token.APPROVE),
    "clicks of as many strangers": lambda office, change, n: office.click(person(f"G{n}"), change, card_token.APPROVE),
    "clicks of a viewer": lambda office, change, n: office.click(VIKTOR, change, card_token.APPROVE),
    "forged clicks of a stranger": lambda office, change, n: office.click(GLEB, change, "approve", value=f"{n}.x"),
    "withdrawals of a stranger": lambda office, change, n: office.click(GLEB, change, card_token.WITHDRAW),
    "forms of a stranger": lambda office, change, n: office.form(GLEB, change, "no"),
}


def claim(office: Office, *, quick: bool = False) -> Job:
    job = claim_job(office.ctx, quick=quick)
    assert job is not None
    return job


def done_before(office: Office, change: ChangeRequest) -> list[str]:
    """Do one job after the other until the change request has ended, and deliver one message after each.

    Returns what was done before: which person's command or click, or the change request that was run.
    """
    done = []
    for _ in range(20):
        job = claim(office)
        perform_job(office.ctx, job)
        done.append(inbound_from_json(job.payload).person.user if job.kind == INBOUND else job.kind)
        if not office.now(change).status.open:
            return done
        office.courier.deliver_one()
        office.clock.advance(1)
    raise AssertionError(f"after {done} {change.id} has not ended")


@pytest.mark.parametrize("flood", FLOODS)
def test_an_approval_is_counted_and_run_before_what_is_refused_anyway(office: Office, flood: str) -> None:
    change, other = office.ask("thing remove one"), office.ask("thing remove two")
    for number in range(MANY):
        assert receive(office.ctx, FLOODS[flood](office, other, number)) is Receipt.NEW
    receive(office.ctx, office.click(ANTON, change, card_token.APPROVE))
    assert done_before(office, change) == [ANTON.user, "execute"]
    assert office.now(change).status is Status.DONE


def test_every_word_of_people_on_the_list_comes_before_a_refusal(office: Office) -> None:
    change = office.ask()
    for _ in range(3):
        for who in (GLEB, VIKTOR):
            receive(office.ctx, office.typed(who, "freeze"))
    receive(office.ctx, office.typed(VERA, "thing list"))
    receive(office.ctx, office.typed(VERA, "request list"))
    receive(office.ctx, office.form(VERA, change, "no"))
    taken = [claim(office).rank for _ in range(4)]
    assert taken == [Rank.STOPPING, Rank.LOCAL, Rank.PLANNING, Rank.REFUSED]


def test_one_refusal_is_under_way_at_a_time_and_leaves_the_other_runners_free(office: Office) -> None:
    for _ in range(3):
        receive(office.ctx, office.typed(GLEB, "freeze"))
    first = claim(office)
    assert first.rank is Rank.REFUSED
    now = office.clock.now_ms()
    assert not office.store.jobs.waiting(now)
    assert claim_job(office.ctx) is None
    receive(office.ctx, office.typed(OLGA, "thing list"))
    assert claim(office).rank is Rank.PLANNING
    perform_job(office.ctx, first)
    assert claim(office).rank is Rank.REFUSED


def test_a_newcomer_is_answered_while_every_other_runner_reads_a_portal(office: Office) -> None:
    for _ in range(8):
        receive(office.ctx, office.typed(OLGA, "thing list"))
    receive(office.ctx, office.typed(GLEB, "whoami"))
    for _ in range(4):
        assert claim(office).rank is Rank.PLANNING
    perform_job(office.ctx, claim(office, quick=True))
    assert office.waiting_whispers()[-1].person == GLEB


def test_who_is_put_on_the_list_meanwhile_waits_with_the_others_again(office: Office) -> None:
    """The runner that no portal may keep takes what is refused; a read that is allowed by now is none."""
    receive(office.ctx, office.typed(GLEB, "thing list"))
    grant_role(office.store, GLEB, Role.VIEWER, by=SHELL)
    assert claim_job(office.ctx, quick=True) is None
    assert not office.store.jobs.waiting(office.clock.now_ms(), quick=True)
    job = claim(office)
    assert (job.rank, job.attempts) == (Rank.PLANNING, 1)
    perform_job(office.ctx, job)
    assert office.waiting_whispers()[-1].person == GLEB
    assert office.records(Tag.COMMAND_REFUSED) == []


def test_a_refused_delivery_that_cannot_be_read_stays_with_the_refused(office: Office) -> None:
    with office.store.unit_of_work() as store:
        store.jobs.add(INBOUND, "{", at=0, position=Position(rank=Rank.REFUSED))
    assert claim(office).payload == "{"


@pytest.mark.parametrize("who", [GLEB, VIKTOR], ids=["a stranger", "a viewer"])
def test_refused_stops_and_clicks_are_not_counted_and_other_commands_are(office: Office, who: Principal) -> None:
    change = office.ask()
    for _ in range(MOST_WAITING + 5):
        assert receive(office.ctx, office.typed(who, "freeze")) is Receipt.NEW
        assert receive(office.ctx, office.click(who, change, card_token.APPROVE)) is Receipt.NEW
        assert receive(office.ctx, office.typed(who, "help")) is Receipt.NEW
    for _ in range(MOST_WAITING):
        assert receive(office.ctx, office.typed(who, "thing remove one")) is Receipt.NEW
    assert receive(office.ctx, office.typed(who, "thing remove one")) is Receipt.TOO_MANY


def test_each_refused_click_of_a_flood_is_on_the_record(office: Office) -> None:
    change = office.ask()
    for _ in range(60):
        receive(office.ctx, office.click(GLEB, change, card_token.APPROVE))
    while office.do_jobs():
        pass
    assert len(office.records(Tag.REVIEW_REFUSED)) == 60


def refuse_many(office: Office, change: ChangeRequest) -> int:
    """More refused clicks of a stranger than fit into two audit messages, done and not delivered; returns how many."""
    many = 3 * LINES_PER_MESSAGE
    for _ in range(many):
        receive(office.ctx, office.click(GLEB, change, card_token.APPROVE))
    while office.do_jobs():
        pass
    return many


def test_audit_lines_about_strangers_go_behind_those_of_people_on_the_list(office: Office) -> None:
    change, other = office.ask("thing remove one"), office.ask("thing remove two")
    refuse_many(office, other)
    office.press(VIKTOR, other)
    office.press(VERA, other)
    office.press(ANTON, change)
    office.messenger.audit.clear()
    office.deliver()
    said = [seq for numbers in office.messenger.audit for seq in numbers]
    actors = {record.seq: record.actor for record in office.records()}
    ours = [number for number, seq in enumerate(said) if actors[seq] != GLEB.id]
    assert ours == list(range(len(ours))), "all lines about people on the list come first"
    assert [seq for seq in said if actors[seq] == GLEB.id] == [
        record.seq for record in office.records(Tag.REVIEW_REFUSED) if record.actor == GLEB.id
    ]


def test_answers_and_cards_of_people_on_the_list_go_before_words_to_strangers(office: Office) -> None:
    many = refuse_many(office, office.ask("thing remove one"))
    office.take(office.typed(OLGA, "thing remove two"))
    office.take(office.typed(VERA, "whoami"))
    office.messenger.tried.clear()
    office.messenger.whispers.clear()
    office.deliver(most=2 * many)
    said = [kind for kind in office.messenger.tried if kind in ("whisper", "post")]
    told = [whisper.person for whisper in office.messenger.whispers]
    assert (said[:3], set(told[:2])) == (["whisper", "whisper", "post"], {OLGA, VERA})
    assert told[2:] == [GLEB] * many


def test_strangers_are_answered_in_turn_among_themselves(office: Office) -> None:
    for _ in range(4):
        office.take(office.typed(GLEB, "whoami"))
    office.take(office.typed(person("Zoe"), "whoami"))
    office.deliver()
    assert [whisper.person.user for whisper in office.messenger.whispers][:3].count("UZOE") == 1


def test_the_floods_are_of_every_kind_of_delivery(office: Office) -> None:
    change = office.ask()
    assert {type(flood(office, change, 1)) for flood in FLOODS.values()} == {SlashCommand, Click, Form}
