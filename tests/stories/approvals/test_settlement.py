"""What reading back does not decide is asked of people, on the card, and one of them decides it."""

from __future__ import annotations

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.change.change_request import Status
from bot.playground.environment import Playground
from bot.playground.workspace import Message, NoSuchElement
from plugins.bitrix24.plugin import SETTLING
from plugins.bitrix24.simulator.state.faults import read_fault
from tests.language.english import en
from tests.stories.approvals.test_clicks import held, together
from tests.stories.message.talk import SEND, Talk
from tests.stories.scene import UNREGISTER, Scene

ASKED = "[It was done] [It was not done]"


def lost(scene: Scene) -> Message:
    """A removal whose answer was lost, at a portal that cannot be read since: its card."""
    card = scene.ask_removal()
    with scene.portal.world.lock:
        scene.portal.world.faults.add(read_fault({"kind": "lost_before", "method": UNREGISTER}))
    scene.press("Anton", card, "Approve")
    scene.workspace.wait_for(lambda: scene.sent() == 1, what="the call")
    with scene.portal.world.lock:
        for method in ("imconnector.list", "imconnector.status", "batch"):
            scene.portal.world.faults.add(read_fault({"kind": "lost_before", "method": method, "times": "forever"}))
    assert "before you repeat" in en(scene.wait_status(Status.UNKNOWN).outcome)
    return card


def asked(scene: Scene) -> Message:
    card = lost(scene)
    assert ASKED not in scene.card_says(card, "outcome not verified yet")
    scene.playground.clock.advance(SETTLING.ask_people)
    assert ASKED in scene.card_says(card, "Check yourself whether the change took effect. Then press")
    return card


def test_a_quarter_of_an_hour_after_the_call_an_approver_may_say_what_became_of_it(scene: Scene) -> None:
    card = asked(scene)
    line = scene.channel_says("approvals", "The outcome is not known")
    assert "@Anton" in line
    assert "@Olga" in line
    scene.press("Olga", card, "It was not done")
    scene.answer("Olga", "You asked for this yourself. Somebody else has to report the result.")
    scene.press("Gleb", card, "It was not done")
    scene.answer("Gleb", "You are not on the allow-list")
    assert scene.change().status is Status.UNKNOWN
    scene.press("Anton", card, "It was not done")
    assert en(scene.wait_status(Status.FAILED).outcome).endswith("has checked the result: it was not done.")
    assert ASKED not in scene.card_says(card, "@Anton has checked the result: it was not done.")
    scene.card_says(card, "not done, as a person reported")
    scene.answer("Anton", "is resolved as not done")
    scene.channel_says("audit", "change:execution:resolved")
    assert scene.recorded(Tag.EXECUTION_RESOLVED, "Anton")
    assert scene.recorded(Tag.REVIEW_REFUSED, "Olga")
    assert scene.recorded(Tag.REVIEW_REFUSED, "Gleb")
    assert scene.sent() == 1
    assert scene.workspace.complaints == []


def test_two_people_who_saw_different_things_make_one_ending(scene: Scene) -> None:
    card = asked(scene)
    together(held(scene, "Vera", card, "It was done"), held(scene, "Ida", card, "It was not done"))
    ended = scene.wait_status(Status.DONE, Status.FAILED)
    winner, loser = ("Vera", "Ida") if ended.status is Status.DONE else ("Ida", "Vera")
    assert f"@{winner} has checked the result" in scene.answer(loser, "There is nothing to resolve")
    (record,) = scene.playground.store.audit.find(tag=Tag.EXECUTION_RESOLVED)
    assert record.actor == scene.playground.person(winner).id


def test_reading_back_goes_on_and_the_buttons_leave_with_the_question(scene: Scene) -> None:
    card = asked(scene)
    with scene.portal.world.lock:
        scene.portal.world.faults.clear()
    scene.playground.clock.advance(20)
    scene.workspace.wait_for(lambda: _ended_by_itself(scene), what="the reading back")
    scene.card_says(card, "Verified twice: nothing changed")
    with pytest.raises(NoSuchElement):
        scene.press("Vera", card, "It was done")


def _ended_by_itself(scene: Scene) -> bool:
    scene.playground.clock.advance(1)
    return scene.change().status is Status.FAILED


def test_what_nothing_shows_is_asked_at_once_and_who_asked_for_it_may_say(full_bot: Playground) -> None:
    talk = Talk(full_bot)
    talk.adopt()
    card = talk.asks("message send myconnector 1 --user u1 --chat c1 --text Hello")
    talk.fault("false_flat", SEND)
    talk.press("Olga", card, "Confirm")
    talk.ends()
    assert ASKED in talk.card_says(card, "outcome not known")
    talk.press("Olga", card, "It was done")
    talk.card_says(card, "@Olga has checked the result: it was done.")
    assert "verified" not in talk.card_says(card, "done, as a person reported")
    for line, words in (("request list", "*CR-1001* · "), ("request show 1001", "*Status*: ")):
        talk.ask("Olga", line)
        talk.answer("Olga", f"{words}done, as a person reported")
    talk.channel_says("audit", "Status: done, as a person reported")
    assert talk.wait_status(Status.DONE).ended_at is not None
    assert talk.sent(SEND) == 1
