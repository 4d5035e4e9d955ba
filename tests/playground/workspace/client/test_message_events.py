"""Which messages the app is told of (docs/slack-behaviour.md S44 to S46)."""

from __future__ import annotations

from bot.playground.workspace import SlackWorkspace
from bot.playground.workspace.base.installation import BOT_USER
from tests.playground.workspace.listeners import Receiver


def test_the_app_is_told_of_mentions_and_direct_messages_alone(workspace: SlackWorkspace, receiver: Receiver) -> None:
    olga = workspace.people["Olga"]
    olga.say("hello")
    said = olga.say("@b24bot help for @Anton")
    olga.say("help", channel="dm")
    mention, direct = (one["event"] for one in receiver.payloads)
    assert (mention["type"], mention["text"]) == ("app_mention", f"<@{BOT_USER}> help for <@U0002>")
    assert (mention["user"], mention["channel"], mention["ts"]) == ("U0001", "C0001", said.ts)
    assert (direct["type"], direct["channel_type"], direct["text"]) == ("message", "im", "help")


def test_without_the_scope_or_outside_the_channel_the_app_is_not_told(
    workspace: SlackWorkspace, receiver: Receiver
) -> None:
    olga = workspace.people["Olga"]
    workspace.remove_from("connectors")
    olga.say("@b24bot help")
    workspace.set_scopes("chat:write")
    olga.say("@b24bot help", channel="approvals")
    olga.say("help", channel="dm")
    assert receiver.payloads == []


def test_an_edit_is_an_event_of_its_own(workspace: SlackWorkspace, receiver: Receiver) -> None:
    olga = workspace.people["Olga"]
    olga.edit(olga.say("@b24bot help"), "@b24bot whoami")
    olga.edit(olga.say("help", channel="dm"), "whoami")
    _, mention, _, direct = (one["event"] for one in receiver.payloads)
    assert mention["edited"]["user"] == "U0001"
    assert (direct["subtype"], direct["message"]["text"]) == ("message_changed", "whoami")


def test_a_person_of_another_team_is_told_in_the_name_of_the_workspace(
    workspace: SlackWorkspace, receiver: Receiver
) -> None:
    mallory = workspace.add_person("Mallory", team_id="T0666")
    mallory.say("@b24bot help")
    [payload] = receiver.payloads
    assert (payload["team_id"], payload["event"]["user_team"]) == ("T0001", "T0666")


def test_who_removes_the_app_ends_its_token(workspace: SlackWorkspace, receiver: Receiver) -> None:
    workspace.acts.uninstall()
    assert [one["event"]["type"] for one in receiver.payloads] == ["tokens_revoked", "app_uninstalled"]
    assert workspace.world.tokens.bot.broken == "account_inactive"
