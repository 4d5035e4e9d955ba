"""Killed with SIGKILL at any moment, the bot tells the truth after a restart, and has done it once at most."""

from __future__ import annotations

from typing import Any

import pytest

from bot.plugin.loopback import GIVE_UP_SECONDS, wait_until
from tests.stories.processes import Outside, kill

UNREGISTER = "imconnector.unregister"
FRAGILE = "tests.stories.fragile:plugin"


def fragile(scene: Outside, moment: str) -> dict[str, str]:
    return {"B24BOT_PLUGINS": FRAGILE, "FRAGILE_AT": moment, "FRAGILE_ONCE": str(scene.folder / "died")}


def status(scene: Outside) -> dict[str, Any]:
    """What the terminal says of the one change request."""
    (found,) = scene.requests()
    return found


def card(scene: Outside) -> Any:
    return scene.workspace.wait_for(lambda: scene.workspace.find("approvals", "[*Approve "), what="the card")


def ask(scene: Outside) -> None:
    assert scene.workspace.people["Olga"].slash("/b24 connector remove myconnector").ok


def approve(scene: Outside) -> None:
    assert scene.workspace.people["Anton"].click(card(scene), "Approve").ok


def effects(scene: Outside) -> int:
    return len([call for call in scene.portal.portal.world.journal.calls if call.method == UNREGISTER and call.effect])


def registered(scene: Outside) -> bool:
    return "myconnector" in {row.id for row in scene.portal.portal.state.connectors.rows()}


def ended(scene: Outside, expected: str) -> dict[str, Any]:
    """Wait until the card tells the ending, then ask the terminal for it."""
    scene.workspace.wait_for(lambda: scene.workspace.find("approvals", expected), what=expected)
    return status(scene)


@pytest.mark.parametrize(
    ("moment", "ending", "effect"),
    [("before_call", "failed", 0), ("after_call", "done", 1), ("looking", "done", 1)],
)
def test_killed_while_executing(scene: Outside, moment: str, ending: str, effect: int) -> None:
    """Between intent and call nothing happened; between call and outcome it had: both are told as they are."""
    bot = scene.serve(more=fragile(scene, moment))
    ask(scene)
    approve(scene)
    assert bot.wait(timeout=20) == -9, scene.logs()
    assert status(scene)["status"] == "running"
    scene.serve(more=fragile(scene, moment))
    words = {"failed": "Verified twice: nothing changed", "done": "Verified: the change is done"}[ending]
    assert ended(scene, words)["status"] == ending
    assert effects(scene) == effect
    assert registered(scene) == (effect == 0)


@pytest.mark.parametrize(
    ("moment", "sent", "ending", "told"),
    [
        ("after_call", 1, "partly-applied", "Verified twice: the change was only partly applied"),
        ("before_second", 1, "partly-applied", "Verified twice: the change was only partly applied"),
        ("after_second", 2, "done", "Verified: the change is done"),
    ],
)
def test_killed_between_the_calls_of_a_plan_with_several(
    scene: Outside, moment: str, sent: int, ending: str, told: str
) -> None:
    """What was done is told, what was not sent is never sent, and nothing is sent twice."""
    bot = scene.serve(more=fragile(scene, moment))
    assert scene.workspace.people["Olga"].slash("/b24 connector deactivate myconnector 1 2").ok
    approve(scene)
    assert bot.wait(timeout=20) == -9, scene.logs()
    scene.serve(more=fragile(scene, moment))
    row = ended(scene, told)
    assert row["status"] == ending
    assert ("Not sent: " in row["outcome"]["text"]) == (moment == "after_call")
    journal = scene.portal.portal.world.journal.calls
    lines = [call.params["LINE"] for call in journal if call.method == "imconnector.activate" and call.effect]
    assert len(lines) == len(set(lines)) == sent


def test_killed_while_planning_nothing_is_lost(scene: Outside) -> None:
    bot = scene.serve(more=fragile(scene, "planning"))
    ask(scene)
    assert bot.wait(timeout=20) == -9, scene.logs()
    scene.serve(more=fragile(scene, "planning"))
    approve(scene)
    assert ended(scene, "done and verified")["status"] == "done"
    assert effects(scene) == 1


def test_killed_between_ack_and_work_nothing_is_lost(scene: Outside) -> None:
    """The intake alone acknowledges and dies; a worker that starts later does what was asked."""
    intake = scene.serve("--intake-only", alone=True)
    ask(scene)
    kill(intake)
    intake = scene.serve("--intake-only", alone=True)
    scene.start("work")
    found = card(scene)
    assert scene.workspace.people["Anton"].click(found, "Approve").ok
    kill(intake)
    assert ended(scene, "done and verified")["status"] == "done"
    assert effects(scene) == 1


def test_a_reply_that_was_lost_is_settled_and_the_call_is_never_made_again(scene: Outside) -> None:
    from plugins.bitrix24.simulator.state.faults import read_fault

    scene.serve()
    ask(scene)
    scene.portal.portal.world.faults.add(read_fault({"kind": "lost_before", "method": UNREGISTER}))
    approve(scene)
    assert ended(scene, "Verified twice: nothing changed")["status"] == "failed"
    calls = [call for call in scene.portal.portal.world.journal.calls if call.method == UNREGISTER]
    assert len(calls) == 1
    assert registered(scene)


def test_a_second_worker_on_one_database_exits_with_a_clear_message(scene: Outside) -> None:
    first = scene.start("work")
    assert wait_until(lambda: (scene.folder / "home" / "worker.lock").exists())
    assert wait_until(lambda: "identified" in scene.logs())
    second = scene.start("work")
    assert second.wait(timeout=GIVE_UP_SECONDS) == 4
    assert f"process {first.pid}" in scene.logs()
    assert "Traceback" not in scene.logs()
