"""Portals as they are: what their servers answer is told in words that somebody who is not there can act on."""

from __future__ import annotations

from typing import Any

from bot.core.change.change_request import Status
from plugins.bitrix24.simulator.state.faults import read_fault
from tests.language.english import en
from tests.stories.scene import UNREGISTER, Scene

LIST = "imconnector.list"


def shape(scene: Scene, name: str, method: str = "*", **more: Any) -> None:
    with scene.portal.world.lock:
        scene.portal.world.faults.add(read_fault({"kind": "shape", "method": method, "shape": name, **more}))


def test_a_portal_that_puts_a_bom_before_every_answer_is_worked_with(scene: Scene) -> None:
    shape(scene, "bom", times="forever")
    scene.press("Anton", scene.ask_removal(), "Approve")
    assert en(scene.wait_status(Status.DONE).outcome).startswith("Done and verified")
    assert scene.effects() == 1
    assert not scene.registered()


def test_a_refusal_with_an_empty_error_is_a_refusal_and_the_portal_is_quoted(scene: Scene) -> None:
    """It once ended unknown, with “no reason”, and the words were nowhere."""
    card = scene.ask_removal()
    shape(scene, "error_empty", UNREGISTER)
    scene.press("Anton", card, "Approve")
    assert "The portal says: “Access denied." in en(scene.wait_status(Status.FAILED).outcome)
    scene.card_says(card, "The portal says: “Access denied.")
    assert (scene.sent(), scene.effects()) == (1, 0)
    assert scene.registered()


def test_a_read_that_meets_a_page_or_a_redirect_says_what_it_met_and_not_to_look_before_repeating(
    scene: Scene,
) -> None:
    told = {
        "blocked_page": "The portal's reply cannot be used: the reply is a web page instead of data",
        "redirect_login": "The portal redirects the call to a login page",
        "redirect_elsewhere": "A proxy or a network sign-in page redirects the call to another host: https://wifi.example/welcome",
    }
    for name, words in told.items():
        shape(scene, name, LIST)
        scene.ask("Vera", "connector list")
        assert "before you repeat" not in scene.answer("Vera", words)
    assert scene.workspace.complaints == []


def test_warnings_that_php_prints_do_not_keep_anybody_from_reading(scene: Scene) -> None:
    shape(scene, "warning_before", times="forever")
    scene.ask("Vera", "connector list")
    scene.answer("Vera", "myconnector")
    scene.ask("Vera", "portal check")
    scene.answer("Vera", "The portal writes PHP output before the reply.")
