"""Who may call the Web API, and in which form."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.playground.workspace import SlackWorkspace, WorkspaceError
from tests.playground.workspace.conftest import Post


def raw(workspace: SlackWorkspace, method: str, **more: Any) -> requests.Response:
    return requests.post(workspace.api_url + method, timeout=5, **more)


def test_slacks_own_client_is_told_who_it_is(client: WebClient) -> None:
    assert client.auth_test().data == {
        "ok": True,
        "url": "https://playground.slack.com/",
        "team": "Playground",
        "user": "b24bot",
        "team_id": "T0001",
        "user_id": "U0900",
        "bot_id": "B0900",
        "app_id": "A0001",
        "is_enterprise_install": False,
    }


def test_the_token_may_come_in_the_form_or_in_the_query(workspace: SlackWorkspace) -> None:
    token = {"token": workspace.bot_token}
    assert raw(workspace, "auth.test", data=token).json()["ok"]
    assert requests.get(workspace.api_url + "auth.test", params=token, timeout=5).json()["ok"]


def test_a_token_inside_a_json_body_counts_for_nothing(workspace: SlackWorkspace) -> None:
    assert raw(workspace, "auth.test", json={"token": workspace.bot_token}).json()["error"] == "not_authed"


@pytest.mark.parametrize(
    ("header", "error"),
    [("", "not_authed"), ("Basic abc", "not_authed"), ("Bearer xoxb-nobody", "invalid_auth")],
)
def test_without_a_good_token_the_answer_says_what_is_wrong(workspace: SlackWorkspace, header: str, error: str) -> None:
    reply = raw(workspace, "auth.test", headers={"Authorization": header})
    assert (reply.status_code, reply.json()) == (200, {"ok": False, "error": error})


def test_each_kind_of_token_is_good_for_its_own_methods(workspace: SlackWorkspace) -> None:
    bot = {"token": workspace.bot_token}
    app = {"token": workspace.app_token}
    assert raw(workspace, "apps.connections.open", data=bot).json()["error"] == "not_allowed_token_type"
    assert raw(workspace, "auth.test", data=app).json()["error"] == "not_allowed_token_type"
    assert raw(workspace, "apps.connections.open", data=app).json()["url"].startswith("ws://127.0.0.1:")


def test_a_revoked_token_says_so_until_it_is_mended(workspace: SlackWorkspace, client: WebClient) -> None:
    workspace.break_token("account_inactive")
    with pytest.raises(SlackApiError) as caught:
        client.auth_test()
    assert caught.value.response["error"] == "account_inactive"
    workspace.break_token("")
    assert client.auth_test()["ok"]


def test_a_token_can_be_broken_only_in_slacks_words(workspace: SlackWorkspace) -> None:
    with pytest.raises(WorkspaceError, match="token_revoked"):
        workspace.break_token("tired")


def test_a_missing_scope_is_named_with_those_provided(workspace: SlackWorkspace, call: Post) -> None:
    workspace.set_scopes("commands", "users:read")
    assert call("chat.postMessage", channel="C0001", text="x") == {
        "ok": False,
        "error": "missing_scope",
        "needed": "chat:write",
        "provided": "commands,users:read",
    }


def test_headers_name_the_scopes_held_and_wanted(workspace: SlackWorkspace) -> None:
    workspace.set_scopes("users:read", "commands")
    reply = raw(workspace, "users.info", data={"token": workspace.bot_token, "user": "U0001"})
    assert reply.headers["X-OAuth-Scopes"] == "commands,users:read"
    assert reply.headers["X-Accepted-OAuth-Scopes"] == "users:read"


def test_a_method_slack_does_not_have_is_named(call: Post) -> None:
    assert call("chat.shout") == {"ok": False, "error": "unknown_method", "req_method": "chat.shout"}


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        ("{broken", "application/json", "invalid_json"),
        ("[1]", "application/json; charset=utf-8", "json_not_object"),
        ("hello", "text/plain", "invalid_post_type"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    workspace: SlackWorkspace, body: str, content_type: str, error: str
) -> None:
    headers = {"Authorization": f"Bearer {workspace.bot_token}", "Content-Type": content_type}
    assert raw(workspace, "chat.postMessage", data=body, headers=headers).json()["error"] == error


def test_a_method_that_does_not_take_json_ignores_it(workspace: SlackWorkspace) -> None:
    headers = {"Authorization": f"Bearer {workspace.bot_token}"}
    reply = raw(workspace, "users.info", json={"user": "U0001"}, headers=headers)
    assert reply.json()["error"] == "user_not_found"


def test_the_journal_keeps_arguments_but_no_token(workspace: SlackWorkspace) -> None:
    raw(workspace, "users.info", data={"token": workspace.bot_token, "user": "U0001"})
    kept = workspace.calls("users.info")[0]
    assert (dict(kept.arguments), kept.ok, kept.status, kept.error) == ({"user": "U0001"}, True, 200, "")
    assert workspace.bot_token not in repr(workspace.calls())


def test_other_paths_are_not_there(workspace: SlackWorkspace) -> None:
    assert requests.get(workspace.api_url.removesuffix("api/") + "web", timeout=5).status_code == 404


def test_ready_is_one_line_with_all_an_app_needs(workspace: SlackWorkspace) -> None:
    ready = workspace.ready()
    assert ready["api_url"].endswith("/api/")
    assert ready["bot_token"].startswith("xoxb-")
    assert ready["app_token"].startswith("xapp-")
    assert ready["channels"] == {"connectors": "C0001", "approvals": "C0002", "audit": "C0003"}
    assert ready["people"] == {
        "Olga": "U0001",
        "Anton": "U0002",
        "Vera": "U0003",
        "Ida": "U0004",
        "Gleb": "U0005",
    }
    assert (ready["team_id"], len(ready["signing_secret"])) == ("T0001", 32)


def test_two_workspaces_share_no_secret() -> None:
    one, two = SlackWorkspace(), SlackWorkspace()
    secrets = {"bot_token", "app_token", "signing_secret"}
    assert all(one.ready()[name] != two.ready()[name] for name in secrets)
    for unused in (one, two):
        unused.stop()


def test_offline_the_port_refuses_and_afterwards_answers_again(workspace: SlackWorkspace, client: WebClient) -> None:
    with workspace.offline(), pytest.raises(OSError, match="refused"):
        client.auth_test()
    assert client.auth_test()["ok"]
