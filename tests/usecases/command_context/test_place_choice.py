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
from bot.usecases.chat.delivery_errors import ChannelDead, Lost
from bot.usecases.command_context.place_choice import keep_first_place, set_default, set_own
from bot.usecases.intake.receipts import receive
from bot.usecases.notices.notifications import queue_card
from tests.language.english import en, en_facts, en_rows
from tests.usecases.core_bot import ANTON, IDA, OLGA, ROLES, SHELL, VERA, VIKTOR, CoreBot, person
from tests.usecases.toy import ACME, BETA, Toy

ADA = person("Ada")
"""Another admin."""


@pytest.fixture
def core_bot(make_core_bot: Callable[..., CoreBot]) -> CoreBot:
    """Two portals, and no default yet."""
    return make_core_bot(toy=Toy(known=[ACME, BETA]), roles={**ROLES, ADA: Role.ADMIN})


def choose_default(core_bot: CoreBot, place: Place = ACME) -> None:
    with core_bot.store.unit_of_work() as tx:
        set_default(tx, core_bot.ctx, "toy", place, by=SHELL)
    core_bot.work()


def answer(core_bot: CoreBot, who: Principal, line: str) -> str:
    """All that somebody reads after a line."""
    core_bot.type(who, line)
    # Answers of several people wait in turn.
    reply = next(one.reply for one in reversed(core_bot.messenger.private_notices) if one.person == who)
    return "\n".join([en(reply.title), *(f"{label}: {text}" for label, text in en_facts(reply)), *map(en, reply.notes)])


def portal_of(core_bot: CoreBot, who: Principal, line: str = "thing list") -> str:
    """Which portal a line without --portal is about."""
    told = answer(core_bot, who, line)
    return next(row for row in told.splitlines() if row.startswith("Portal: ")).removeprefix("Portal: ").split()[0]


def test_several_portals_without_a_default_are_named_instead_of_guessed(core_bot: CoreBot) -> None:
    told = answer(core_bot, OLGA, "thing remove one")
    assert told.startswith("Portal: several are set up and none is the default: default, beta.")
    assert "portal use NAME" in told
    assert "--portal NAME" in told
    assert core_bot.store.changes.with_status(Status) == []


def test_the_default_portal_is_stored_and_neither_order_nor_time_changes_it(core_bot: CoreBot) -> None:
    choose_default(core_bot, BETA)
    for known in ([ACME, BETA], [BETA, ACME]):
        core_bot.toy.known = known
        assert portal_of(core_bot, OLGA) == "beta"


@pytest.mark.parametrize("who", [VIKTOR, OLGA, IDA])
def test_a_portal_of_ones_own_needs_nobody_and_changes_nobody_elses(core_bot: CoreBot, who: Principal) -> None:
    choose_default(core_bot)
    told = core_bot.type(who, "portal use beta")
    words = "Your commands without --portal act on beta (beta.example.com) now. To go back: portal use --clear"
    assert mentions.unmark(told) == words
    assert (portal_of(core_bot, who), portal_of(core_bot, VERA)) == ("beta", "default")
    (record,) = core_bot.records(Tag.OWN_PLACE_SET)
    assert (record.actor, record.subject) == (who.id, "toy")
    assert (record.facts["portal"], record.facts["before"]) == ("beta", "")
    assert core_bot.store.changes.with_status(Status) == []


def test_ones_own_portal_is_taken_back(core_bot: CoreBot) -> None:
    choose_default(core_bot)
    assert "You have no choice of your own" in core_bot.type(OLGA, "portal use --clear")
    core_bot.type(OLGA, "portal use beta")
    assert mentions.unmark(core_bot.type(OLGA, "portal use default")).endswith("To go back: portal use beta")
    assert "is cleared" in core_bot.type(OLGA, "portal use --clear")
    assert portal_of(core_bot, OLGA) == "default"


@pytest.mark.parametrize("line", ["portal use", "portal use beta --clear", "portal use --clear --for-all"])
def test_words_that_do_not_say_which_portal_is_meant_are_refused(core_bot: CoreBot, line: str) -> None:
    assert "either a name, or --clear" in core_bot.type(OLGA, line)


def test_an_unknown_portal_cannot_be_used(core_bot: CoreBot) -> None:
    assert "Did you mean beta?" in answer(core_bot, OLGA, "portal use betta")
    assert answer(core_bot, OLGA, "portal use beta --plugin play").startswith("No portal is set up yet.")


def default_change(core_bot: CoreBot, who: Principal = IDA) -> ChangeRequest:
    return core_bot.ask("portal use beta --for-all", who)


def test_the_default_of_everybody_is_changed_by_two_admins(core_bot: CoreBot) -> None:
    choose_default(core_bot)
    assert "needs the role admin. Your role is operator" in core_bot.type(OLGA, "portal use beta --for-all")
    change = default_change(core_bot)
    assert "You asked for this yourself" in core_bot.press(IDA, change)
    assert "needs the role admin" in core_bot.press(ANTON, change)
    assert portal_of(core_bot, OLGA) == "default"
    core_bot.press(ADA, change)
    core_bot.work()
    assert core_bot.now(change).status is Status.DONE
    assert portal_of(core_bot, OLGA) == "beta"
    record = core_bot.records(Tag.DEFAULT_PLACE_SET)[-1]
    assert (record.actor, record.facts["request"]) == (IDA.id, change.id)
    assert (record.facts["portal"], record.facts["before"]) == ("beta", "default")

    core_bot.press(ADA, change, card_token.UNDO)
    undo = core_bot.change()
    assert undo.line == "portal use default --for-all --plugin toy"
    core_bot.deliver()
    core_bot.press(IDA, undo)
    core_bot.work()
    assert portal_of(core_bot, OLGA) == "default"


def test_a_default_that_was_changed_meanwhile_is_not_changed_again(core_bot: CoreBot) -> None:
    choose_default(core_bot)
    change = default_change(core_bot)
    choose_default(core_bot, BETA)
    core_bot.press(ADA, change)
    core_bot.work()
    assert core_bot.now(change).status is Status.GONE


def test_a_portal_that_was_removed_is_never_replaced_by_another_one(core_bot: CoreBot) -> None:
    """Not even where one is left, nor by one that has only the name."""
    choose_default(core_bot)
    core_bot.type(OLGA, "portal use beta")
    for known in ([ACME], [ACME, replace(BETA, identity="m-other")]):
        core_bot.toy.known = known
        told = answer(core_bot, OLGA, "thing remove one")
        assert told.startswith("Portal beta, your own choice, does not exist any more")
        assert "portal use NAME" in told
    core_bot.toy.known = [BETA]
    told = answer(core_bot, VERA, "thing remove one")
    assert told.startswith("Portal default, the default, does not exist any more")
    assert "portal use NAME --for-all" in told
    assert core_bot.store.changes.with_status(Status) == []


def test_a_portal_that_was_renamed_stays_the_one_that_was_chosen(core_bot: CoreBot) -> None:
    choose_default(core_bot, BETA)
    core_bot.toy.known = [ACME, replace(BETA, name="gamma")]
    assert portal_of(core_bot, OLGA) == "gamma"


def test_an_open_change_request_keeps_its_portal_whatever_the_default_becomes(core_bot: CoreBot) -> None:
    choose_default(core_bot)
    change = core_bot.ask("thing remove one")
    choose_default(core_bot, BETA)
    core_bot.press(ANTON, change)
    core_bot.work()
    assert core_bot.now(change).status is Status.DONE
    assert core_bot.toy.called_at == [ACME]


def test_an_undo_names_the_portal_where_it_was_done(core_bot: CoreBot) -> None:
    choose_default(core_bot)
    first = core_bot.approved("thing paint one")
    core_bot.work()
    choose_default(core_bot, BETA)
    core_bot.press(OLGA, first, card_token.UNDO)
    assert core_bot.change().place == ACME


def test_with_several_portals_every_answer_and_every_line_names_the_portal(core_bot: CoreBot) -> None:
    choose_default(core_bot, BETA)
    assert "Portal: beta · beta.example.com" in answer(core_bot, OLGA, "thing list")
    assert "Portal: beta · beta.example.com" in answer(core_bot, OLGA, "thing remove three")
    assert answer(core_bot, OLGA, "thing refuse").splitlines()[1] == "Come back tomorrow. Portal: beta."
    assert "Portal: beta (the default)" in answer(core_bot, OLGA, "whoami")

    change = core_bot.ask("thing remove one")
    assert change.line == "thing remove one --portal beta"
    assert core_bot.last_private_notice.startswith("CR-1001 (Remove one on beta) waits for approval")
    assert "Portal: beta" in answer_to_press(core_bot, OLGA, change)
    core_bot.press(ANTON, change)
    core_bot.work()
    assert core_bot.now(change).status is Status.DONE
    assert [line for line in core_bot.threads if not line.startswith("CR-1001 beta · ")] == []
    assert ("CR-1001", "done and verified", "beta", "thing:one") in [row[:4] for row in rows(core_bot, "request list")]


def _no_place_for_the_card(core_bot: CoreBot, change: ChangeRequest) -> None:
    core_bot.messenger.fail("rewrite", *[ChannelDead("is_archived")] * 9)
    with core_bot.store.unit_of_work() as tx:
        queue_card(tx, core_bot.ctx, change.number)
    core_bot.wait(30, step=3)


def _stop_that_slack_does_not_confirm(core_bot: CoreBot, change: ChangeRequest) -> None:
    core_bot.wait(61, step=30)
    core_bot.messenger.fail("account", *[Lost("timeout")] * 99)
    receive(core_bot.ctx, core_bot.click(OLGA, change, card_token.WITHDRAW))
    core_bot.wait(90, step=3)


def _fault_in_the_execution(core_bot: CoreBot, change: ChangeRequest) -> None:
    core_bot.press(ANTON, change)
    core_bot.toy.closed = ZeroDivisionError("in the toy")
    core_bot.work()


SAID_LATER = {
    "a card that cannot be posted": _no_place_for_the_card,
    "a stop that waits": _stop_that_slack_does_not_confirm,
    "a fault": _fault_in_the_execution,
}


@pytest.mark.parametrize("what", SAID_LATER)
def test_with_several_portals_whatever_the_bot_says_of_a_change_request_names_the_portal(
    core_bot: CoreBot, what: str
) -> None:
    """What it says by itself, too, to one person and at another time than they typed."""
    choose_default(core_bot, BETA)
    change = core_bot.ask("thing remove one")
    core_bot.messenger.private_notices.clear()
    SAID_LATER[what](core_bot, change)
    told = [one.reply for one in core_bot.messenger.private_notices if "CR-1001" in en(one.reply.title)]
    assert told, [one.reply.title for one in core_bot.messenger.private_notices]
    for reply in told:
        assert "beta" in f"{reply.title} {reply.facts}"


def answer_to_press(core_bot: CoreBot, who: Principal, change: ChangeRequest) -> str:
    core_bot.press(who, change)
    reply = core_bot.waiting_private_notices()[-1].reply
    return "\n".join([en(reply.title), *(f"{label}: {text}" for label, text in en_facts(reply))])


def rows(core_bot: CoreBot, line: str) -> tuple[tuple[str, ...], ...]:
    core_bot.type(OLGA, line)
    table = core_bot.messenger.private_notices[-1].reply.table
    assert table is not None
    return en_rows(table)


def test_with_one_portal_it_is_named_only_where_it_always_was(core_bot: CoreBot) -> None:
    core_bot.toy.known = [ACME]
    assert answer(core_bot, OLGA, "thing list") == "Things"
    change = core_bot.approved("thing remove one")
    core_bot.work()
    assert change.line == "thing remove one"
    assert [line for line in core_bot.threads if "default" in line] == []


def test_the_portal_there_was_becomes_the_default_when_a_second_one_is_added(core_bot: CoreBot) -> None:
    with core_bot.store.unit_of_work() as tx:
        told = en(keep_first_place(tx, core_bot.ctx, "toy", [ACME], [BETA, ACME], SHELL) or "")
    assert told.startswith("Portal default stays the default.")
    assert portal_of(core_bot, OLGA) == "default"
    (record,) = core_bot.records(Tag.DEFAULT_PLACE_SET)
    assert (record.actor, record.facts["portal"]) == (SHELL.id, "default")


def test_a_third_portal_does_not_choose_a_default_among_two(core_bot: CoreBot) -> None:
    """As after an upgrade of a database with several: nobody has said which one is meant."""
    third = Place(name="third", label="third.example.com", identity="m-third")
    with core_bot.store.unit_of_work() as tx:
        told = en(keep_first_place(tx, core_bot.ctx, "toy", [ACME, BETA], [ACME, BETA, third], SHELL) or "")
    assert told.startswith("Portal: several are set up and none is the default.")
    assert core_bot.records(Tag.DEFAULT_PLACE_SET) == []


class Homeless(Toy):
    """A plugin that cannot name its portals."""

    def places(self, services: Services) -> Sequence[Place]:
        raise PluginFault("The plugin toy failed while it named its portals (reference E-1).")


def test_whoami_is_answered_although_a_plugin_cannot_name_its_portals(make_core_bot: Callable[..., CoreBot]) -> None:
    said = answer(make_core_bot(toy=Homeless()), OLGA, "whoami")
    assert f"You are {mentions.person(OLGA)}." in said
    assert "Portal: The plugin toy failed while it named its portals" in said


def test_whoami_says_that_the_own_portal_is_not_known_any_more(core_bot: CoreBot) -> None:
    choose_default(core_bot)
    gone = Place(name="gone", label="gone.example.com", identity="m-gone")
    with core_bot.store.unit_of_work() as tx:
        set_own(tx, core_bot.ctx, "toy", OLGA, gone)
    assert "Portal: Portal gone, your own choice, does not exist any more" in answer(core_bot, OLGA, "whoami")
    assert "Portal: default (the default)" in answer(core_bot, VERA, "whoami")
