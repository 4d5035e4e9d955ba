"""Slash commands: their form (docs/slack-behaviour.md S11), and what the ack shows to the person."""

from __future__ import annotations

import pytest

from bot.playground.workspace import (
    SlackWorkspace,
    WorkspaceError,
)
from bot.plugin.loopback import LoopbackReply
from tests.playground.workspace.blocks import (
    CARD,
)
from tests.playground.workspace.listeners import Receiver, words


def test_a_slash_command_arrives_as_a_form_with_every_field(workspace: SlackWorkspace, receiver: Receiver) -> None:
    sent = workspace.people["Olga"].slash("/b24  connector  list ")
    (got,) = receiver.payloads
    assert got == sent.payload
    assert set(got) == words(
        "token team_id team_domain channel_id channel_name user_id user_name command text api_app_id "
        "is_enterprise_install response_url trigger_id"
    )
    assert (got["command"], got["text"], got["user_id"]) == ("/b24", "connector  list", "U0001")
    assert (got["channel_id"], got["channel_name"]) == ("C0001", "connectors")


@pytest.mark.parametrize(
    ("typed", "received"),
    [
        ("a <b> & c", "a &lt;b&gt; &amp; c"),
        ("grant @Anton", "grant <@U0002|anton>"),
        ("grant @anton now", "grant <@U0002|anton> now"),
        ("see #audit", "see <#C0003|audit>"),
        ("icon https://a.test/i.png?x=1&y=2", "icon <https://a.test/i.png?x=1&amp;y=2>"),
        ("mail a@Anton #nowhere", "mail a@Anton #nowhere"),
    ],
)
def test_the_text_is_escaped_as_should_escape_does(
    workspace: SlackWorkspace, receiver: Receiver, typed: str, received: str
) -> None:
    workspace.people["Olga"].slash(f"/b24 {typed}")
    assert receiver.payloads[0]["text"] == received


def test_private_places_do_not_tell_their_names(workspace: SlackWorkspace, receiver: Receiver) -> None:
    workspace.flag_channel("audit", is_private=True)
    workspace.people["Olga"].slash("/b24 help", channel="audit")
    workspace.people["Olga"].slash("/b24 help", channel="dm")
    assert [one["channel_name"] for one in receiver.payloads] == ["privategroup", "directmessage"]


def test_what_is_no_command_cannot_be_typed(workspace: SlackWorkspace) -> None:
    olga = workspace.people["Olga"]
    with pytest.raises(WorkspaceError, match="must begin with a slash"):
        olga.slash("b24 help")
    with pytest.raises(WorkspaceError, match="do not work in threads"):
        olga.slash("/b24 help", thread_ts="1.2")


def test_a_text_ack_is_shown_to_the_person(workspace: SlackWorkspace, receiver: Receiver) -> None:
    receiver.answers(LoopbackReply(headers={"Content-Type": "text/plain"}, body=b"hello"))
    result = workspace.people["Olga"].slash("/b24 help")
    assert (result.status, result.body, result.ack, result.ok) == (200, "hello", {"text": "hello"}, True)
    assert [one.text for one in workspace.ephemerals("Olga")] == ["hello"]


def test_a_json_ack_may_be_for_everybody(workspace: SlackWorkspace, receiver: Receiver) -> None:
    receiver.acks({"response_type": "in_channel", "text": "all", "blocks": CARD})
    workspace.people["Olga"].slash("/b24 help")
    assert workspace.messages("connectors")[0].labels == ("Approve", "Reject")


def test_an_empty_ack_shows_nothing(workspace: SlackWorkspace, receiver: Receiver) -> None:
    assert workspace.people["Olga"].slash("/b24 help").ack == {}
    assert workspace.ephemerals("Olga") == []


def test_an_ack_with_bad_blocks_is_told_to_the_person_and_complained_about(
    workspace: SlackWorkspace, receiver: Receiver
) -> None:
    receiver.acks({"blocks": [{"type": "nothing"}]})
    workspace.people["Olga"].slash("/b24 help")
    assert "invalid_command_response" in workspace.ephemerals("Olga")[0].text
    assert workspace.complaints[0].rule == "the ack was refused: invalid_blocks"


@pytest.mark.parametrize(
    ("reply", "ack"),
    [
        (LoopbackReply(headers={"Content-Type": "application/json"}, body=b"{broken"), {"text": "{broken"}),
        (LoopbackReply.json([1]), {"text": "[1]"}),
    ],
)
def test_json_that_is_no_object_counts_as_text(
    workspace: SlackWorkspace, receiver: Receiver, reply: LoopbackReply, ack: dict[str, str]
) -> None:
    receiver.answers(reply)
    assert workspace.people["Olga"].slash("/b24 help").ack == ack


def test_an_answer_that_is_late_times_out_and_the_person_is_told(workspace: SlackWorkspace, receiver: Receiver) -> None:
    receiver.answers(LoopbackReply(stall=2))
    result = workspace.people["Olga"].slash("/b24 help")
    assert (result.ok, result.error, result.status, result.failure) == (
        False,
        "timeout",
        None,
        "operation_timeout",
    )
    note = workspace.ephemerals("Olga")[0]
    assert (note.text, note.user) == ('/b24 failed with the error "operation_timeout"', "USLACKBOT")


@pytest.mark.parametrize("reply", [LoopbackReply(status=404), LoopbackReply(status=500), LoopbackReply(drop=True)])
def test_an_answer_that_is_no_ack_is_told_to_the_person(
    workspace: SlackWorkspace, receiver: Receiver, reply: LoopbackReply
) -> None:
    receiver.answers(reply)
    result = workspace.people["Olga"].slash("/b24 help")
    assert result.failure == "dispatch_failed"
    assert result.status == (None if reply.drop else reply.status)
    assert "dispatch_failed" in workspace.ephemerals("Olga")[0].text


def test_with_nobody_listening_the_person_is_told(workspace: SlackWorkspace) -> None:
    result = workspace.people["Olga"].slash("/b24 help")
    assert (result.error, result.transport, result.status) == ("nobody_listens", "", None)
    assert "dispatch_failed" in workspace.ephemerals("Olga")[0].text
