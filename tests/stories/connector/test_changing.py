"""Connectors are registered, changed, adopted, switched, configured and restored: words in, cards out, portal after."""

from __future__ import annotations

import pytest

from bot.core.change.change_request import OPEN, Status
from bot.plugin import UndoKind
from bot.testing.conversation import APPROVALS, TYPED_IN
from tests.language.english import en
from tests.stories.connector.acts import HANDLER, NEW, Changing

ADOPT = f"connector adopt myconnector --handler {HANDLER}"


def test_a_new_connector_is_confirmed_by_who_asked_and_verified(act: Changing) -> None:
    card = act.asks(f"{NEW} --chat-group")
    text = act.card_says(card, "waiting for confirmation")
    assert "chat-group: on" in text
    assert "base64" not in text
    assert "[*Confirm " in text
    assert "*Undo* · This can be undone. " in text
    assert act.sent("imconnector.register") == 0
    assert act.workspace.messages(APPROVALS) == []

    assert act.press("Olga", card, "Confirm").ok
    assert act.ends().status is Status.DONE
    act.card_says(card, "registration: absent → registered")
    assert act.connector("newchat").flags["CHAT_GROUP"] is True
    assert act.effects("imconnector.register") == 1
    record = act.record("newchat")
    assert record is not None
    assert record["registration"]["NAME"] == "New chat"
    act.channel_says("audit", "change:execution:ended")
    act.channel_says(TYPED_IN, "@Olga Done")
    assert act.workspace.complaints == []


def test_nobody_else_confirms_it(act: Changing) -> None:
    card = act.asks(NEW)
    act.press("Anton", card, "Confirm")
    act.answer("Anton", "Only the person who asked can confirm")
    assert act.sent("imconnector.register") == 0


def test_registering_the_same_id_twice_ends_at_the_first(act: Changing) -> None:
    act.confirms(NEW)
    act.ask("Olga", NEW)
    act.answer("Olga", "connector update newchat")
    assert act.sent("imconnector.register") == 1


def test_an_update_is_shown_as_a_difference_and_can_be_taken_back(act: Changing) -> None:
    act.confirms(NEW)
    card = act.asks("connector update newchat --name 'Better name' --no-newsletter")
    text = act.card_says(card, "waiting for confirmation")
    assert "name: “New chat” → “Better name”, newsletter: on → off" in text
    act.press("Olga", card, "Confirm")
    ended = act.ends()
    assert ended.status is Status.DONE
    assert act.connector("newchat").name == "Better name"
    act.confirms(ended.plan.undo.line)
    row = act.connector("newchat")
    assert (row.name, row.flags["NEWSLETTER"]) == ("New chat", True)


def test_taking_a_connector_over_needs_another_persons_approval(act: Changing) -> None:
    icon = "data:image/svg+xml,%3Csvg%20xmlns=%22http://www.w3.org/2000/svg%22/%3E"
    line = f"connector update shopchat --name Mine --handler {HANDLER} --icon {icon}"
    card = act.asks(line, channel=APPROVALS)
    text = act.card_says(card, "waiting for approval")
    assert "this update takes shopchat over" in text
    act.press("Olga", card, "Approve")
    act.answer("Olga", "Somebody else has to approve")
    act.press("Anton", card, "Approve")
    assert act.ends().status is Status.DONE
    assert act.connector("shopchat").client_id == act.portal.client_id


def test_adopting_calls_nothing_and_says_what_stays_unknown(act: Changing) -> None:
    card = act.asks(ADOPT)
    text = act.card_says(card, "waiting for confirmation")
    assert "only b24bot's record changes" in text
    assert "Not on record for myconnector: icon, all switches, the data of line 1 · Sales EU and line 2" in text
    act.press("Olga", card, "Confirm")
    ended = act.ends()
    assert (ended.status, en(ended.outcome)) == (Status.DONE, "Done. Nothing had to be sent.")
    assert act.effects("imconnector.register") == 0
    record = act.record()
    assert record is not None
    assert record["lines"] == {"1": None, "2": None}
    act.ask("Olga", "connector list --kind ours")
    act.answer("Olga", "myconnector")


def test_lines_are_switched_on_and_off_and_the_data_comes_back(act: Changing) -> None:
    act.confirms(ADOPT)
    assert act.confirms("connector activate myconnector --all").status is Status.DONE
    assert act.status(3).working
    card = act.asks("connector configure myconnector 3 --url https://wa.example/de --name 'WhatsApp DE'")
    assert "does not return the data of myconnector on line 3" in act.card_says(card, "waiting for confirmation")
    act.press("Olga", card, "Confirm")
    assert en(act.ends().outcome).startswith("The call was accepted. No check can confirm")
    data = act.status(3).data

    card = act.asks("connector deactivate myconnector 3", channel=APPROVALS)
    text = act.card_says(card, "waiting for approval")
    assert "its data is deleted (b24bot's record of the data: known)" in text
    act.press("Anton", card, "Approve")
    ended = act.ends()
    assert ended.status is Status.DONE
    assert not act.status(3).data
    assert act.confirms(ended.plan.undo.line).status is Status.DONE
    assert (act.status(3).working, act.status(3).data) == (True, data)


def test_a_broken_channel_is_marked_with_another_persons_approval_and_cleared_by_who_asked(act: Changing) -> None:
    act.confirms(ADOPT)
    card = act.asks("connector error myconnector 1 the bridge is down", channel=APPROVALS)
    text = act.card_says(card, "waiting for approval")
    assert "the bridge is down" in text
    assert "operators see an error there and cannot write" in text
    act.press("Anton", card, "Approve")
    ended = act.ends()
    assert ended.status is Status.DONE
    act.card_says(card, "line 1 · Sales EU: active → active, with an error")
    assert (act.status(1).error, act.status(1).working) == (True, False)
    act.ask("Olga", "connector status myconnector")
    act.answer("Olga", "myconnector was marked as broken on line 1: the bridge is down")
    assert act.confirms(ended.plan.undo.line).status is Status.DONE
    assert (act.status(1).error, act.status(1).working) == (False, True)
    assert act.sent("imconnector.set.error") == 1
    assert act.workspace.complaints == []


def test_a_removed_connector_is_put_back_whole(act: Changing) -> None:
    act.confirms(NEW)
    act.confirms("connector activate newchat 1 2")
    act.confirms("connector configure newchat 1 --url https://shop.example/chat")
    before = act.connector("newchat"), act.status(1, "newchat"), act.status(2, "newchat")
    removed = act.has_approved("connector remove newchat")
    assert removed.plan.undo.kind is UndoKind.FULL
    assert act.connector("newchat") is None
    card = act.asks(removed.plan.undo.line)
    assert "Register newchat again: " in act.card_says(card, "waiting for confirmation")
    act.press("Olga", card, "Confirm")
    assert act.ends().status is Status.DONE
    after = act.connector("newchat"), act.status(1, "newchat"), act.status(2, "newchat")
    assert (after[0].name, after[0].icon, after[0].flags) == (before[0].name, before[0].icon, before[0].flags)
    assert after[1:] == before[1:]


def test_what_others_changed_between_asking_and_confirming_stops_it(act: Changing) -> None:
    card = act.asks("connector adopt shopchat")
    with act.portal.world.lock:
        act.portal.state.connectors.drop("shopchat")
    act.press("Olga", card, "Confirm")
    assert act.ends().status is Status.FAILED
    assert act.record("shopchat") is None


REFUSED = {
    "connector register myconnector --name X --handler " + HANDLER: "but not by b24bot",
    "connector register newchat --name X --handler http://b24bot.example/": "must begin with https://",
    f"connector register newchat --name X --handler {HANDLER} --icon /etc/passwd": "own computer cannot be read",
    f"connector register newchat --name X --handler {HANDLER} --icon data:image/svg+xml,%3Cscript/%3E": "root element",
    "connector update myconnector --name X": "cannot be changed in part",
    "connector update myconnector": "needs something to change",
    "connector adopt nosuchthing": "no connector “nosuchthing”",
    "connector activate myconnector 77": "no line 77",
    "connector activate myconnector": "or --all",
    "connector deactivate livechat 1": "a built-in channel",
    "connector configure myconnector 1 --url ftp://x": "https:// or http://",
    "connector error myconnector 1": "needs a text that says what is wrong, or --clear",
    "connector error myconnector 3 down": "is not active on line 3",
    "connector restore myconnector": "no record of myconnector",
    "connector status myconnector --all": "not both",
    "line show 77": "no line 77",
}


def test_wrong_words_are_answered_with_what_was_wrong_and_change_nothing(act: Changing) -> None:
    for line, expected in REFUSED.items():
        act.ask("Olga", line)
        assert "Traceback" not in act.answer("Olga", expected)
    assert act.playground.store.changes.get(1001) is None
    assert act.workspace.complaints == []


@pytest.mark.parametrize(
    "verb", ["register", "update", "adopt", "activate", "deactivate", "configure", "error", "restore"]
)
def test_help_tells_each_command_with_an_example(act: Changing, verb: str) -> None:
    act.ask("Olga", f"help connector {verb}")
    assert "--" in act.answer("Olga", f"connector {verb}") or verb == "restore"


def test_viewers_and_strangers_change_nothing(act: Changing) -> None:
    act.ask("Gleb", NEW)
    act.answer("Gleb", "allow-list")
    assert act.playground.store.changes.get(1001) is None


# ------------------------------------------------------------------------------------------------------- reading


def test_status_and_lines_say_where_a_green_connector_is_silent(act: Changing) -> None:
    act.confirms(ADOPT)
    act.confirms("connector activate myconnector 3")
    act.ask("Olga", "connector status")
    act.answer("Olga", "no messages pass")
    act.ask("Olga", "line show 3")
    act.answer("Olga", "switched off: no messages pass")


# -------------------------------------------------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("line", "method"),
    [
        (NEW, "imconnector.register"),
        ("connector activate myconnector 3", "imconnector.activate"),
    ],
)
def test_a_lost_answer_is_read_back_and_told_truly(act: Changing, line: str, method: str) -> None:
    act.confirms(ADOPT)
    act.fault("lost_after", method)
    ended = act.confirms(line)
    assert ended.status is Status.DONE
    assert "reply was lost" in en(ended.outcome)
    assert act.effects(method) == 1


def test_a_refusal_of_the_portal_is_no_success(act: Changing) -> None:
    act.fault("false_nested", "imconnector.register")
    ended = act.confirms(NEW)
    assert ended.status is Status.FAILED
    assert act.record("newchat") is None
    assert not act.registered("newchat")


def test_data_whose_answer_is_lost_stays_unknown_and_does_not_lock_the_connector(act: Changing) -> None:
    act.confirms(ADOPT)
    act.fault("lost_before", "imconnector.connector.data.set")
    assert act.confirms("connector configure myconnector 1 --name WA").status is Status.UNKNOWN
    assert act.has_approved("connector remove myconnector").status is Status.DONE


def test_an_ending_that_comes_late_keeps_what_was_recorded_meanwhile(act: Changing) -> None:
    act.confirms(NEW)
    act.confirms("connector activate newchat 1 2")
    act.fault("lost_after", "imconnector.connector.data.set")
    card = act.asks("connector configure newchat 1 --url https://one.example")
    act.press("Olga", card, "Confirm")
    assert act.ends().status is Status.UNKNOWN
    assert act.confirms("connector configure newchat 2 --url https://two.example").status is Status.DONE
    act.card_says(card, "It was done")
    assert act.press("Olga", act.workspace.message(TYPED_IN, card.ts), "It was done").ok
    act.wait_status(Status.DONE, number=1003)
    assert act.has_approved("connector remove newchat").status is Status.DONE
    assert act.confirms("connector restore newchat").status is Status.DONE
    with act.portal.world.lock:
        data = [act.portal.state.status("newchat", line).data for line in (1, 2)]
    assert data == [{"URL": "https://one.example"}, {"URL": "https://two.example"}]


@pytest.mark.parametrize(
    ("line", "removed"),
    [
        ("connector configure newchat 1 --url https://one.example", "newchat"),
        ("connector update newchat --handler https://other.example/", "newchat"),
        ("connector adopt myconnector newchat", "myconnector"),
        ("connector deactivate newchat 1", "newchat"),
    ],
)
def test_of_one_connector_one_change_request_is_open(act: Changing, line: str, removed: str) -> None:
    act.confirms(NEW)
    act.confirms("connector activate newchat 1")
    act.asks(f"connector remove {removed}", channel=APPROVALS)
    act.ask("Olga", line)
    assert "CR-1003" in act.answer("Olga", "must end first")
    assert [change.number for change in act.playground.store.changes.with_status(OPEN)] == [1003]


def test_the_undo_button_of_a_removal_asks_for_the_restore(act: Changing) -> None:
    act.confirms(NEW)
    card = act.asks("connector remove newchat", channel=APPROVALS)
    act.press("Anton", card, "Approve")
    act.ends()
    act.card_says(card, "Undo…]")
    assert act.press("Olga", act.workspace.message(APPROVALS, card.ts), "Undo…").ok
    act.asked += 1
    undo = act.workspace.wait_for(lambda: act.workspace.find(APPROVALS, "CR-1003"), what="the card of the undo")
    assert "connector restore newchat" in act.card_says(undo, "waiting for confirmation")
    act.press("Olga", undo, "Confirm")
    assert act.ends().status is Status.DONE
    assert act.connector("newchat") is not None
