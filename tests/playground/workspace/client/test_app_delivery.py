"""How deliveries travel by HTTP: signed, repeated, held back, retried."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress

import pytest
from slack_sdk.signature import SignatureVerifier

from bot.playground.workspace import SlackWorkspace, WorkspaceError
from bot.plugin.loopback import LoopbackReply, LoopbackRequest
from tests.playground.workspace.listeners import Receiver


def valid(workspace: SlackWorkspace, request: LoopbackRequest) -> bool:
    verifier = SignatureVerifier(workspace.signing_secret)
    return verifier.is_valid_request(request.body, dict(request.headers))


def test_every_delivery_is_signed_with_the_secret(workspace: SlackWorkspace, receiver: Receiver) -> None:
    olga = workspace.people["Olga"]
    olga.slash("/b24 help")
    olga.open_home()
    assert all(valid(workspace, request) for request in receiver.requests)
    assert receiver.requests[0].path == "/slack/events"
    assert receiver.requests[0].query == "from=slack"


def test_the_clock_of_the_workspace_does_not_age_signatures(workspace: SlackWorkspace, receiver: Receiver) -> None:
    workspace.set_clock(time.time() + 86_400)
    workspace.people["Olga"].slash("/b24 help")
    assert valid(workspace, receiver.requests[0])


def test_the_very_same_signed_bytes_can_be_delivered_again(workspace: SlackWorkspace, receiver: Receiver) -> None:
    receiver.acks({"text": "hi"})
    first = workspace.people["Olga"].slash("/b24 help")
    again = workspace.deliver(first)
    assert again.ok
    one, two = receiver.requests
    assert (one.body, one.headers) == (two.body, two.headers)
    assert len(workspace.ephemerals("Olga")) == 1, "only the first ack is shown"
    assert len(workspace.dispatches) == 2


def test_a_delivery_can_be_signed_wrongly_or_long_ago(workspace: SlackWorkspace, receiver: Receiver) -> None:
    first = workspace.people["Olga"].slash("/b24 help")
    workspace.deliver(first, secret="another")
    workspace.deliver(first.dispatch, age=400)
    assert [valid(workspace, request) for request in receiver.requests] == [True, False, False]
    assert len({request.body for request in receiver.requests}) == 1


def test_held_deliveries_go_out_in_any_order(workspace: SlackWorkspace, receiver: Receiver) -> None:
    olga = workspace.people["Olga"]
    with workspace.holding():
        one, two = olga.slash("/b24 one"), olga.slash("/b24 two")
    assert (one.error, one.ok, receiver.requests) == ("held", False, [])
    receiver.acks({"text": "hi"})
    workspace.deliver(two)
    workspace.deliver(one)
    assert [got["text"] for got in receiver.payloads] == ["two", "one"]
    assert len(workspace.ephemerals("Olga")) == 2


def test_the_url_handshake_sends_a_challenge(workspace: SlackWorkspace, receiver: Receiver) -> None:
    sent = workspace.acts.verify_url()
    (got,) = receiver.payloads
    assert (got["type"], got["challenge"]) == ("url_verification", sent.payload["challenge"])


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1:1/x", "http://example.test/slack", "ftp://localhost", "http://[::1"]
)
def test_nothing_is_sent_beyond_this_machine(workspace: SlackWorkspace, url: str) -> None:
    with pytest.raises(WorkspaceError, match="not on this machine"):
        workspace.request_url = url


def test_an_address_without_port_or_path_is_taken_as_it_is(workspace: SlackWorkspace) -> None:
    workspace.request_url = "http://127.0.0.1:9"
    assert workspace.request_url == "http://127.0.0.1:9"
    assert workspace.people["Olga"].slash("/b24").error == "connection_failed"


def test_an_acknowledged_event_is_not_retried(workspace: SlackWorkspace, receiver: Receiver) -> None:
    assert workspace.people["Olga"].open_home().ok
    assert workspace.retries_due == []


def after_tries(workspace: SlackWorkspace, tries: int) -> float:
    """In how many seconds the next retry comes, once so many deliveries have been made."""
    workspace.wait_for(lambda: len(workspace.dispatches) == tries and workspace.retries_due)
    (due,) = workspace.retries_due
    return due


def test_an_event_is_retried_at_once_then_after_one_and_five_minutes(
    workspace: SlackWorkspace, receiver: Receiver
) -> None:
    receiver.answers(LoopbackReply(status=500))
    workspace.people["Olga"].open_home()
    for tries, minutes in ((2, 1), (3, 5)):
        due = after_tries(workspace, tries)
        assert due == pytest.approx(minutes * 60, abs=10)
        workspace.advance(due)
    workspace.wait_for(lambda: len(workspace.dispatches) == 4)
    assert workspace.retries_due == []
    headers = [request.headers for request in receiver.requests]
    assert [one.get("x-slack-retry-num") for one in headers] == [None, "1", "2", "3"]
    assert headers[1]["x-slack-retry-reason"] == "http_error"
    assert len({got["event_id"] for got in receiver.payloads}) == 1
    assert all(valid(workspace, request) for request in receiver.requests)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [(LoopbackReply(stall=2), "http_timeout"), (LoopbackReply(drop=True), "connection_failed")],
)
def test_a_retry_tells_why(workspace: SlackWorkspace, receiver: Receiver, reply: LoopbackReply, reason: str) -> None:
    receiver.answers(reply)
    workspace.people["Olga"].event({"type": "team_join"})
    receiver.answers(LoopbackReply())
    workspace.wait_for(lambda: len(receiver.requests) == 2)
    assert receiver.requests[1].headers["x-slack-retry-reason"] == reason


def test_an_app_can_refuse_retries(workspace: SlackWorkspace, receiver: Receiver) -> None:
    receiver.answers(LoopbackReply(status=500, headers={"X-Slack-No-Retry": "1"}))
    workspace.people["Olga"].open_home()
    assert workspace.retries_due == []


def trickle(server: socket.socket) -> None:
    """Answer one request piece by piece, no piece late, the whole thing late."""
    connection, _ = server.accept()
    with connection, suppress(OSError):
        connection.recv(65_536)
        for piece in (b"HTTP/1.1 200 OK\r\n", b"Content-Length: 0\r\n", b"\r\n"):
            time.sleep(0.2)
            connection.sendall(piece)


def test_an_answer_that_trickles_in_too_late_is_late(workspace: SlackWorkspace) -> None:
    """The status came, but after the limit: Slack counts that as a time-out."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=trickle, args=(server,))
        thread.start()
        workspace.request_url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        result = workspace.people["Olga"].slash("/b24 help")
        thread.join(timeout=5)
    assert (result.ok, result.error, result.failure) == (False, "timeout", "operation_timeout")


def test_waiting_for_what_does_not_come_ends_with_a_sentence(workspace: SlackWorkspace) -> None:
    with pytest.raises(AssertionError, match=r"the card did not come within 0\.01 s"):
        workspace.wait_for(lambda: workspace.find("approvals", "x"), within=0.01, what="the card")
