"""Somebody switches a connector off in the portal itself: the audit channel has it once. An own change is no news."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.change.change_request import Status
from plugins.bitrix24.events.findings.watch_memory import WatchMemory, read_memory
from plugins.bitrix24.simulator import operators
from tests.stories.scene import Scene

RAISED = "portal:watch:raised"


def wait_for(scene: Scene, fits: Callable[[WatchMemory], bool]) -> WatchMemory:
    """What the watch remembers, as soon as it fits."""

    def look() -> WatchMemory | None:
        found = read_memory(scene.playground.store.records("bitrix24"), scene.portal.member_id)
        return found if found is not None and fits(found) else None

    found: WatchMemory = scene.workspace.wait_for(look, what="the watch")
    return found


def read_again(scene: Scene, seconds: float) -> WatchMemory:
    """Let that time pass for the bot, and wait until it has read the portal once more."""
    version = wait_for(scene, lambda _: True).version
    scene.playground.clock.advance(seconds)
    return wait_for(scene, lambda memory: memory.version > version)


def raised(scene: Scene) -> list[str]:
    return [str(record.facts["sentence"]) for record in scene.playground.store.audit.find(tag=RAISED)]


def adopt(scene: Scene) -> None:
    """Let `myconnector` be the bot's own, as if it had registered it, and let the portal be read for the first time."""
    playground = scene.playground
    assert playground.portal is not None
    playground.store.records("bitrix24").remember(playground.portal.records(playground.clock.now_ms()))
    assert read_again(scene, 61).queue


def test_a_connector_that_somebody_switches_off_in_the_portal_is_told_in_the_audit_channel(scene: Scene) -> None:
    adopt(scene)
    operators.act(scene.portal.world, {"action": "disconnect", "connector": "myconnector", "line": 2, "user": 27})
    read_again(scene, 61)
    scene.channel_says("audit", RAISED)
    [told] = raised(scene)
    assert told.startswith("User 27 disconnected myconnector from line 2 · Support at ")


def test_the_notice_of_a_removed_application_has_the_line_to_type(scene: Scene) -> None:
    adopt(scene)
    operators.act(scene.portal.world, {"action": "uninstall"})
    read_again(scene, 61)
    scene.channel_says("audit", "Somebody removed the application from the portal.")
    scene.channel_says("audit", "`/b24 portal connect default --replace`")
    scene.channel_says("audit", "docs/how-to/troubleshoot.md#the-application-was-uninstalled")


def test_a_removal_that_the_bot_makes_is_told_by_its_card_alone(scene: Scene) -> None:
    adopt(scene)
    card = scene.ask_removal()
    scene.press("Anton", card, "Approve")
    scene.wait_status(Status.DONE)
    read_again(scene, 601)
    read_again(scene, 601)
    assert raised(scene) == []
