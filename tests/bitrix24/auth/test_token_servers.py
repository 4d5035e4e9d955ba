"""The vendor's two authorisation servers: an application that one of them does not know is asked for at the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from bot.plugin import Clock
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.auth.oauth import RefreshFailure
from plugins.bitrix24.auth.token_refresh import TokenRefresh
from plugins.bitrix24.hosts import vendor_domains
from plugins.bitrix24.http.exchange import Exchange, HttpRequest, MaySend, Timeouts, Wire
from plugins.bitrix24.simulator import PortalSimulator
from plugins.bitrix24.traffic.portal_connections import Connections, Destination, Link, make_http_link
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en


class Detour:
    """Carries requests for a host of the vendor's to a simulator, and notes where they were to go."""

    def __init__(self, wire: Wire, base: str, seen: list[str]) -> None:
        self._wire, self._base, self._seen = wire, base, seen

    def send(self, request: HttpRequest, timeouts: Timeouts, may_send: MaySend | None = None) -> Exchange:
        self._seen.append(request.url)
        return self._wire.send(replace(request, url=self._base), timeouts, may_send)

    def close(self) -> None:
        self._wire.close()


class TwoServers:
    """The server that knows the application, the one that does not, and the way to both."""

    def __init__(self, bot: PluginBot, stranger: PortalSimulator) -> None:
        self.seen: list[str] = []
        self._to = {vendor_domains.EAST: bot.portal.oauth_url, vendor_domains.WORLD: stranger.oauth_url}
        self.links = Connections(make=self._link)

    def _link(self, to: Destination, clock: Clock) -> Link:
        base = self._to[to.base]
        return Link(wire=Detour(make_http_link(Destination(base=base), clock).wire, base, self.seen))


@pytest.fixture
def plugin_bot(make_plugin_bot: Callable[..., PluginBot]) -> PluginBot:
    return make_plugin_bot(BITRIX24_OAUTH_URL="")


@pytest.fixture
def stranger() -> Iterator[PortalSimulator]:
    with PortalSimulator(port=0) as simulator:
        with simulator.world.lock:
            simulator.world.state.apps.drop(simulator.client_id)
        yield simulator


def store(bot: PluginBot, token_url: str) -> None:
    """Let the credentials name a token endpoint."""
    sealed = bot.services.secrets.read("default")
    assert sealed is not None
    value = {**sealed.value, "oauth_url": token_url}
    assert bot.services.secrets.write("default", value, after=sealed.generation)


def test_the_other_server_is_asked_once_and_remembered(plugin_bot: PluginBot, stranger: PortalSimulator) -> None:
    store(plugin_bot, vendor_domains.WORLD)
    servers = TwoServers(plugin_bot, stranger)
    credential_store = CredentialStore(plugin_bot.services)
    (portal,) = credential_store.portals()
    held = TokenRefresh(plugin_bot.services, servers.links, portal).refresh_after(credential_store.held(portal))
    assert not isinstance(held, RefreshFailure), en(held.sentence)
    assert servers.seen == [vendor_domains.WORLD, vendor_domains.EAST]
    assert held.credentials.token_url == vendor_domains.EAST
    TokenRefresh(plugin_bot.services, servers.links, portal).refresh_after(held)
    assert servers.seen == [vendor_domains.WORLD, vendor_domains.EAST, vendor_domains.EAST]


def test_what_the_first_server_says_counts_when_neither_knows_it(
    plugin_bot: PluginBot, stranger: PortalSimulator
) -> None:
    store(plugin_bot, vendor_domains.EAST)
    with plugin_bot.portal.world.lock:
        apps = plugin_bot.portal.world.state.apps
        app = apps[plugin_bot.portal.client_id]
        apps.put(app.client_id, replace(app, client_secret="another"))
    servers = TwoServers(plugin_bot, stranger)
    credential_store = CredentialStore(plugin_bot.services)
    (portal,) = credential_store.portals()
    failure = TokenRefresh(plugin_bot.services, servers.links, portal).refresh_after(credential_store.held(portal))
    assert isinstance(failure, RefreshFailure)
    assert failure.code == "invalid_client"
    assert servers.seen == [vendor_domains.EAST, vendor_domains.WORLD]


def test_a_token_endpoint_of_ones_own_has_no_other(make_plugin_bot: Callable[..., PluginBot]) -> None:
    bot = make_plugin_bot()
    with bot.portal.world.lock:
        apps = bot.portal.world.state.apps
        app = apps[bot.portal.client_id]
        apps.put(app.client_id, replace(app, client_secret="another"))
    credential_store = CredentialStore(bot.services)
    (portal,) = credential_store.portals()
    failure = TokenRefresh(bot.services, Connections(), portal).refresh_after(credential_store.held(portal))
    assert isinstance(failure, RefreshFailure)
    assert len(bot.refreshes()) == 1
