"""The bot's own rules, in Slack: who may do what is changed by two, and anybody who works here may stop it."""

from __future__ import annotations

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.authority.limits import Mode
from bot.core.change.change_request import Status
from bot.core.principals import Role
from bot.usecases.integrity.freezes import FROZEN
from plugins.bitrix24.simulator.state.faults import read_fault
from tests.language.english import en
from tests.stories.scene import UNREGISTER, WITHIN, Scene


@pytest.fixture
def ruled(scene: Scene) -> Scene:
    """Vera is an admin too, beside Ida."""
    scene.playground.grant(scene.playground.store, "Vera", Role.ADMIN)
    return scene


def freeze(scene: Scene, person: str = "Olga", why: str = "it loses messages") -> None:
    scene.ask(person, f"freeze {why}")
    scene.answer(person, "b24bot is frozen.")


def test_a_role_is_given_to_somebody_who_was_mentioned_and_works_at_once(ruled: Scene) -> None:
    ruled.ask("Gleb", "connector list")
    ruled.answer("Gleb", "not on the allow-list")
    ruled.ask("Ida", "access grant @Gleb operator")
    card = ruled.card("the role operator")
    text = ruled.card_says(card, "Give the role operator")
    assert "Role of @Gleb: none → operator" in text
    # Two people may have one name: the line that was asked for has the id.
    assert f"access grant @{ruled.playground.person('Gleb').user} operator" in text

    ruled.press("Anton", card, "Approve")
    ruled.answer("Anton", "needs the role admin")
    ruled.press("Ida", card, "Approve")
    ruled.answer("Ida", "You asked for this yourself")
    ruled.press("Vera", card, "Approve")
    ruled.wait_status(Status.DONE)
    ruled.card_says(card, "role: none → operator")
    ruled.channel_says("audit", "access:role:granted")

    ruled.ask("Gleb", "connector list")
    ruled.answer("Gleb", "myconnector")
    ruled.press("Ida", card, "Undo…")
    undo = ruled.card("Take away the role operator")
    ruled.press("Vera", undo, "Approve")
    ruled.wait_status(Status.DONE, number=1002)
    assert ruled.playground.store.grants.role_of(ruled.playground.person("Gleb")) is None
    assert ruled.workspace.complaints == []


def test_a_role_for_a_time_works_and_its_end_is_said(ruled: Scene) -> None:
    ruled.ask("Ida", "access grant @Gleb operator --for 8h")
    card = ruled.card("the role operator for 8 hours")
    ruled.press("Vera", card, "Approve")
    ruled.wait_status(Status.DONE)
    ruled.card_says(card, "role: none → operator for a limited time")
    assert "access:role:granted" in ruled.channel_says("audit", "Until: ")
    ruled.ask("Gleb", "whoami")
    ruled.answer("Gleb", "operator until ")
    ruled.ask("Gleb", "access list")
    ruled.answer("Gleb", "operator until ")
    ruled.ask("Ida", "access grant @Gleb operator --for 1m")
    ruled.answer("Ida", "too short or too long")


def test_the_last_admin_cannot_be_taken_away(scene: Scene) -> None:
    scene.ask("Ida", "access revoke @Ida")
    scene.answer("Ida", "the last admin")
    assert scene.playground.store.changes.get(1001) is None


def test_a_freeze_by_one_operator_stops_what_was_asked_and_what_is_asked(scene: Scene) -> None:
    card = scene.ask_removal()
    freeze(scene, "Olga")
    for channel in ("approvals", "audit"):
        assert "Reason: “it loses messages”." in scene.channel_says(channel, "has frozen b24bot")
    scene.channel_says("audit", "bot:freeze:set")

    scene.press("Anton", card, "Approve")
    scene.answer("Anton", "Press the button again after that")
    assert scene.change().status is Status.PENDING
    assert scene.recorded(Tag.REVIEW_REFUSED, "Anton")
    scene.ask("Anton", "connector remove shopchat")
    scene.answer("Anton", "changes are blocked")
    assert scene.sent() == 0
    assert scene.registered()

    scene.ask("Anton", "connector list")
    scene.answer("Anton", "myconnector")
    scene.workspace.wait_for(lambda: scene.recorded(Tag.MODE_CHANGED), WITHIN, "the change of the mode")
    assert scene.workspace.complaints == []


def test_what_runs_when_it_is_frozen_finishes_and_is_recorded(scene: Scene) -> None:
    """docs/safety.md F15: the portal is working on the call when somebody says stop."""
    scene.portal.world.faults.add(read_fault({"kind": "stall_before", "method": UNREGISTER, "seconds": 3}))
    scene.press("Anton", scene.ask_removal(), "Approve")
    scene.wait_status(Status.RUNNING)
    freeze(scene, "Vera")
    assert en(scene.wait_status(Status.DONE).outcome).startswith("Done and verified")
    assert scene.effects() == 1
    found = scene.playground.store.audit.find
    (intended,), (frozen,), (ended,) = (
        found(tag=tag) for tag in (Tag.EXECUTION_INTENDED, Tag.FROZEN, Tag.EXECUTION_ENDED)
    )
    assert intended.seq < frozen.seq < ended.seq
    scene.channel_says("audit", "change:execution:ended")


def test_unfreezing_takes_two(ruled: Scene) -> None:
    freeze(ruled)
    ruled.ask("Olga", "unfreeze")
    ruled.answer("Olga", "needs the role admin")
    ruled.ask("Ida", "unfreeze")
    card = ruled.card("Unfreeze b24bot")
    assert "it loses messages" in ruled.card_says(card, "waiting for approval")
    ruled.press("Ida", card, "Approve")
    ruled.answer("Ida", "You asked for this yourself")
    assert ruled.playground.store.facts.get(FROZEN)
    ruled.press("Vera", card, "Approve")
    ruled.wait_status(Status.DONE)
    ruled.channel_says("approvals", "has unfrozen b24bot")
    ruled.channel_says("audit", "bot:freeze:lifted")
    ruled.press("Anton", ruled.ask_removal(), "Approve")
    ruled.wait_status(Status.DONE, number=1002)


def test_a_frozen_bot_is_ready_and_says_how_it_is(scene: Scene) -> None:
    freeze(scene)
    running = scene.playground.running
    assert running is not None
    assert all(running.readiness().values())
    assert running.mode() is Mode.NO_DANGER
    scene.ask("Anton", "status")
    assert "it loses messages" in scene.answer("Anton", "changes blocked")
