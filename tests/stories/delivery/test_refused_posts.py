"""What Slack refuses for a cause outside the message waits, and everybody knows where a request stands."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.change.change_request import Status
from bot.playground.environment import Playground
from tests.stories.scene import UNREGISTER, WITHIN, Scene


def test_a_read_only_approval_channel_delays_the_card_and_ends_nothing(scene: Scene) -> None:
    scene.workspace.flag_channel("approvals", is_read_only=True)
    scene.ask("Olga", "connector remove myconnector")
    told = scene.answer("Olga", "cannot be posted")
    assert "posting permissions of the channel exclude the bot user (restricted_action_read_only_channel)" in told
    assert "tries again on its own" in told
    assert scene.change().status is Status.PENDING
    scene.workspace.flag_channel("approvals", is_read_only=False)
    card = scene.card()
    scene.workspace.wait_for(
        lambda: any("is now in" in scene.workspace.transcript(one) for one in scene.workspace.dms("Olga")),
        WITHIN,
        "a word to Olga that the card stands",
    )
    scene.press("Anton", card, "Approve")
    scene.wait_status(Status.DONE)


def test_a_card_that_cannot_be_edited_any_more_is_answered_by_a_new_one_and_its_buttons_are_void(scene: Scene) -> None:
    first = scene.ask_removal()
    scene.workspace.set_rules(edit_seconds=0.0)
    scene.press("Anton", first, "Approve")
    scene.wait_status(Status.DONE)
    scene.channel_says("approvals", "done and verified")
    last = scene.card()
    assert last.ts != first.ts
    assert "done and verified" in scene.workspace.transcript(last)
    scene.workspace.wait_for(
        lambda: any(
            "A new card of CR-1001 replaces" in scene.workspace.transcript(one)
            for one in scene.workspace.thread("approvals", first.ts)
        ),
        WITHIN,
        "a line under the old card",
    )
    scene.press("Vera", first, "Approve")
    scene.answer("Vera", "has been posted again")
    assert scene.effects() == 1


@pytest.fixture
def roaming(make_full_bot: Callable[..., Playground]) -> Scene:
    """No approval channel is set, which is the default."""
    return Scene(make_full_bot(settings={"B24BOT_APPROVAL_CHANNEL": ""}))


def test_typed_where_the_bot_cannot_post_a_request_is_not_taken_on_and_the_connector_stays_free(
    roaming: Scene,
) -> None:
    """Without an approval channel the card stands where the command was typed. Direct messages are off as well."""
    roaming.workspace.set_rules(messages_tab=False)
    roaming.workspace.remove_from("connectors")
    roaming.ask("Olga", "connector remove myconnector")
    told = roaming.answer("Olga", "was not accepted")
    assert "not_in_channel" in told
    assert "/invite @b24bot" in told
    assert "B24BOT_APPROVAL_CHANNEL" in told
    assert roaming.change().status is Status.WITHDRAWN
    roaming.workspace.invite_to("connectors")
    roaming.ask("Anton", "connector remove myconnector")
    card = roaming.workspace.wait_for(lambda: roaming.workspace.find("connectors", "CR-1002"), WITHIN, "a card")
    roaming.workspace.people["Vera"].click(card, "Approve")
    roaming.wait_status(Status.DONE, number=1002)
    assert roaming.sent(UNREGISTER) == 1
    assert len(roaming.playground.store.changes.with_status([Status.WITHDRAWN])) == 1
