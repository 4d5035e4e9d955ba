"""Messages and chats through the whole bot: typed, shown, confirmed by who asked, done, told truly."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.change.change_request import Status
from bot.testing.conversation import TYPED_IN
from tests.language.english import en
from tests.stories.message.talk import DELETE, KINDS, SEND, Kind, Talk

EACH = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: " ".join(kind.line.split()[:2]))
PERSON = "myconnector 1 --user u1 --chat c1"


def held(talk: Talk, chat: int, number: int) -> dict[str, bool]:
    """What each command leaves on the portal."""
    state = talk.portal.state
    message = state.messages[number]
    return {
        "message send": "Good 1" in talk.texts(),
        "message edit": message.text == "Sorry 1",
        "message delete": message.deleted,
        "message delivered": message.delivered and message.external == ("x1",),
        "message read": message.text == "Before" and not message.delivered,
        "chat rename": state.dialogs[chat].name == "Orders 1",
    }


@EACH
def test_what_is_confirmed_by_who_asked_is_done_once_and_told_as_the_portals_word(talk: Talk, kind: Kind) -> None:
    chat, number = talk.spoken()
    line = kind.line.format(n=chat, m=number, i=0 if "delete" in kind.line else 1)
    before = talk.effects(kind.method)
    card = talk.asks(line)
    text = talk.card_says(card, "waiting for confirmation")
    assert kind.sees in text
    assert "line 1 · Sales EU" in text
    assert "[*Confirm " in text
    assert talk.effects(kind.method) == before, "nothing is sent before it is confirmed"
    assert talk.workspace.messages("approvals") == []

    assert talk.press("Olga", card, "Confirm").ok
    ended = talk.ends()
    assert ended.status is Status.DONE
    assert en(ended.outcome) == "The call was accepted. No check can confirm the result."
    done = talk.card_says(card, "done according to the reply")
    assert "verified" not in done
    assert "[*Confirm" not in done
    path = " ".join(kind.line.split()[:2])
    assert held(talk, chat, number)[path]
    assert talk.effects(kind.method) - before == (0 if path == "message read" else 1)
    talk.channel_says("audit", "change:execution:ended")
    talk.channel_says(TYPED_IN, "@Olga The call was accepted. No check can confirm the result.")
    assert talk.workspace.complaints == []


def test_nobody_else_can_confirm_it(talk: Talk) -> None:
    card = talk.asks(f"message send {PERSON} --text Hello")
    talk.press("Ida", card, "Confirm")
    talk.answer("Ida", "Only the person who asked can confirm this")
    assert talk.sent(SEND) == 0
    assert talk.change().status is Status.PENDING


def test_it_can_be_withdrawn_instead(talk: Talk) -> None:
    card = talk.asks(f"message send {PERSON} --text Hello")
    talk.press("Olga", card, "Withdraw")
    talk.wait_status(Status.WITHDRAWN)
    assert talk.sent(SEND) == 0


def test_a_double_click_sends_it_once(talk: Talk) -> None:
    card = talk.asks(f"message send {PERSON} --text Hello")
    first = talk.press("Olga", card, "Confirm")
    talk.workspace.deliver(first)
    talk.ends()
    assert talk.texts() == ["Hello"]
    assert talk.sent(SEND) == 1


def test_on_a_connector_not_proven_ours_others_have_to_approve(talk: Talk) -> None:
    talk.ask("Olga", "message send shopchat 2 --user u1 --chat c1 --text Hello")
    card = talk.card("shopchat")
    text = talk.card_says(card, "waiting for approval")
    assert "b24bot did not register or adopt shopchat" in text
    talk.press("Olga", card, "Approve")
    talk.answer("Olga", "Somebody else has to approve it")
    assert talk.sent(SEND) == 0
    talk.press("Anton", card, "Approve")
    talk.wait_status(Status.DONE)
    assert talk.texts() == ["Hello"]


def test_a_dry_run_shows_it_and_asks_nobody(talk: Talk) -> None:
    talk.ask("Olga", f"message send {PERSON} --text Hello --dry-run")
    shown = talk.answer("Olga", "only shown, nothing was done")
    assert "Send to myconnector on line 1 · Sales EU: “Hello”." in shown
    assert talk.playground.store.changes.get(1001) is None
    assert talk.sent(SEND) == 0


def test_the_same_message_asked_for_twice_is_one_change_request(talk: Talk) -> None:
    talk.asks(f"message send {PERSON} --text Hello")
    talk.ask("Olga", f"message send {PERSON} --text Hello")
    talk.answer("Olga", "CR-1001")
    assert talk.playground.store.changes.get(1002) is None
    talk.asks(f"message send {PERSON} --text 'Hello again'")
    assert talk.change(1002).status is Status.PENDING


def test_a_connector_switched_off_after_it_was_asked_stops_it(talk: Talk) -> None:
    card = talk.asks(f"message send {PERSON} --text Hello")
    talk.portal.seed(activations=[{"connector": "myconnector", "line": 1, "active": False}])
    talk.press("Olga", card, "Confirm")
    ended = talk.ends()
    assert ended.status is Status.FAILED
    assert "Nothing was done. myconnector is not active on line 1" in en(ended.outcome)
    assert talk.sent(SEND) == 0


def test_a_line_renamed_after_it_was_asked_is_another_plan(talk: Talk) -> None:
    card = talk.asks(f"message send {PERSON} --text Hello")
    talk.portal.seed(lines=[{"id": 1, "name": "Sales US"}])
    talk.press("Olga", card, "Confirm")
    assert talk.ends().status is Status.CHANGED
    assert talk.sent(SEND) == 0


def test_a_sent_message_can_be_deleted_with_the_line_on_its_card(talk: Talk) -> None:
    talk.confirms(f"message send {PERSON} --text Hello --message-id m1")
    undo = talk.change().plan.undo.line
    assert talk.confirms(undo).status is Status.DONE
    assert talk.effects(DELETE) == 1
    with talk.portal.world.lock:
        assert [row.deleted for row in talk.portal.state.messages.rows()] == [True]


REFUSED: list[tuple[str, Callable[[Talk], None], str]] = [
    (f"message send {PERSON}", lambda talk: None, "The message has neither text nor a file."),
    ("message send livechat 1 --user u --chat c --text x", lambda talk: None, "a built-in channel"),
    ("message send myconnector 9 --user u --chat c --text x", lambda talk: None, "There is no line 9"),
    ("message send nobody 1 --user u --chat c --text x", lambda talk: None, "There is no connector “nobody”"),
    ("message send myconnector 3 --user u --chat c --text x", lambda talk: None, "is not active on line 3"),
    ("chat rename myconnector 1 --chat c1 --name Orders", lambda talk: None, "The option --user is missing."),
    (
        f"message edit {PERSON} --message-id m --text x",
        lambda talk: talk.portal.seed(activations=[{"connector": "myconnector", "line": 1, "error": True}]),
        "is in error on line 1",
    ),
    (f"message send {PERSON} --text x --user-last-name 'R2 D2'", lambda talk: None, "“2” at position 2"),
]


def test_what_cannot_work_is_refused_with_what_to_do_and_sends_nothing(talk: Talk) -> None:
    for line, prepare, why in REFUSED:
        prepare(talk)
        talk.ask("Olga", line)
        assert "⛔" in talk.answer("Olga", why)
    assert talk.playground.store.changes.get(1001) is None
    assert all(not talk.sent(kind.method) for kind in KINDS)


def test_who_may_only_look_is_refused(talk: Talk) -> None:
    talk.ask("Gleb", f"message send {PERSON} --text x")
    talk.answer("Gleb", "not on the allow-list")
    assert talk.sent(SEND) == 0
