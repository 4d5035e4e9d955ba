"""`response_url`: who sees what is posted there, how often, how long."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from slack_sdk.webhook import WebhookClient

from bot.playground.workspace import Message, SlackWorkspace
from tests.playground.workspace.blocks import CARD, section
from tests.playground.workspace.listeners import Receiver


def post(url: str, **body: Any) -> tuple[int, Any]:
    reply = requests.post(url, json=body, timeout=5)
    return reply.status_code, reply.json().get("error", "ok")


@pytest.fixture
def from_command(workspace: SlackWorkspace, receiver: Receiver) -> str:
    return str(workspace.people["Olga"].slash("/b24 help").payload["response_url"])


@pytest.fixture
def from_click(workspace: SlackWorkspace, receiver: Receiver, card: Message) -> str:
    return str(workspace.people["Anton"].click(card, "Approve").payload["response_url"])


def test_a_response_is_seen_by_the_person_alone_unless_told_otherwise(
    workspace: SlackWorkspace, from_command: str
) -> None:
    assert WebhookClient(from_command).send(text="for you").status_code == 200
    assert [one.text for one in workspace.ephemerals("Olga")] == ["for you"]
    assert post(from_command, text="for all", response_type="in_channel", unfurl_links=False) == (200, "ok")
    assert [one.text for one in workspace.messages("connectors")] == ["for all"]
    assert [one.rule for one in workspace.complaints] == ["unfurl_media is not false"]


def test_the_original_can_be_replaced(workspace: SlackWorkspace, from_click: str) -> None:
    assert post(from_click, replace_original="true", text="n", blocks=[section("taken")]) == (200, "ok")
    message = workspace.messages("approvals")[0]
    assert (message.labels, message.blocks[0]["text"]["text"], message.edited) == ((), "taken", "")
    assert post(from_click, replace_original=True, text="plain") == (200, "ok")
    assert workspace.messages("approvals")[0].edited


def test_the_original_can_be_deleted_and_is_then_gone(workspace: SlackWorkspace, from_click: str) -> None:
    assert post(from_click, delete_original=True) == (200, "ok")
    assert workspace.messages("approvals") == []
    assert post(from_click, delete_original=True) == (404, "message_not_found")
    assert post(from_click, replace_original=True, text="x") == (404, "message_not_found")


def test_a_command_has_no_original(workspace: SlackWorkspace, from_command: str) -> None:
    assert post(from_command, replace_original=True, text="new") == (200, "ok")
    assert [one.text for one in workspace.ephemerals("Olga")] == ["new"]


def test_it_is_good_five_times(from_command: str) -> None:
    assert [post(from_command, text="x")[0] for _ in range(5)] == [200] * 5
    assert post(from_command, text="x") == (404, "used_url")


def test_it_is_good_for_thirty_minutes(workspace: SlackWorkspace, from_command: str) -> None:
    workspace.advance(29 * 60)
    assert post(from_command, text="x") == (200, "ok")
    workspace.advance(61)
    assert post(from_command, text="x") == (404, "expired_url")


def test_a_refused_post_is_a_client_error_and_uses_nothing_up(from_command: str) -> None:
    for _ in range(6):
        assert post(from_command) == (400, "no_text")
    assert post(from_command, text="x", blocks=[{"type": "nothing"}]) == (400, "invalid_blocks")
    assert post(from_command, text="x", metadata=[]) == (400, "invalid_metadata_format")
    assert post(from_command, text="x", blocks=CARD) == (200, "ok")


def test_an_unknown_address_is_not_there(workspace: SlackWorkspace) -> None:
    base = workspace.api_url.removesuffix("/api/")
    assert post(f"{base}/commands/T0001/1/2", text="x") == (404, "no_such_hook")


def test_calls_stand_in_the_journal(workspace: SlackWorkspace, from_command: str) -> None:
    post(from_command, text="x")
    assert [dict(one.arguments) for one in workspace.calls("response_url")] == [{"text": "x"}]
