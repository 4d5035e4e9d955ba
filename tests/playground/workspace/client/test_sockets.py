"""Socket Mode: tickets, envelopes to exactly one connection, acks, disconnects; with Slack's own clients too."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
import requests
from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler as BuiltinHandler
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_sdk import WebClient
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from bot.playground.workspace import SlackWorkspace
from tests.playground.workspace.blocks import CARD, modal, text_field
from tests.playground.workspace.listeners import Receiver

Plug = Callable[[], ClientConnection]


def address(workspace: SlackWorkspace) -> str:
    reply = requests.post(workspace.api_url + "apps.connections.open", data={"token": workspace.app_token}, timeout=5)
    return str(reply.json()["url"])


def hello(connection: ClientConnection) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(connection.recv(timeout=5))
    return value


@contextmanager
def acking(connection: ClientConnection, payload: Any = None) -> Iterator[list[dict[str, Any]]]:
    """Acknowledge what comes, in the background, until the block ends."""
    got: list[dict[str, Any]] = []

    def work() -> None:
        try:
            for text in connection:
                envelope = json.loads(text)
                got.append(envelope)
                ack = {"envelope_id": envelope["envelope_id"]}
                connection.send("no json")
                connection.send(json.dumps(ack if payload is None else {**ack, "payload": payload}))
        except ConnectionClosed:
            return

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield got
    finally:
        connection.close()
        thread.join(timeout=5)


@pytest.fixture
def plug(workspace: SlackWorkspace) -> Iterator[Plug]:
    """Open one more connection and read its hello."""
    with ExitStack() as stack:

        def opened() -> ClientConnection:
            connection = stack.enter_context(connect(address(workspace)))
            hello(connection)
            return connection

        yield opened


def build(workspace: SlackWorkspace) -> App:
    """A small Bolt app as it would run against Slack; nothing in it knows of the simulator."""
    client = WebClient(token=workspace.bot_token, base_url=workspace.api_url)
    made = App(
        client=client,
        signing_secret=workspace.signing_secret,
        process_before_response=True,
        logger=logging.getLogger("test-app"),
    )

    @made.command("/b24")
    def command(ack: Callable[..., None], body: dict[str, Any]) -> None:
        ack(f"got {body['text']}")

    @made.action("approve")
    def approve(ack: Callable[..., None], body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=modal(text_field("why"), callback_id="form"))

    @made.view("form")
    def form(ack: Callable[..., None]) -> None:
        ack(response_action="errors", errors={"why": "say more"})

    @made.event("app_home_opened")
    def opened(event: dict[str, Any], client: WebClient) -> None:
        client.chat_postMessage(channel=event["user"], text="welcome")

    return made


@contextmanager
def running(workspace: SlackWorkspace, kind: Callable[..., Any]) -> Iterator[None]:
    """Slack's own client, connected. It stops within one interval of its pings, so the tests make it short."""
    handler: Any = kind(build(workspace), workspace.app_token, ping_interval=1)
    handler.connect()
    try:
        workspace.wait_for(lambda: workspace.people["Gleb"].slash("/b24 ready").ok)
        yield
    finally:
        handler.client.auto_reconnect_enabled = False
        workspace.sockets.drop()
        handler.close()


@pytest.fixture(scope="module")
def plugged() -> Iterator[SlackWorkspace]:
    """A workspace to which a Bolt app has connected by the client built on websocket-client."""
    with (
        SlackWorkspace(rate_limit=False, ack_within=0.5) as made,
        running(made, SocketModeHandler),
    ):
        yield made


def test_a_ticket_admits_one_connection_once(workspace: SlackWorkspace) -> None:
    url = address(workspace)
    assert "ticket=" in url
    assert "app_id=A0001" in url
    with connect(url) as connection:
        assert hello(connection)["num_connections"] == 1
        with pytest.raises(InvalidStatus) as caught:
            connect(url)
    assert caught.value.response.status_code == 403


def test_hello_tells_app_and_count(workspace: SlackWorkspace) -> None:
    with connect(address(workspace)) as one, connect(address(workspace)) as two:
        first, second = hello(one), hello(two)
        assert (first["type"], first["connection_info"]) == ("hello", {"app_id": "A0001"})
        assert "debug_info" in first
        assert second["num_connections"] == 2


def test_each_envelope_goes_to_exactly_one_connection(workspace: SlackWorkspace, plug: Plug) -> None:
    olga = workspace.people["Olga"]
    with acking(plug()) as first, acking(plug()) as second:
        results = [olga.slash(f"/b24 {number}") for number in range(4)]
    assert all(result.ok and result.transport == "socket" for result in results)
    assert len(first) == len(second) == 2
    assert {each["payload"]["text"] for each in first + second} == {"0", "1", "2", "3"}


def test_the_envelope_holds_the_payload_as_an_object(workspace: SlackWorkspace, plug: Plug) -> None:
    olga = workspace.people["Olga"]
    with acking(plug(), {"text": "hi"}) as got:
        result = olga.slash("/b24 help")
        olga.open_home()
    command, event = got
    assert (command["type"], command["accepts_response_payload"]) == ("slash_commands", True)
    assert command["payload"] == result.payload
    assert (event["type"], event["accepts_response_payload"]) == ("events_api", False)
    assert result.ack == {"text": "hi"}
    assert [one.text for one in workspace.ephemerals("Olga")] == ["hi"]


def test_a_socket_goes_before_the_request_url(workspace: SlackWorkspace, receiver: Receiver, plug: Plug) -> None:
    with acking(plug()) as got:
        workspace.people["Olga"].slash("/b24 help")
    assert (len(got), receiver.requests) == (1, [])
    workspace.wait_for(lambda: workspace.sockets.connected == 0)
    assert workspace.people["Olga"].slash("/b24 help").transport == "http"


def test_without_an_ack_it_times_out_and_an_event_is_retried_with_its_number(
    workspace: SlackWorkspace,
) -> None:
    with connect(address(workspace)) as connection:
        hello(connection)
        result = workspace.people["Olga"].open_home()
        assert (result.error, result.transport) == ("timeout", "socket")
        first = json.loads(connection.recv(timeout=5))
        again = json.loads(connection.recv(timeout=5))
        connection.send(json.dumps({"envelope_id": again["envelope_id"]}))
        assert (again["retry_attempt"], again["retry_reason"]) == (1, "http_timeout")
        assert first["payload"] == again["payload"]
        assert first["envelope_id"] != again["envelope_id"]
        workspace.wait_for(lambda: workspace.dispatches[-1].ok)


def test_the_same_envelope_can_be_delivered_again(workspace: SlackWorkspace, plug: Plug) -> None:
    with acking(plug()) as got:
        workspace.deliver(workspace.people["Olga"].slash("/b24 help"))
    assert got[0] == got[1]


def test_asked_to_come_back_the_old_socket_closes_and_takes_nothing_new(workspace: SlackWorkspace) -> None:
    with connect(address(workspace)) as old, connect(address(workspace)) as second:
        hello(old)
        hello(second)
        assert workspace.sockets.disconnect("warning", grace=0.01) == 2
        assert json.loads(old.recv(timeout=5)) == {
            "type": "disconnect",
            "reason": "warning",
            "debug_info": {},
        }
        with pytest.raises(ConnectionClosed):
            old.recv(timeout=5)
    assert workspace.people["Olga"].slash("/b24 help").error == "timeout"


def test_while_socket_mode_is_off_addresses_are_given_out_and_no_connection_gets_a_hello(
    workspace: SlackWorkspace,
) -> None:
    with connect(address(workspace)) as old:
        hello(old)
        assert workspace.sockets.switch(False) == 1
        assert json.loads(old.recv(timeout=5))["reason"] == "link_disabled"
    with connect(address(workspace)) as refused:
        assert json.loads(refused.recv(timeout=5))["reason"] == "link_disabled"
        with pytest.raises(ConnectionClosed):
            refused.recv(timeout=5)
    workspace.sockets.switch(True)
    with connect(address(workspace)) as again:
        hello(again)


def test_the_eleventh_connection_is_told_that_there_are_too_many(workspace: SlackWorkspace) -> None:
    with ExitStack() as stack:
        for _ in range(10):
            hello(stack.enter_context(connect(address(workspace))))
        one_more = stack.enter_context(connect(address(workspace)))
        assert json.loads(one_more.recv(timeout=5))["reason"] == "too_many_websockets"
        assert workspace.sockets.connected == 10


def test_a_broken_connection_is_noticed_and_the_next_one_is_used(workspace: SlackWorkspace, plug: Plug) -> None:
    with connect(address(workspace)) as broken:
        hello(broken)
        assert workspace.sockets.drop() == 1
        with pytest.raises(ConnectionClosed):
            broken.recv(timeout=5)
    with acking(plug()):
        assert workspace.people["Olga"].slash("/b24 help").ok


def test_pings_are_answered(workspace: SlackWorkspace) -> None:
    with connect(address(workspace)) as connection:
        hello(connection)
        assert connection.ping().wait(5)


def test_the_builtin_client_works_unmodified_and_comes_back_when_asked(workspace: SlackWorkspace) -> None:
    olga = workspace.people["Olga"]
    with running(workspace, BuiltinHandler):
        assert olga.slash("/b24 help").ack == {"text": "got help"}
        opened = len(workspace.calls("apps.connections.open"))
        workspace.sockets.disconnect(grace=0.1)
        workspace.wait_for(lambda: olga.slash("/b24 again").ok)
        assert len(workspace.calls("apps.connections.open")) > opened


def test_the_other_client_takes_commands_and_events(plugged: SlackWorkspace) -> None:
    olga = plugged.people["Olga"]
    assert olga.slash("/b24 help").ack == {"text": "got help"}
    olga.open_home()
    plugged.wait_for(lambda: plugged.dms("Olga"))
    assert plugged.dms("Olga")[0].text == "welcome"


def test_clicks_and_forms_work_over_a_socket(plugged: SlackWorkspace) -> None:
    anton = plugged.people["Anton"]
    client = WebClient(token=plugged.bot_token, base_url=plugged.api_url)
    client.chat_postMessage(channel="C0002", text="card", blocks=CARD)
    assert anton.click(plugged.messages("approvals")[0], "Approve").ok
    assert anton.submit({"why": "x"}).ack["response_action"] == "errors"
    assert anton.view.errors == {"why": "say more"}


def test_a_command_the_app_does_not_know_is_not_acked_over_a_socket(plugged: SlackWorkspace) -> None:
    assert plugged.people["Olga"].slash("/other").failure == "operation_timeout"
