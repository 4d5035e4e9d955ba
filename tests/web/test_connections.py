"""Connections have a time limit and make room for each other: idle ones and slow drips keep nobody out."""

from __future__ import annotations

import http.client
import resource
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from waitress import wasyncore

from bot.clock import ShiftedClock
from bot.plugin.loopback import wait_until
from bot.web.connections import Limits, TimedChannel, TimedServer, connections_allowed
from bot.web.health import Wsgi
from bot.web.site import Site

HEAD = b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 40\r\n"
PARTS = {"nothing": b"", "a blank line": b"\r\n", "half a head": HEAD, "half a body": HEAD + b"\r\n1234"}


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    body: bytes = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@contextmanager
def served(clock: ShiftedClock, *, most: int = 64, application: Wsgi = echo) -> Iterator[int]:
    site = Site(application, "127.0.0.1", 0, limits=Limits(connections=most), clock=clock)
    thread = threading.Thread(target=site.run, name="site", daemon=True)
    thread.start()
    try:
        yield site.port
    finally:
        site.stop()
        thread.join(timeout=8)
    assert not thread.is_alive()


def connected(port: int, text: bytes = b"") -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), timeout=5)
    made.sendall(text)
    return made


def answered(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("POST", "/", body=b"1")
        return connection.getresponse().status
    finally:
        connection.close()


def is_closed(connection: socket.socket) -> bool:
    """Whether the server has closed it."""
    try:
        connection.setblocking(False)
        return connection.recv(100) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


@pytest.mark.parametrize("sent", PARTS.values(), ids=PARTS)
def test_a_connection_that_sends_no_whole_request_in_time_is_closed(sent: bytes) -> None:
    clock = ShiftedClock()
    with served(clock) as port, connected(port, sent) as slow:
        assert answered(port) == 200
        assert not is_closed(slow)
        clock.advance(11)
        assert wait_until(lambda: is_closed(slow))


@pytest.mark.parametrize("drip", [b"X-A: b\r\n", b"\r\n"], ids=["header", "blank line"])
def test_a_slow_drip_is_closed_however_often_it_sends(drip: bytes) -> None:
    """Slowloris: there is never silence for long, and never a whole request."""
    clock = ShiftedClock()
    start = b"" if drip == b"\r\n" else HEAD
    with served(clock) as port, connected(port, start) as slow:
        for _ in range(5):
            assert answered(port) == 200, "whoever sends a whole request is answered meanwhile"
            clock.advance(2.1)
            slow.settimeout(5)
            slow.sendall(drip)
        assert wait_until(lambda: is_closed(slow))


def test_a_drip_after_an_answer_has_no_more_time_than_the_first_request() -> None:
    clock = ShiftedClock()
    with served(clock) as port, connected(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n") as slow:
        assert slow.recv(1000).startswith(b"HTTP/1.1 200")
        clock.advance(60)
        assert answered(port) == 200
        assert not is_closed(slow), "a proxy keeps its connections for a minute"
        slow.settimeout(5)
        slow.sendall(HEAD)
        assert answered(port) == 200
        clock.advance(11)
        assert wait_until(lambda: is_closed(slow))


def test_a_kept_alive_connection_is_closed_when_nothing_follows() -> None:
    clock = ShiftedClock()
    with served(clock) as port, connected(port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n") as kept:
        assert kept.recv(1000).startswith(b"HTTP/1.1 200")

        def closed_later() -> bool:
            # Its thread notes the end of the answer a moment after the client has read it.
            clock.advance(80)
            return is_closed(kept)

        assert wait_until(closed_later)


@pytest.mark.parametrize("sent", PARTS.values(), ids=PARTS)
def test_when_every_place_is_taken_who_waited_longest_makes_room(sent: bytes) -> None:
    """An idle flood: no time has to pass before somebody else is let in."""
    with served(ShiftedClock(), most=20) as port, ExitStack() as stack:
        flood = [stack.enter_context(connected(port, sent)) for _ in range(60)]
        assert [answered(port) for _ in range(3)] == [200] * 3
        assert wait_until(lambda: sum(is_closed(one) for one in flood) >= 40)


def test_who_is_being_answered_is_not_closed_to_make_room() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/slow":
            begun.set()
            go_on.wait(5)
        return echo(environ, start_response)

    clock = ShiftedClock()
    with served(clock, most=10, application=slow) as port, ExitStack() as stack:
        asking = stack.enter_context(connected(port, b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"))
        assert begun.wait(5)
        for _ in range(30):
            stack.enter_context(connected(port))
        clock.advance(100)
        assert answered(port) == 200
        go_on.set()
        assert asking.recv(1000).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(("size", "status"), [(256 * 1024, 200), (256 * 1024 + 1, 413)])
def test_a_body_has_a_bound(size: int, status: int) -> None:
    with served(ShiftedClock()) as port, connected(port) as connection:
        connection.sendall(f"POST / HTTP/1.0\r\nContent-Length: {size}\r\n\r\n".encode())
        if status == 200:
            connection.sendall(b"x" * size)
        reply = http.client.HTTPResponse(connection)
        reply.begin()
        assert reply.status == status
        assert status == 413 or len(reply.read()) == size


def test_there_are_no_more_connections_than_half_the_files_it_may_open() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
        assert connections_allowed() == 100
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert connections_allowed() == min(512, soft // 2)


def test_the_loop_does_not_try_to_write_what_a_thread_is_writing() -> None:
    """It would try again at once, and again, and take the interpreter's time from that very thread."""
    sockets: dict[int, Any] = {}
    limits, clock = Limits(connections=4), ShiftedClock()
    server = TimedServer(echo, sockets, host="127.0.0.1", port=0, threads=1, limits=limits, clock=clock)
    here, there = socket.socketpair()
    channel = TimedChannel(server, here, ("127.0.0.1", 1), server.adj, map=sockets)
    written = threading.Event()

    def write(writing: threading.Event) -> None:
        with channel.outbuf_lock:
            writing.set()
            written.wait(60)

    try:
        assert not channel.writable(), "there is nothing to write"
        channel.total_outbufs_len = 10
        assert channel.writable()
        writing = threading.Event()
        thread = threading.Thread(target=write, args=[writing])
        thread.start()
        assert writing.wait(60)
        assert not channel.writable()
        channel.will_close = True
        assert channel.writable(), "who is to be closed is closed whatever a thread does"
        channel.will_close = False
        written.set()
        thread.join(60)
        assert channel.writable()
    finally:
        written.set()
        channel.close()
        there.close()
        server.task_dispatcher.shutdown()
        server.close()


def test_who_does_not_read_the_answers_is_closed_when_its_time_is_over() -> None:
    """What waits for the client is more than the kernel takes, so nothing can be written to it any more."""
    sockets: dict[int, Any] = {}
    limits, clock = Limits(connections=4), ShiftedClock()
    server = TimedServer(echo, sockets, host="127.0.0.1", port=0, threads=1, limits=limits, clock=clock)
    here, there = socket.socketpair()
    try:
        channel = TimedChannel(server, here, ("127.0.0.1", 1), server.adj, map=sockets)
        channel.write_soon(b"x" * 4_000_000)
        assert channel.total_outbufs_len, "the client would have to read first"
        wasyncore.loop(timeout=0, use_poll=True, map=sockets, count=3)
        assert channel in sockets.values()
        clock.advance(100)
        wasyncore.loop(timeout=0, use_poll=True, map=sockets, count=3)
        assert channel not in sockets.values()
    finally:
        there.close()
        server.task_dispatcher.shutdown(timeout=5)
        wasyncore.close_all(sockets)
