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
from tests.usecases.core_bot import ANTON, GLEB, OLGA, SHELL, VERA, VIKTOR, CoreBot, person
from tests.usecases.messenger import LINES_PER_MESSAGE

MANY = 250
FLOODS: dict[str, Callable[[CoreBot, ChangeRequest, int], Inbound]] = {
    "freeze words of a stranger": lambda core_bot, change, n: core_bot.typed(GLEB, "freeze now"),
    "freeze words of as many strangers": lambda core_bot, change, n: core_bot.typed(person(f"G{n}"), "freeze now"),
    "freeze words of a viewer": lambda core_bot, change, n: core_bot.typed(VIKTOR, "freeze now"),
    "questions of a stranger": lambda core_bot, change, n: core_bot.typed(GLEB, "whoami"),
    "clicks of a stranger": lambda core_bot, change, n: core_bot.click(GLEB, change, card_token.APPROVE),
    "clicks of as many strangers": lambda core_bot, change, n: core_bot.click(
        person(f"G{n}"), change, card_token.APPROVE
    ),
    "clicks of a viewer": lambda core_bot, change, n: core_bot.click(VIKTOR, change, card_token.APPROVE),
    "forged clicks of a stranger": lambda core_bot, change, n: core_bot.click(GLEB, change, "approve", value=f"{n}.x"),
    "withdrawals of a stranger": lambda core_bot, change, n: core_bot.click(GLEB, change, card_token.WITHDRAW),
    "forms of a stranger": lambda core_bot, change, n: core_bot.form(GLEB, change, "no"),
}


def claim(core_bot: CoreBot, *, quick: bool = False) -> Job:
    job = claim_job(core_bot.ctx, quick=quick)
    assert job is not None
    return job


def done_before(core_bot: CoreBot, change: ChangeRequest) -> list[str]:
    """Do one job after the other until the change request has ended, and deliver one message after each.

    Returns what was done before: which person's command or click, or the change request that was run.
    """
    done = []
    for _ in range(20):
        job = claim(core_bot)
        perform_job(core_bot.ctx, job)
        done.append(inbound_from_json(job.payload).person.user if job.kind == INBOUND else job.kind)
        if not core_bot.now(change).status.open:
            return done
        core_bot.dispatcher.deliver_one()
        core_bot.clock.advance(1)
    raise AssertionError(f"after {done} {change.id} has not ended")


@pytest.mark.sampled(3)
@pytest.mark.parametrize("flood", FLOODS)
def test_an_approval_is_counted_and_run_before_what_is_refused_anyway(core_bot: CoreBot, flood: str) -> None:
    change, other = core_bot.ask("thing remove one"), core_bot.ask("thing remove two")
    for number in range(MANY):
        assert receive(core_bot.ctx, FLOODS[flood](core_bot, other, number)) is Receipt.NEW
    receive(core_bot.ctx, core_bot.click(ANTON, change, card_token.APPROVE))
    assert done_before(core_bot, change) == [ANTON.user, "execute"]
    assert core_bot.now(change).status is Status.DONE


def test_every_word_of_people_on_the_list_comes_before_a_refusal(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    for _ in range(3):
        for who in (GLEB, VIKTOR):
            receive(core_bot.ctx, core_bot.typed(who, "freeze"))
    receive(core_bot.ctx, core_bot.typed(VERA, "thing list"))
    receive(core_bot.ctx, core_bot.typed(VERA, "request list"))
    receive(core_bot.ctx, core_bot.form(VERA, change, "no"))
    taken = [claim(core_bot).rank for _ in range(4)]
    assert taken == [Rank.STOPPING, Rank.LOCAL, Rank.PLANNING, Rank.REFUSED]


def test_one_refusal_is_under_way_at_a_time_and_leaves_the_other_runners_free(core_bot: CoreBot) -> None:
    for _ in range(3):
        receive(core_bot.ctx, core_bot.typed(GLEB, "freeze"))
    first = claim(core_bot)
    assert first.rank is Rank.REFUSED
    now = core_bot.clock.now_ms()
    assert not core_bot.store.jobs.waiting(now)
    assert claim_job(core_bot.ctx) is None
    receive(core_bot.ctx, core_bot.typed(OLGA, "thing list"))
    assert claim(core_bot).rank is Rank.PLANNING
    perform_job(core_bot.ctx, first)
    assert claim(core_bot).rank is Rank.REFUSED


def test_a_newcomer_is_answered_while_every_other_runner_reads_a_portal(core_bot: CoreBot) -> None:
    for _ in range(8):
        receive(core_bot.ctx, core_bot.typed(OLGA, "thing list"))
    receive(core_bot.ctx, core_bot.typed(GLEB, "whoami"))
    for _ in range(4):
        assert claim(core_bot).rank is Rank.PLANNING
    perform_job(core_bot.ctx, claim(core_bot, quick=True))
    assert core_bot.waiting_private_notices()[-1].person == GLEB


def test_who_is_put_on_the_list_meanwhile_waits_with_the_others_again(core_bot: CoreBot) -> None:
    """The runner that no portal may keep takes what is refused; a read that is allowed by now is none."""
    receive(core_bot.ctx, core_bot.typed(GLEB, "thing list"))
    grant_role(core_bot.store, GLEB, Role.VIEWER, by=SHELL)
    assert claim_job(core_bot.ctx, quick=True) is None
    assert not core_bot.store.jobs.waiting(core_bot.clock.now_ms(), quick=True)
    job = claim(core_bot)
    assert (job.rank, job.attempts) == (Rank.PLANNING, 1)
    perform_job(core_bot.ctx, job)
    assert core_bot.waiting_private_notices()[-1].person == GLEB
    assert core_bot.records(Tag.COMMAND_REFUSED) == []


def test_a_refused_delivery_that_cannot_be_read_stays_with_the_refused(core_bot: CoreBot) -> None:
    with core_bot.store.unit_of_work() as store:
        store.jobs.add(INBOUND, "{", at=0, position=Position(rank=Rank.REFUSED))
    assert claim(core_bot).payload == "{"


@pytest.mark.parametrize("who", [GLEB, VIKTOR], ids=["a stranger", "a viewer"])
def test_refused_stops_and_clicks_are_not_counted_and_other_commands_are(core_bot: CoreBot, who: Principal) -> None:
    change = core_bot.ask()
    for _ in range(MOST_WAITING + 5):
        assert receive(core_bot.ctx, core_bot.typed(who, "freeze")) is Receipt.NEW
        assert receive(core_bot.ctx, core_bot.click(who, change, card_token.APPROVE)) is Receipt.NEW
        assert receive(core_bot.ctx, core_bot.typed(who, "help")) is Receipt.NEW
    for _ in range(MOST_WAITING):
        assert receive(core_bot.ctx, core_bot.typed(who, "thing remove one")) is Receipt.NEW
    assert receive(core_bot.ctx, core_bot.typed(who, "thing remove one")) is Receipt.TOO_MANY


def test_each_refused_click_of_a_flood_is_on_the_record(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    for _ in range(60):
        receive(core_bot.ctx, core_bot.click(GLEB, change, card_token.APPROVE))
    while core_bot.do_jobs():
        pass
    assert len(core_bot.records(Tag.REVIEW_REFUSED)) == 60


def refuse_many(core_bot: CoreBot, change: ChangeRequest) -> int:
    """More refused clicks of a stranger than fit into two audit messages, done and not delivered; returns how many."""
    many = 3 * LINES_PER_MESSAGE
    for _ in range(many):
        receive(core_bot.ctx, core_bot.click(GLEB, change, card_token.APPROVE))
    while core_bot.do_jobs():
        pass
    return many


def test_audit_lines_about_strangers_go_behind_those_of_people_on_the_list(core_bot: CoreBot) -> None:
    change, other = core_bot.ask("thing remove one"), core_bot.ask("thing remove two")
    refuse_many(core_bot, other)
    core_bot.press(VIKTOR, other)
    core_bot.press(VERA, other)
    core_bot.press(ANTON, change)
    core_bot.messenger.audit.clear()
    core_bot.deliver()
    said = [seq for numbers in core_bot.messenger.audit for seq in numbers]
    actors = {record.seq: record.actor for record in core_bot.records()}
    ours = [number for number, seq in enumerate(said) if actors[seq] != GLEB.id]
    assert ours == list(range(len(ours))), "all lines about people on the list come first"
    assert [seq for seq in said if actors[seq] == GLEB.id] == [
        record.seq for record in core_bot.records(Tag.REVIEW_REFUSED) if record.actor == GLEB.id
    ]


def test_answers_and_cards_of_people_on_the_list_go_before_words_to_strangers(core_bot: CoreBot) -> None:
    many = refuse_many(core_bot, core_bot.ask("thing remove one"))
    core_bot.take(core_bot.typed(OLGA, "thing remove two"))
    core_bot.take(core_bot.typed(VERA, "whoami"))
    core_bot.messenger.tried.clear()
    core_bot.messenger.private_notices.clear()
    core_bot.deliver(most=2 * many)
    said = [kind for kind in core_bot.messenger.tried if kind in ("whisper", "post")]
    told = [notice.person for notice in core_bot.messenger.private_notices]
    assert (said[:3], set(told[:2])) == (["whisper", "post", "whisper"], {OLGA, VERA}), "Olga's waits for her card"
    assert told[2:] == [GLEB] * many


def test_strangers_are_answered_in_turn_among_themselves(core_bot: CoreBot) -> None:
    for _ in range(4):
        core_bot.take(core_bot.typed(GLEB, "whoami"))
    core_bot.take(core_bot.typed(person("Zoe"), "whoami"))
    core_bot.deliver()
    assert [notice.person.user for notice in core_bot.messenger.private_notices][:3].count("UZOE") == 1


def test_the_floods_are_of_every_kind_of_delivery(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    assert {type(flood(core_bot, change, 1)) for flood in FLOODS.values()} == {SlashCommand, Click, Form}
