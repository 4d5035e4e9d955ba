"""Whatever is wrong with a call from outside, b24bot does the same work for it: its time tells nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import pytest

from bot.testing.web_requests import request_route
from plugins.bitrix24.auth.refused_calls import REASONS
from plugins.bitrix24.connecting.authorization_link import LIFETIME_MS, AuthorizationRequest, AuthorizationRequests
from plugins.bitrix24.connecting.pending_install import PendingInstalls
from plugins.bitrix24.events.online_events import receive_event
from plugins.bitrix24.events.sender_proof import Proof
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.simulator import PortalSimulator
from tests.bitrix24.events.test_online_events import Posted, genuine
from tests.bitrix24.plugin_bot import PluginBot
from tests.bitrix24.web.page_visits import Visits
from tests.bitrix24.web.test_connecting import PUBLIC, Way
from tests.call_counts import count_by_function

MODULES = (
    *("bot.store.engine", "plugins.bitrix24.auth", "plugins.bitrix24.events.application_token"),
    "plugins.bitrix24.connecting.token_owner",
)
"""Where a call from outside costs time: statements to the database, the credentials, the comparison of tokens, and the
authorisation server."""
ASKED = "plugins.bitrix24.connecting.token_owner.ask_owner"


@pytest.fixture
def posted(make_plugin_bot: Callable[..., PluginBot]) -> Iterator[Posted]:
    made = Posted(make_plugin_bot)
    yield made
    made.server.stop()


def second_time(work: Callable[[], object]) -> Counter[str]:
    """What it costs when its reason is on record already. To read a row that was found is left out: who finds one by a
    value that nobody can guess has that value."""
    work()
    found = count_by_function(work, *MODULES)
    return Counter({name: count for name, count in found.items() if not name.endswith("<listcomp>")})


def same(costs: Mapping[str, Counter[str]]) -> None:
    first = next(iter(costs.values()))
    assert sum(first.values()) > 5
    assert [(name, dict(cost - first), dict(first - cost)) for name, cost in costs.items() if cost != first] == []


def test_each_forged_event_costs_the_same(posted: Posted) -> None:
    form = genuine(posted)
    other = posted.bot.portal.other_application["application_token"]
    forged = {
        Proof.FOREIGN: {**form, "auth[application_token]": "0" * 32},
        "another application": {**form, "auth[application_token]": other},
        "half a token": {**form, "auth[application_token]": form["auth[application_token]"][:16]},
        Proof.UNSIGNED: {**form, "auth[application_token]": ""},
        Proof.UNPROVABLE: {**form, "auth[application_token]": "", "event": "ONAPPPAYMENT"},
        Proof.OTHER_PORTAL: {**form, "auth[member_id]": "f" * 32},
        Proof.REPEATED: form,
        Proof.UNREADABLE: {**form, "event": "?"},
        "nothing": {},
    }
    services = posted.bot.services
    assert {receive_event(services, each) for each in forged.values()} == set(Proof) - {Proof.PROVEN}
    same({name: second_time(partial(receive_event, services, each)) for name, each in forged.items()})


def test_each_page_call_with_a_token_costs_the_same(make_plugin_bot: Callable[..., PluginBot]) -> None:
    """Also the call to the authorisation server: whoever measures the time does not learn which portals are known."""
    visits = Visits(make_plugin_bot(B24BOT_PUBLIC_URL=PUBLIC))
    form = visits.settings_call()
    world = visits.bot.portal.world
    with world.lock:
        other = world.tokens.issue(world.facts.other.client_id, 1).access.value
    forged = {
        "unknown portal": {**form, "member_id": "f" * 32},
        "invented token": {**form, "AUTH_ID": "invented"},
        "invented token of an unknown portal": {**form, "member_id": "f" * 32, "AUTH_ID": "invented"},
        "another application": {**form, "AUTH_ID": other},
    }
    costs = {name: second_time(partial(visits.open, each)) for name, each in forged.items()}
    assert {cost[ASKED] for cost in costs.values()} == {1}
    same(costs)
    assert len(visits.reasons()) == 3


def test_a_page_call_costs_the_same_whichever_server_its_portal_has(make_plugin_bot: Callable[..., PluginBot]) -> None:
    """Each server is asked, in the order that the call alone decides."""
    visits = Visits(make_plugin_bot(B24BOT_PUBLIC_URL=PUBLIC))
    with PortalSimulator() as second:
        visits.connect_second_portal(second, second.member_id)
        form = {**visits.settings_call(), "AUTH_ID": "invented"}
        members = {"first": form["member_id"], "second": second.member_id, "unknown": "f" * 32}
        for claim in (form["SERVER_ENDPOINT"], second.world.server_url, "http://["):
            forged = {name: {**form, "member_id": one, "SERVER_ENDPOINT": claim} for name, one in members.items()}
            costs = {name: second_time(partial(visits.open, each)) for name, each in forged.items()}
            assert {cost[ASKED] for cost in costs.values()} == {2}
            same(costs)


@pytest.fixture
def way(make_plugin_bot: Callable[..., PluginBot]) -> Way:
    return Way(make_plugin_bot(B24BOT_PUBLIC_URL=PUBLIC))


def ask(way: Way, method: str, address: str, form: Mapping[str, str] | None = None) -> Callable[[], object]:
    return lambda: request_route(way.bot.plugin, way.bot.services, method, address, form=form or {})


def keep_state(way: Way, state: str, expires_at: int) -> str:
    request = AuthorizationRequest(
        portal="new", domain="x", client_id="c", person="p", state=Secret(state), expires_at=expires_at
    )
    AuthorizationRequests(way.bot.services).keep(request)
    return state


def test_each_forged_callback_costs_the_same(way: Way) -> None:
    now = way.bot.services.clock.now_ms()
    expired = keep_state(way, "expired", now + 1_000)
    way.bot.clock.sleep(2)
    costs = {
        "unknown": second_time(ask(way, "GET", "/app?code=c&state=unknown")),
        "expired": second_time(ask(way, "GET", f"/app?code=c&state={expired}")),
        "without a code": second_time(ask(way, "GET", "/app?state=unknown")),
        "too long": second_time(ask(way, "GET", f"/app?code=c&state={'s' * 600}")),
    }
    same(costs)
    assert len(way.reasons()) == 3


def test_each_forged_install_call_costs_the_same(way: Way) -> None:
    expired = way.install_address()
    way.bot.clock.sleep(LIFETIME_MS / 1000 * 24 * 7)
    used = way.install_address()
    assert PendingInstalls(way.bot.services).invite("new").nonce.reveal() == used.rpartition("/")[2]
    way.request("POST", used, way.install_call())
    calls = {
        "unknown": (f"{PUBLIC}/bitrix24/install/unknown", way.install_call()),
        "expired": (expired, way.install_call()),
        "another portal": (used, way.install_call(member_id="f" * 32)),
        "repeated": (used, way.install_call()),
        "malformed": (used, {"event": "?"}),
        "no portal": (used, way.install_call(client_endpoint="https://elsewhere.example/rest/")),
    }
    same(
        {
            name: second_time(ask(way, "POST", url.removeprefix(f"{PUBLIC}/bitrix24"), form))
            for name, (url, form) in calls.items()
        }
    )
    assert len(way.reasons()) == len(set(way.reasons())) <= len(REASONS)
