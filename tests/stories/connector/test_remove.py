"""The main job: a connector is removed by one person with the approval of another."""

from __future__ import annotations

from bot.core.change.change_request import Status
from plugins.bitrix24.simulator.state.faults import read_fault
from tests.language.english import en
from tests.stories.scene import UNREGISTER, Scene


def test_a_removal_is_asked_approved_done_verified_and_recorded(scene: Scene) -> None:
    scene.ask("Olga", "connector remove myconnector --reason 'old number'")
    card = scene.card()
    text = scene.card_says(card, "waiting for approval")
    assert "Sales EU" in text
    assert "Support" in text
    assert "old number" in text
    assert "[*Approve removal]" in text
    assert "[!Reject…]" in text
    assert scene.sent() == 0, "nothing is sent before the approval"

    assert scene.press("Anton", card, "Approve").ok
    assert en(scene.wait_status(Status.DONE).outcome).startswith("Done and verified")

    done = scene.card_says(card, "done and verified")
    assert "[*Approve" not in done
    assert "registration: registered → absent" in done
    assert not scene.registered()
    assert scene.effects() == 1
    scene.channel_says("audit", "change:execution:ended")
    scene.channel_says("approvals", "@Anton approved (1 of 1)")
    scene.channel_says("approvals", "@Olga Done")
    assert scene.workspace.complaints == []


def test_the_intent_is_recorded_before_the_portal_is_called(scene: Scene) -> None:
    card = scene.ask_removal()
    scene.press("Anton", card, "Approve")
    scene.wait_status(Status.DONE)
    intent = scene.playground.store.audit.find(tag="change:execution:intended")[0]
    call = next(entry for entry in scene.portal.world.journal.calls if entry.method == "imconnector.unregister")
    assert intent.at / 1000 <= call.at


def test_asking_again_for_what_is_gone_ends_calmly(scene: Scene) -> None:
    scene.press("Anton", scene.ask_removal(), "Approve")
    scene.wait_status(Status.DONE)
    scene.ask("Olga", "connector remove myconnector")
    assert "⛔" not in scene.answer("Olga", "nothing to remove")


def test_the_second_request_for_one_connector_answers_with_the_first(scene: Scene) -> None:
    scene.ask_removal()
    scene.ask("Ida", "connector remove MyConnector")
    assert "CR-1001" in scene.answer("Ida", "open for this already")
    assert scene.playground.store.changes.get(1002) is None


def test_a_rejection_needs_a_reason_and_ends_it(scene: Scene) -> None:
    card = scene.ask_removal()
    scene.press("Vera", card, "Reject…")
    scene.workspace.wait_for(lambda: scene.workspace.open_views("Vera"), what="the form")
    scene.workspace.people["Vera"].submit({"reason": "still in use"})
    assert "still in use" in en(scene.wait_status(Status.REJECTED).outcome)
    scene.card_says(card, "still in use")
    assert scene.sent() == 0


def test_the_requester_can_withdraw_and_nobody_else(scene: Scene) -> None:
    card = scene.ask_removal()
    scene.press("Anton", card, "Withdraw")
    scene.answer("Anton", "Only the person who asked")
    scene.press("Olga", card, "Withdraw")
    scene.wait_status(Status.WITHDRAWN)
    scene.card_says(card, "withdrawn")


def test_a_line_attached_after_the_approval_was_asked_stops_it(scene: Scene) -> None:
    card = scene.ask_removal()
    scene.portal.seed(activations=[{"connector": "myconnector", "line": 3}])
    scene.press("Anton", card, "Approve")
    assert "line 3" in en(scene.wait_status(Status.CHANGED).outcome)
    assert scene.sent() == 0


def test_a_number_that_leaves_the_approved_band_stops_it(scene: Scene) -> None:
    """The approver saw 12 open dialogues. Up to 22 the removal is what they approved, with 23 it is another one."""
    scene.write_messages(1, 12)
    card = scene.ask_removal()
    assert "about 12 open dialogues" in scene.card_says(card, "waiting for approval")
    scene.write_messages(1, 11, first=12)
    scene.press("Anton", card, "Approve")
    outcome = en(scene.wait_status(Status.CHANGED).outcome)
    assert "Approved: line 1 · Sales EU: about 12 open dialogues" in outcome
    assert "Now: line 1 · Sales EU: about 23 open dialogues" in outcome
    assert scene.sent() == 0
    assert scene.registered()


def test_a_number_that_stays_in_the_approved_band_does_not(scene: Scene) -> None:
    scene.write_messages(1, 12)
    card = scene.ask_removal()
    scene.write_messages(1, 10, first=12)
    scene.press("Anton", card, "Approve")
    scene.wait_status(Status.DONE)
    assert scene.effects() == 1


def test_a_connector_that_vanished_meanwhile_ends_as_gone(scene: Scene) -> None:
    card = scene.ask_removal()
    state = scene.portal.state
    with scene.portal.world.lock:
        state.connectors.drop("myconnector")
        for line in (1, 2):
            state.statuses.drop(("myconnector", line))
    scene.press("Anton", card, "Approve")
    scene.wait_status(Status.GONE)
    assert scene.sent() == 0


def test_a_lost_reply_is_read_back_and_told_truly(scene: Scene) -> None:
    card = scene.ask_removal()
    scene.portal.world.faults.add(_fault("lost_after"))
    scene.press("Anton", card, "Approve")
    outcome = en(scene.wait_status(Status.DONE).outcome)
    assert "reply was lost" in outcome
    assert "before you repeat" not in outcome
    assert scene.effects() == 1
    assert not scene.registered()


def test_a_false_result_is_a_failure_and_not_a_success(scene: Scene) -> None:
    card = scene.ask_removal()
    scene.portal.world.faults.add(_fault("false_nested"))
    scene.press("Anton", card, "Approve")
    assert "nothing changed" in en(scene.wait_status(Status.FAILED).outcome)
    assert scene.registered()


def test_another_applications_connector_keeps_its_registration_and_the_card_says_so(scene: Scene) -> None:
    """The portal answers yes and only cuts the lines: that is no removal (docs/portal-behaviour.md P32)."""
    card = scene.ask_removal("shopchat")
    scene.press("Anton", card, "Approve")
    ended = scene.wait_status(Status.FAILED)
    assert "only partly applied" in en(ended.outcome)
    assert "active → absent" in en(ended.outcome)
    assert scene.registered("shopchat")


def test_the_way_back_from_half_a_removal_is_on_the_card_and_leads_out(scene: Scene) -> None:
    """Asking again would end the same way: the card offers the command that connects the lines again."""
    card = scene.ask_removal("shopchat")
    scene.press("Anton", card, "Approve")
    half = scene.card_says(card, "partly applied")
    assert "Did not change" in half
    assert "registration: registered" in half
    assert "connector activate shopchat 2" in half
    assert "Only that application can unregister it" in half
    assert "Ask again" not in half
    scene.channel_says(
        "audit", "Status: partly applied · Done: line 2 · Support: active → absent · Not done: registration"
    )
    scene.press("Olga", card, "Undo…")
    back = scene.card("CR-1002")
    scene.press("Anton", back, "Approve")
    scene.wait_status(Status.DONE, number=1002)
    scene.card_says(card, "partly applied, and undone by CR-1002")
    assert scene.portal.state.status("shopchat", 2).configured


def _fault(kind: str) -> object:
    return read_fault({"kind": kind, "method": UNREGISTER})
