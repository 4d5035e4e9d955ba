"""The HTTP side: alive, ready, and closed without cutting anybody off."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from bot.clock import ShiftedClock
from bot.plugin.loopback import wait_until
from bot.web.health import Readiness
from bot.web.site import SLACK_PATH, Site, make_site
from tests.open_files import open_files
from tests.usecases.core_bot import StillClock


def readiness(mode: str = "normal", **conditions: bool) -> Readiness:
    return Readiness(lambda: conditions, lambda: mode)


def slack(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Stands where the intake stands."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"slack"]


@contextmanager
def served(site: Site) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=site.run, name="site", daemon=True)
    thread.start()
    yield thread
    site.stop()
    thread.join(timeout=8)
    assert not thread.is_alive()


def get(port: int, path: str, method: str = "GET") -> tuple[int, bytes, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(method, path)
        reply = connection.getresponse()
        return reply.status, reply.read(), {name.lower(): value for name, value in reply.getheaders()}
    finally:
        connection.close()


def test_it_is_alive_whatever_else_does_not_hold() -> None:
    with served(site := Site(make_site(slack, readiness(store=False)), "127.0.0.1", 0)):
        status, body, _ = get(site.port, "/healthz")
    assert (status, json.loads(body)) == (200, {"alive": True})


@pytest.mark.parametrize(
    ("store", "status", "reasons"), [(True, 200, []), (False, 503, ["The database cannot be written."])]
)
def test_it_is_ready_when_every_condition_holds_and_names_each_beside_the_mode(
    store: bool, status: int, reasons: list[str]
) -> None:
    site = Site(make_site(slack, readiness("no-danger", store=store, slack=True)), "127.0.0.1", 0)
    with served(site):
        answer, body, _ = get(site.port, "/readyz")
    assert answer == status
    assert json.loads(body) == {"ready": store, "mode": "no-danger", "store": store, "slack": True, "reasons": reasons}


def test_readyz_looks_once_in_a_while_because_each_look_is_a_commit() -> None:
    looks: list[int] = []
    clock = ShiftedClock()

    def conditions() -> dict[str, bool]:
        looks.append(1)
        return {"store": len(looks) == 1}

    cached = Readiness(conditions, lambda: "normal", clock=clock)
    with served(site := Site(make_site(slack, cached), "127.0.0.1", 0)):
        assert [get(site.port, "/readyz")[0] for _ in range(20)] == [200] * 20
        assert len(looks) == 1
        clock.advance(2)
        assert get(site.port, "/readyz")[0] == 503
    assert len(looks) == 2


def test_readyz_tells_soon_that_a_process_has_become_ready_and_then_looks_less_often() -> None:
    looks: list[int] = []
    clock = StillClock()

    def conditions() -> dict[str, bool]:
        looks.append(1)
        return {"slack": len(looks) == 3}

    cached = Readiness(conditions, lambda: "normal", clock=clock)
    seen: list[bool] = []
    for _ in range(6):
        seen.append(cached.state().ready)
        clock.advance(0.05)
    assert (seen, len(looks)) == ([False, False, False, False, True, True], 3)
    clock.advance(1.3)
    assert (cached.state().ready, len(looks)) == (True, 3)
    clock.advance(0.2)
    assert not cached.state().ready
    clock.advance(1.4)
    assert (cached.state().ready, len(looks)) == (False, 4), "what was ready once is looked at less often"


def test_readyz_is_answered_while_another_look_takes_long() -> None:
    """A locked database makes a look take seconds; it may not take a thread for each who asks."""
    looking, go_on = threading.Event(), threading.Event()
    clock = ShiftedClock()
    slow: list[bool] = []

    def conditions() -> dict[str, bool]:
        if slow:
            looking.set()
            go_on.wait(5)
        return {"store": not slow}

    cached = Readiness(conditions, lambda: "normal", clock=clock)
    assert cached.state().ready
    slow.append(True)
    clock.advance(2)
    first = threading.Thread(target=cached.state)
    first.start()
    assert looking.wait(5)
    assert cached.state().ready, "what was seen last"
    go_on.set()
    first.join(timeout=5)
    assert not cached.state().ready


def test_readyz_is_not_ready_while_a_look_hangs() -> None:
    """As on a server that is stopped: what was seen before says nothing after some seconds."""
    go_on = threading.Event()
    clock = StillClock()
    hangs: list[bool] = []

    def conditions() -> dict[str, bool]:
        if hangs:
            go_on.wait(20)
        return {"store": True, "slack": True}

    cached = Readiness(conditions, lambda: "normal", clock=clock, look_seconds=0.2)
    with served(site := Site(make_site(slack, cached), "127.0.0.1", 0)):
        assert get(site.port, "/readyz")[0] == 200
        hangs.append(True)
        clock.advance(4)
        assert get(site.port, "/readyz")[0] == 200, "what was seen last"
        clock.advance(2)
        status, body, _ = get(site.port, "/readyz")
        assert (status, json.loads(body)["store"], json.loads(body)["slack"]) == (503, False, True)
        hangs.clear()
        go_on.set()
        assert wait_until(lambda: get(site.port, "/readyz")[0] == 200)


def test_readyz_says_so_where_the_first_look_hangs() -> None:
    go_on = threading.Event()

    def hang() -> dict[str, bool]:
        go_on.wait(20)
        return {"store": True}

    cached = Readiness(hang, lambda: "normal", look_seconds=0.2)
    with served(site := Site(make_site(slack, cached), "127.0.0.1", 0)):
        status, body, _ = get(site.port, "/readyz")
        go_on.set()
    assert (status, json.loads(body)["mode"], json.loads(body)["store"]) == (503, "read-only", False)


def test_slacks_requests_go_to_the_intake_and_nothing_else_does() -> None:
    with served(site := Site(make_site(slack, readiness()), "127.0.0.1", 0)):
        assert get(site.port, SLACK_PATH, "POST")[:2] == (200, b"slack")
        assert get(site.port, SLACK_PATH + "?a=1", "POST")[:2] == (200, b"slack")
        for path in ("/", "/slack", "/slack/events/", "/slack/Events", "/healthz/x", "/%00"):
            assert get(site.port, path)[0] == 404
        assert get(site.port, "/healthz", "POST")[0] == 405


def test_it_does_not_tell_what_serves_it() -> None:
    with served(site := Site(make_site(slack, readiness()), "127.0.0.1", 0)):
        assert "server" not in get(site.port, "/healthz")[2]


def test_who_is_being_answered_when_it_stops_gets_the_whole_answer() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        begun.set()
        go_on.wait(5)
        return slack(environ, start_response)

    answers: list[tuple[int, bytes]] = []
    site = Site(make_site(slow, readiness()), "127.0.0.1", 0)
    with served(site):
        asking = threading.Thread(target=lambda: answers.append(get(site.port, SLACK_PATH)[:2]))
        asking.start()
        assert begun.wait(5)
        site.stop()
        go_on.set()
        asking.join(timeout=5)
    assert answers == [(200, b"slack")]


def test_once_stopped_nothing_listens_and_nothing_is_left_open() -> None:
    before = open_files()
    site = Site(make_site(slack, readiness()), "127.0.0.1", 0)
    with served(site):
        waiting = http.client.HTTPConnection("127.0.0.1", site.port, timeout=5)
        waiting.request("GET", "/healthz")
        waiting.getresponse().read()
    with pytest.raises(ConnectionRefusedError):
        get(site.port, "/healthz")
    waiting.close()
    assert not open_files() - before
    assert wait_until(lambda: not [one for one in threading.enumerate() if one.name.startswith("waitress")])


def test_one_that_never_ran_can_be_stopped() -> None:
    site = Site(make_site(slack, readiness()), "127.0.0.1", 0)
    port = site.port
    site.stop()
    site.run()
    with pytest.raises(ConnectionRefusedError):
        get(port, "/healthz")


def test_health_and_readyz_need_no_web_framework() -> None:
    """What serves them is in the process of every bot, the playground's page is not."""
    imported = "bot.cli.commands.serve_command, bot.web.health"
    code = f"import sys, {imported}; sys.exit('flask' in sys.modules or 'werkzeug' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
