"""Who is in a user group, as the workspace tells it (docs/slack-behaviour.md S50), and when it tells nothing."""

from __future__ import annotations

from typing import Any

import pytest

from bot.playground.workspace import SlackWorkspace
from bot.plugin.loopback import Loopback, LoopbackReply
from bot.slack.outgoing.messenger import Gateway, make_client
from bot.store.sealing.keyring import Keyring
from bot.usecases.chat.delivery_errors import Busy, ChannelDead, DeliveryError, Lost
from tests.slack.kit import OLGA

TEAM, GROUP = OLGA.team, "S0001"


def test_the_members_are_accounts_of_the_team(gateway: Gateway, workspace: SlackWorkspace) -> None:
    workspace.set_user_group(GROUP, "Olga", "Vera")
    assert gateway.list_group_members(TEAM, GROUP) == {"T0001:U0001", "T0001:U0003"}
    (call,) = workspace.calls("usergroups.users.list")
    assert call.arguments == {"usergroup": GROUP, "team_id": TEAM}
    workspace.set_user_group(GROUP)
    assert gateway.list_group_members(TEAM, GROUP) == frozenset()


def test_an_installation_for_the_whole_organisation_asks_about_one_team(
    gateway: Gateway, workspace: SlackWorkspace
) -> None:
    workspace.set_user_group(GROUP, "Olga")
    workspace.join_grid(org_wide=True)
    assert gateway.list_group_members(TEAM, GROUP) == {OLGA.id}


@pytest.mark.parametrize("disabled", [False, True])
def test_a_group_that_is_not_there_or_disabled_is_refused_with_a_remedy(
    gateway: Gateway, workspace: SlackWorkspace, disabled: bool
) -> None:
    if disabled:
        workspace.set_user_group(GROUP, "Olga", disabled=True)
    with pytest.raises(ChannelDead, match="no_such_subteam") as caught:
        gateway.list_group_members(TEAM, GROUP)
    assert gateway.find_refusal(caught.value.reason).remedy


def test_without_its_scope_the_refusal_names_it(gateway: Gateway, workspace: SlackWorkspace) -> None:
    workspace.set_scopes("commands", "chat:write")
    with pytest.raises(ChannelDead) as caught:
        gateway.list_group_members(TEAM, GROUP)
    assert caught.value.reason == "missing_scope: usergroups:read"


@pytest.mark.parametrize(
    ("fault", "more", "error"),
    [
        ("server_error", {}, Lost),
        ("lost_before", {}, Lost),
        ("truncated", {}, Lost),
        ("ratelimited", {"retry_after": 7}, Busy),
        ("error", {"code": "token_revoked"}, ChannelDead),
        ("error", {"code": "plan_upgrade_required"}, ChannelDead),
    ],
)
def test_when_slack_does_not_tell_nobody_is_a_member(
    gateway: Gateway, workspace: SlackWorkspace, fault: str, more: dict[str, Any], error: type[DeliveryError]
) -> None:
    workspace.set_user_group(GROUP, "Olga")
    workspace.fault(fault, "usergroups.users.list", **more)
    with pytest.raises(error):
        gateway.list_group_members(TEAM, GROUP)


@pytest.mark.parametrize("token", ["", "xoxb-1"])
@pytest.mark.parametrize(
    "answer", [{"ok": True}, {"ok": True, "users": "U0001"}, {"ok": True, "users": [None]}, ["ok"]]
)
def test_an_answer_without_members_and_no_token_tell_nothing(answer: object, token: str) -> None:
    with Loopback(lambda request: LoopbackReply.json(answer)) as server:
        gateway = Gateway(
            make_client(token, server.url), Keyring({"k1": bytes(32)}), command="/b24", api_url=server.url
        )
        with pytest.raises(Lost if token else ChannelDead):
            gateway.list_group_members(TEAM, GROUP)
