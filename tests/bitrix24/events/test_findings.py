"""Each finding is one notice with its advice, however long it lasts and in whatever way b24bot hears of it.

The rows of DRIFT are what a portal can come to by other hands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
import requests

from plugins.bitrix24.dialogues.dialogue_ledger import FINISHED, STARTED, DialogueLedger
from plugins.bitrix24.events.findings.finding_table import BY_NAME
from plugins.bitrix24.events.online_events import BOUND, NEEDED
from plugins.bitrix24.simulator.state.rows import Handler
from tests.bitrix24.events.test_bars import CHANGES
from tests.bitrix24.events.test_online_events import Posted
from tests.bitrix24.events.watched import Watched
from tests.bitrix24.plugin_bot import REGISTRATION, PluginBot

LINE_DELETE = "ONIMCONNECTORLINEDELETE"
Change = Callable[[Posted], object]


@pytest.fixture
def posted(make_plugin_bot: Callable[..., PluginBot]) -> Iterator[Posted]:
    made = Posted(make_plugin_bot, adopt_second)
    page = made.bot.portal.state.connectors["myconnector"].handler
    made.bot.adopt(registration={**REGISTRATION, "PLACEMENT_HANDLER": page})
    yield made
    made.server.stop()


def adopt_second(bot: PluginBot) -> None:
    """The second connector of the portal is ours, too."""
    bot.portal.seed(connectors=[{"id": "shopchat", "name": "Shop chat"}])
    bot.adopt("shopchat")


def simple(kind: str) -> Change:
    return lambda posted: CHANGES[kind](posted.watched)


def take_over(posted: Posted) -> None:
    """Another application of the portal registers our id, with a page of its own."""
    keys = posted.bot.portal.other_application
    fields: Mapping[str, Any] = {
        **REGISTRATION,
        "NAME": "Theirs",
        "PLACEMENT_HANDLER": "https://other.example/page",
        "auth": keys["access_token"],
    }
    answer = requests.post(f"{posted.bot.portal.url}imconnector.register", json=fields, timeout=10)
    assert answer.status_code == 200, answer.text
    CHANGES["page_moved"](posted.watched)


def rewrite(change: Callable[[Posted, Handler], str | None], event: str = LINE_DELETE) -> Change:
    """Somebody edits the row of one event: to another address, or away."""

    def act(posted: Posted) -> None:
        with posted.bot.portal.world.lock:
            handlers = posted.bot.portal.state.handlers
            (row,) = handlers.where(lambda row: row.event == event and not row.offline)
            handlers.drop(row.id)
            address = change(posted, row)
            if address is not None:
                handlers.put(row.id, replace(row, url=address))

    return act


def add_stray(posted: Posted) -> None:
    with posted.bot.portal.world.lock:
        handlers = posted.bot.portal.state.handlers
        (row,) = handlers.where(lambda row: row.event == LINE_DELETE and not row.offline)
        handlers.put(row.id + 10_000, replace(row, id=row.id + 10_000, url=f"{row.url}/"))


def fall_silent(posted: Posted) -> None:
    """The vendor's senders no longer reach us, and somebody deletes a line."""
    posted.watched.do("close_senders")
    posted.bot.portal.state.plan = replace(posted.bot.portal.state.plan, queues_events=False)


DRIFT: Mapping[str, tuple[Change, str, str]] = {
    "switched off by somebody": (simple("switched_off"), "User 27 disconnected", "connector activate myconnector 2 "),
    "line deleted": (simple("line_deleted"), "User 1 deleted line 2", "connector activate ID LINE --portal default"),
    "line switched off": (simple("line_off"), "These open lines are switched off", "Contact Center"),
    "connector gone": (simple("connector_gone"), "myconnector is no longer", "connector restore myconnector "),
    "foreign connector with our id": (take_over, "Somebody renamed myconnector", "connector show myconnector "),
    "handler missing": (rewrite(lambda _posted, _row: None), "Somebody removed", "another program"),
    "handler of dialogues missing": (rewrite(lambda _posted, _row: None, STARTED), "Somebody removed", STARTED),
    "handler of dialogues with the old address": (
        rewrite(lambda _posted, _row: "https://old.example/bitrix24/events", FINISHED),
        "Somebody removed",
        FINISHED,
    ),
    "duplicate handler": (add_stray, "Events also went to", "another program"),
    "handler with the old address": (
        rewrite(lambda _posted, _row: "https://old.example/bitrix24/events"),
        "Somebody removed",
        "another program",
    ),
    "handler with another scheme": (
        rewrite(lambda _posted, row: row.url.replace("http:", "https:")),
        "Somebody removed",
        "another program",
    ),
    "handler with a trailing slash": (
        rewrite(lambda _posted, row: f"{row.url}/"),
        "Somebody removed",
        "another program",
    ),
    "settings page points elsewhere": (simple("page_moved"), "The portal does not have the", "Register the connector"),
    "not INSTALLED": (simple("not_installed"), "The installation of", "#the-installation-is-not-finished"),
    "unpaid": (simple("unpaid"), "The portal refuses", "#the-plan-has-lapsed"),
    "scope lost": (simple("scope_lost"), "The application does not", "#a-scope-is-missing"),
    "two connectors active on one line": (
        simple("two_active"),
        "More than one connector",
        "connector deactivate ID 1 --portal default",
    ),
    "ERROR flag set": (simple("error_set"), "myconnector has an error", "connector error myconnector 2 --clear "),
    "no operator in queue": (simple("no_operator"), "Nobody answers", "Add an operator"),
}


@pytest.mark.parametrize("finding", DRIFT)
def test_each_finding_is_one_notice_with_advice(posted: Posted, finding: str) -> None:
    change, begins, advice = DRIFT[finding]
    change(posted)
    posted.delivered()
    posted.watched.settle(120)
    [told] = posted.watched.raised
    assert told.startswith(begins)
    assert advice in told


def test_events_that_stay_away_are_one_notice_with_advice(posted: Posted) -> None:
    fall_silent(posted)
    posted.watched.disconnect(line=2)
    posted.watched.settle(120)
    assert [told.startswith("A connection changed on the portal") for told in posted.watched.raised] == [False, True]
    assert "portal check default" in posted.watched.raised[1]


def test_what_is_put_right_at_once_is_over_without_a_word(posted: Posted) -> None:
    rewrite(lambda _posted, _row: None)(posted)
    posted.watched.settle(60)
    assert posted.handlers().count((LINE_DELETE, posted.address)) == 1
    assert (len(posted.watched.raised), posted.watched.over) == (1, [])


def test_dialogues_are_counted_anew_where_events_of_them_were_missed(posted: Posted) -> None:
    """A count that goes on over a gap calls dialogues open that have ended, and does not know those that began."""
    ledger = DialogueLedger(posted.bot.services.records, posted.bot.portal.member_id)
    before = ledger.since
    posted.watched.settle(60)
    assert ledger.since == before
    rewrite(lambda _posted, _row: None, STARTED)(posted)
    posted.watched.settle(60)
    assert ledger.since is not None
    assert before is not None
    assert ledger.since > before


def test_two_programs_that_unsubscribe_each_other_are_one_notice(posted: Posted) -> None:
    for _ in range(6):
        rewrite(lambda _posted, _row: "https://other.example/bitrix24/events")(posted)
        posted.watched.read_now()
    assert len(posted.watched.raised) == 1


def test_another_public_address_of_b24bot_itself_is_no_finding(posted: Posted) -> None:
    posted.bot.use_settings(B24BOT_PUBLIC_URL="https://new.example")
    posted.watched.settle(60)
    assert {address for _, address in posted.handlers()} == {"https://new.example/bitrix24/events"}
    assert posted.watched.raised == []


def test_an_event_that_a_new_release_subscribes_to_is_no_finding(posted: Posted) -> None:
    memory = posted.watched.memory
    kept = frozenset(each for each in memory.subscribed if not each.startswith(BOUND[-1]))
    assert len(kept) == len(memory.subscribed) - 1
    value = replace(memory, subscribed=kept, read_due=0).value()
    posted.bot.services.records.put("watch", posted.bot.portal.member_id, value)
    with posted.bot.portal.world.lock:
        posted.bot.portal.state.handlers.drop_where(lambda row: row.event == BOUND[-1])
    posted.watched.settle(30)
    assert posted.watched.raised == []


@pytest.mark.parametrize(("event", "way"), [(BOUND[-1], "online"), (NEEDED[-1], "queue")])
def test_a_portal_may_refuse_an_event_that_is_not_needed(posted: Posted, event: str, way: str) -> None:
    unknown = {"error": "EVENT_NOT_FOUND", "error_description": "Event not found"}
    with posted.bot.portal.world.lock:
        posted.bot.portal.state.handlers.drop_where(lambda row: row.event == event)
    posted.bot.fault("reply", "event.bind", status=400, body=unknown)
    posted.watched.read_now()
    assert (posted.watched.memory.way, event in dict(posted.handlers())) == (way, False)
    posted.watched.settle(30)
    assert (posted.watched.memory.way, event in dict(posted.handlers())) == ("online", True)
    assert posted.watched.raised == []


def test_an_event_that_is_missing_in_the_queue_is_told(plugin_bot: PluginBot) -> None:
    watched = Watched(plugin_bot)
    with plugin_bot.portal.world.lock:
        plugin_bot.portal.state.handlers.drop_where(lambda row: row.offline)
    watched.settle(60)
    [told] = watched.raised
    assert told.startswith("Somebody removed b24bot's subscriptions to these events: ")
    assert watched.memory.way == "queue"


def test_each_kind_of_finding_has_advice_or_is_put_right() -> None:
    plain = {name for name, kind in BY_NAME.items() if kind.loss is None and kind.advice is None}
    # These say in their own sentence what to do; of an update there is nothing to do.
    assert plain == {"no_operator", "page_moved", "silent", "updated"}
