"""A change request that waits for the audit channel says so once, and a card that cannot be posted is told."""

from __future__ import annotations

from bot.core import mentions
from bot.core.change.change_request import Status
from bot.usecases.authority import card_token
from bot.usecases.delivery.cards import AGAIN
from bot.usecases.delivery_errors import ChannelDead, Lost
from bot.usecases.execution.executor import WAIT_IS_NEWS_MS
from tests.usecases.office import APPROVALS, OLGA, OPS, VERA, Office

WAITS = "waits for the audit channel"


def said(office: Office) -> list[str]:
    return [line for line in office.threads if WAITS in line]


def test_a_long_wait_for_the_audit_channel_is_told_once_and_ends(office: Office) -> None:
    change = office.ask()
    office.messenger.fail("audit", *[Lost("internal_error")] * 4)
    office.press(VERA, change)
    office.wait(2)
    assert office.now(change).status is Status.APPROVED
    assert said(office) == []
    office.wait(WAIT_IS_NEWS_MS / 1000 + 5)
    assert len(said(office)) <= 1
    office.wait(60)
    assert len(said(office)) == 1
    assert office.now(change).status is Status.DONE
    assert len(office.toy.calls) == 1


def test_a_card_that_cannot_be_posted_is_told_to_the_requester_once(office: Office) -> None:
    office.messenger.fail("post", *[ChannelDead("channel_not_found")] * 3)
    office.type(OLGA, "thing remove one")
    office.wait(60)
    told = [one for one in office.messenger.whispers if "cannot be posted" in one.reply.title]
    assert len(told) == 1
    assert told[0].person == OLGA
    assert "channel_not_found" in told[0].reply.title
    assert office.messenger.cards, "it is posted in the end"


def test_it_is_told_also_when_the_process_dies_before_it_says_so(office: Office) -> None:
    """The first attempt was the last thing that the process did."""
    office.messenger.fail("post", *[ChannelDead("channel_not_found")] * 2)
    office.take(office.typed(OLGA, "thing remove one"))
    with office.store.unit_of_work() as store:
        store.outbox.claim(office.clock.now_ms(), kind="card")
    office.restart()
    office.wait(60)
    told = [one.person for one in office.messenger.whispers if "cannot be posted" in one.reply.title]
    assert told == [OLGA]


def test_a_card_that_cannot_stand_where_it_was_typed_moves_to_the_approval_channel(office: Office) -> None:
    """As from a direct message, or a channel the bot is not in: else it would keep the thing from everybody."""
    office.messenger.fail("post", Lost("timeout"), ChannelDead("channel_not_found"))
    office.take(office.typed(OLGA, "thing paint one", channel="DCOLLEAGUE"))
    first = office.change()
    assert first.channel == "DCOLLEAGUE"
    office.wait(60)
    change = office.change()
    assert (change.channel, change.card is None) == (APPROVALS, False)
    assert change.card_id not in ("", first.card_id)
    told = [one.reply.title for one in office.messenger.whispers if "cannot be posted" in one.reply.title]
    assert told == [
        f"The card of CR-1001 cannot be posted in {mentions.channel('DCOLLEAGUE')}: "
        "the channel does not exist, or it is private and the bot is not in it (channel_not_found). "
        f"It goes to {mentions.channel(APPROVALS)} instead."
    ]
    stale = office.click(OLGA, change, card_token.CONFIRM, value=office.value(first), channel="DCOLLEAGUE")
    office.hears(stale)
    assert office.change().status is Status.PENDING
    assert office.press(OLGA, change, card_token.CONFIRM) == ""


def test_it_moves_once_and_then_the_hint_names_where_it_is_to_stand(office: Office) -> None:
    office.messenger.fail("post", *[ChannelDead("not_in_channel")] * 20)
    office.type(OLGA, "thing paint one", channel="DCOLLEAGUE")
    office.wait(120)
    assert office.change().channel == APPROVALS
    told = [one.reply for one in office.messenger.whispers if "cannot be posted" in one.reply.title]
    assert len(told) == 2
    assert mentions.channel(APPROVALS) in told[-1].title
    assert told[-1].notes[0].startswith("Invite the bot to the channel")
    assert told[-1].notes[0].endswith("The channel is B24BOT_APPROVAL_CHANNEL.")
    assert told[-1].notes[1] == AGAIN


def test_a_card_that_stood_once_does_not_move(office: Office) -> None:
    change = office.ask("thing paint one")
    office.messenger.fail("rewrite", *[ChannelDead("is_archived")] * 3)
    office.press(OLGA, change, card_token.WITHDRAW)
    office.wait(60)
    assert office.now(change).channel == OPS
    assert office.now(change).card_id == change.card_id
