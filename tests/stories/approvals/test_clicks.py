"""Whose click counts, and that it counts once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from bot.core.change.change_request import Status
from bot.core.principals import Principal, Role
from bot.playground.environment import Playground
from bot.playground.workspace import Message
from bot.usecases.admin.allow_list import revoke_role
from tests.stories.scene import Scene

SHELL = Principal.shell("test")


def together(*acts: Callable[[], object]) -> None:
    """Do all of it at the same instant, each in a thread of its own."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        act()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def held(scene: Scene, person: str, card: Message, label: str) -> Callable[[], object]:
    """A click that is built and signed now, and sent when called."""
    with scene.workspace.holding():
        dispatch = scene.press(person, card, label)
    return lambda: scene.workspace.deliver(dispatch)


def test_two_approvers_at_the_same_instant_make_one_transition(scene: Scene) -> None:
    card = scene.ask_removal()
    together(held(scene, "Anton", card, "Approve"), held(scene, "Vera", card, "Approve"))
    scene.wait_status(Status.DONE)
    assert scene.effects() == 1
    assert len(scene.playground.store.audit.find(tag="change:execution:intended")) == 1
    told = [scene.workspace.ephemerals(name) for name in ("Anton", "Vera")]
    scene.workspace.wait_for(
        lambda: any(scene.workspace.ephemerals(name) for name in ("Anton", "Vera")),
        5,
        f"an answer for the slower: {told}",
    )


def test_the_same_click_delivered_five_times_counts_once(scene: Scene) -> None:
    card = scene.ask_removal()
    first = scene.press("Anton", card, "Approve")
    again = [scene.workspace.deliver(first) for _ in range(4)]
    assert all(result.ok for result in again)
    scene.wait_status(Status.DONE)
    assert scene.sent() == 1
    assert len(scene.playground.store.audit.find(tag="change:review:approved")) == 1


@pytest.mark.parametrize("attempt", range(3))
def test_approve_racing_reject_ends_one_way(scene: Scene, attempt: int) -> None:
    """As the rejection says, unless the call had begun before it came."""
    card = scene.ask_removal()
    scene.press("Vera", card, "Reject…")
    scene.workspace.wait_for(lambda: scene.workspace.open_views("Vera"), what="the form")
    together(
        held(scene, "Anton", card, "Approve"),
        lambda: scene.workspace.people["Vera"].submit({"reason": "no"}),
    )
    ended = scene.wait_status(Status.DONE, Status.REJECTED)
    approved = scene.playground.store.audit.find(tag="change:review:approved")
    if ended.status is Status.DONE:
        scene.workspace.wait_for(lambda: scene.workspace.ephemerals("Vera"), what="a true answer")
    elif not approved:
        scene.workspace.wait_for(lambda: scene.workspace.ephemerals("Anton"), what="a true answer")
    assert scene.effects() == (1 if ended.status is Status.DONE else 0)


def test_approve_racing_expiry_ends_one_way(make_full_bot: Callable[..., Playground]) -> None:
    scene = Scene(make_full_bot(settings={"B24BOT_REQUEST_TTL": "1m"}))
    card = scene.ask_removal()
    together(lambda: scene.playground.clock.advance(61), held(scene, "Anton", card, "Approve"))
    ended = scene.wait_status(Status.DONE, Status.EXPIRED)
    assert scene.effects() == (1 if ended.status is Status.DONE else 0)
    if ended.status is Status.EXPIRED:
        scene.answer("Anton", "expired")


def test_a_request_nobody_decides_expires_and_the_requester_is_told(scene: Scene) -> None:
    card = scene.ask_removal()
    scene.playground.clock.advance(3_601)
    scene.wait_status(Status.EXPIRED)
    scene.channel_says("approvals", "@Olga Expired")
    assert "[*Approve" not in scene.card_says(card, "expired")


def test_the_requesters_own_approval_is_refused_and_recorded(scene: Scene) -> None:
    card = scene.ask_removal(person="Ida")
    scene.press("Ida", card, "Approve")
    scene.answer("Ida", "asked for this yourself")
    assert scene.recorded("change:review:refused", "Ida")
    assert scene.change().status is Status.PENDING


def test_an_approver_taken_off_the_list_before_the_click_is_refused_and_recorded(scene: Scene) -> None:
    card = scene.ask_removal()
    revoke_role(scene.playground.store, scene.playground.person("Anton"), by=SHELL)
    scene.press("Anton", card, "Approve")
    scene.answer("Anton", "not on the allow-list")
    assert scene.recorded("change:review:refused", "Anton")
    assert scene.change().status is Status.PENDING


@pytest.mark.parametrize("name", ["Gleb", "Olga"])
def test_somebody_without_the_role_cannot_approve(scene: Scene, name: str) -> None:
    card = scene.ask_removal(person="Ida")
    scene.press(name, card, "Approve")
    scene.answer(name, "needs the role approver")
    assert scene.recorded("change:review:refused", name)


def test_a_person_of_another_team_is_refused_and_recorded_even_when_granted(scene: Scene) -> None:
    card = scene.ask_removal()
    scene.workspace.people["Vera"].flag(team_id="T0999")
    scene.playground.grant(scene.playground.store, "Vera", Role.ADMIN)
    scene.press("Vera", card, "Approve")
    scene.answer("Vera", "another workspace")
    assert scene.recorded("change:review:refused", "Vera")
    scene.ask("Vera", "connector list")
    scene.answer("Vera", "another workspace. b24bot works")
    assert scene.recorded("command:line:refused", "Vera")
    assert scene.change().status is Status.PENDING


def test_a_late_click_gets_a_true_answer(scene: Scene) -> None:
    card = scene.ask_removal()
    late = held(scene, "Vera", card, "Approve")
    scene.press("Anton", card, "Approve")
    scene.wait_status(Status.DONE)
    late()
    assert ": done" in scene.answer("Vera", "CR-1001")
