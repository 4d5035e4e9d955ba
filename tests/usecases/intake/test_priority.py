"""What stops is taken before what decides, and both before what reads a portal."""

from __future__ import annotations

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.messages.deliveries import inbound_from_json
from bot.core.principals import Principal
from bot.store.repositories.jobs import Rank
from bot.usecases.admin.allow_list import revoke_role
from bot.usecases.authority import card_token
from bot.usecases.intake.priority import BUTTONS, find_position
from bot.usecases.intake.receipts import receive
from bot.usecases.outcomes.follow_ups import BY_BUTTON
from tests.usecases.core_bot import ANTON, GLEB, IDA, OLGA, SHELL, STRANGER, VERA, VIKTOR, CoreBot

LINES = {
    "freeze": Rank.STOPPING,
    "FREEZE now": Rank.STOPPING,
    "\u00a0\u200bFreeze\n“it loses” messages": Rank.STOPPING,
    "`freeze` it's broken": Rank.STOPPING,
    '"freeze" x': Rank.STOPPING,
    "Заморозить! теряются сообщения": Rank.STOPPING,
    "*заморозка*": Rank.STOPPING,
    "заморозил": Rank.LOCAL,
    "помощь": Rank.HELPING,
    "Кто я": Rank.HELPING,
    "разморозить": Rank.LOCAL,
    "freezer": Rank.LOCAL,
    "help": Rank.HELPING,
    "": Rank.LOCAL,
    " Whoami ": Rank.HELPING,
    "request list": Rank.LOCAL,
    "access grant @U1 viewer": Rank.LOCAL,
    "unfreeze": Rank.LOCAL,
    "no such thing": Rank.LOCAL,
    "thing list 'left open": Rank.PLANNING,
    "x" * 5_000: Rank.LOCAL,
    "thing list": Rank.PLANNING,
    "THING remove one": Rank.PLANNING,
}


@pytest.mark.parametrize("text", LINES)
def test_the_rank_of_a_typed_line_goes_by_its_command(core_bot: CoreBot, text: str) -> None:
    assert find_position(core_bot.ctx, core_bot.typed(IDA, text)).rank is LINES[text]


@pytest.mark.parametrize("text", LINES)
def test_whatever_somebody_types_who_is_not_on_the_list_comes_last(core_bot: CoreBot, text: str) -> None:
    assert find_position(core_bot.ctx, core_bot.typed(GLEB, text)).rank is Rank.REFUSED
    assert find_position(core_bot.ctx, core_bot.typed(STRANGER, text)).rank is Rank.REFUSED


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("freeze", Rank.REFUSED),
        ("thing remove one", Rank.REFUSED),
        ("access grant @U1 viewer", Rank.REFUSED),
        ("thing list", Rank.PLANNING),
        ("request list", Rank.LOCAL),
        ("no such thing", Rank.LOCAL),
        ("help", Rank.HELPING),
    ],
)
def test_what_the_role_of_its_person_does_not_reach_comes_last(core_bot: CoreBot, text: str, rank: Rank) -> None:
    assert find_position(core_bot.ctx, core_bot.typed(VIKTOR, text)).rank is rank


def test_before_it_is_known_which_team_is_ours_the_persons_own_counts(core_bot: CoreBot) -> None:
    core_bot.ctx.workspace.identify("")
    assert find_position(core_bot.ctx, core_bot.typed(OLGA, "freeze")).rank is Rank.STOPPING
    assert find_position(core_bot.ctx, core_bot.typed(GLEB, "freeze")).rank is Rank.REFUSED


DECISIONS = {
    "a decision of an approver": (ANTON, card_token.APPROVE, Rank.DECIDING),
    "a decision of a viewer": (VIKTOR, card_token.APPROVE, Rank.REFUSED),
    "a decision of nobody": (GLEB, card_token.REJECT, Rank.REFUSED),
    "a decision of the other workspace": (STRANGER, card_token.APPROVE, Rank.REFUSED),
    "the withdrawal of the requester": (OLGA, card_token.WITHDRAW, Rank.STOPPING),
    "the withdrawal of a viewer": (VIKTOR, card_token.WITHDRAW, Rank.REFUSED),
    "an undo of a viewer": (VIKTOR, card_token.UNDO, Rank.PLANNING),
    "an undo of nobody": (GLEB, card_token.UNDO, Rank.REFUSED),
    "the word of an approver on an outcome": (ANTON, card_token.WAS_DONE, Rank.DECIDING),
    "the word of a viewer on an outcome": (VIKTOR, card_token.WAS_DONE, Rank.REFUSED),
}


@pytest.mark.parametrize("case", DECISIONS)
def test_a_click_that_its_person_may_not_give_comes_last(core_bot: CoreBot, case: str) -> None:
    who, button, rank = DECISIONS[case]
    change = core_bot.ask()
    assert find_position(core_bot.ctx, core_bot.click(who, change, button)).rank is rank


def test_a_form_of_somebody_who_may_not_decide_comes_last(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    ranks = {who: find_position(core_bot.ctx, core_bot.form(who, change, "no")).rank for who in (ANTON, VIKTOR, GLEB)}
    assert ranks == {ANTON: Rank.STOPPING, VIKTOR: Rank.REFUSED, GLEB: Rank.REFUSED}


def test_who_asked_and_lost_their_role_still_withdraws_first(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    revoke_role(core_bot.store, OLGA, by=SHELL)
    assert find_position(core_bot.ctx, core_bot.click(OLGA, change, card_token.WITHDRAW)).rank is Rank.STOPPING


@pytest.mark.parametrize(("who", "rank"), [(VIKTOR, Rank.DECIDING), (GLEB, Rank.REFUSED)])
def test_a_button_that_proves_nothing_is_ranked_by_the_list_alone(
    core_bot: CoreBot, who: Principal, rank: Rank
) -> None:
    change = core_bot.ask()
    assert (
        find_position(core_bot.ctx, core_bot.click(who, change, card_token.APPROVE, value="1001.forged")).rank is rank
    )


def test_a_click_on_what_cannot_be_read_any_more_is_taken_with_the_others(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    click = core_bot.click(ANTON, change, card_token.APPROVE)
    with core_bot.store.unit_of_work() as store:
        store.engine.execute("UPDATE changes SET plan = '{}' WHERE number = ?", change.number)
    assert find_position(core_bot.ctx, click).rank is Rank.DECIDING


@pytest.mark.parametrize(
    ("button", "rank"),
    [
        (card_token.WITHDRAW, Rank.STOPPING),
        (card_token.APPROVE, Rank.DECIDING),
        (card_token.REJECT, Rank.DECIDING),
        (card_token.WAS_DONE, Rank.DECIDING),
        (card_token.UNDO, Rank.PLANNING),
        (card_token.AGAIN, Rank.PLANNING),
        ("paint-it-black", Rank.DECIDING),
    ],
)
def test_the_rank_of_a_click_goes_by_its_button(core_bot: CoreBot, button: str, rank: Rank) -> None:
    assert find_position(core_bot.ctx, core_bot.click(ANTON, core_bot.ask(), button)).rank is rank


def test_every_button_that_asks_for_another_command_waits_with_what_reads_a_portal() -> None:
    assert {card_token.UNDO, card_token.AGAIN} <= set(BY_BUTTON)
    assert {button for button, rank in BUTTONS.items() if rank is Rank.PLANNING} == set(BY_BUTTON)


def test_jobs_are_taken_by_rank_whatever_came_first(core_bot: CoreBot) -> None:
    other, change = core_bot.ask("thing remove two"), core_bot.approved()
    arriving = (
        core_bot.typed(OLGA, "thing list"),
        core_bot.typed(OLGA, "request list"),
        core_bot.typed(OLGA, "help"),
        core_bot.click(ANTON, other, card_token.APPROVE),
        core_bot.form(VERA, other, "not this one"),
        core_bot.click(OLGA, change, card_token.WITHDRAW),
        core_bot.typed(OLGA, "freeze"),
    )
    for inbound in arriving:
        receive(core_bot.ctx, inbound)
    taken = []
    with core_bot.store.unit_of_work() as store:
        while (job := store.jobs.claim(core_bot.clock.now_ms())) is not None:
            taken.append(job.payload if job.kind == "execute" else inbound_from_json(job.payload))
    stops, (click, helped, listed, planned) = arriving[4:], reversed(arriving[:4])
    assert taken == [*stops, click, helped, listed, str(change.number), planned]


def test_the_reserved_runner_takes_nothing_that_calls_a_portal(core_bot: CoreBot) -> None:
    core_bot.approved()
    receive(core_bot.ctx, core_bot.typed(OLGA, "thing list"))
    now = core_bot.clock.now_ms()
    assert core_bot.store.jobs.waiting(now)
    assert not core_bot.store.jobs.waiting(now, quick=True)
    receive(core_bot.ctx, core_bot.typed(OLGA, "freeze"))
    with core_bot.store.unit_of_work() as store:
        freeze, none = (store.jobs.claim(now, quick=True) for _ in range(2))
    assert freeze is not None
    assert none is None


def test_a_withdrawal_is_done_before_an_approval_that_came_first(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    receive(core_bot.ctx, core_bot.click(ANTON, change, card_token.APPROVE))
    receive(core_bot.ctx, core_bot.click(OLGA, change, card_token.WITHDRAW))
    core_bot.do_jobs()
    assert [record.tag for record in core_bot.records(subject=change.id)][1:] == [Tag.CHANGE_WITHDRAWN]
