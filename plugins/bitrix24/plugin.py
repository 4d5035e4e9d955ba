"""The Bitrix24 plugin as the host sees it. An entry point names `plugin`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bot.plugin import (
    Call,
    CallOutcome,
    CallVerdict,
    Event,
    Group,
    Measurement,
    Message,
    Observation,
    OverviewButton,
    OverviewList,
    Place,
    PlaceHealth,
    PlaceTerm,
    Plan,
    PluginError,
    Refusal,
    Services,
    Setting,
    Settling,
    Simulation,
    UnfinishedPlace,
    WebRoute,
)
from plugins.bitrix24 import settings
from plugins.bitrix24.acceptance import run_events
from plugins.bitrix24.auth import audit_events
from plugins.bitrix24.auth.bootstrap import take_over
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.client.rest_client import Caller
from plugins.bitrix24.commands.acceptance import trials
from plugins.bitrix24.commands.chat import chats
from plugins.bitrix24.commands.common import observation
from plugins.bitrix24.commands.common.words import PORTAL
from plugins.bitrix24.commands.connector_read import connectors
from plugins.bitrix24.commands.line import lines
from plugins.bitrix24.commands.message import messages
from plugins.bitrix24.commands.portal import stored_state
from plugins.bitrix24.commands.portal.group import portals
from plugins.bitrix24.connecting.unfinished_connections import list_unfinished
from plugins.bitrix24.connectors import icons
from plugins.bitrix24.connectors.snapshot import Snapshots
from plugins.bitrix24.diagnosis import portal_maintenance
from plugins.bitrix24.events import watch_events
from plugins.bitrix24.events.findings.own_changes import OwnChanges
from plugins.bitrix24.events.watch import Watch
from plugins.bitrix24.health.measurements import measure_portals
from plugins.bitrix24.health.portal_health import tell_portal_health
from plugins.bitrix24.hosts import certificate_authorities, endpoints
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.rest.retry_policy import CHANGE, READ, RetryPolicy
from plugins.bitrix24.traffic.portal_connections import Connections
from plugins.bitrix24.traffic.rate_limit import pace
from plugins.bitrix24.web.routes import list_routes

TOKENS_SECONDS = 3600.0
SETTLING = Settling(late_effects=75.0)
"""A portal may work on a request for 60 s after we gave up on it; earlier reads prove nothing."""


class BitrixPlugin:
    """Knows Bitrix24, and nothing of Slack or of storage. Keeps connections; every other state is in the services."""

    api = 1
    name = "bitrix24"
    settings: Sequence[Setting] = settings.ROWS
    settling = SETTLING
    place_term = PlaceTerm(
        word="portal",
        option="--portal",
        title=Message("bitrix24.portal"),
        none=Message("bitrix24.portal.none"),
        adding="connect",
        words=PORTAL,
    )
    events: Sequence[Event] = (*audit_events.EVENTS, *watch_events.EVENTS, *run_events.EVENTS)
    overview_buttons = (
        OverviewButton(label=Message("bitrix24.overview.list"), line="connector list"),
        OverviewButton(label=Message("bitrix24.overview.remove"), line="connector remove"),
    )
    overview_lists = (OverviewList(label=Message("bitrix24.overview.connectors"), command="connector show"),)
    groups: Iterable[Group[Any]] = (connectors, lines, messages, chats, portals, trials)

    def __init__(self, *, read: RetryPolicy = READ, change: RetryPolicy = CHANGE) -> None:
        self._links = Connections()
        self.routes: Sequence[WebRoute] = list_routes(self.open, self._links)
        self._read = read
        self._change = change
        self._watch = Watch(self._maintenance_caller)
        self._tokens_due: float | None = None

    @property
    def simulators(self) -> Mapping[str, Callable[[int], Simulation]]:
        return {"portal": _simulate}

    def start(self, services: Services) -> None:
        settings.refuses_unowned(services.settings)
        pace(services.settings)
        endpoints.own_hosts(services.settings)
        endpoints.own_token_url(services.settings)
        certificate_authorities.of_settings(services.settings)
        icons.folder(services.settings)
        take_over(services)
        CredentialStore(services).give_colours()

    def maintain(self, services: Services) -> float:
        """Look after tokens once an hour, and after what others change as often as the watch wants."""
        now = services.clock.monotonic()
        if self._tokens_due is None or now >= self._tokens_due:
            self._tokens_due = now + TOKENS_SECONDS
            portal_maintenance.look_after_portals(
                services, self._links, lambda portal: self.open(services, portal.place)
            )
        return self._watch.run(services)

    def close(self) -> None:
        self._links.close()

    def measure(self, services: Services) -> Sequence[Measurement]:
        return measure_portals(services, self._links)

    def tell_health(self, services: Services) -> Sequence[PlaceHealth]:
        return tell_portal_health(services)

    def places(self, services: Services) -> Sequence[Place]:
        return [portal.place for portal in CredentialStore(services).portals()]

    def unfinished_places(self, services: Services) -> Sequence[UnfinishedPlace]:
        return list_unfinished(services)

    def open(self, services: Services, place: Place) -> Portal:
        return Portal(services, place, self._caller(services, place))

    @property
    def stored_methods(self) -> Sequence[str]:
        """The calls that only change what b24bot stores: each happens together with its answer, or not at all."""
        return tuple(stored_state.CALLS)

    def perform(self, services: Services, place: Place, call: Call) -> CallOutcome:
        """Also a call that cannot be made, for whatever reason on our side, is an outcome: it was not sent."""
        try:
            portal = self._portal(services, place)
            if call.method in stored_state.CALLS:
                return stored_state.perform(services, portal, call)
            changes = OwnChanges(services, portal.member_id)
            caller, own = self._caller(services, place), changes.begin(call)
            outcome = caller.change(call.method, call.params)
        except PluginError as error:
            return CallOutcome(
                verdict=CallVerdict.NOT_SENT, sentence=Message("bitrix24.call.not_sent", reason=error.sentence)
            )
        if own is not None:
            changes.settle(own, outcome.verdict)
        if outcome.verdict is CallVerdict.DONE and call.method == "imconnector.register":
            Snapshots(services.records, place.identity).came_back(str(call.params["ID"]))
        return outcome

    def verify(self, services: Services, place: Place, plan: Plan) -> Observation:
        if plan.target.partition(":")[0] == stored_state.TARGET:
            return stored_state.observe_again(services, place, plan)
        return observation.observe_again(self.open(services, place), plan)

    def _maintenance_caller(self, services: Services, portal: KnownPortal) -> Caller:
        """Calls that no change request is about: they concern the application's own events alone."""
        return Caller(services, self._links, portal, read=self._read, change=self._change)

    def _caller(self, services: Services, place: Place) -> Caller:
        portal = self._portal(services, place)
        return Caller(services, self._links, portal, read=self._read, change=self._change)

    def _portal(self, services: Services, place: Place) -> KnownPortal:
        """The portal of a place. Raises Refusal when its name stands for another one now."""
        if place.is_new:
            return KnownPortal(name=place.name, domain="", member_id="", added_at=services.clock.now_ms())
        portal = CredentialStore(services).portal(place.name)
        if portal.identity != place.identity:
            raise Refusal(
                Message("bitrix24.portal.name_moved", portal=place.name), hint=Message("bitrix24.portal.do_start_over")
            )
        return portal


def _simulate(port: int) -> Simulation:
    """Imported only when wanted: a bot at work does not need a portal's inside."""
    from plugins.bitrix24.simulation import PortalSimulation

    return PortalSimulation(port)


plugin = BitrixPlugin()
