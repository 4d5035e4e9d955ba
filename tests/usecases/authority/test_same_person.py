"""Two accounts of one person are one person, whichever of them acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.authority.identity_groups import IdentityGroups
from bot.core.authority.policy import Terms
from bot.core.change.change_request import Status
from bot.core.principals import Principal, Role
from bot.store.repositories.folded_refusals import FOLD_MS
from bot.store.repositories.jobs import Receipt
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.authority import card_token
from bot.usecases.intake.receipts import MOST_WAITING, receive
from bot.usecases.integrity.startup_checks import find_approver_shortage
from tests.language.english import en
from tests.usecases.core_bot import ANTON, GLEB, HOME, IDA, OLGA, SHELL, STRANGER, VERA, CoreBot, person

OTHER = person("Olga2")
"""Another account of Olga."""


@pytest.mark.parametrize("button", [card_token.APPROVE, card_token.REJECT])
@pytest.mark.parametrize("requester", [OLGA, SHELL])
def test_the_other_account_of_the_requester_decides_nothing(
    core_bot: CoreBot, requester: Principal, button: str
) -> None:
    core_bot.configure(people=IdentityGroups.of([(requester, ANTON)]))
    change = core_bot.ask("thing remove one", requester)
    told = core_bot.press(ANTON, change, button)
    assert told == "You asked for this with another account. Somebody else has to approve it."
    assert core_bot.now(change).status is Status.PENDING
    (record,) = core_bot.records(Tag.REVIEW_REFUSED)
    assert (record.actor, record.facts["reason"]) == (ANTON.id, told)
    assert core_bot.press(VERA, change, card_token.APPROVE) == ""


def test_one_person_makes_no_quorum_of_two(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(terms=Terms(quorum=2))
    change = core_bot.ask()
    core_bot.configure(people=IdentityGroups.of([(ANTON, VERA)]))
    assert core_bot.press(ANTON, change) == ""
    told = core_bot.press(VERA, change)
    assert told == "You have approved CR-1001 already with another account. One person counts once."
    assert [review.reviewer for review in core_bot.now(change).reviews] == [ANTON]
    assert [record.facts["reason"] for record in core_bot.records(Tag.REVIEW_REFUSED)] == [told]
    assert core_bot.press(ANTON, change) == "You have approved CR-1001 already. It has 1 of 2 approvals."
    assert core_bot.press(IDA, change) == ""
    assert core_bot.now(change).status is Status.APPROVED


def test_who_turns_out_to_be_one_person_before_it_is_run_counts_once(make_core_bot: Callable[..., CoreBot]) -> None:
    """The setting was made, and the bot started again, between the approvals and the call."""
    core_bot = make_core_bot(terms=Terms(quorum=2))
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    core_bot.press(VERA, change)
    core_bot.configure(people=IdentityGroups.of([(ANTON, VERA)]))
    core_bot.work()
    assert (
        core_bot.now(change).outcome
        == "Nothing was sent. Only 1 of 2 approvals still count: the allow-list has changed."
    )
    assert core_bot.toy.calls == []


def test_who_turns_out_to_have_asked_does_not_count_when_it_is_run(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    core_bot.configure(people=IdentityGroups.of([(OLGA, ANTON)]))
    core_bot.work()
    assert "Only 0 of 1 approvals still count" in en(core_bot.now(change).outcome)
    assert core_bot.toy.calls == []


def test_one_account_neither_confirms_nor_withdraws_what_the_other_asked_for(core_bot: CoreBot) -> None:
    grant_role(core_bot.store, ANTON, Role.ADMIN, by=SHELL)
    core_bot.configure(people=IdentityGroups.of([(OLGA, ANTON)]))
    change = core_bot.ask("thing paint one")
    assert core_bot.press(ANTON, change, card_token.CONFIRM) == "Only the person who asked can confirm this."
    assert "Only the person who asked" in core_bot.press(ANTON, change, card_token.WITHDRAW)
    assert core_bot.now(change).status is Status.PENDING


# What is counted for each person


@pytest.fixture
def paired(core_bot: CoreBot) -> CoreBot:
    """Olga has two accounts with the same role."""
    grant_role(core_bot.store, OTHER, Role.OPERATOR, by=SHELL)
    core_bot.configure(people=IdentityGroups.of([(OLGA, OTHER)]))
    return core_bot


def test_the_accounts_of_a_person_have_twenty_waiting_commands_together(paired: CoreBot) -> None:
    accounts = (OLGA, OTHER)
    for number in range(MOST_WAITING):
        assert receive(paired.ctx, paired.typed(accounts[number % 2], "thing list")) is Receipt.NEW
    for account in accounts:
        assert receive(paired.ctx, paired.typed(account, "thing list")) is Receipt.TOO_MANY
    assert receive(paired.ctx, paired.typed(VERA, "thing list")) is Receipt.NEW


def test_a_colleague_of_another_workspace_has_twenty_with_the_commands_they_type_here(core_bot: CoreBot) -> None:
    """Enterprise Grid: the same user of the same organisation, who acts from two of its workspaces."""
    core_bot.ctx.workspace.identify(HOME, "E1")
    away = replace(core_bot.typed(OLGA, "thing list"), person=person("Olga", team="T5"), enterprise="E1")
    for number in range(MOST_WAITING):
        typed = core_bot.typed(OLGA, "thing list") if number % 2 else replace(away, key=f"away-{number}")
        assert receive(core_bot.ctx, typed) is Receipt.NEW
    assert receive(core_bot.ctx, away) is Receipt.TOO_MANY
    assert receive(core_bot.ctx, core_bot.typed(OLGA, "thing list")) is Receipt.TOO_MANY


def test_the_accounts_of_a_person_take_one_turn_among_commands(paired: CoreBot) -> None:
    for account in (OLGA, OTHER, OLGA, OTHER, VERA, VERA):
        receive(paired.ctx, paired.typed(account, "thing list"))
    taken = []
    with paired.store.unit_of_work() as store:
        for _ in range(4):
            job = store.jobs.claim(paired.clock.now_ms())
            assert job is not None
            taken.append("vera" if VERA.user in job.payload else "olga")
            store.jobs.finish(job)
    assert taken == ["olga", "vera", "olga", "vera"]


def test_the_accounts_of_a_person_take_one_turn_among_approved_requests(paired: CoreBot) -> None:
    paired.toy.things |= dict.fromkeys(("three", "four"), "red")
    asked = ((OLGA, "one"), (OTHER, "two"), (VERA, "three"))
    changes = [paired.ask(f"thing remove {name}", account) for account, name in asked]
    for change in changes:
        paired.press(ANTON, change)
    with paired.store.unit_of_work() as store:
        taken = [store.jobs.claim(paired.clock.now_ms()) for _ in range(2)]
    assert [job.payload for job in taken if job] == [str(changes[0].number), str(changes[2].number)]


def test_the_accounts_of_a_person_take_one_turn_among_answers(paired: CoreBot) -> None:
    for account in (OLGA, OTHER, OLGA, OTHER, VERA, VERA):
        paired.take(paired.typed(account, "whoami"))
    paired.deliver()
    whose = ["vera" if notice.person == VERA else "olga" for notice in paired.messenger.private_notices]
    assert whose[:4] == ["olga", "vera", "olga", "vera"]


def test_refusals_of_the_accounts_of_a_person_are_folded_together(core_bot: CoreBot) -> None:
    other = person("Gleb2")
    core_bot.configure(people=IdentityGroups.of([(GLEB, other)]))
    for account in (other, GLEB, other, GLEB):
        core_bot.take(core_bot.typed(account, "thing list"))
    core_bot.wait(FOLD_MS / 1000 + 1)
    first, rest = core_bot.records(Tag.COMMAND_REFUSED)
    assert (first.actor, first.facts["line"]) == (other.id, "thing list")
    assert (rest.actor, rest.facts["count"]) == (other.id, 3)
    assert rest.facts["subjects"] == f"{GLEB.id}: thing list; thing list", "the record names who else it was"


def test_mismatched_deliveries_of_the_accounts_of_a_person_are_folded_together(paired: CoreBot) -> None:
    for account in (OLGA, OTHER, OLGA):
        first = paired.typed(account, "thing list")
        receive(paired.ctx, first)
        receive(paired.ctx, replace(first, text="thing remove one"))
    paired.wait(FOLD_MS / 1000 + 1)
    rest = paired.records(Tag.DELIVERY_MISMATCHED)[1]
    assert rest.facts == {"count": 2, "subjects": OTHER.id}


def test_approvers_who_are_one_person_are_no_two_at_the_start(paired: CoreBot) -> None:
    paired.configure(people=IdentityGroups.of([(ANTON, VERA), (ANTON, IDA), (ANTON, STRANGER)]))
    grants = paired.store.grants.all()
    assert "1 person on the allow-list may approve" in en(
        find_approver_shortage(grants, 2, paired.ctx.deployment.people) or ""
    )
    assert find_approver_shortage(grants, 1, paired.ctx.deployment.people) is None
    paired.configure(people=IdentityGroups.of([(ANTON, VERA)]))
    assert find_approver_shortage(grants, 2, paired.ctx.deployment.people) is None
