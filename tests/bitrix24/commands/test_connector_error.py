"""`connector error` marks a connector as broken on a line by imconnector.set.error; activating it clears that."""

from __future__ import annotations

import pytest

from bot.core.change.change_request import Status
from bot.plugin import BadArgument, CallVerdict, Refusal, Risk, UndoKind
from plugins.bitrix24.connectors.model import ACTIVE, IN_ERROR
from tests.bitrix24.hand import Hand
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en, en_facts

SET = "connector error myconnector 1 the bridge is down"
CLEAR = "connector error myconnector 1 --clear"
METHOD = "imconnector.set.error"


@pytest.fixture
def hand(plugin_bot: PluginBot) -> Hand:
    found = Hand(plugin_bot=plugin_bot)
    found.own(lines={"1": {"NAME": "WhatsApp EU"}, "2": {}})
    return found


def test_an_error_is_set_verified_by_the_status_and_shown_with_its_reason(hand: Hand) -> None:
    ran = hand.done(SET)
    row = hand.plugin_bot.portal.state.status("myconnector", 1)
    assert (row.error, row.configured, row.working) == (True, True, False)
    assert dict(row.data)["NAME"] == "WhatsApp EU", "its data stays"
    (call,) = ran.plan.calls
    assert (call.method, call.params) == (METHOD, {"CONNECTOR": "myconnector", "LINE": 1})
    assert ran.plan.risk is Risk.DESTROY, "customers are cut off, so somebody else approves"
    assert ran.plan.wanted == {"line:1": IN_ERROR}
    assert "the bridge is down" in en(ran.plan.summary)
    assert "operators see an error there and cannot write" in en(ran.plan.radius[0])
    assert hand.record()["errors"] == {"1": "the bridge is down"}
    assert dict(en_facts(hand.reply("connector show myconnector")))["error on line 1"] == "the bridge is down"
    notes = "\n".join(map(en, hand.reply("connector status myconnector").notes))
    assert "myconnector was marked as broken on line 1: the bridge is down" in notes


def test_the_undo_of_an_error_clears_it_and_the_undo_of_that_sets_it_again(hand: Hand) -> None:
    state = hand.portal_state()
    undo = hand.done(SET).plan.undo
    assert (undo.kind, undo.line) == (UndoKind.FULL, CLEAR)
    cleared = hand.done(undo.line).plan
    assert hand.portal_state() == state
    assert "errors" not in hand.record(), "nothing of it stays in our record"
    assert cleared.undo.line == 'connector error myconnector 1 "the bridge is down"'
    hand.done(cleared.undo.line)
    assert hand.record()["errors"] == {"1": "the bridge is down"}


def test_an_error_that_somebody_else_set_is_cleared_and_set_again_without_words(hand: Hand) -> None:
    hand.plugin_bot.portal.seed(activations=[{"connector": "myconnector", "line": 1, "error": True}])
    plan = hand.done(CLEAR).plan
    assert plan.wanted == {"line:1": ACTIVE}
    assert plan.undo.line == 'connector error myconnector 1 "marked again"'
    assert plan.risk is None, "clearing only connects what was connected"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("connector error myconnector 1", "needs a text that says what is wrong, or --clear"),
        ("connector error myconnector 1 down --clear", "takes a text or --clear, not both"),
        ("connector error myconnector 0 down", "is not the number of a line"),
        (f"connector error myconnector 1 {'x' * 201}", "has 201 characters; the maximum is 200"),
        ("connector error my.conn 1 down", "it has a dot at position 3"),
    ],
)
def test_words_that_cannot_be_meant_are_refused(hand: Hand, line: str, says: str) -> None:
    error = hand.refused(line)
    assert isinstance(error, BadArgument)
    assert says in en(error.sentence)
    assert hand.plugin_bot.calls(METHOD) == []


@pytest.mark.parametrize(
    ("line", "says", "hint"),
    [
        ("connector error livechat 1 down", "a built-in channel of Bitrix24", ""),
        ("connector error myconnector 3 down", "is not active on line 3", "connector activate myconnector 3"),
        ("connector error myconnector 9 down", "There is no line 9", "Existing lines: 1, 2, 3"),
        ("connector error nobody 1 down", "There is no connector “nobody”", ""),
    ],
)
def test_what_cannot_be_marked_is_refused_with_what_to_do(hand: Hand, line: str, says: str, hint: str) -> None:
    error = hand.refused(line)
    assert isinstance(error, Refusal)
    assert says in en(error.sentence)
    assert hint in en(error.hint)
    assert hand.plugin_bot.calls(METHOD) == []


def test_what_is_so_already_is_not_sent(hand: Hand) -> None:
    assert hand.nothing(CLEAR) == "myconnector has no error on line 1 · Sales EU."
    assert "has no error" in hand.nothing("connector error myconnector 3 --clear")
    hand.done(SET)
    assert "is already in error on line 1 · Sales EU: the bridge is down." in hand.nothing(SET)
    assert len(hand.plugin_bot.calls(METHOD)) == 1


def test_an_error_without_an_activation_is_not_cleared_by_activating_it_behind_somebodys_back(hand: Hand) -> None:
    hand.plugin_bot.portal.seed(activations=[{"connector": "myconnector", "line": 3, "active": False, "error": True}])
    error = hand.refused("connector error myconnector 3 --clear")
    assert "Clearing the error would activate it" in en(error.sentence)
    assert "connector activate myconnector 3" in en(error.hint)
    assert "is already in error" in hand.nothing("connector error myconnector 3 down")


def test_an_error_on_a_connector_that_is_not_ours_leaves_no_record(hand: Hand) -> None:
    ran = hand.done("connector error shopchat 2 down")
    assert ran.plan.remember == ()
    assert any("b24bot did not register or adopt shopchat" in en(warning) for warning in ran.plan.warnings)
    assert any("Only this request shows the reason" in en(warning) for warning in ran.plan.warnings)
    assert hand.plugin_bot.services.records.get("connector", f"{hand.plugin_bot.place.identity}/shopchat") is None
    assert hand.plan("connector error shopchat 2 --clear").risk is Risk.DESTROY


@pytest.mark.parametrize(
    "line", ["connector activate myconnector 1", "connector deactivate myconnector 1", "connector remove myconnector"]
)
def test_whatever_takes_an_error_away_takes_its_reason_out_of_our_record(hand: Hand, line: str) -> None:
    hand.done(SET, line)
    assert "errors" not in hand.record()


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("lost_before", Status.UNKNOWN),
        ("lost_after", Status.DONE),
        ("false_flat", Status.UNKNOWN),
        ("error_html", Status.UNKNOWN),
        ("query_limit", Status.DONE),
    ],
)
def test_a_fault_of_the_call_never_makes_an_error_that_is_not_there_done(
    plugin_bot: PluginBot, hand: Hand, kind: str, status: Status
) -> None:
    plan = hand.plan(SET)
    plugin_bot.fault(kind, METHOD)
    ran = hand.carry_out(plan)
    assert ran.status is status
    assert (ran.status is Status.DONE) is plugin_bot.portal.state.status("myconnector", 1).error
    assert ran.outcomes[0].verdict in (CallVerdict.DONE, CallVerdict.UNKNOWN)


def test_a_record_without_errors_reads_as_before_so_open_requests_keep_their_version(hand: Hand) -> None:
    """The version of a record is a digest of its JSON, and what waits for approval names it."""
    snapshot = hand.plugin_bot.open().snapshot("myconnector")
    assert snapshot is not None
    assert "errors" not in snapshot.value()
