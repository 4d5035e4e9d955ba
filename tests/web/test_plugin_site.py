"""Requests to a plugin's routes: what reaches the plugin, what a client sees, and what stands in the log."""

from __future__ import annotations

import http.client
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from bot.clock import ShiftedClock
from bot.core.bot_errors import StoreUnavailable
from bot.host.guarded_calls import GuardedPlugin
from bot.plugin import Clock, Message, Refusal, Services, WebReply, WebRequest, WebRoute
from bot.testing import scratch_services
from bot.web.bounded_answer import ANSWER_SECONDS, TooSlow, wait_for
from bot.web.plugin_site import make_plugin_sites
from bot.web.request_limits import AT_ONCE, BURST, RequestRate
from bot.web.site import THREADS, Site, make_site
from tests.host.invented import Invented, group
from tests.usecases.core_bot import StillClock
from tests.web.test_site import readiness, served

Handler = Callable[[Services, WebRequest], WebReply]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Answering(Invented):
    """A plugin with the routes that a test wants."""

    def __init__(self, *routes: WebRoute) -> None:
        super().__init__("invented", group("tree", "plant"))
        self.routes: Sequence[WebRoute] = routes


class Asking:
    """A client of a site."""

    def __init__(self, port: int) -> None:
        self.port = port

    def __call__(
        self, method: str, path: str, body: bytes | str = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, str, Mapping[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body=body, headers=dict(headers or (FORM if body else {})))
            reply = connection.getresponse()
            return reply.status, reply.read().decode(), {name.lower(): value for name, value in reply.getheaders()}
        finally:
            connection.close()


Serve = Callable[..., AbstractContextManager[Asking]]


@pytest.fixture
def ask(tmp_path: Path) -> Serve:
    @contextmanager
    def serve(
        answer: Handler, *, path: str = "/page/{nonce}", clock: Clock | None = None, seconds: float = ANSWER_SECONDS
    ) -> Iterator[Asking]:
        services = scratch_services(tmp_path, {}, plugin="invented")
        plugin = GuardedPlugin(Answering(WebRoute(path=path, methods=("GET", "POST"), answer=answer)))
        sites = make_plugin_sites([plugin], lambda name: services, clock=clock or ShiftedClock(), seconds=seconds)
        site = Site(make_site(None, readiness(), sites), "127.0.0.1", 0)
        with served(site):
            yield Asking(site.port)
        services.store.close()

    return serve


def keep(requests: list[WebRequest]) -> Handler:
    def answer(services: Services, request: WebRequest) -> WebReply:
        requests.append(request)
        return WebReply(body=("<b>", Message("web.page.busy"), "</b>"))

    return answer


def test_a_plugin_gets_a_request_as_a_value_and_its_words_are_translated(ask: Serve) -> None:
    seen: list[WebRequest] = []
    headers = {**FORM, "User-Agent": "portal", "Cookie": "a=1", "X-Other": "1"}
    with ask(keep(seen)) as client:
        status, page, replied = client("POST", "/invented/page/n%20n?LANG=ru&a=1&a=2", "b=%D1%8F&c=", headers)
        assert client("HEAD", "/invented/page/x")[:2] == (200, "")
    assert (status, page) == (200, "<b>Слишком много запросов. Повторите через минуту.</b>")
    assert (replied["content-type"], replied["content-language"]) == ("text/html; charset=utf-8", "ru")
    assert replied["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in replied["content-security-policy"]
    assert seen[0] == WebRequest(
        method="POST",
        path="/page/n n",
        parameters={"nonce": "n n"},
        query={"LANG": "ru", "a": "1"},
        form={"b": "я", "c": ""},
        headers={"content-type": FORM["Content-Type"], "user-agent": "portal"},
        language="ru",
    )
    assert (seen[1].method, seen[1].language) == ("GET", "en")


def test_json_comes_as_a_form_would_name_it(ask: Serve) -> None:
    seen: list[WebRequest] = []
    body = (
        '{"event": "ONAPPINSTALL", "data": {"N": 7, "LIST": ["a"]}, "auth": {"member_id": "m"}, "on": true, "x": null}'
    )
    with ask(keep(seen)) as client:
        assert client("POST", "/invented/page/x", body, {"Content-Type": "application/json; charset=utf-8"})[0] == 200
    assert seen[0].form == {
        "event": "ONAPPINSTALL",
        "data[N]": "7",
        "data[LIST][0]": "a",
        "auth[member_id]": "m",
        "on": "1",
    }


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("GET", "/invented", b"", None, 404),
        ("GET", "/invented/other", b"", None, 404),
        ("GET", "/invented/page/a/b", b"", None, 404),
        ("GET", "/invented/page/" + "a" * 201, b"", None, 404),
        ("GET", "/strange/page/a", b"", None, 404),
        ("DELETE", "/invented/page/a", b"", None, 405),
        ("POST", "/invented/page/a", b"a" * (64 * 1024 + 1), None, 413),
        ("POST", "/invented/page/a", b"\xff=1", None, 400),
        ("POST", "/invented/page/a", b"&".join([b"a=1"] * 201), None, 400),
        ("POST", "/invented/page/a", b"<a/>", {"Content-Type": "text/xml"}, 415),
        ("POST", "/invented/page/a", b"[1]", {"Content-Type": "application/json"}, 400),
        ("POST", "/invented/page/a", rb'{"a": "\ud800"}', {"Content-Type": "application/json"}, 400),
        ("POST", "/invented/page/a", rb'{"\udfff": [{"b": 1}]}', {"Content-Type": "application/json"}, 400),
        ("POST", "/invented/page/a", b'{"a":' * 5_000, {"Content-Type": "application/json"}, 400),
        ("GET", "/invented/page/a?" + "a" * 9_000, b"", None, 400),
    ],
)
def test_what_cannot_be_read_never_reaches_the_plugin(
    ask: Serve, method: str, path: str, body: bytes, headers: Mapping[str, str] | None, status: int
) -> None:
    seen: list[WebRequest] = []
    with ask(keep(seen)) as client:
        assert client(method, path, body, headers)[0] == status
    assert seen == []


def test_the_log_has_the_declared_path_and_no_value_of_a_request(ask: Serve, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), ask(keep([])) as client:
        client("POST", "/invented/page/canary1?code=canary2&state=canary3", "AUTH_ID=canary4")
        client("GET", "/invented/canary5/canary6/x?code=canary7")
    written = [record.getMessage() for record in caplog.records if record.name == "b24bot.web"]
    assert [line.rpartition(" in ")[0] for line in written] == [
        "POST /invented/page/{nonce} 200",
        "GET /invented? 404",
    ]
    assert "canary" not in caplog.text


def failing(error: BaseException) -> Handler:
    def answer(services: Services, request: WebRequest) -> WebReply:
        raise error

    return answer


def returning(reply: object) -> Handler:
    return lambda services, request: reply  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (failing(ValueError("canary")), 500),
        (failing(SystemExit(3)), 500),
        (failing(Refusal("canary")), 500),
        (failing(StoreUnavailable("canary")), 503),
        (returning("canary"), 500),
        (returning(WebReply(status=99, body="canary")), 500),
        (returning(WebReply(status=799, body="canary")), 500),
        (returning(WebReply(body="canary", content_type="text/html\r\nX: 1")), 500),
        (returning(WebReply(body="canary", headers={"Set-Cookie": "a=1"})), 500),
        (returning(WebReply(body="canary", headers={"X-A": "1\r\nX-B: 2"})), 500),
        (returning(WebReply(body=("canary", 7))), 500),  # type: ignore[arg-type]
    ],
)
def test_a_fault_of_a_plugin_shows_a_neutral_page_and_is_logged(
    ask: Serve, caplog: pytest.LogCaptureFixture, answer: Handler, status: int
) -> None:
    with ask(answer) as client:
        found, page, headers = client("GET", "/invented/page/x")
        assert client("GET", "/healthz")[0] == 200
    assert (found, "canary" in page, "set-cookie" in headers) == (status, False, False)
    assert "<p>" in page
    logged = [record.levelname for record in caplog.records if record.name.startswith(("b24bot.plugin", "b24bot.web"))]
    assert ("ERROR" in logged) is (status == 500)


def test_a_plugin_may_let_its_page_be_framed(ask: Serve) -> None:
    policy = "frame-ancestors https://shop.bitrix24.com"
    with ask(returning(WebReply(status=201, body="x", headers={"content-security-policy": policy}))) as client:
        status, _, headers = client("GET", "/invented/page/x")
    assert (status, headers["content-security-policy"]) == (201, policy)


def test_words_are_escaped_and_markup_is_not(ask: Serve) -> None:
    told = Message("host.contract.route_twice", plugin="<b>&", route="/x")
    with ask(returning(WebReply(body=("<i>", told)))) as client:
        assert client("GET", "/invented/page/x")[1].startswith("<i>The plugin “&lt;b&gt;&amp;” declares")


def test_one_client_that_asks_too_often_is_put_off_and_another_is_not(ask: Serve) -> None:
    clock = StillClock()
    with ask(keep([]), clock=clock) as client:
        answers = [client("GET", "/invented/page/x")[0] for _ in range(int(BURST) + 2)]
        assert answers == [200] * int(BURST) + [429, 429]
        assert client("GET", "/invented/page/x", headers={"X-Forwarded-For": "1.1.1.1, 203.0.113.9"})[0] == 200
        clock.advance(0.11)
        assert [client("GET", "/invented/page/x")[0] for _ in range(2)] == [200, 429]


def test_the_addresses_that_are_remembered_are_bounded() -> None:
    rate = RequestRate(StillClock())
    assert all(rate.allows(f"10.0.{number // 250}.{number % 250}", "/x") for number in range(10_050))
    assert len(rate._left) == 10_000


def test_slow_pages_leave_threads_for_slack_and_the_health_checks(ask: Serve) -> None:
    begun, go_on = threading.Semaphore(0), threading.Event()

    def slow(services: Services, request: WebRequest) -> WebReply:
        begun.release()
        go_on.wait(20)
        return WebReply(body="done")

    with ask(slow) as client:
        answers: list[int] = []
        asking = [
            threading.Thread(target=lambda: answers.append(client("GET", "/invented/page/x")[0]))
            for _ in range(AT_ONCE)
        ]
        for thread in asking:
            thread.start()
        for _ in asking:
            assert begun.acquire(timeout=10)
        assert client("GET", "/invented/page/x")[0] == 503
        assert client("GET", "/healthz")[0] == 200
        go_on.set()
        for thread in asking:
            thread.join(timeout=10)
        assert answers == [200] * AT_ONCE
        assert client("GET", "/invented/page/x")[0] == 200


def test_a_page_that_waits_for_its_portal_holds_no_thread_of_the_server(ask: Serve) -> None:
    """More clients than the server has threads ask one after the other while the first pages still wait."""
    go_on, ended = threading.Event(), threading.Semaphore(0)

    def slow(services: Services, request: WebRequest) -> WebReply:
        go_on.wait(60)
        ended.release()
        return WebReply(body="canary")

    with ask(slow, seconds=0.2) as client:
        answers = [client("GET", "/invented/page/x")[:2] for _ in range(THREADS + 2)]
        assert [status for status, _ in answers] == [504] * AT_ONCE + [503] * (THREADS + 2 - AT_ONCE)
        assert "did not answer in time" in answers[0][1]
        assert client("GET", "/healthz")[0] == 200
        go_on.set()
        for _ in range(AT_ONCE):
            assert ended.acquire(timeout=10)
    assert "canary" not in str(answers)


def test_a_page_that_came_late_gives_its_place_back(ask: Serve) -> None:
    go_on = threading.Event()
    freed = threading.Semaphore(0)

    def slow(services: Services, request: WebRequest) -> WebReply:
        go_on.wait(60)
        return WebReply(body="done")

    def late() -> None:
        with pytest.raises(TooSlow):
            wait_for(lambda: go_on.wait(60), 0.1, ended=freed.release)

    late()
    assert not freed.acquire(blocking=False)
    go_on.set()
    assert freed.acquire(timeout=10)
    with ask(slow) as client:
        assert client("GET", "/invented/page/x")[0] == 200


def test_what_a_page_raises_comes_out_also_where_it_is_a_timeout() -> None:
    freed = threading.Semaphore(0)

    def fail() -> None:
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        wait_for(fail, 10, ended=freed.release)
    assert freed.acquire(blocking=False)
