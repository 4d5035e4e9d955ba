"""A real Bolt app against the workspace, by HTTP: the way the bot will use it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_bolt import App, Respond
from slack_sdk import WebClient

from bot.playground.workspace import NoSuchElement, Origin, SlackWorkspace
from tests.playground.workspace.blocks import CARD, modal, option, section, text_field
from tests.playground.workspace.listeners import bolt_server

Ack = Callable[..., None]
Body = dict[str, Any]


def build(workspace: SlackWorkspace) -> App:
    """A small approval app in Bolt's own words; nothing in it knows of the simulator."""
    client = WebClient(token=workspace.bot_token, base_url=workspace.api_url)
    logger = logging.getLogger("bolt-app")
    app = App(client=client, signing_secret=workspace.signing_secret, process_before_response=True, logger=logger)

    @app.command("/b24")
    def ask(ack: Ack, body: Body, client: WebClient) -> None:
        ack(response_type="ephemeral", text="sent for approval")
        client.chat_postMessage(channel="C0002", text="card", blocks=CARD, unfurl_links=False, unfurl_media=False)

    @app.action("approve")
    def approve(ack: Ack, body: Body, client: WebClient, respond: Respond) -> None:
        ack()
        client.chat_update(
            channel=body["channel"]["id"],
            ts=body["message"]["ts"],
            text="approved",
            blocks=[section(f"approved by <@{body['user']['id']}>")],
        )
        respond("thank you")

    @app.action("reject")
    def reject(ack: Ack, body: Body, client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=modal(text_field("why"), callback_id="why"))

    @app.view("why")
    def why(ack: Ack, view: Body, client: WebClient) -> None:
        given = view["state"]["values"]["why"]["it"]["value"]
        if len(given) < 3:
            ack(response_action="errors", errors={"why": "say more"})
            return
        ack()
        client.chat_postMessage(channel="C0003", text=given, unfurl_links=False, unfurl_media=False)

    @app.options("connector")
    def offer(ack: Ack, payload: Body) -> None:
        ack(options=[option("My connector", payload["value"])])

    @app.event("app_home_opened")
    def opened(event: Body, client: WebClient) -> None:
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section("welcome")]})

    return app


@pytest.fixture
def bolt(workspace: SlackWorkspace) -> Iterator[SlackWorkspace]:
    """The workspace with the app connected to it."""
    with bolt_server(build(workspace)) as server:
        workspace.request_url = f"{server.url}/slack/events"
        yield workspace


def test_ask_approve_and_read_the_card(bolt: SlackWorkspace) -> None:
    sent = bolt.people["Olga"].slash("/b24 connector remove mine")
    assert (sent.status, sent.ack["text"]) == (200, "sent for approval")
    card = bolt.wait_for(lambda: bolt.find("approvals", "Remove a connector"))
    assert bolt.people["Anton"].click(card, "Approve").ok
    (changed,) = bolt.messages("approvals")
    assert bolt.transcript(changed) == "b24bot\n    approved by @Anton"
    assert [one.text for one in bolt.ephemerals("Anton")] == ["thank you"]
    with pytest.raises(NoSuchElement):
        bolt.people["Vera"].click(card, "Approve")
    assert bolt.complaints == []


def test_reject_with_a_reason(bolt: SlackWorkspace) -> None:
    bolt.people["Olga"].slash("/b24 connector remove mine")
    vera = bolt.people["Vera"]
    vera.click(bolt.messages("approvals")[0], "Reject")
    vera.submit({"Why": "no"})
    assert vera.view.errors == {"why": "say more"}
    vera.submit({"Why": "still in use"})
    assert vera.views == []
    assert [one.text for one in bolt.messages("audit")] == ["still in use"]


def test_home_and_suggestions(bolt: SlackWorkspace, client: WebClient) -> None:
    olga = bolt.people["Olga"]
    olga.open_home()
    bolt.wait_for(lambda: olga.home)
    menu = {"type": "external_select", "action_id": "connector"}
    client.chat_postMessage(channel="C0001", text="x", blocks=[section(accessory=menu)])
    (message,) = bolt.messages("connectors")
    assert olga.suggest(message, "connector", "my").ack["options"][0]["value"] == "my"


def test_what_bolt_says_to_the_unknown_and_to_forgeries(bolt: SlackWorkspace) -> None:
    """401 for a wrong or old signature, 404 for a command nobody registered (docs/slack-behaviour.md S2)."""
    sent = bolt.people["Olga"].slash("/b24 connector list")
    assert bolt.deliver(sent, secret="wrong").status == 401
    assert bolt.deliver(sent, age=400).status == 401
    assert bolt.deliver(sent).status == 200
    assert bolt.people["Olga"].slash("/other").status == 404
    assert "dispatch_failed" in bolt.ephemerals("Olga")[-1].text


def test_bolt_answers_the_challenge(bolt: SlackWorkspace) -> None:
    sent = bolt.acts.verify_url()
    assert sent.ack["challenge"] == sent.payload["challenge"]


def test_bolt_runs_a_listener_for_another_team(bolt: SlackWorkspace) -> None:
    """So the bot itself must compare the team (docs/slack-behaviour.md S6)."""
    assert bolt.people["Olga"].slash("/b24 x", origin=Origin(team_id="T0666")).ok
    assert bolt.messages("approvals")
