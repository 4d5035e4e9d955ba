"""What stops is taken before what decides, and both before what reads a portal."""

from __future__ import annotations

import pytest

from bot.core.audit import Tag
from bot.core.inbound import inbound_from_json
from bot.store.jobs import LAST_LOCAL, Rank
from bot.usecases import buttons
from bot.usecases.priority import BUTTONS, rank_of
from bot.usecases.receive import receive
from bot.usecases.review import FOLLOWING
from tests.usecases.office import ANTON, OLGA, VERA, Office

LINES = {
    "freeze": Rank.STOPPING,
    "FREEZE now": Rank.STOPPING,
    "\u00a0\u200bFreeze\n“it loses” messages": Rank.STOPPING,
    "`freeze` it's broken": Rank.STOPPING,
    '"freeze" x': Rank.STOPPING,
    "freezer": Rank.LOCAL,
    "help": Rank.HELPING,
    "": Rank.HELPING,
    " Whoami ": Rank.HELPING,
    "request list": Rank.LOCAL,
    "access grant @U1 viewer": Rank.LOCAL,
    "unfreeze": Rank.LOCAL,
    "no such thing": Rank.LOCAL,
    "thing list 'left open": Rank.LOCAL,
    "x" * 5_000: Rank.LOCAL,
    "thing list": Rank.PLANNING,
    "THING remove one": Rank.PLANNING,
}


@pytest.mark.parametrize("text", LINES)
def test_the_rank_of_a_typed_line_goes_by_its_command(office: Office, text: str) -> None:
    assert rank_of(office.ctx, office.typed(OLGA, text)) is LINES[text]


@pytest.mark.parametrize(
    ("button", "rank"),
    [
        (buttons.WITHDRAW, Rank.STOPPING),
        (buttons.APPROVE, Rank.DECIDING),
        (buttons.REJECT, Rank.DECIDING),
        (buttons.WAS_DONE, Rank.DECIDING),
        (buttons.UNDO, Rank.PLANNING),
        (buttons.AGAIN, Rank.PLANNING),
        ("paint-it-black", Rank.DECIDING),
    ],
)
def test_the_rank_of_a_click_goes_by_its_button(office: Office, button: str, rank: Rank) -> None:
    assert rank_of(office.ctx, office.click(ANTON, office.ask(), button)) is rank


def test_every_button_that_asks_for_another_command_waits_with_what_reads_a_portal() -> None:
    assert set(FOLLOWING) == buttons.PLANNING
    assert {button for button, rank in BUTTONS.items() if rank is Rank.PLANNING} == buttons.PLANNING


def test_jobs_are_taken_by_rank_whatever_came_first(office: Office) -> None:
    other, change = office.ask("thing remove two"), office.approved()
    arriving = (
        office.typed(OLGA, "thing list"),
        office.typed(OLGA, "request list"),
        office.typed(OLGA, "help"),
        office.click(ANTON, other, buttons.APPROVE),
        office.form(VERA, other, "not this one"),
        office.click(OLGA, change, buttons.WITHDRAW),
        office.typed(OLGA, "freeze"),
    )
    for inbound in arriving:
        receive(office.ctx, inbound)
    taken = []
    with office.store.unit_of_work() as store:
        while (job := store.jobs.claim(office.clock.now_ms())) is not None:
            taken.append(job.payload if job.kind == "execute" else inbound_from_json(job.payload))
    stops, (click, helped, listed, planned) = arriving[4:], reversed(arriving[:4])
    assert taken == [*stops, click, helped, listed, str(change.number), planned]


def test_the_reserved_runner_takes_nothing_that_calls_a_portal(office: Office) -> None:
    office.approved()
    receive(office.ctx, office.typed(OLGA, "thing list"))
    now = office.clock.now_ms()
    assert office.store.jobs.waiting(now)
    assert not office.store.jobs.waiting(now, last=LAST_LOCAL)
    receive(office.ctx, office.typed(OLGA, "freeze"))
    with office.store.unit_of_work() as store:
        freeze, none = (store.jobs.claim(now, last=LAST_LOCAL) for _ in range(2))
    assert freeze is not None
    assert none is None


def test_a_withdrawal_is_done_before_an_approval_that_came_first(office: Office) -> None:
    change = office.ask()
    receive(office.ctx, office.click(ANTON, change, buttons.APPROVE))
    receive(office.ctx, office.click(OLGA, change, buttons.WITHDRAW))
    office.do_jobs()
    assert [record.tag for record in office.records(subject=change.id)][1:] == [Tag.CHANGE_WITHDRAWN]
