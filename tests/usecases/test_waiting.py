"""A change request that waits for the audit channel says so once, and a card that cannot be posted is told."""

from __future__ import annotations

from bot.core.change import Status
from bot.usecases.deliver import ChannelDead, Lost
from bot.usecases.execute import WAIT_IS_NEWS_MS
from tests.usecases.office import OLGA, VERA, Office

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
