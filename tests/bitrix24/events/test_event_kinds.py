"""Each event that a portal may post to the public address leads to one notice, or to none where nothing changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from plugins.bitrix24.auth.refused_calls import CALL_REFUSED
from plugins.bitrix24.events.online_events import BOUND
from plugins.bitrix24.simulator.calls.call import Cause
from plugins.bitrix24.simulator.effects.events import Event, emit
from tests.bitrix24.events.test_online_events import REFUSED, Posted, close_dialogue, write_message
from tests.bitrix24.plugin_bot import PluginBot


@pytest.fixture
def posted(make_plugin_bot: Callable[..., PluginBot]) -> Iterator[Posted]:
    made = Posted(make_plugin_bot)
    made.watched.settle()
    yield made
    made.server.stop()


def arrive(posted: Posted) -> list[str]:
    """Let the portal post what it was about to; the names of all events that came, sorted."""
    posted.delivered()
    return sorted(form["event"] for form in posted.forms)


def test_a_payment_of_the_application_is_one_notice_in_five_seconds(posted: Posted) -> None:
    posted.watched.change_app(paid=False)
    posted.watched.settle(15)
    posted.watched.do("pay_application")
    assert arrive(posted) == ["ONAPPPAYMENT"]
    posted.watched.pass_time(5)
    assert posted.watched.over == ["The portal serves the application again."]
    posted.watched.settle(60)
    assert (len(posted.watched.raised), len(posted.watched.over)) == (1, 1)


def test_a_payment_that_carries_no_token_is_read_at_the_next_reading(posted: Posted) -> None:
    posted.bot.switch(app_payment_event="unsigned")
    posted.watched.change_app(paid=False)
    posted.watched.settle(15)
    posted.watched.do("pay_application")
    assert arrive(posted) == ["ONAPPPAYMENT"]
    assert posted.stored() == 0
    posted.watched.settle(15)
    assert posted.watched.over == ["The portal serves the application again."]
    assert posted.bot.recorded(REFUSED) == [], "the portal itself may send it so"
    assert [record.facts["route"] for record in posted.bot.recorded(CALL_REFUSED.tag)] == ["events"]


def test_a_payment_when_nothing_was_unpaid_is_told_nothing_of(posted: Posted) -> None:
    posted.watched.do("pay_application")
    assert arrive(posted) == ["ONAPPPAYMENT"]
    posted.watched.settle(60)
    assert (posted.watched.raised, posted.watched.over) == ([], [])


@pytest.mark.parametrize("drops", ["yes", "no"])
@pytest.mark.parametrize("event", ["none", "onappupdate"])
def test_an_update_of_the_application_is_one_notice_and_its_subscriptions_come_back(
    posted: Posted, drops: str, event: str
) -> None:
    posted.bot.switch(update_drops_bindings=drops, app_update_event=event)
    handlers = posted.handlers()
    posted.watched.do("update")
    assert arrive(posted) == ([] if event == "none" else ["ONAPPUPDATE"])
    posted.watched.pass_time(5 if event == "onappupdate" else 900)
    [told] = posted.watched.raised
    assert told.startswith("The application was updated from version 1 to version 2 on the portal.")
    assert ("b24bot has subscribed again to these events: " in told) is (drops == "yes")
    posted.watched.settle(60)
    assert len(posted.watched.raised) == 1
    assert posted.handlers() == handlers


def test_the_wake_up_call_of_the_queue_leads_to_one_notice(posted: Posted) -> None:
    """b24bot does not subscribe to it; another program of the same application may have, at this address."""
    with posted.bot.portal.world.lock:
        handlers = posted.bot.portal.state.handlers
        (row,) = handlers.where(lambda row: row.event == "ONAPPTEST" and not row.offline)
        handlers.put(
            row.id + 10_000, type(row)(id=row.id + 10_000, client_id=row.client_id, event="ONOFFLINEEVENT", url=row.url)
        )
    posted.watched.disconnect(line=2, user=27)
    assert arrive(posted) == ["ONIMCONNECTORSTATUSDELETE", "ONOFFLINEEVENT"]
    posted.watched.settle(60)
    [told] = posted.watched.raised
    assert told.startswith("User 27 disconnected myconnector")


@pytest.mark.parametrize("shape", ["docs", "source"])
def test_sessions_of_dialogues_are_told_nothing_of(posted: Posted, shape: str) -> None:
    posted.bot.switch(session_events=shape)
    for name in ("ONSESSIONSTART", "ONSESSIONFINISH"):
        posted.bot.plugin._maintenance_caller(posted.bot.services, posted.watched.portal).change(
            "event.bind", {"event": name, "handler": posted.address}
        )
    write_message(posted, 1, "u1")
    close_dialogue(posted, "u1")
    came = arrive(posted)
    assert {"ONSESSIONSTART", "ONSESSIONFINISH"} <= set(came)
    posted.watched.settle(60)
    assert (posted.watched.raised, posted.watched.over) == ([], [])


def test_an_event_of_a_name_that_b24bot_does_not_know_is_a_reason_to_read_and_no_more(posted: Posted) -> None:
    with posted.bot.portal.world.lock:
        handlers = posted.bot.portal.state.handlers
        (row,) = handlers.where(lambda row: row.event == "ONAPPTEST" and not row.offline)
        handlers.put(row.id, type(row)(id=row.id, client_id=row.client_id, event="ONAPPINSTALL", url=row.url))
        emit(posted.bot.portal.world, Event(name="ONAPPINSTALL", data={"VERSION": 1}, cause=Cause(user=1)))
    assert arrive(posted) == ["ONAPPINSTALL"]
    posted.watched.settle(60)
    assert [told.startswith("Somebody removed b24bot's") for told in posted.watched.raised] == [True]


def test_every_event_that_can_mean_a_change_is_subscribed_to() -> None:
    assert set(BOUND) == {
        "ONIMCONNECTORLINEDELETE",
        "ONIMCONNECTORSTATUSDELETE",
        "ONAPPTEST",
        "ONAPPUNINSTALL",
        "ONAPPUPDATE",
        "ONAPPPAYMENT",
    }
