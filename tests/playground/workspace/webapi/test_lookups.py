"""`users.info`, `conversations.*`, and the people and channels behind them."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk import WebClient

from bot.playground.workspace import SlackWorkspace, WorkspaceError
from tests.playground.workspace.conftest import Post


def user(client: WebClient, user_id: str, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = client.users_info(user=user_id, **more)["user"]
    return found


def test_a_person_is_shown_with_zone_and_flags(client: WebClient) -> None:
    olga = user(client, "U0001")
    assert (olga["name"], olga["real_name"], olga["team_id"], olga["tz"]) == (
        "olga",
        "Olga",
        "T0001",
        "Europe/Berlin",
    )
    flags = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted")
    assert not any(olga[name] for name in flags)
    assert "locale" not in olga
    assert user(client, "U0001", include_locale=True)["locale"] == "en-GB"


@pytest.mark.parametrize("flag", ["is_bot", "is_restricted", "is_ultra_restricted", "is_stranger"])
def test_a_flag_is_told(workspace: SlackWorkspace, client: WebClient, flag: str) -> None:
    workspace.people["Vera"].flag(**{flag: True})
    assert user(client, "U0003")[flag] is True


def test_a_single_channel_guest_is_a_guest_too(workspace: SlackWorkspace, client: WebClient) -> None:
    workspace.people["Vera"].flag(is_ultra_restricted=True)
    assert user(client, "U0003")["is_restricted"] is True


def test_a_deactivated_account_lacks_zone_and_membership(workspace: SlackWorkspace, client: WebClient) -> None:
    workspace.people["Vera"].flag(deleted=True)
    gone = user(client, "U0003", include_locale=True)
    assert gone["deleted"] is True
    assert not {"tz", "is_restricted", "locale"} & set(gone)


def test_a_person_of_another_team_has_its_id(workspace: SlackWorkspace, client: WebClient) -> None:
    mallory = workspace.add_person("Mallory", team_id="T0666", is_stranger=True)
    assert user(client, mallory.id)["team_id"] == "T0666"


def test_a_person_can_be_found_by_name_user_name_or_id(workspace: SlackWorkspace) -> None:
    people = workspace.world.people
    assert {people.find(key).id for key in ("Olga", "olga", "@olga", "U0001")} == {"U0001"}
    with pytest.raises(WorkspaceError, match="nobody here is called 'Bob'; there are Olga, Anton"):
        people.find("Bob")
    assert "Bob" not in workspace.people
    assert len(workspace.people) == len(list(workspace.people)) == 6


def test_flags_slack_does_not_have_and_names_that_are_taken_are_refused(workspace: SlackWorkspace) -> None:
    with pytest.raises(WorkspaceError, match="no such flag: sleepy"):
        workspace.people["Olga"].flag(sleepy=True)
    with pytest.raises(WorkspaceError, match=r"Olga .* is taken"):
        workspace.add_person("Olga")
    with pytest.raises(WorkspaceError, match="no such flag: members"):
        workspace.flag_channel("audit", members=())
    with pytest.raises(WorkspaceError, match=r"#audit .* is taken"):
        workspace.add_channel("audit")
    with pytest.raises(WorkspaceError, match="no channel 'lobby'"):
        workspace.channel("lobby")


def test_nobody_is_found_under_an_unknown_id(call: Post) -> None:
    assert call("users.info", user="U0777")["error"] == "user_not_found"


def test_a_channel_tells_whether_the_bot_is_in_it(workspace: SlackWorkspace, client: WebClient) -> None:
    assert client.conversations_info(channel="C0003")["channel"]["is_member"] is True
    workspace.remove_from("audit")
    workspace.flag_channel("audit", is_archived=True, is_ext_shared=True)
    audit = client.conversations_info(channel="C0003")["channel"]
    assert (audit["is_member"], audit["is_archived"], audit["is_ext_shared"]) == (False, True, True)


def test_a_private_channel_is_hidden_from_a_bot_outside(workspace: SlackWorkspace, call: Post) -> None:
    workspace.flag_channel("audit", is_private=True)
    assert call("conversations.info", channel="C0003")["channel"]["is_group"] is True
    workspace.remove_from("audit")
    assert call("conversations.info", channel="C0003")["error"] == "channel_not_found"
    assert call("conversations.list", types="private_channel")["channels"] == []


def test_members_come_in_pages(workspace: SlackWorkspace, client: WebClient) -> None:
    first = client.conversations_members(channel="C0001", limit=4)
    cursor = first["response_metadata"]["next_cursor"]
    second = client.conversations_members(channel="C0001", limit=4, cursor=cursor)
    assert first["members"] + second["members"] == ["U0001", "U0002", "U0003", "U0004", "U0005", "U0900"]
    assert second["response_metadata"]["next_cursor"] == ""


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"limit": "0"}, "invalid_limit"),
        ({"limit": "many"}, "invalid_limit"),
        ({"cursor": "x"}, "invalid_cursor"),
    ],
)
def test_a_page_that_cannot_be_is_refused(call: Post, fields: dict[str, str], error: str) -> None:
    assert call("conversations.list", **fields)["error"] == error


def test_the_list_can_leave_out_archived_channels(workspace: SlackWorkspace, client: WebClient) -> None:
    workspace.flag_channel("audit", is_archived=True)
    made = workspace.add_channel("secret", is_private=True)
    names = [one["name"] for one in client.conversations_list(exclude_archived=True)["channels"]]
    assert names == ["connectors", "approvals"]
    private = client.conversations_list(types="private_channel, im")["channels"]
    assert [one["id"] for one in private] == [made.id]


def test_a_direct_message_is_opened_once(workspace: SlackWorkspace, client: WebClient) -> None:
    opened = [client.conversations_open(users="U0001")["channel"]["id"] for _ in range(2)]
    assert opened == ["D0001", "D0001"]
    shown = client.conversations_info(channel="D0001")["channel"]
    assert (shown["is_im"], shown["user"]) == (True, "U0001")


@pytest.mark.parametrize(
    ("users", "error"),
    [
        ("", "users_list_not_supplied"),
        ("U0001,U0002", "too_many_users"),
        ("U0777", "user_not_found"),
        ("U0002", "user_disabled"),
        ("U0900", "cannot_dm_bot"),
    ],
)
def test_a_direct_message_that_cannot_be_is_refused(
    workspace: SlackWorkspace, call: Post, users: str, error: str
) -> None:
    workspace.people["Anton"].flag(deleted=True)
    assert call("conversations.open", users=users)["error"] == error


def test_a_channel_without_the_bot_can_be_made(workspace: SlackWorkspace, call: Post) -> None:
    made = workspace.add_channel("lobby", bot=False)
    assert call("chat.postMessage", channel=made.id, text="x")["error"] == "not_in_channel"
    workspace.remove_from("lobby", "Gleb")
    workspace.invite_to("lobby", "b24bot")
    assert "U0005" not in workspace.channel("lobby").members
    assert call("chat.postMessage", channel=made.id, text="x")["ok"]
