"""A second simulated portal in a story, with the same connectors and lines as the first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.plugin import Services
from plugins.bitrix24.auth.credentials import Credentials, CredentialStore, KnownPortal
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.simulation import PortalSimulation
from plugins.bitrix24.simulator import PortalSimulator
from tests.stories.scene import Scene


def services(scene: Scene) -> Services:
    """What the running bot gives its plugin."""
    assert scene.playground.running is not None
    return scene.playground.running.bot.context.services("bitrix24")


def store_portal(services: Services, name: str, portal: PortalSimulator, *, replace: bool = False) -> None:
    """Store a simulated portal under a name, as the terminal's commands do."""
    with portal.world.lock:
        pair = portal.world.tokens.issue(portal.client_id, 1)
    known = KnownPortal(name=name, domain=portal.url, member_id=portal.member_id, added_at=services.clock.now_ms())
    credentials = Credentials(
        member_id=portal.member_id,
        client_id=portal.client_id,
        client_secret=Secret(portal.client_secret),
        access=Secret(pair.access.value),
        refresh=Secret(pair.refresh.value),
        token_url=portal.oauth_url,
    )
    CredentialStore(services).add(known, credentials, replace=replace)


@contextmanager
def second_portal(scene: Scene, name: str = "stage") -> Iterator[PortalSimulator]:
    """Run another portal, which the bot knows under a name."""
    simulation = PortalSimulation()
    try:
        simulation.seed()
        store_portal(services(scene), name, simulation.portal)
        yield simulation.portal
    finally:
        simulation.stop()


def sent_to(portal: PortalSimulator, method: str) -> int:
    """How many calls of a method reached a portal."""
    with portal.world.lock:
        return sum(call.method == method for call in portal.world.journal.calls)
