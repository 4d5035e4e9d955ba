"""A card names those who can approve its change request now, and nobody else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.authority.identity_groups import IdentityGroups
from bot.core.authority.membership import MembershipStatus
from bot.core.authority.policy import Terms
from bot.core.principals import Principal
from bot.usecases.admin.allow_list import revoke_role
from bot.usecases.authority import card_token
from tests.usecases.core_bot import ANTON, IDA, OLGA, SHELL, VERA, CoreBot


def named(core_bot: CoreBot) -> tuple[Principal, ...] | None:
    return core_bot.messenger.shown[1001].approvers


def test_a_posted_card_names_the_approvers_of_the_allow_list_but_never_its_requester(core_bot: CoreBot) -> None:
    core_bot.ask(who=ANTON)
    assert named(core_bot) == (IDA, VERA)


def test_who_has_approved_is_not_asked_again(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(terms=Terms(quorum=2))
    change = core_bot.ask()
    core_bot.press(ANTON, change)
    core_bot.work()
    assert named(core_bot) == (IDA, VERA)


def test_who_lost_the_role_or_the_account_is_not_named(core_bot: CoreBot) -> None:
    core_bot.messenger.standings[VERA] = MembershipStatus.DELETED
    change = core_bot.ask()
    core_bot.press(VERA, change)
    revoke_role(core_bot.store, ANTON, by=SHELL)
    core_bot.deliver()
    core_bot.clock.advance(400)
    core_bot.run_once()
    assert named(core_bot) == (IDA,)


def test_two_accounts_of_one_person_are_named_once(core_bot: CoreBot) -> None:
    core_bot.configure(people=IdentityGroups.of([(VERA, IDA)]))
    core_bot.ask()
    assert len(named(core_bot) or ()) == 2


@pytest.mark.parametrize("how", ["confirmed", "decided"])
def test_where_nobody_is_asked_to_approve_nobody_is_named(core_bot: CoreBot, how: str) -> None:
    if how == "confirmed":
        core_bot.ask("thing paint two --colour blue", OLGA)
    else:
        core_bot.press(ANTON, core_bot.ask(), card_token.APPROVE)
        core_bot.work()
    assert named(core_bot) is None
