"""`chat.scheduleMessage` and its deletion: a way to learn whether a channel takes messages without posting one."""

from __future__ import annotations

import time

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.playground.workspace import SlackWorkspace

DAY = 86_400


def refusal(client: WebClient, channel: str, *, days: float = 90) -> str:
    with pytest.raises(SlackApiError) as caught:
        client.chat_scheduleMessage(channel=channel, post_at=round(time.time() + days * DAY), text="x")
    return str(caught.value.response["error"])


def test_a_scheduled_message_is_not_posted_and_can_be_deleted_once(
    workspace: SlackWorkspace, client: WebClient
) -> None:
    answer = client.chat_scheduleMessage(channel="C0001", post_at=round(time.time() + 90 * DAY), text="later")
    number = answer["scheduled_message_id"]
    assert workspace.messages("connectors") == []
    client.chat_deleteScheduledMessage(channel="C0001", scheduled_message_id=number)
    with pytest.raises(SlackApiError, match="invalid_scheduled_message_id"):
        client.chat_deleteScheduledMessage(channel="C0001", scheduled_message_id=number)
    assert workspace.world.scheduled == {}


def test_it_is_refused_for_the_reasons_a_post_is(workspace: SlackWorkspace, client: WebClient) -> None:
    assert refusal(client, "C0404") == "channel_not_found"
    assert refusal(client, "C0001", days=-1) == "time_in_past"
    assert refusal(client, "C0001", days=121) == "time_too_far"
    workspace.set_scopes("chat:write")
    workspace.remove_from("connectors")
    assert refusal(client, "C0001") == "not_in_channel"
    workspace.flag_channel("connectors", is_archived=True)
    assert refusal(client, "C0001") == "is_archived"
