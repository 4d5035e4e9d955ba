"""A workspace, apps that listen to it, and Slack's own client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from slack_sdk import WebClient

from bot.playground.workspace import Message, SlackWorkspace
from tests.playground.workspace.blocks import CARD, modal
from tests.playground.workspace.listeners import Receiver

ALL_SCOPES = (
    "chat:write",
    "channels:read",
    "commands",
    "files:write",
    "im:write",
    "users:read",
    "app_mentions:read",
    "im:history",
)

Post = Callable[..., dict[str, Any]]
Open = Callable[..., None]


@pytest.fixture
def workspace() -> Iterator[SlackWorkspace]:
    with SlackWorkspace(rate_limit=False, bot_scopes=ALL_SCOPES, ack_within=0.5) as made:
        yield made


@pytest.fixture
def receiver(workspace: SlackWorkspace) -> Iterator[Receiver]:
    """An app that listens and answers 200."""
    made = Receiver()
    with made.server:
        workspace.request_url = made.url
        yield made


@pytest.fixture
def client(workspace: SlackWorkspace) -> WebClient:
    return WebClient(token=workspace.bot_token, base_url=workspace.api_url, retry_handlers=[])


@pytest.fixture
def call(workspace: SlackWorkspace) -> Post:
    """Call a method with a form, as the bot; the answer as an object."""

    def post(method: str, **fields: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {workspace.bot_token}"}
        reply = requests.post(workspace.api_url + method, data=fields, headers=headers, timeout=5)
        value: dict[str, Any] = reply.json()
        return value

    return post


@pytest.fixture
def card(workspace: SlackWorkspace, client: WebClient) -> Message:
    """A message with two buttons in #approvals."""
    posted = client.chat_postMessage(channel="C0002", text="card", blocks=CARD, unfurl_links=False, unfurl_media=False)
    found = workspace.message("approvals", posted["ts"])
    assert found is not None
    return found


@pytest.fixture
def trigger(workspace: SlackWorkspace) -> Callable[[str], str]:
    """A fresh trigger id of a person, as a slash command brings it."""
    return lambda name: workspace.people[name].slash("/b24 x").payload["trigger_id"]


@pytest.fixture
def open_modal(workspace: SlackWorkspace, client: WebClient, receiver: Receiver) -> Open:
    """Put a modal in front of Olga, from an app that acknowledges everything."""

    def opened(*blocks: dict[str, Any], **more: Any) -> None:
        trigger_id = workspace.people["Olga"].slash("/b24 form").payload["trigger_id"]
        client.views_open(trigger_id=trigger_id, view=modal(*blocks, **more))

    return opened
