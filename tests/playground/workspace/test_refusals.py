"""Refusals of a workspace whose rules or channels keep the app out, and the codes that Slack lists by method."""

from __future__ import annotations

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.playground.workspace import Message, SlackWorkspace
from bot.playground.workspace.codes import CODES, COMMON
from bot.playground.workspace.webapi.method_table import METHODS
from tests.tables.rows import each_row

CALLED = (
    *("auth.test", "chat.postMessage", "chat.update", "chat.postEphemeral", "views.open", "users.info"),
    *("chat.scheduleMessage", "chat.deleteScheduledMessage"),
    *("files.getUploadURLExternal", "files.completeUploadExternal", "apps.connections.open", "conversations.info"),
    "usergroups.users.list",
)


def refused(client: WebClient, method: str, **arguments: object) -> str:
    with pytest.raises(SlackApiError) as caught:
        client.api_call(method, json=arguments)
    return str(caught.value.response["error"])


@pytest.mark.parametrize(
    ("flag", "thread", "code"),
    [
        ("is_read_only", False, "restricted_action_read_only_channel"),
        ("is_read_only", True, "restricted_action_read_only_channel"),
        ("is_thread_only", False, "restricted_action_thread_only_channel"),
        ("is_non_threadable", True, "restricted_action_non_threadable_channel"),
    ],
)
def test_posting_permissions_of_a_channel_refuse_a_post(
    workspace: SlackWorkspace, client: WebClient, card: Message, flag: str, thread: bool, code: str
) -> None:
    workspace.flag_channel("approvals", **{flag: True})
    under = {"thread_ts": card.ts} if thread else {}
    assert refused(client, "chat.postMessage", channel="C0002", text="x", **under) == code
    assert code in CODES["chat.postMessage"]


def test_direct_messages_of_an_app_can_be_off(workspace: SlackWorkspace, client: WebClient) -> None:
    workspace.set_rules(messages_tab=False)
    assert refused(client, "chat.postMessage", channel="U0001", text="x") == "messages_tab_disabled"
    workspace.set_rules(messages_tab=True)
    assert client.chat_postMessage(channel="U0001", text="x")["ok"]


def test_a_message_can_be_edited_for_as_long_as_the_rules_let_it(
    workspace: SlackWorkspace, client: WebClient, card: Message
) -> None:
    workspace.set_rules(edit_seconds=60.0)
    assert client.chat_update(channel="C0002", ts=card.ts, text="x")["ok"]
    workspace.advance(61)
    assert refused(client, "chat.update", channel="C0002", ts=card.ts, text="x") == "edit_window_closed"


def test_an_edit_in_an_archived_channel_has_a_code_of_its_own(
    workspace: SlackWorkspace, client: WebClient, card: Message
) -> None:
    workspace.flag_channel("approvals", is_archived=True)
    assert refused(client, "chat.update", channel="C0002", ts=card.ts, text="x") == "is_inactive"
    assert refused(client, "chat.postMessage", channel="C0002", text="x") == "is_archived"


@each_row("method", CALLED)
def test_the_codes_of_every_method_that_is_called_are_known(method: str) -> None:
    assert method in METHODS
    assert CODES[method] >= COMMON


def test_every_method_with_published_codes_is_called_by_the_bot() -> None:
    assert set(CODES) == set(CALLED)
