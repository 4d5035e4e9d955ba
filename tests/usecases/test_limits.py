"""Nobody floods the approvers, and nothing is asked for that nobody could approve."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core import mentions
from bot.core.authority.identity_groups import IdentityGroups
from bot.core.authority.membership import MembershipStatus
from bot.core.authority.policy import Terms
from bot.core.change.change_request import Status
from bot.core.principals import Role
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.authority import card_token
from bot.usecases.authority.eligibility import MOST_OPEN, NO_WORD
from bot.usecases.chat.delivery_errors import Lost
from tests.language.english import en
from tests.usecases.core_bot import ANTON, APPROVALS, IDA, OLGA, SHELL, STRANGER, VERA, VIKTOR, CoreBot, person

NAMES = [f"thing{number}" for number in range(MOST_OPEN + 2)]


@pytest.fixture
def busy(core_bot: CoreBot) -> CoreBot:
    """Olga has as many open as one may have."""
    core_bot.toy.things.update(dict.fromkeys(NAMES, "red"))
    for name in NAMES[:MOST_OPEN]:
        core_bot.ask(f"thing remove {name}")
    return core_bot


def opened(core_bot: CoreBot) -> int:
    return len(core_bot.store.changes.with_status(Status))


def test_the_eleventh_is_refused_and_told_how_to_go_on(busy: CoreBot) -> None:
    assert busy.type(OLGA, f"thing remove {NAMES[10]}") == (
        "You have 10 open change requests (CR-1001, CR-1002, CR-1003, CR-1004, CR-1005, CR-1006, "
        "CR-1007, CR-1008, CR-1009, and CR-1010). The most is 10."
    )
    assert en(busy.messenger.private_notices[-1].reply.notes[0]).startswith("Press Withdraw on the card of one")
    assert opened(busy) == MOST_OPEN


def test_somebody_else_may_still_ask(busy: CoreBot) -> None:
    busy.ask(f"thing remove {NAMES[10]}", VERA)
    assert busy.change().requester == VERA


def test_what_is_open_already_is_shown_and_not_refused(busy: CoreBot) -> None:
    assert "CR-1003 (Remove thing2) is open for this already" in busy.type(OLGA, f"thing remove {NAMES[2]}")


@pytest.mark.parametrize("how", ["withdrawn", "rejected", "done"])
def test_one_that_has_ended_makes_room(busy: CoreBot, how: str) -> None:
    change = busy.change(1004)
    if how == "withdrawn":
        busy.press(OLGA, change, card_token.WITHDRAW)
    elif how == "rejected":
        busy.send(ANTON, change, "no")
    else:
        busy.press(ANTON, change)
        busy.work()
    assert not busy.now(change).status.open
    assert busy.ask(f"thing remove {NAMES[10]}").number == 1011
    assert "The most is 10" in busy.type(OLGA, f"thing remove {NAMES[11]}")


def test_another_account_of_the_same_person_has_no_ten_of_its_own(busy: CoreBot) -> None:
    other = person("Olga2")
    grant_role(busy.store, other, Role.OPERATOR, by=SHELL)
    busy.configure(people=IdentityGroups.of([(OLGA, other)]))
    assert "The most is 10" in busy.type(other, f"thing remove {NAMES[10]}")


def test_the_shell_has_ten_too(core_bot: CoreBot) -> None:
    core_bot.toy.things.update(dict.fromkeys(NAMES, "red"))
    for name in NAMES[:MOST_OPEN]:
        core_bot.ask(f"thing remove {name}", SHELL)
    assert "The most is 10" in core_bot.type(SHELL, f"thing remove {NAMES[10]}")


def test_a_second_request_for_the_same_leads_to_the_card_of_the_first(core_bot: CoreBot) -> None:
    first = core_bot.ask()
    assert mentions.channel(APPROVALS) in core_bot.type(VERA, "thing remove one")
    assert mentions.person(first.requester) in en(core_bot.messenger.private_notices[-1].reply.notes[0])
    assert opened(core_bot) == 1


# Whether anybody could approve


def test_nothing_is_asked_for_that_no_member_could_approve(core_bot: CoreBot) -> None:
    core_bot.messenger.standings |= dict.fromkeys((ANTON, VERA, IDA), MembershipStatus.DELETED)
    assert core_bot.type(OLGA, "thing remove one") == (
        "This needs the approval of 1 other person with the role approver. None of them is a member of the workspace."
    )
    assert opened(core_bot) == 0


def test_a_guest_is_skipped_and_slack_is_asked_only_until_there_are_enough(core_bot: CoreBot) -> None:
    core_bot.messenger.standings[ANTON] = MembershipStatus.GUEST
    core_bot.ask()
    assert core_bot.messenger.asked == [OLGA, ANTON, IDA]


def test_those_of_whom_something_is_known_are_counted_first(core_bot: CoreBot) -> None:
    core_bot.type(VERA, "thing list")
    core_bot.ask()
    assert core_bot.messenger.asked == [VERA, OLGA]


def test_what_the_requester_confirms_alone_needs_nobody(core_bot: CoreBot) -> None:
    core_bot.messenger.standings |= dict.fromkeys((ANTON, VERA, IDA), MembershipStatus.DELETED)
    core_bot.ask("thing paint one")
    assert core_bot.messenger.asked == [OLGA]


def test_while_slack_does_not_tell_of_the_approvers_that_is_said(core_bot: CoreBot) -> None:
    core_bot.messenger.fail("account", None, Lost("timeout"))
    core_bot.ask()
    assert core_bot.messenger.asked == [OLGA, ANTON], "after one silence nobody waits for another"
    assert core_bot.messenger.private_notices[-1].reply.notes[0] == en(NO_WORD)
    assert core_bot.change().status is Status.PENDING


def test_silence_does_not_count_for_those_known_to_be_no_members(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(terms=Terms(quorum=3))
    core_bot.messenger.standings[ANTON] = MembershipStatus.GUEST
    core_bot.messenger.fail("account", None, None, Lost("timeout"))
    assert "None of them is a member of the workspace" in core_bot.type(OLGA, "thing remove one")


def test_two_accounts_of_one_person_are_one_who_could_approve(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(terms=Terms(quorum=3))
    core_bot.configure(people=IdentityGroups.of([(ANTON, VERA)]))
    assert "of 3 other people with the role approver. There are 2." in core_bot.type(OLGA, "thing remove one")
    core_bot.configure(people=IdentityGroups.of([(OLGA, IDA)]))
    assert "There are 2." in core_bot.type(OLGA, "thing remove one")
    assert STRANGER not in core_bot.messenger.asked
    assert VIKTOR not in core_bot.messenger.asked
