"""Faults on request and the rate limit."""

from __future__ import annotations

import pytest
import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.playground.workspace import SlackWorkspace, WorkspaceError
from tests.playground.workspace.conftest import Post


def post(workspace: SlackWorkspace, text: str = "x", channel: str = "C0001") -> requests.Response:
    fields = {"token": workspace.bot_token, "channel": channel, "text": text}
    return requests.post(workspace.api_url + "chat.postMessage", data=fields, timeout=5)


def test_a_rate_limit_on_request_tells_how_long_to_wait(workspace: SlackWorkspace, client: WebClient) -> None:
    workspace.fault("ratelimited", "chat.postMessage", retry_after=7)
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel="C0001", text="x")
    assert (caught.value.response.status_code, caught.value.response["error"]) == (429, "ratelimited")
    assert caught.value.response.headers["Retry-After"] == "7"
    assert not workspace.messages("connectors")
    assert client.chat_postMessage(channel="C0001", text="x")["ok"]


def test_a_server_error_has_no_json(workspace: SlackWorkspace) -> None:
    workspace.fault("server_error", status=502)
    reply = post(workspace)
    assert (reply.status_code, reply.headers["Content-Type"]) == (502, "text/html")
    assert not workspace.messages("connectors")


def test_any_error_code_can_be_asked_for(workspace: SlackWorkspace) -> None:
    workspace.fault("error", "chat.*", code="fatal_error")
    assert post(workspace).json() == {"ok": False, "error": "fatal_error"}


@pytest.mark.parametrize(("kind", "posted"), [("lost_before", 0), ("lost_after", 1), ("truncated", 1)])
def test_a_lost_reply_hides_whether_it_happened(workspace: SlackWorkspace, kind: str, posted: int) -> None:
    workspace.fault(kind, "chat.postMessage")
    with pytest.raises(requests.RequestException):
        post(workspace)
    workspace.wait_for(lambda: workspace.calls())
    assert len(workspace.messages("connectors")) == posted
    assert workspace.calls()[0].fault == kind


def test_a_stalled_answer_comes_late_but_comes(workspace: SlackWorkspace) -> None:
    workspace.fault("stall", "chat.postMessage", seconds=0.05)
    assert post(workspace).json()["ok"]
    assert workspace.calls()[0].fault == "stall"


def test_a_fault_can_skip_calls_and_last_for_several(workspace: SlackWorkspace, call: Post) -> None:
    workspace.fault("error", "users.info", skip=1, count=2, code="fatal_error")
    assert post(workspace).json()["ok"]
    answers = [call("users.info", user="U0001")["ok"] for _ in range(4)]
    assert answers == [True, False, False, True]


def test_faults_can_be_taken_back(workspace: SlackWorkspace) -> None:
    workspace.fault("error")
    workspace.clear_faults()
    assert post(workspace).json()["ok"]


def test_a_fault_nobody_knows_is_refused(workspace: SlackWorkspace) -> None:
    with pytest.raises(WorkspaceError, match="no such fault: 'flood'; there are ratelimited"):
        workspace.fault("flood")


def test_three_posts_at_once_then_one_a_second_per_channel(workspace: SlackWorkspace) -> None:
    workspace.rate_limit(True)
    workspace.set_clock(1_900_000_000)
    assert [post(workspace).status_code for _ in range(3)] == [200] * 3
    refused = post(workspace)
    assert (refused.status_code, refused.headers["Retry-After"], refused.json()["error"]) == (
        429,
        "1",
        "ratelimited",
    )
    assert post(workspace, channel="C0002").status_code == 200
    workspace.advance(1)
    assert post(workspace).status_code == 200
    assert post(workspace).status_code == 429


def test_other_methods_have_their_tiers(workspace: SlackWorkspace, call: Post) -> None:
    workspace.rate_limit(True)
    workspace.set_scopes("channels:read")
    answers = [call("conversations.list").get("error") for _ in range(21)]
    assert answers.count("ratelimited") == 1
