"""A change request that waits for the audit channel says so once, and a card that cannot be posted is told."""

from __future__ import annotations

from bot.core import mentions
from bot.core.change.change_request import Status
from bot.plugin import Channel, Message
from bot.slack.refusals import find_refusal
from bot.usecases.authority import card_token
from bot.usecases.chat.delivery_errors import ChannelDead, Lost
from bot.usecases.delivery.cards import AGAIN
from bot.usecases.execution.executor import WAIT_IS_NEWS_MS
from tests.language.english import en
from tests.usecases.core_bot import APPROVALS, OLGA, OPS, VERA, CoreBot

WAITS = "waits for the audit channel"


def said(core_bot: CoreBot) -> list[str]:
    return [line for line in core_bot.threads if WAITS in line]


def test_a_long_wait_for_the_audit_channel_is_told_once_and_ends(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.messenger.fail("audit", *[Lost("internal_error")] * 4)
    core_bot.press(VERA, change)
    core_bot.wait(2)
    assert core_bot.now(change).status is Status.APPROVED
    assert said(core_bot) == []
    core_bot.wait(WAIT_IS_NEWS_MS / 1000 + 5)
    assert len(said(core_bot)) <= 1
    core_bot.wait(60)
    assert len(said(core_bot)) == 1
    assert core_bot.now(change).status is Status.DONE
    assert len(core_bot.toy.calls) == 1


def test_a_card_that_cannot_be_posted_is_told_to_the_requester_once(core_bot: CoreBot) -> None:
    core_bot.messenger.fail("post", *[ChannelDead("channel_not_found")] * 3)
    core_bot.type(OLGA, "thing remove one")
    core_bot.wait(60)
    told = [one for one in core_bot.messenger.private_notices if "cannot be posted" in en(one.reply.title)]
    assert len(told) == 1
    assert told[0].person == OLGA
    assert "channel_not_found" in en(told[0].reply.title)
    assert core_bot.messenger.cards, "it is posted in the end"


def test_it_is_told_also_when_the_process_dies_before_it_says_so(core_bot: CoreBot) -> None:
    """The first attempt was the last thing that the process did."""
    core_bot.messenger.fail("post", *[ChannelDead("channel_not_found")] * 2)
    core_bot.take(core_bot.typed(OLGA, "thing remove one"))
    with core_bot.store.unit_of_work() as store:
        store.outbox.claim(core_bot.clock.now_ms(), kind="card")
    core_bot.restart()
    core_bot.wait(60)
    told = [one.person for one in core_bot.messenger.private_notices if "cannot be posted" in en(one.reply.title)]
    assert told == [OLGA]


def test_a_card_that_cannot_stand_where_it_was_typed_moves_to_the_approval_channel(core_bot: CoreBot) -> None:
    """As from a direct message, or a channel the bot is not in: else it would keep the thing from everybody."""
    core_bot.messenger.fail("post", Lost("timeout"), ChannelDead("channel_not_found"))
    core_bot.take(core_bot.typed(OLGA, "thing paint one", channel="DCOLLEAGUE"))
    first = core_bot.change()
    assert first.channel == "DCOLLEAGUE"
    core_bot.wait(60)
    change = core_bot.change()
    assert (change.channel, change.card is None) == (APPROVALS, False)
    assert change.card_id not in ("", first.card_id)
    told = [one.reply.title for one in core_bot.messenger.private_notices if "cannot be posted" in en(one.reply.title)]
    assert told == [
        en(
            Message(
                "delivery.card_moved",
                request="CR-1001",
                channel=Channel(channel="DCOLLEAGUE"),
                cause=find_refusal("channel_not_found").described,
                elsewhere=Channel(channel=APPROVALS),
            )
        )
    ]
    stale = core_bot.click(OLGA, change, card_token.CONFIRM, value=core_bot.value(first), channel="DCOLLEAGUE")
    core_bot.hears(stale)
    assert core_bot.change().status is Status.PENDING
    assert core_bot.press(OLGA, change, card_token.CONFIRM) == ""


def test_it_moves_once_and_then_the_hint_names_where_it_is_to_stand(core_bot: CoreBot) -> None:
    core_bot.messenger.fail("post", *[ChannelDead("not_in_channel")] * 20)
    core_bot.type(OLGA, "thing paint one", channel="DCOLLEAGUE")
    core_bot.wait(120)
    assert core_bot.change().channel == APPROVALS
    told = [one.reply for one in core_bot.messenger.private_notices if "cannot be posted" in en(one.reply.title)]
    assert len(told) == 2
    assert mentions.channel(APPROVALS) in en(told[-1].title)
    assert en(told[-1].notes[0]).startswith("Invite the bot user to the channel")
    assert told[-1].notes[1:3] == (en(Message("delivery.is_approval_channel")), en(AGAIN))


def test_a_card_that_stood_once_does_not_move(core_bot: CoreBot) -> None:
    change = core_bot.ask("thing paint one")
    core_bot.messenger.fail("rewrite", *[ChannelDead("is_archived")] * 3)
    core_bot.press(OLGA, change, card_token.WITHDRAW)
    core_bot.wait(60)
    assert core_bot.now(change).channel == OPS
    assert core_bot.now(change).card_id == change.card_id
