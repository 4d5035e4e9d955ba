"""Events posted to the public address: bound once, proven, stored, read back; a forged one changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl

import pytest

from bot.host.guarded_calls import GuardedPlugin
from bot.plugin.loopback import Loopback, LoopbackReply, LoopbackRequest
from bot.testing.web_requests import request_route
from plugins.bitrix24.auth.refused_calls import CALL_REFUSED
from plugins.bitrix24.diagnosis.examination import Examination
from plugins.bitrix24.diagnosis.stored_checks import check_events
from plugins.bitrix24.dialogues.dialogue_ledger import DIALOGUES, DialogueLedger
from plugins.bitrix24.events.offline_queue import StoredEvents
from plugins.bitrix24.events.online_events import BOUND
from plugins.bitrix24.simulator.calls.call import Cause
from plugins.bitrix24.simulator.effects.dialogs import close
from tests.bitrix24.events.watched import Watched
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en

REFUSED = "portal:event:refused"
ALL_BOUND = (*BOUND, *DIALOGUES)


class Posted:
    """The bot's public address, on loopback, and the portal that posts to it."""

    def __init__(self, make: Callable[..., PluginBot], prepare: Callable[[PluginBot], object] = lambda _: None) -> None:
        self.server = Loopback(self.take).start()
        self.forms: list[dict[str, str]] = []
        self.bot = make(B24BOT_PUBLIC_URL=self.server.url)
        self.plugin = GuardedPlugin(self.bot.plugin)
        prepare(self.bot)
        self.watched = Watched(self.bot)

    def take(self, web: LoopbackRequest) -> LoopbackReply:
        assert web.path == "/bitrix24/events"
        self.forms.append(dict(parse_qsl(web.body.decode(), keep_blank_values=True)))
        return LoopbackReply(status=self.post(self.forms[-1]))

    def post(self, form: dict[str, str]) -> int:
        reply = request_route(self.plugin, self.bot.services, "POST", "/events", form=form)
        assert reply.body == ""
        return reply.status

    def delivered(self) -> None:
        """Wait until the portal has posted all that it was about to."""
        assert self.bot.portal.world.sender.idle()

    def handlers(self) -> list[tuple[str, str]]:
        with self.bot.portal.world.lock:
            rows = self.bot.portal.state.handlers.rows()
            return sorted((row.event, row.url) for row in rows if not row.offline)

    @property
    def address(self) -> str:
        return f"{self.server.url}/bitrix24/events"

    def stored(self) -> int:
        return len(StoredEvents(self.bot.services.records, self.bot.portal.member_id).all())


@pytest.fixture
def posted(make_plugin_bot: Callable[..., PluginBot]) -> Iterator[Posted]:
    made = Posted(make_plugin_bot)
    yield made
    made.server.stop()


def test_every_event_is_bound_once_at_one_address(posted: Posted) -> None:
    assert posted.handlers() == sorted((event, posted.address) for event in ALL_BOUND)
    posted.watched.settle(60)
    assert posted.bot.effects("event.bind") == len(ALL_BOUND) + 2
    assert posted.watched.memory.way == "online"


def test_other_spellings_of_the_address_are_unbound_and_addresses_of_others_stay(posted: Posted) -> None:
    other = "https://backend.example/messages"
    for url in (f"{posted.address}/", "https://old.example/bitrix24/events", other):
        posted.bot.plugin._maintenance_caller(posted.bot.services, posted.watched.portal).change(
            "event.bind", {"event": "ONIMCONNECTORLINEDELETE", "handler": url}
        )
    posted.watched.settle()
    assert posted.handlers() == sorted(
        [*((event, posted.address) for event in ALL_BOUND), ("ONIMCONNECTORLINEDELETE", other)]
    )


def test_what_a_user_did_is_told_within_five_seconds_of_its_arrival(posted: Posted) -> None:
    posted.watched.disconnect(line=2, user=27)
    posted.delivered()
    posted.watched.pass_time(5)
    [told] = posted.watched.raised
    assert told.startswith("User 27 disconnected myconnector from line 2 · Support at ")
    posted.watched.settle(60)
    assert len(posted.watched.raised) == 1


def test_events_of_one_cause_are_one_notice(posted: Posted) -> None:
    posted.watched.disconnect(line=1)
    posted.delivered()
    posted.watched.pass_time(1)
    posted.watched.disconnect(line=2)
    posted.delivered()
    posted.watched.pass_time(5)
    assert len(posted.watched.raised) == 1


@pytest.mark.parametrize("order", ["shuffled", "uninstall_first"])
def test_a_removed_application_is_one_notice_in_whatever_order_its_events_come(posted: Posted, order: str) -> None:
    posted.bot.switch(uninstall_order=order)
    posted.watched.do("uninstall", clean=True)
    posted.delivered()
    posted.watched.settle(60)
    [told] = posted.watched.raised
    assert told.startswith("Somebody removed the application from the portal. 1 connector of b24bot is gone with it.")


def test_a_deleted_line_is_one_notice(posted: Posted) -> None:
    posted.watched.do("delete_line", line=2, user=27)
    posted.delivered()
    posted.watched.pass_time(5)
    [told] = posted.watched.raised
    assert told.startswith("User 27 deleted line 2 · Support at ")
    posted.watched.settle(60)
    assert len(posted.watched.raised) == 1


def test_own_changes_come_as_events_and_are_told_nothing_of(posted: Posted) -> None:
    posted.watched.own("imconnector.activate", CONNECTOR="myconnector", LINE=2, ACTIVE=0)
    posted.delivered()
    assert [form["event"] for form in posted.forms] == ["ONIMCONNECTORSTATUSDELETE"]
    posted.watched.settle(60)
    assert (posted.watched.raised, posted.watched.over) == ([], [])


def genuine(posted: Posted) -> dict[str, str]:
    """An event that the portal has sent, not yet answered with a reading."""
    posted.watched.disconnect(line=2, user=27)
    posted.watched.connect(line=2)
    posted.delivered()
    return posted.forms[-1]


def test_forged_events_change_nothing_and_each_reason_is_recorded_once(posted: Posted) -> None:
    form = genuine(posted)
    posted.watched.settle()
    before = len(posted.bot.calls())
    other = posted.bot.portal.other_application["application_token"]
    forged = [
        {**form, "auth[application_token]": "0" * 32},
        {**form, "auth[application_token]": other},
        {key: value for key, value in form.items() if key != "auth[application_token]"},
        {**form, "auth[member_id]": "f" * 32},
        {},
        {"event": "ONIMCONNECTORSTATUSDELETE"},
        {"event[x]": "y"},
    ]
    assert {posted.post(each) for each in forged * 2} == {200}
    assert posted.stored() == 0
    reasons = [str(record.facts["sentence"]) for record in posted.bot.recorded(REFUSED)]
    assert len(reasons) == len(set(reasons)) == 2
    others = [str(record.facts["why"]) for record in posted.bot.recorded(CALL_REFUSED.tag)]
    assert sorted(others) == ["b24bot does not know the portal that the event names", "the call is not complete"]
    posted.watched.pass_time(5)
    assert len(posted.bot.calls()) == before
    assert posted.watched.raised == []


def test_an_event_that_comes_again_is_read_once(posted: Posted) -> None:
    form = genuine(posted)
    assert posted.stored() == 1
    posted.post(form)
    posted.watched.pass_time(5)
    posted.post(form)
    assert posted.stored() == 0
    [refused] = posted.bot.recorded(CALL_REFUSED.tag)
    assert refused.facts["why"] == "the same event came before"


def test_an_event_that_is_true_no_more_is_told_nothing_of(posted: Posted) -> None:
    genuine(posted)
    posted.watched.settle()
    assert posted.watched.raised == []


POOL = "The offline queue held a change, but the portal did not post it to the public address."


def test_closed_senders_are_told_once_when_the_queue_holds_what_was_not_posted(posted: Posted) -> None:
    posted.watched.do("close_senders")
    posted.watched.disconnect(line=2, user=27)
    posted.watched.pass_time(60)
    assert [told.startswith("User 27 disconnected") for told in posted.watched.raised] == [True]
    posted.watched.settle(20)
    assert [told.startswith(POOL) for told in posted.watched.raised] == [False, True]
    assert "docs/how-to/troubleshoot.md#no-events-arrive" in posted.watched.raised[1]
    posted.watched.connect(line=2)
    posted.watched.wake_after(24)
    posted.watched.disconnect(line=2)
    posted.watched.wake_after(24)
    assert [told.startswith(POOL) for told in posted.watched.raised] == [False, True, False]


def test_the_next_event_that_is_posted_ends_the_silence(posted: Posted) -> None:
    posted.watched.do("close_senders")
    posted.watched.disconnect(line=2)
    posted.watched.settle(20)
    posted.watched.do("open_senders")
    posted.watched.disconnect(line=1)
    posted.delivered()
    posted.watched.pass_time(60)
    assert posted.watched.over == ["Events from the portal arrive again."]


def test_a_test_event_that_arrives_ends_the_silence_too(posted: Posted) -> None:
    posted.watched.do("close_senders")
    posted.watched.disconnect(line=2)
    posted.watched.settle(20)
    posted.watched.do("open_senders")
    assert arrives(posted)
    posted.watched.pass_time(60)
    assert posted.watched.over == ["Events from the portal arrive again."]


def test_events_that_arrive_by_both_ways_are_no_silence(posted: Posted) -> None:
    posted.bot.switch(event_order="shuffled")
    for line in (1, 2):
        posted.watched.disconnect(line=line)
        posted.watched.pass_time(40)
        posted.delivered()
        posted.watched.settle(30)
    assert [POOL in told for told in posted.watched.raised] == [False, False]


def test_a_token_that_cannot_be_computed_leaves_the_queue_to_tell(posted: Posted) -> None:
    posted.bot.switch(application_token_formula="marketplace")
    posted.watched.disconnect(line=2, user=27)
    posted.delivered()
    assert posted.stored() == 0
    posted.watched.pass_time(60)
    assert len(posted.watched.raised) == 1


def arrives(posted: Posted) -> bool:
    """Try the whole way of events; a pause lets the portal post what it was about to."""

    def pause(seconds: float) -> None:
        posted.delivered()
        posted.bot.portal.clock.advance(seconds)

    posted.bot.clock.told = pause
    return posted.bot.open().try_event()


def test_a_test_event_goes_the_whole_way(posted: Posted) -> None:
    assert arrives(posted)
    assert posted.watched.raised == []


def test_a_test_event_that_the_portal_does_not_post_does_not_arrive(posted: Posted) -> None:
    with posted.bot.portal.world.lock:
        posted.bot.portal.state.handlers.drop_where(lambda row: row.event == "ONAPPTEST")
    assert not arrives(posted)


def test_a_test_event_whose_token_is_not_ours_does_not_arrive(posted: Posted) -> None:
    posted.bot.switch(application_token_formula="marketplace")
    assert not arrives(posted)


@pytest.mark.parametrize("bound", [True, False])
def test_the_check_of_a_portal_tries_the_way_of_events(posted: Posted, bound: bool) -> None:
    if not bound:
        with posted.bot.portal.world.lock:
            posted.bot.portal.state.handlers.drop_where(lambda row: row.event == "ONAPPTEST")
    posted.bot.clock.told = lambda _seconds: posted.delivered()
    result = check_events(Examination(posted.bot.open()))
    assert result.ok is bound


def write_message(posted: Posted, line: int, customer: str) -> None:
    """A customer writes to the line, by the application of the connector."""
    message = {"user": {"id": customer, "name": "Eve"}, "message": {"id": f"m-{customer}", "text": "Hello"}}
    said = {**message, "chat": {"id": customer}}
    posted.watched.own("imconnector.send.messages", CONNECTOR="myconnector", LINE=line, MESSAGES=[said])


def count_since(posted: Posted, days: int) -> None:
    """The count of dialogues has gone on for so long."""
    now = posted.bot.services.clock.now_ms()
    value = {"since": now - days * 86_400_000, "seen_at": now}
    posted.bot.services.records.put("dialogue_count", posted.bot.portal.member_id, value)


def close_dialogue(posted: Posted, customer: str) -> None:
    with posted.bot.portal.world.lock:
        world = posted.bot.portal.world
        (row,) = world.state.dialogs.where(lambda row: row.external_user == customer)
        close(world, row, Cause(user=27))


def test_dialogues_are_counted_from_their_events_and_lead_to_no_reading(posted: Posted) -> None:
    for line, customer in ((1, "u1"), (1, "u2"), (2, "u3")):
        write_message(posted, line, customer)
    close_dialogue(posted, "u2")
    posted.delivered()
    assert posted.stored() == 0
    ledger = DialogueLedger(posted.bot.services.records, posted.bot.portal.member_id)
    assert dict(ledger.count_open("myconnector")) == {1: 1, 2: 1}
    assert ledger.since is not None


def test_a_forged_or_an_old_event_counts_no_dialogue(posted: Posted) -> None:
    write_message(posted, 1, "u1")
    posted.delivered()
    (form,) = [form for form in posted.forms if form["event"] == "ONIMCONNECTORDIALOGSTART"]
    new = {**form, "data[DATA][0][chat][id]": "99999"}
    posted.post({**new, "auth[application_token]": "0" * 32})
    posted.post({**new, "ts": str(posted.bot.services.clock.now_ms() // 1000 - 100_000)})
    ledger = DialogueLedger(posted.bot.services.records, posted.bot.portal.member_id)
    assert dict(ledger.count_open("myconnector")) == {1: 1}
    posted.post(new)
    assert dict(ledger.count_open("myconnector")) == {1: 2}


def test_the_card_of_a_removal_counts_by_events_since_they_are_posted(posted: Posted) -> None:
    write_message(posted, 1, "u1")
    write_message(posted, 1, "u2")
    close_dialogue(posted, "u2")
    posted.delivered()
    counts = {one.label: one for one in posted.bot.plan().impact}
    assert counts["line:1"].count == 1
    assert en(counts["line:1"].sentence).startswith("line 1 · Sales EU: at least 1 open dialogue. b24bot counts events")
    assert en(counts["line:2"].sentence).startswith("line 2 · Support: no open dialogue of any connector")
    posted.bot.switch(statistic_select="absent")
    counts = {one.label: one for one in posted.bot.plan().impact}
    assert en(counts["line:2"].sentence).startswith("line 2 · Support: no dialogue that began since ")
    assert en(counts["line:2"].sentence).endswith(" is open. b24bot does not know earlier dialogues.")
    count_since(posted, days=8)
    counts = {one.label: one for one in posted.bot.plan().impact}
    assert en(counts["line:1"].sentence).startswith("line 1 · Sales EU: 1 open dialogue, as b24bot counts events since")
    assert en(counts["line:2"].sentence).startswith("line 2 · Support: no open dialogue, as b24bot counts events")


def test_of_a_connector_that_may_be_another_applications_nothing_is_counted(posted: Posted) -> None:
    """Its events would come to that application, so that their absence says nothing."""
    posted.bot.adopt("shopchat")
    count_since(posted, days=8)
    (one,) = posted.bot.plan("shopchat").impact
    assert en(one.sentence).startswith("line 2 · Support: no open dialogue of any connector")
