"""The portal of a command: named, one's own, or the stored default; never one that time or order happened to choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import Tag
from bot.core.bot_errors import PluginFault
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.principals import Principal, Role
from bot.plugin import Place, Services
from bot.usecases.authority import card_token
from bot.usecases.delivery_errors import ChannelDead, Lost
from bot.usecases.intake.receipts import receive
from bot.usecases.notifications import show_card
from bot.usecases.place_choice import keep_first_portal, set_default, set_own
from tests.usecases.office import ANTON, IDA, OLGA, ROLES, SHELL, VERA, VIKTOR, Office, person
from tests.usecases.toy import ACME, BETA, Toy

ADA = person("Ada")
"""Another admin."""


@pytest.fixture
def office(make_office: Callable[..., Office]) -> Office:
    """Two portals, and no default yet."""
    return make_office(toy=Toy(known=[ACME, BETA]), roles={**ROLES, ADA: Role.ADMIN})


def choose_default(office: Office, place: Place = ACME) -> None:
    with office.store.unit_of_work():
        set_default(office.ctx, "toy", place, by=SHELL)
    office.work()


def answer(office: Office, who: Principal, line: str) -> str:
    """All that somebody reads after a line."""
    office.type(who, line)
    # Answers of several people wait in turn.
    reply = next(one.reply for one in reversed(office.messenger.whispers) if one.person == who)
    return "\n".join([reply.title, *(f"{label}: {text}" for label, text in reply.facts), *reply.notes])


def portal_of(office: Office, who: Principal, line: str = "thing list") -> str:
    """Which portal a line without --portal is about."""
    told = answer(office, who, line)
    return next(row for row in told.splitlines() if row.startswith("Portal: ")).removeprefix("Portal: ").split()[0]


def test_several_portals_without_a_default_are_named_instead_of_guessed(office: Office) -> None:
    told = answer(office, OLGA, "thing remove one")
    assert told.startswith("There are several portals and no default: default, beta.")
    assert "portal use NAME" in told
    assert "--portal NAME" in told
    assert office.store.changes.with_status(Status) == []


def test_the_default_portal_is_stored_and_neither_order_nor_time_changes_it(office: Office) -> None:
    choose_default(office, BETA)
    for known in ([ACME, BETA], [BETA, ACME]):
        office.toy.known = known
        assert portal_of(office, OLGA) == "beta"


@pytest.mark.parametrize("who", [VIKTOR, OLGA, IDA])
def test_a_portal_of_ones_own_needs_nobody_and_changes_nobody_elses(office: Office, who: Principal) -> None:
    choose_default(office)
    told = office.type(who, "portal use beta")
    assert told == ("Your commands without --portal act on beta (beta.example.com) now. To go back: portal use --clear")
    assert (portal_of(office, who), portal_of(office, VERA)) == ("beta", "default")
    (record,) = office.records(Tag.OWN_PORTAL_SET)
    assert (record.actor, record.subject) == (who.id, "toy")
    assert (record.facts["portal"], record.facts["before"]) == ("beta", "")
    assert office.store.changes.with_status(Status) == []


def test_ones_own_portal_is_taken_back(office: Office) -> None:
    choose_default(office)
    assert "You have chosen no portal" in office.type(OLGA, "portal use --clear")
    office.type(OLGA, "portal use beta")
    assert office.type(OLGA, "portal use default").endswith("To go back: portal use beta")
    assert "taken back" in office.type(OLGA, "portal use --clear")
    assert portal_of(office, OLGA) == "default"


@pytest.mark.parametrize("line", ["portal use", "portal use beta --clear", "portal use --clear --for-all"])
def test_words_that_do_not_say_which_portal_is_meant_are_refused(office: Office, line: str) -> None:
    assert "either the name of a portal, or --clear" in office.type(OLGA, line)


def test_an_unknown_portal_cannot_be_used(office: Office) -> None:
    assert "Did you mean beta?" in answer(office, OLGA, "portal use betta")
    assert answer(office, OLGA, "portal use beta --plugin play").startswith("No portal is set up yet.")


def default_change(office: Office, who: Principal = IDA) -> ChangeRequest:
    return office.ask("portal use beta --for-all", who)


def test_the_default_of_everybody_is_changed_by_two_admins(office: Office) -> None:
    choose_default(office)
    assert "needs the role admin; yours is operator" in office.type(OLGA, "portal use beta --for-all")
    change = default_change(office)
    assert "You asked for this yourself" in office.press(IDA, change)
    assert "needs the role admin" in office.press(ANTON, change)
    assert portal_of(office, OLGA) == "default"
    office.press(ADA, change)
    office.work()
    assert office.now(change).status is Status.DONE
    assert portal_of(office, OLGA) == "beta"
    record = office.records(Tag.DEFAULT_PORTAL_SET)[-1]
    assert (record.actor, record.facts["request"]) == (IDA.id, change.id)
    assert (record.facts["portal"], record.facts["before"]) == ("beta", "default")

    office.press(ADA, change, card_token.UNDO)
    undo = office.change()
    assert undo.line == "portal use default --for-all --plugin toy"
    office.deliver()
    office.press(IDA, undo)
    office.work()
    assert portal_of(office, OLGA) == "default"


def test_a_default_that_was_changed_meanwhile_is_not_changed_again(office: Office) -> None:
    choose_default(office)
    change = default_change(office)
    choose_default(office, BETA)
    office.press(ADA, change)
    office.work()
    assert office.now(change).status is Status.GONE


def test_a_portal_that_was_removed_is_never_replaced_by_another_one(office: Office) -> None:
    """Not even where one is left, nor by one that has only the name."""
    choose_default(office)
    office.type(OLGA, "portal use beta")
    for known in ([ACME], [ACME, replace(BETA, identity="m-other")]):
        office.toy.known = known
        told = answer(office, OLGA, "thing remove one")
        assert told.startswith("Your own portal, beta, is not known any more")
        assert "portal use NAME" in told
    office.toy.known = [BETA]
    told = answer(office, VERA, "thing remove one")
    assert told.startswith("The default portal, default, is not known any more")
    assert "portal use NAME --for-all" in told
    assert office.store.changes.with_status(Status) == []


def test_a_portal_that_was_renamed_stays_the_one_that_was_chosen(office: Office) -> None:
    choose_default(office, BETA)
    office.toy.known = [ACME, replace(BETA, name="gamma")]
    assert portal_of(office, OLGA) == "gamma"


def test_an_open_change_request_keeps_its_portal_whatever_the_default_becomes(office: Office) -> None:
    choose_default(office)
    change = office.ask("thing remove one")
    choose_default(office, BETA)
    office.press(ANTON, change)
    office.work()
    assert office.now(change).status is Status.DONE
    assert office.toy.called_at == [ACME]


def test_an_undo_names_the_portal_where_it_was_done(office: Office) -> None:
    choose_default(office)
    first = office.approved("thing paint one")
    office.work()
    choose_default(office, BETA)
    office.press(OLGA, first, card_token.UNDO)
    assert office.change().place == ACME


def test_with_several_portals_every_answer_and_every_line_names_the_portal(office: Office) -> None:
    choose_default(office, BETA)
    assert "Portal: beta · beta.example.com" in answer(office, OLGA, "thing list")
    assert "Portal: beta · beta.example.com" in answer(office, OLGA, "thing remove three")
    assert answer(office, OLGA, "thing refuse").splitlines()[1] == "Come back tomorrow. Portal: beta."
    assert "Portal: beta (the default)" in answer(office, OLGA, "whoami")

    change = office.ask("thing remove one")
    assert change.line == "thing remove one --portal beta"
    assert office.last_whisper.startswith("CR-1001 (Remove one on beta) waits for approval")
    assert "Portal: beta" in answer_to_press(office, OLGA, change)
    office.press(ANTON, change)
    office.work()
    assert office.now(change).status is Status.DONE
    assert [line for line in office.threads if not line.startswith("CR-1001 beta · ")] == []
    assert ("CR-1001", "done", "beta", "thing:one") in [row[:4] for row in rows(office, "request list")]


def _no_place_for_the_card(office: Office, change: ChangeRequest) -> None:
    office.messenger.fail("rewrite", *[ChannelDead("is_archived")] * 9)
    with office.store.unit_of_work():
        show_card(office.ctx, change.number)
    office.wait(30, step=3)


def _stop_that_slack_does_not_confirm(office: Office, change: ChangeRequest) -> None:
    office.wait(61, step=30)
    office.messenger.fail("account", *[Lost("timeout")] * 99)
    receive(office.ctx, office.click(OLGA, change, card_token.WITHDRAW))
    office.wait(90, step=3)


def _fault_in_the_execution(office: Office, change: ChangeRequest) -> None:
    office.press(ANTON, change)
    office.toy.closed = ZeroDivisionError("in the toy")
    office.work()


SAID_LATER = {
    "a card that cannot be posted": _no_place_for_the_card,
    "a stop that waits": _stop_that_slack_does_not_confirm,
    "a fault": _fault_in_the_execution,
}


@pytest.mark.parametrize("what", SAID_LATER)
def test_with_several_portals_whatever_the_bot_says_of_a_change_request_names_the_portal(
    office: Office, what: str
) -> None:
    """What it says by itself, too, to one person and at another time than they typed."""
    choose_default(office, BETA)
    change = office.ask("thing remove one")
    office.messenger.whispers.clear()
    SAID_LATER[what](office, change)
    told = [one.reply for one in office.messenger.whispers if "CR-1001" in one.reply.title]
    assert told, [one.reply.title for one in office.messenger.whispers]
    for reply in told:
        assert "beta" in f"{reply.title} {reply.facts}"


def answer_to_press(office: Office, who: Principal, change: ChangeRequest) -> str:
    office.press(who, change)
    reply = office.waiting_whispers()[-1].reply
    return "\n".join([reply.title, *(f"{label}: {text}" for label, text in reply.facts)])


def rows(office: Office, line: str) -> tuple[tuple[str, ...], ...]:
    office.type(OLGA, line)
    table = office.messenger.whispers[-1].reply.table
    assert table is not None
    return table.rows


def test_with_one_portal_it_is_named_only_where_it_always_was(office: Office) -> None:
    office.toy.known = [ACME]
    assert answer(office, OLGA, "thing list") == "Things"
    change = office.approved("thing remove one")
    office.work()
    assert change.line == "thing remove one"
    assert [line for line in office.threads if "default" in line] == []


def test_the_portal_there_was_becomes_the_default_when_a_second_one_is_added(office: Office) -> None:
    with office.store.unit_of_work():
        told = keep_first_portal(office.ctx, "toy", [ACME], [BETA, ACME], SHELL)
    assert told.startswith("The default portal is default; it did not change.")
    assert portal_of(office, OLGA) == "default"
    (record,) = office.records(Tag.DEFAULT_PORTAL_SET)
    assert (record.actor, record.facts["portal"]) == (SHELL.id, "default")


def test_a_third_portal_does_not_choose_a_default_among_two(office: Office) -> None:
    """As after an upgrade of a database with several: nobody has said which one is meant."""
    third = Place(name="third", label="third.example.com", identity="m-third")
    with office.store.unit_of_work():
        told = keep_first_portal(office.ctx, "toy", [ACME, BETA], [ACME, BETA, third], SHELL)
    assert told.startswith("There are several portals and no default.")
    assert office.records(Tag.DEFAULT_PORTAL_SET) == []


class Homeless(Toy):
    """A plugin that cannot name its portals."""

    def places(self, services: Services) -> Sequence[Place]:
        raise PluginFault("The plugin toy failed while it named its portals (reference E-1).")


def test_whoami_is_answered_although_a_plugin_cannot_name_its_portals(make_office: Callable[..., Office]) -> None:
    said = answer(make_office(toy=Homeless()), OLGA, "whoami")
    assert f"You are {mentions.person(OLGA)}." in said
    assert "Portal: The plugin toy failed while it named its portals" in said


def test_whoami_says_that_the_own_portal_is_not_known_any_more(office: Office) -> None:
    choose_default(office)
    gone = Place(name="gone", label="gone.example.com", identity="m-gone")
    with office.store.unit_of_work():
        set_own(office.ctx, "toy", OLGA, gone)
    assert "Portal: Your own portal, gone, is not known any more" in answer(office, OLGA, "whoami")
    assert "Portal: default (the default)" in answer(office, VERA, "whoami")
