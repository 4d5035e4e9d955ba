"""A portal whose names hold half a surrogate pair or NUL: cards show them, and what was approved runs once."""

from __future__ import annotations

import pytest

from bot.core.change.change_request import Status
from tests.stories.scene import Scene

NAME = "WhatsApp \N{GRINNING FACE}"


def seeded(scene: Scene, how: str) -> None:
    portal = scene.portal
    portal.seed(
        connectors=[{"id": "myconnector", "name": NAME}, {"id": "odd\N{GRINNING FACE}", "name": "Odd id"}],
        lines=[{"id": 1, "name": f"Sales {NAME}"}],
        activations=[{"connector": "myconnector", "line": 1}],
    )
    with portal.world.lock:
        portal.world.switches.set("wide_text", how)


@pytest.mark.parametrize(("how", "shown"), [("half", "WhatsApp \ufffd"), ("nul", "WhatsApp \ufffd")])
def test_a_portal_text_with_half_a_surrogate_or_nul_breaks_no_card_and_no_approved_request(
    scene: Scene, how: str, shown: str
) -> None:
    seeded(scene, how)
    scene.ask("Olga", "connector list")
    assert "odd\ufffd" in scene.answer("Olga", shown)
    scene.ask("Olga", "connector status --all")
    scene.answer("Olga", f"Sales {shown}")
    card = scene.ask_removal()
    assert f"Sales {shown}" in scene.workspace.transcript(card)
    scene.press("Anton", card, "Approve")
    assert scene.wait_status(Status.DONE, Status.FAILED, Status.UNKNOWN, Status.CHANGED).status is Status.DONE
    scene.card_says(card, "done and verified")
    assert (scene.sent(), scene.registered()) == (1, False)
    assert scene.playground.store.audit.broken_at() is None
    assert scene.workspace.complaints == []
