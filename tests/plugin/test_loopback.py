"""The loopback server: real sockets, and the faults a network has."""

from __future__ import annotations

import http.client
import json
import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.plugin.loopback import MAX_BODY, Handler, Loopback, LoopbackReply, LoopbackRequest, wait_until
from tests.open_files import open_files
from tests.plugin.certificate import self_signed


class Echo:
    """A handler that remembers what came and answers what it is told to."""

    def __init__(self) -> None:
        self.seen: list[LoopbackRequest] = []
        self.reply = LoopbackReply(body=b"hello")

    def __call__(self, request: LoopbackRequest) -> LoopbackReply:
        self.seen.append(request)
        return self.reply


@pytest.fixture
def echo() -> Echo:
    return Echo()


@contextmanager
def connected(server: Loopback) -> Iterator[http.client.HTTPConnection]:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)) as connection:
        yield connection


def ask(
    connection: http.client.HTTPConnection, method: str = "GET", path: str = "/", body: bytes | None = None
) -> tuple[int, bytes]:
    connection.request(method, path, body)
    answer = connection.getresponse()
    return answer.status, answer.read()


def raw(server: Loopback, sent: bytes) -> bytes:
    """Send bytes as they are; everything that comes back until the server hangs up."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as link:
        link.sendall(sent)
        received = b""
        while part := link.recv(65_536):
            received += part
        return received


def test_the_handler_gets_the_request_as_it_came(echo: Echo) -> None:
    with Loopback(echo) as server, connected(server) as connection:
        connection.request("POST", "/a/b%20c?x=1&y=", "тело".encode(), {"X-Odd-Name": "Value"})
        assert connection.getresponse().read() == b"hello"
    (seen,) = echo.seen
    assert (seen.method, seen.path, seen.query, seen.client) == ("POST", "/a/b%20c", "x=1&y=", "127.0.0.1")
    assert seen.query_pairs() == [("x", "1"), ("y", "")]
    assert seen.headers["x-odd-name"] == "Value"
    assert seen.body.decode() == "тело"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
def test_every_method_reaches_the_handler(echo: Echo, method: str) -> None:
    with Loopback(echo) as server, connected(server) as connection:
        assert ask(connection, method) == (200, b"hello")
    assert echo.seen[0].method == method


def test_a_head_request_is_answered_without_a_body(echo: Echo) -> None:
    with Loopback(echo) as server:
        answer = raw(server, b"HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert b"Content-Length: 5\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


def test_json_is_answered_as_json() -> None:
    reply = LoopbackReply.json({"a": [1, None]}, status=202, headers={"X-More": "1"})
    with Loopback(lambda request: reply) as server, connected(server) as connection:
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert answer.status == 202
        assert answer.getheader("Content-Type") == "application/json; charset=utf-8"
        assert answer.getheader("X-More") == "1"
        assert json.loads(answer.read()) == {"a": [1, None]}


def test_a_connection_is_kept_for_the_next_request(echo: Echo) -> None:
    with Loopback(echo) as server, connected(server) as connection:
        ask(connection)
        first = connection.sock
        ask(connection)
        assert connection.sock is first


def test_a_dropped_answer_is_a_closed_connection_without_a_byte(echo: Echo) -> None:
    echo.reply = LoopbackReply(drop=True, body=b"never")
    with Loopback(echo) as server:
        assert raw(server, b"GET / HTTP/1.1\r\n\r\n") == b""
        with connected(server) as connection, pytest.raises(http.client.RemoteDisconnected):
            ask(connection)
    assert len(echo.seen) == 2


@pytest.mark.parametrize("sent", [b"", b"id=my"])
def test_half_a_request_is_no_request(echo: Echo, sent: bytes) -> None:
    """Whoever was killed while it sent has not asked for anything."""
    with Loopback(echo) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as link:
            link.sendall(b"POST /a HTTP/1.1\r\nContent-Length: 9\r\n\r\n" + sent)
            link.shutdown(socket.SHUT_WR)
            assert link.recv(100) == b""
        with connected(server) as connection:
            assert ask(connection, "POST", "/b", b"id=my") == (200, b"hello")
    assert [request.path for request in echo.seen] == ["/b"]


@pytest.mark.parametrize("kept", [0, 3])
def test_a_truncated_answer_promises_more_than_it_sends(echo: Echo, kept: int) -> None:
    echo.reply = LoopbackReply(body=b"hello world", truncate=kept)
    with Loopback(echo) as server, connected(server) as connection:
        connection.request("GET", "/")
        answer = connection.getresponse()
        assert answer.getheader("Content-Length") == "11"
        with pytest.raises(http.client.IncompleteRead) as caught:
            answer.read()
        assert caught.value.partial == b"hello world"[:kept]


def test_a_stalled_answer_does_not_hold_up_the_others_nor_the_end(echo: Echo) -> None:
    """It would take ten minutes; stopping the server ends the wait."""
    stalled = threading.Event()

    def handler(request: LoopbackRequest) -> LoopbackReply:
        if request.path == "/slow":
            stalled.set()
            return LoopbackReply(stall=600, body=b"late")
        return LoopbackReply(body=b"quick")

    answers: list[bytes] = []

    def wait_for_slow() -> None:
        with connected(server) as connection:
            answers.append(ask(connection, path="/slow")[1])

    with Loopback(handler) as server:
        waiting = threading.Thread(target=wait_for_slow)
        waiting.start()
        assert stalled.wait(5)
        with connected(server) as connection:
            assert ask(connection) == (200, b"quick")
        assert answers == []
    waiting.join(5)
    assert answers == [b"late"]


def test_a_kept_connection_does_not_outlive_the_server(echo: Echo) -> None:
    server = Loopback(echo).start()
    with connected(server) as connection:
        ask(connection)
        server.stop()
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            ask(connection)
    assert len(echo.seen) == 1


def test_after_the_end_the_port_refuses_and_can_be_taken_again(echo: Echo) -> None:
    with Loopback(echo) as server:
        port = server.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    with Loopback(echo, port=port) as again, connected(again) as connection:
        assert again.port == port
        assert ask(connection) == (200, b"hello")


def test_stopping_what_never_started_is_fine(echo: Echo) -> None:
    Loopback(echo).stop()


def test_a_fault_of_the_handler_is_logged_and_answered_as_the_simulators_own(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(request: LoopbackRequest) -> LoopbackReply:
        raise RuntimeError("boom")

    with Loopback(broken) as server, connected(server) as connection:
        status, body = ask(connection, path="/x")
    assert status == 500
    assert json.loads(body) == {"error": "SIMULATOR_FAULT"}
    assert "the handler failed on GET /x" in caplog.text


def test_a_big_body_arrives_whole(echo: Echo) -> None:
    body = b"x" * MAX_BODY
    with Loopback(echo) as server, connected(server) as connection:
        assert ask(connection, "POST", "/", body) == (200, b"hello")
    assert echo.seen[0].body == body


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (f"Content-Length: {MAX_BODY + 1}", b"413"),
        ("Content-Length: 99999999999999999999999999", b"413"),
        ("Content-Length: -1", b"411"),
        ("Content-Length: abc", b"411"),
        ("Content-Length: ", b"411"),
        ("Content-Length: ٣", b"411"),
        ("Transfer-Encoding: chunked", b"411"),
    ],
)
def test_a_body_of_unknown_or_too_great_length_is_refused_unread(echo: Echo, head: str, status: bytes) -> None:
    with Loopback(echo) as server:
        answer = raw(server, f"POST / HTTP/1.1\r\n{head}\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert echo.seen == []


def test_a_client_that_hangs_up_in_the_middle_is_no_news(echo: Echo, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "bot.plugin.loopback")
    with Loopback(echo) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as link:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            link.sendall(b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc")
        assert wait_until(lambda: "a connection broke" in caplog.text)
        with connected(server) as connection:
            assert ask(connection) == (200, b"hello")
    assert not [record for record in caplog.records if record.levelno > logging.DEBUG]


def test_it_listens_on_loopback_only(echo: Echo) -> None:
    with Loopback(echo) as server:
        assert server.url == f"http://127.0.0.1:{server.port}"
        with closing(socket.socket()) as other:
            # Another address of this machine is still free on that port.
            other.bind(("127.0.0.2", server.port))


def test_over_tls_a_silent_client_does_not_hold_up_the_others(echo: Echo, tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    trusting = ssl.create_default_context(cafile=str(certificate))
    with (
        Loopback(echo, tls=context) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=5),
        closing(http.client.HTTPSConnection("127.0.0.1", server.port, timeout=5, context=trusting)) as connection,
    ):
        assert server.url.startswith("https://127.0.0.1:")
        assert ask(connection) == (200, b"hello")


def test_waiting_says_whether_it_came_true() -> None:
    tries = iter([False, False, True])
    assert wait_until(lambda: next(tries), every=0)
    assert not wait_until(lambda: False, within=0, every=0)


def test_handlers_are_plain_functions() -> None:
    handler: Handler = Echo()
    assert handler(LoopbackRequest(method="GET", path="/")).status == 200


def test_where_the_port_is_taken_nothing_is_left_open(echo: Echo) -> None:
    before = open_files()
    with Loopback(echo) as server, pytest.raises(OSError, match="in use"):
        Loopback(echo, port=server.port)
    assert open_files() <= before
