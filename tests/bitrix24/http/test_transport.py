"""The one place that sends: what leaves, what comes back, and that nothing of it can be overheard."""

from __future__ import annotations

import gzip
import logging
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qsl

import pytest

from bot.clock import SystemClock
from bot.plugin import Message, Text
from bot.plugin.loopback import Loopback, LoopbackReply, LoopbackRequest
from plugins.bitrix24.http.exchange import MAX_ANSWER, POOL, Exchange, HttpAnswer, HttpRequest, Timeouts, Undelivered
from plugins.bitrix24.http.guarded_connections import UNTAKEN_MS, NotingConnection
from plugins.bitrix24.http.transport import HttpWire, public_tls
from plugins.bitrix24.plugin import SETTLING
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.simulator import PortalSimulator
from plugins.bitrix24.simulator.tls import make_certificate
from plugins.bitrix24.traffic.portal_connections import Connections, Destination
from tests.language.english import en

CANARY = "canary-7f3a91c2"
SHORT = Timeouts(connect=1.0, read=0.3)
CLOCK = SystemClock()


BOMB = gzip.compress(b"x" * 64 * MAX_ANSWER, compresslevel=1, mtime=0)


def post(url: str, body: str = CANARY) -> HttpRequest:
    return HttpRequest(verb="POST", url=url, content_type="application/json", body=Secret(body))


@contextmanager
def serving(handler: Callable[[LoopbackRequest], LoopbackReply]) -> Iterator[Loopback]:
    with Loopback(handler) as loopback:
        yield loopback


def answered(exchange: Exchange) -> HttpAnswer:
    assert isinstance(exchange, HttpAnswer), exchange
    return exchange


def lost(exchange: Exchange) -> Undelivered:
    assert isinstance(exchange, Undelivered), exchange
    return exchange


def test_a_post_carries_its_body_and_the_answer_comes_back_whole() -> None:
    seen: list[LoopbackRequest] = []

    def handler(request: LoopbackRequest) -> LoopbackReply:
        seen.append(request)
        return LoopbackReply(
            status=418, body=b"short and stout", headers={"Location": "https://x/", "Set-Cookie": "a=b"}
        )

    with serving(handler) as server:
        wire = HttpWire(CLOCK, loopback=True)
        for _ in range(2):
            answer = answered(wire.send(post(f"{server.url}/rest/x.json", "тело"), SHORT))
        wire.close()
    assert answer == HttpAnswer(status=418, body=b"short and stout", location="https://x/")
    assert seen[1].body.decode() == "тело"
    assert seen[1].headers["content-type"] == "application/json"
    assert seen[1].headers["accept-encoding"] == "identity"
    assert "cookie" not in seen[1].headers, "a portal must not log the bot in by a cookie"


def test_a_redirect_is_not_followed() -> None:
    hits: list[str] = []

    def handler(request: LoopbackRequest) -> LoopbackReply:
        hits.append(request.path)
        return LoopbackReply(status=302, headers={"Location": "/elsewhere"})

    with serving(handler) as server:
        assert answered(HttpWire(CLOCK, loopback=True).send(post(f"{server.url}/a"), SHORT)).status == 302
    assert hits == ["/a"]


@pytest.mark.parametrize("status", [302, 307])
@pytest.mark.parametrize("location", ["http://[::1/rest/", "//", "http://a:b/", "\x7f", "/x" * 4000])
def test_whatever_a_redirect_points_to_it_comes_back_as_an_answer(status: int, location: str) -> None:
    with serving(lambda _request: LoopbackReply(status=status, headers={"Location": location})) as server:
        answer = answered(HttpWire(CLOCK, loopback=True).send(post(f"{server.url}/a"), SHORT))
    assert (answer.status, answer.location) == (status, location[:500])


def test_the_body_of_a_redirect_is_bounded_too() -> None:
    reply = LoopbackReply(status=302, headers={"Location": "http://x/"}, body=b"x" * (MAX_ANSWER + 1))
    with serving(lambda _request: reply) as server:
        exchange = lost(HttpWire(CLOCK, loopback=True).send(post(f"{server.url}/"), SHORT))
    assert exchange.reason == Message("bitrix24.call.failure_too_long")


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that somebody set for a browser must not lead tokens through somebody's machine."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    with serving(lambda _request: LoopbackReply(body=b"direct")) as server:
        assert answered(HttpWire(CLOCK, loopback=True).send(post(f"{server.url}/"), SHORT)).body == b"direct"


def test_whether_it_may_be_sent_is_asked_when_it_is_connected_and_before_the_first_byte() -> None:
    """For the longest that the exchange can take from then on."""
    arrived: list[LoopbackRequest] = []
    asked: list[float] = []

    def handler(request: LoopbackRequest) -> LoopbackReply:
        arrived.append(request)
        return LoopbackReply()

    def permit(seconds: float) -> bool:
        asked.append(seconds)
        return len(asked) == 1

    wire = HttpWire(CLOCK, loopback=True)
    with serving(handler) as server:
        answered(wire.send(post(server.url), SHORT, permit))
        exchange = lost(wire.send(post(server.url), SHORT, permit))
    assert (exchange.sent, exchange.withheld) == (False, True)
    assert (asked, len(arrived)) == ([SHORT.longest] * 2, 1)
    exchange = lost(wire.send(post(f"http://127.0.0.1:{free_port()}"), SHORT, permit))
    assert (exchange.sent, exchange.withheld, len(asked)) == (False, False, 2)
    wire.close()


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system has no such time-out")
def test_bytes_that_nobody_takes_are_thrown_away_also_when_their_sender_is_dead() -> None:
    """Else a call of a process that died could arrive when nobody waits for its effect any more."""
    with serving(lambda _request: LoopbackReply()) as server:
        connection = NotingConnection("127.0.0.1", int(server.url.rpartition(":")[2]))
        connection.connect()
        assert connection.sock is not None
        set_to = connection.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
        connection.close()
    assert set_to == UNTAKEN_MS
    assert SETTLING.late_effects_ms >= UNTAKEN_MS + 60_000


def test_connections_are_kept_and_used_again() -> None:
    with PortalSimulator() as portal:
        wire = HttpWire(CLOCK, loopback=True)
        with counted_connections() as count:
            for _ in range(5):
                answered(wire.send(post(f"{portal.url}imconnector.nothing.json", "{}"), SHORT))
        assert count() == 1


@contextmanager
def counted_connections() -> Iterator[Callable[[], int]]:
    """Counts what urllib3 says about new connections."""
    records: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record.getMessage())

    logger, listener = logging.getLogger("urllib3.connectionpool"), Listener()
    before = logger.level
    logger.addHandler(listener)
    logger.setLevel(logging.DEBUG)
    try:
        yield lambda: sum(text.startswith(("Starting new", "Resetting dropped")) for text in records)
    finally:
        logger.removeHandler(listener)
        logger.setLevel(before)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_nothing_was_sent_when_nobody_listens() -> None:
    exchange = lost(HttpWire(CLOCK, loopback=True).send(post(f"http://127.0.0.1:{free_port()}/"), SHORT))
    assert not exchange.sent
    assert exchange.reason == Message("bitrix24.call.failure_connection")


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (LoopbackReply(drop=True), Message("bitrix24.call.failure_connection")),
        (LoopbackReply(stall=0.6, body=b"{}"), Message("bitrix24.call.failure_read_timeout")),
        (LoopbackReply(body=b"x" * 100, truncate=10), Message("bitrix24.call.failure_broken_off")),
        (LoopbackReply(body=b"x" * (MAX_ANSWER + 1)), Message("bitrix24.call.failure_too_long")),
        (
            LoopbackReply(headers={"Content-Encoding": "br"}, body=b"packed"),
            Message("bitrix24.call.failure_compression"),
        ),
        (
            LoopbackReply(headers={"Content-Encoding": "gzip"}, body=b"not gzip"),
            Message("bitrix24.call.failure_compression"),
        ),
        (LoopbackReply(headers={"Content-Encoding": "gzip"}, body=BOMB), Message("bitrix24.call.failure_too_long")),
    ],
)
def test_once_a_byte_has_left_it_may_have_run(reply: LoopbackReply, reason: Text) -> None:
    with serving(lambda _request: reply) as server:
        exchange = lost(HttpWire(CLOCK, loopback=True).send(post(f"{server.url}/"), SHORT))
    assert exchange.sent
    assert exchange.reason == reason


@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_nothing_is_repeated_down_here_not_even_what_other_libraries_call_harmless(verb: str) -> None:
    """A refresh by GET spends its token: a library that repeats it would lock the bot out."""
    hits: list[str] = []

    def handler(request: LoopbackRequest) -> LoopbackReply:
        hits.append(request.method)
        return LoopbackReply(drop=True)

    with serving(handler) as server:
        lost(HttpWire(CLOCK, loopback=True).send(HttpRequest(verb=verb, url=f"{server.url}/"), SHORT))
    assert hits == [verb]


def test_after_a_lost_answer_the_same_thread_can_again_prove_that_nothing_left() -> None:
    wire = HttpWire(CLOCK, loopback=True)
    with serving(lambda _request: LoopbackReply(drop=True)) as server:
        assert lost(wire.send(post(f"{server.url}/"), SHORT)).sent
    assert not lost(wire.send(post(f"http://127.0.0.1:{free_port()}/"), SHORT)).sent


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"{}", mtime=0)),
        ("GZIP", gzip.compress(b"{}", mtime=0)),
        ("deflate", zlib.compress(b"{}")),
        ("deflate", zlib.compress(b"{}")[2:-4]),
        ("", gzip.compress(b"{}", mtime=0)),
        ("gzip", b"{}"),
    ],
)
def test_an_answer_that_came_compressed_all_the_same_is_unpacked(encoding: str, body: bytes) -> None:
    """On-premise portals compress whatever the request says, and some name a compression and do not use it."""
    reply = LoopbackReply(body=body, headers={"Content-Encoding": encoding} if encoding else {})
    with serving(lambda _request: reply) as server:
        assert answered(HttpWire(CLOCK, loopback=True).send(post(f"{server.url}/"), SHORT)).body == b"{}"


def test_a_mebibyte_is_still_read() -> None:
    with serving(lambda _request: LoopbackReply(body=b"x" * MAX_ANSWER)) as server:
        assert len(answered(HttpWire(CLOCK, loopback=True).send(post(f"{server.url}/"), SHORT)).body) == MAX_ANSWER


def test_many_threads_share_a_wire_and_each_gets_its_own_answer() -> None:
    with serving(lambda request: LoopbackReply(body=request.body)) as server:
        wire = HttpWire(CLOCK, loopback=True)

        def ask(number: int) -> bool:
            return answered(wire.send(post(f"{server.url}/", str(number)), Timeouts())).body == str(number).encode()

        with ThreadPoolExecutor(max_workers=2 * POOL) as threads:
            assert all(threads.map(ask, range(100)))


# ------------------------------------------------------------------------------------------- TLS and addresses


def test_a_certificate_nobody_vouches_for_is_refused_before_anything_is_sent() -> None:
    with PortalSimulator(tls=True) as portal:
        exchange = lost(HttpWire(CLOCK, loopback=True).send(post(f"{portal.url}app.info.json"), SHORT))
    assert not exchange.sent
    assert exchange.reason == Message("bitrix24.call.failure_unknown_authority")
    assert "BITRIX24_CA_FILE" in en(exchange.reason)


def test_a_certificate_somebody_vouches_for_is_taken() -> None:
    with PortalSimulator(tls=True) as portal:
        wire = HttpWire(CLOCK, loopback=True, tls=lambda: ssl.create_default_context(cadata=portal.ca_pem))
        assert answered(wire.send(post(f"{portal.url}app.info.json", "{}"), SHORT)).status == 401


def test_a_connection_loads_no_authorities_of_its_own() -> None:
    """It would cost 14 ms each time, and would trust more than the context was made to trust."""
    with PortalSimulator(tls=True) as portal:
        context = ssl.create_default_context(cadata=portal.ca_pem)
        before = context.cert_store_stats()
        wire = HttpWire(CLOCK, loopback=True, tls=lambda: context)
        answered(wire.send(post(f"{portal.url}app.info.json", "{}"), SHORT))
        assert context.cert_store_stats() == before


class CountingContext(ssl.SSLContext):
    """Counts how often authorities are loaded into it."""

    loads = 0

    def load_verify_locations(self, *args: Any, **kwargs: Any) -> None:
        self.loads += 1
        super().load_verify_locations(*args, **kwargs)


def test_eight_connections_load_the_authorities_once() -> None:
    made: list[CountingContext] = []

    def make() -> ssl.SSLContext:
        made.append(CountingContext(ssl.PROTOCOL_TLS_CLIENT))
        made[-1].load_verify_locations(cadata=certificate.pem)
        return made[-1]

    certificate = make_certificate()
    hang_up = LoopbackReply(body=b"{}", headers={"Connection": "close"})
    with Loopback(lambda _request: hang_up, tls=certificate.context) as server, counted_connections() as count:
        wire = HttpWire(CLOCK, loopback=True, tls=make)
        with ThreadPoolExecutor(max_workers=POOL) as threads:
            assert all(
                answered(each).status == 200
                for each in threads.map(lambda _number: wire.send(post(f"{server.url}/"), Timeouts()), range(8))
            )
        # Connections after the first on an idle slot are told as reset ones.
        assert count() == 8
    assert [context.loads for context in made] == [1]


def test_the_authorities_are_loaded_once_for_all_portals_and_certificates_are_checked() -> None:
    assert public_tls() is public_tls()
    assert public_tls().verify_mode is ssl.CERT_REQUIRED
    assert public_tls().check_hostname
    assert public_tls().cert_store_stats()["x509_ca"] > 50


def test_a_name_that_leads_into_a_network_is_hung_up_on_before_the_handshake() -> None:
    """Whatever the name resolved to when somebody looked, what counts is where the connection leads."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://localhost:{listener.getsockname()[1]}/rest/"
        exchange = lost(HttpWire(CLOCK).send(post(url), SHORT))
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(2.0)
            assert connection.recv(10) == b""
    assert not exchange.sent
    assert exchange.reason == Message("bitrix24.call.failure_not_public")


def test_what_is_meant_for_this_machine_goes_nowhere_else() -> None:
    """The address of a simulated portal is a name too, and a name may lead anywhere."""
    own = own_address()
    if own is None:
        pytest.skip("this machine has no address but loopback")
    with socket.create_server((own, 0)) as listener:
        exchange = lost(HttpWire(CLOCK, loopback=True).send(post(f"http://{own}:{listener.getsockname()[1]}/"), SHORT))
    assert not exchange.sent
    assert exchange.reason == Message("bitrix24.call.failure_not_loopback")


def own_address() -> str | None:
    """An address of this machine that is not loopback. Connecting a datagram socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        found = str(probe.getsockname()[0])
    return None if found.startswith("127.") else found


@pytest.mark.parametrize("part", ["status line", "headers", "body"])
def test_an_answer_that_drips_in_is_given_up_when_its_whole_time_is_over(part: str) -> None:
    """No gap between two bytes is long, so only the whole can end it. What was asked may have been carried out."""
    begin = {
        "status line": b"HTTP/1.1",
        "headers": b"HTTP/1.1 200 OK\r\nX: ",
        "body": b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n",
    }
    with dripping(begin[part]) as (url, over):
        wire = HttpWire(CLOCK, loopback=True)
        exchange = lost(wire.send(post(url), Timeouts(connect=1.0, read=5.0, total=0.3)))
        assert not over.is_set(), "the other side was not done yet"
    assert exchange.sent
    assert exchange.reason in (
        Message("bitrix24.call.failure_read_timeout"),
        Message("bitrix24.call.failure_whole_timeout"),
    )


@contextmanager
def dripping(begin: bytes) -> Iterator[tuple[str, threading.Event]]:
    """A server that sends `begin` and then a byte now and then, for ten seconds at most."""
    over = threading.Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(begin)
            with suppress(OSError):
                for _ in range(500):
                    connection.sendall(b"x")
                    if over.wait(0.02):
                        return
        over.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=(listener,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/", over
        finally:
            over.set()
            thread.join()


def test_patience_begins_when_a_byte_leaves_and_not_while_waiting_for_a_connection() -> None:
    """More threads than connections: whoever waited for one still has the whole time for its own answer."""
    timeouts = Timeouts(connect=5.0, read=5.0, total=1.1)
    with serving(lambda _request: LoopbackReply(stall=0.4, body=b"{}")) as server:
        wire = HttpWire(CLOCK, loopback=True)
        with ThreadPoolExecutor(max_workers=3 * POOL) as threads:
            found = list(threads.map(lambda _number: wire.send(post(f"{server.url}/"), timeouts), range(3 * POOL)))
    assert [answered(each).status for each in found] == [200] * 3 * POOL


def test_outside_of_loopback_there_is_no_http() -> None:
    with serving(lambda _request: LoopbackReply()) as server:
        exchange = lost(HttpWire(CLOCK).send(post(f"{server.url}/"), SHORT))
    assert not exchange.sent
    assert exchange.reason == Message("bitrix24.call.failure_other")


def test_there_is_one_link_for_each_host_and_it_is_kept() -> None:
    links = Connections()
    local, cloud = Destination(base="http://127.0.0.1:1/rest/"), Destination(base="https://shop.bitrix24.com/rest/")
    assert links.for_host(local, CLOCK) is links.for_host(Destination(base=local.base), CLOCK)
    assert links.for_host(local, CLOCK) is not links.for_host(cloud, CLOCK)
    assert links.for_host(cloud, CLOCK) is not links.for_host(Destination(base=cloud.base, address="10.0.5.7"), CLOCK)


# ------------------------------------------------------------------------------------------------ overhearing


def test_not_even_the_most_talkative_log_shows_a_query_or_a_body(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[LoopbackRequest] = []

    def handler(request: LoopbackRequest) -> LoopbackReply:
        seen.append(request)
        return LoopbackReply(drop=request.path == "/drop")

    with serving(handler) as server:
        wire = HttpWire(CLOCK, loopback=True)
        urls = [f"{server.url}/token/", f"{server.url}/drop", f"http://127.0.0.1:{free_port()}/"]
        for url in urls:
            query = HttpRequest(verb="GET", url=url, query=Secret(f"client_secret={CANARY}&a=b"))
            for request in (query, post(url)):
                assert CANARY not in repr(wire.send(request, SHORT))
    assert parse_qsl(seen[0].query) == [("client_secret", CANARY), ("a", "b")], "it did go out"
    mentions = [record for record in caplog.records if record.name.startswith("urllib3")]
    assert any("?***" in record.getMessage() for record in mentions)
    assert CANARY not in caplog.text
    assert all(CANARY not in repr(record.__dict__) for record in mentions)
