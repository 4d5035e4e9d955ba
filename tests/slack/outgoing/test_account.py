"""What the workspace tells of an account, and when it tells nothing."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.authority.membership import Membership, MembershipStatus
from bot.core.principals import Principal
from bot.playground.workspace import SlackWorkspace
from bot.plugin.loopback import Loopback, LoopbackReply
from bot.slack.outgoing.messenger import Gateway, make_client
from bot.store.sealing.keyring import Keyring
from bot.usecases.chat.delivery_errors import Busy, ChannelDead, DeliveryError, Lost
from tests.slack.kit import OLGA


@pytest.mark.parametrize(
    ("flags", "standing"),
    [
        ({}, MembershipStatus.MEMBER),
        ({"is_restricted": True}, MembershipStatus.GUEST),
        ({"is_ultra_restricted": True}, MembershipStatus.GUEST),
        ({"deleted": True}, MembershipStatus.DELETED),
        ({"is_bot": True}, MembershipStatus.BOT),
        ({"is_stranger": True}, MembershipStatus.STRANGER),
        ({"team_id": "T0999"}, MembershipStatus.STRANGER),
        ({"is_admin": True}, MembershipStatus.MEMBER),
        ({"is_owner": True, "omits": ["is_restricted"]}, MembershipStatus.MEMBER),
        ({"is_invited_user": True}, MembershipStatus.INVITED),
        ({"is_workflow_bot": True}, MembershipStatus.BOT),
    ],
)
def test_the_flags_of_the_account_decide(
    gateway: Gateway, workspace: SlackWorkspace, flags: dict[str, Any], standing: MembershipStatus
) -> None:
    workspace.people["Olga"].flag(**flags)
    assert gateway.account(OLGA).standing is standing
    (call,) = workspace.calls("users.info")
    assert call.arguments == {"user": OLGA.user, "include_locale": "1"}


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("ru-RU", "ru-RU"),
        ("en-GB", "en-GB"),
        ("es-419", "es-419"),
        ("", ""),
        (None, ""),
        (7, ""),
        ("../../etc", ""),
        ("r" * 21, ""),
    ],
)
def test_the_locale_comes_with_the_account_and_what_is_none_is_left_out(
    gateway: Gateway, workspace: SlackWorkspace, told: Any, kept: str
) -> None:
    workspace.people["Olga"].flag(locale=told)
    assert gateway.account(OLGA) == Membership(standing=MembershipStatus.MEMBER, locale=kept, name="Olga")


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"profile": {"display_name": "olga.p", "real_name": "Olga Petrova"}, "real_name": "Olga Petrova"}, "olga.p"),
        ({"profile": {"display_name": "", "real_name": "Olga Petrova"}, "real_name": "Olga Petrova"}, "Olga Petrova"),
        ({"profile": {"display_name": "\u200b", "real_name": "Olga"}}, "Olga"),
        ({"profile": {"real_name": "Olga Petrova"}, "name": "olga"}, "Olga Petrova"),
        ({"profile": {"display_name": "\u202eOlga\nPetrova\x07"}}, "Olga Petrova"),
        ({"profile": {"display_name": "Olga\ud83d"}}, "Olga"),
        ({"profile": None, "real_name": 7, "name": "olga"}, "olga"),
        ({"profile": ["Olga"]}, ""),
        ({}, ""),
    ],
)
def test_the_name_is_the_one_that_slack_shows_and_what_is_none_is_left_out(told: dict[str, object], kept: str) -> None:
    member = {"id": OLGA.user, "team_id": OLGA.team, "deleted": False, "is_restricted": False}
    with Loopback(lambda request: LoopbackReply.json({"ok": True, "user": {**member, **told}})) as server:
        gateway = Gateway(
            make_client("xoxb-1", server.url), Keyring({"k1": bytes(32)}), command="/b24", api_url=server.url
        )
        assert gateway.account(OLGA) == Membership(standing=MembershipStatus.MEMBER, name=kept)


@pytest.mark.parametrize("code", ["user_not_found", "user_not_visible"])
def test_an_account_that_slack_does_not_know_is_no_members(
    gateway: Gateway, workspace: SlackWorkspace, code: str
) -> None:
    workspace.fault("error", "users.info", code=code)
    nobody = Membership(standing=MembershipStatus.UNKNOWN)
    assert gateway.account(OLGA) == nobody
    assert gateway.account(Principal(team="T0001", user="U0404")) == nobody


@pytest.mark.parametrize(
    ("fault", "more", "error"),
    [
        ("server_error", {}, Lost),
        ("lost_before", {}, Lost),
        ("lost_after", {}, Lost),
        ("truncated", {}, Lost),
        ("ratelimited", {"retry_after": 7}, Busy),
        ("error", {"code": "token_revoked"}, ChannelDead),
        ("error", {"code": "missing_scope"}, ChannelDead),
        ("error", {"code": "invalid_arguments"}, ChannelDead),
        ("error", {"code": "internal_error"}, Lost),
    ],
)
def test_when_slack_does_not_tell_nothing_is_made_of_it(
    gateway: Gateway, workspace: SlackWorkspace, fault: str, more: dict[str, Any], error: type[DeliveryError]
) -> None:
    workspace.fault(fault, "users.info", **more)
    with pytest.raises(error):
        gateway.account(OLGA)


def test_without_a_token_nobody_is_asked(workspace: SlackWorkspace) -> None:
    gateway = Gateway(
        make_client("", workspace.api_url), Keyring({"k1": bytes(32)}), command="/b24", api_url=workspace.api_url
    )
    with pytest.raises(ChannelDead):
        gateway.account(OLGA)
    assert workspace.calls() == []


@pytest.mark.parametrize(
    "answer",
    [
        {"ok": True},
        {"ok": True, "user": None},
        {"ok": True, "user": ["U0001"]},
        {"ok": True, "user": {}},
        {"ok": True, "user": {"id": "U0002", "team_id": "T0001", "deleted": False}},
        ["ok"],
    ],
)
def test_an_answer_that_tells_of_nobody_or_of_somebody_else_tells_nothing(answer: object) -> None:
    with Loopback(lambda request: LoopbackReply.json(answer)) as server:
        gateway = Gateway(
            make_client("xoxb-1", server.url), Keyring({"k1": bytes(32)}), command="/b24", api_url=server.url
        )
        with pytest.raises(Lost):
            gateway.account(OLGA)
