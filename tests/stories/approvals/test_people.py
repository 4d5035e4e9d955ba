"""The right people: members of the workspace, as Slack says a moment before each decision, with a card that is ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.core.change.change_request import ChangeRequest, Status
from bot.playground.environment import Playground
from bot.playground.workspace import Message
from tests.language.english import en
from tests.stories.scene import Scene

INFO = "users.info"
OLD = 61
"""Seconds after which what Slack said of an account is too old."""


def silence(scene: Scene, count: int = 1_000) -> None:
    """From here on Slack does not tell about anybody."""
    scene.workspace.fault("server_error", INFO, count=count)


def approve_and_stop_before_the_call(scene: Scene, card: Message, number: int) -> None:
    """Nothing gets out to any channel from here on, and without the line about the approval nothing is run."""
    scene.wait_delivered()
    scene.workspace.fault("error", "chat.postMessage", code="internal_error", count=1_000)
    scene.press("Anton", card, "Approve")
    scene.wait_status(Status.APPROVED, number=number)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"is_restricted": True}, "(guest)"),
        ({"is_ultra_restricted": True}, "(guest)"),
        ({"is_bot": True}, "(bot)"),
        ({"is_stranger": True}, "(from another workspace)"),
        ({"deleted": True}, "(deactivated)"),
    ],
)
def test_who_is_no_member_gets_nothing_whatever_the_list_says(scene: Scene, flags: dict[str, Any], words: str) -> None:
    scene.workspace.people["Olga"].flag(**flags)
    scene.ask("Olga", "connector remove myconnector")
    scene.answer("Olga", words)
    assert scene.recorded("command:line:refused", "Olga")
    assert scene.playground.store.changes.get(1001) is None
    scene.ask("Olga", "whoami")
    scene.answer("Olga", "Role")


def test_an_approver_deactivated_between_the_card_and_the_click_is_refused(scene: Scene) -> None:
    card = scene.ask_removal()
    scene.playground.clock.advance(OLD)
    scene.workspace.people["Anton"].flag(deleted=True)
    scene.press("Anton", card, "Approve")
    scene.channel_says("audit", "change:review:refused")
    assert scene.recorded("change:review:refused", "Anton")
    assert scene.change().status is Status.PENDING
    scene.press("Vera", card, "Approve")
    scene.wait_status(Status.DONE)


def test_an_approver_deactivated_between_the_click_and_the_call_does_not_count(scene: Scene) -> None:
    card = scene.ask_removal()
    approve_and_stop_before_the_call(scene, card, 1001)
    scene.workspace.people["Anton"].flag(deleted=True)
    scene.playground.clock.advance(OLD)
    scene.workspace.clear_faults()
    assert "Only 0 of 1 approvals still count" in en(scene.wait_status(Status.FAILED).outcome)
    scene.card_says(card, "(deactivated)")
    assert scene.sent() == 0


def test_while_slack_does_not_say_who_is_who_nothing_is_done_and_that_is_told(scene: Scene) -> None:
    card = scene.ask_removal()
    scene.playground.clock.advance(OLD)
    silence(scene)
    scene.press("Anton", card, "Approve")
    scene.answer("Anton", "Slack could not be asked who you are")
    assert scene.change().status is Status.PENDING
    scene.ask("Olga", "connector list")
    scene.answer("Olga", "Slack could not be asked who you are")
    scene.workspace.clear_faults()
    scene.press("Anton", card, "Approve")
    scene.wait_status(Status.DONE)


def test_an_approved_change_waits_for_slack_and_is_run_when_it_answers(scene: Scene) -> None:
    """And it is void after ten minutes without a word."""
    first, second = scene.ask_removal(), scene.ask_removal("shopchat")
    for card, number in ((first, 1001), (second, 1002)):
        approve_and_stop_before_the_call(scene, card, number)
        scene.playground.clock.advance(OLD)
        scene.workspace.clear_faults()
        silence(scene)
        scene.workspace.wait_for(lambda: not scene.workspace.calls(INFO)[-1].ok, what="Slack to be asked")
        assert scene.change(number).status is Status.APPROVED
        if number == 1001:
            scene.workspace.clear_faults()
            scene.playground.clock.advance(6)
            scene.wait_status(Status.DONE)
    scene.playground.clock.advance(601)
    scene.wait_status(Status.EXPIRED, number=1002)
    assert scene.sent() == 1


# The card and its buttons


def value_of(scene: Scene, card: Message) -> str:
    return str(scene.workspace.message("approvals", card.ts).element("Approve").element["value"])


def deleted(scene: Scene, card: Message) -> None:
    """Somebody with the right to do so deletes the bot's message."""
    client = WebClient(token=scene.workspace.bot_token, base_url=f"{scene.workspace.api_url.rstrip('/')}/")
    client.chat_delete(channel=card.channel, ts=card.ts)


def forged(scene: Scene, channel: str, value: str) -> Message:
    """A card that a thief of the bot's token posts, with a value of their choice."""
    client = WebClient(token=scene.workspace.bot_token, base_url=f"{scene.workspace.api_url.rstrip('/')}/")
    button = {
        "type": "button",
        "action_id": "b24:approve",
        "text": {"type": "plain_text", "text": "⟦Approve⟧"},
        "value": value,
    }
    answer = client.chat_postMessage(
        channel=scene.workspace.channel(channel).id, text="⟦CR⟧", blocks=[{"type": "actions", "elements": [button]}]
    )
    found: Message = scene.workspace.message(channel, str(answer["ts"]))
    return found


def altered(change: ChangeRequest, value: str, part: int) -> str:
    parts = value.split(".")
    parts[part] = str(change.number + 1) if part == 0 else parts[part][::-1]
    return ".".join(parts)


@pytest.mark.parametrize("part", [0, 1, 2, 3])
def test_a_value_with_any_part_altered_does_nothing_and_is_recorded(scene: Scene, part: int) -> None:
    first = scene.ask_removal()
    scene.ask_removal("shopchat")
    value = altered(scene.change(), value_of(scene, first), part)
    scene.press("Anton", forged(scene, "approvals", value), "Approve")
    scene.answer("Anton", "not from b24bot")
    assert scene.recorded("change:review:refused", "Anton")
    assert {scene.change(number).status for number in (1001, 1002)} == {Status.PENDING}


def test_a_card_copied_to_another_channel_does_nothing_and_its_original_still_works(scene: Scene) -> None:
    card = scene.ask_removal()
    scene.press("Anton", forged(scene, "connectors", value_of(scene, card)), "Approve")
    scene.answer("Anton", "not from b24bot")
    assert scene.recorded("change:review:refused", "Anton")
    scene.press("Anton", card, "Approve")
    scene.wait_status(Status.DONE)


def test_a_deleted_card_stands_again_within_five_minutes_and_the_old_ones_buttons_are_void(scene: Scene) -> None:
    card = scene.ask_removal()
    old = value_of(scene, card)
    scene.wait_delivered()
    deleted(scene, card)
    assert scene.top_card("myconnector") is None
    scene.playground.clock.advance(301)
    again = scene.card()
    assert again.ts != card.ts
    assert value_of(scene, again) != old
    scene.press("Anton", forged(scene, "approvals", old), "Approve")
    scene.answer("Anton", "has been posted again")
    scene.press("Anton", again, "Approve")
    scene.wait_status(Status.DONE)
    assert scene.effects() == 1


def test_both_copies_that_a_lost_answer_makes_work_once(scene: Scene) -> None:
    scene.wait_delivered()
    # The audit line's answer is lost too: it is on its way first.
    scene.workspace.fault("lost_after", "chat.postMessage", count=2)
    scene.ask("Olga", "connector remove myconnector")
    scene.workspace.wait_for(lambda: len(cards(scene)) == 2, what="two copies")
    first, second = cards(scene)
    scene.press("Anton", first, "Approve")
    scene.press("Vera", second, "Approve")
    scene.wait_status(Status.DONE)
    assert scene.effects() == 1


def cards(scene: Scene) -> list[Message]:
    return [one for one in scene.workspace.messages("approvals") if "Approve removal" in one.labels]


# Who is asked


def test_a_posted_card_mentions_those_who_can_approve_it_now_and_who_decided_stands_on_it(scene: Scene) -> None:
    card = scene.ask_removal()
    asked = scene.card_says(card, "Who can approve")
    line = next(line for line in asked.splitlines() if "Who can approve" in line)
    assert all(f"@{name}" in line for name in ("Anton", "Vera", "Ida"))
    assert "@Olga" not in line
    scene.press("Anton", card, "Approve")
    scene.wait_status(Status.DONE)
    decided = scene.card_says(card, "after the request, in #approvals")
    assert "Who can approve" not in decided


# Limits and reminders


def test_at_half_time_those_who_may_approve_are_mentioned(scene: Scene) -> None:
    scene.ask_removal()
    scene.playground.clock.advance(1_801)
    line = scene.channel_says("approvals", "Still waiting for approval (0 of 1)")
    assert all(f"@{name}" in line for name in ("Anton", "Vera", "Ida"))
    assert "@Olga" not in line
    scene.playground.clock.advance(1_800)
    scene.wait_status(Status.EXPIRED)
    thread = scene.workspace.thread("approvals", scene.card().ts)
    assert len([one for one in thread if "Still waiting" in one.text]) == 1


def test_the_eleventh_open_request_is_refused(scene: Scene) -> None:
    names = [f"flood{number}" for number in range(11)]
    for name in names:
        scene.ask("Ida", f"connector register {name} --name {name} --handler https://handler.example.com/")
    scene.answer("Ida", "You have 10 open change requests (")
    assert len(scene.playground.store.changes.with_status([Status.PENDING])) == 10


def test_a_second_request_for_the_same_connector_leads_to_the_first_card(scene: Scene) -> None:
    scene.ask_removal()
    scene.ask("Vera", "connector remove myconnector")
    answer = scene.answer("Vera", "CR-1001")
    assert "#approvals" in answer
    assert "@Olga asked for it" in answer


def test_two_accounts_of_one_person_neither_approve_each_other_nor_make_a_quorum(
    make_full_bot: Callable[..., Playground],
) -> None:
    pairs = "T0001:U0001=T0001:U0002"
    full_bot = make_full_bot(settings={"B24BOT_SAME_PERSON": pairs})
    scene = Scene(full_bot)
    assert {full_bot.person(name).id for name in ("Olga", "Anton")} == set(pairs.split("="))
    card = scene.ask_removal()
    scene.press("Anton", card, "Approve")
    scene.answer("Anton", "You asked for this with another account")
    scene.press("Anton", card, "Reject…")
    assert scene.change().status is Status.PENDING
    scene.press("Vera", card, "Approve")
    scene.wait_status(Status.DONE)
