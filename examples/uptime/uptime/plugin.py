"""The plugin as the host sees it. An entry point names `plugin`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

import requests

from bot.plugin import (
    Call,
    CallOutcome,
    Message,
    Observation,
    Place,
    PlaceTerm,
    Plan,
    Refusal,
    Services,
    Setting,
    Settling,
    Simulation,
)
from uptime.commands import in_words, sites
from uptime.service import READ_SECONDS, TOKEN, URL, Service
from uptime.simulation import UptimeSimulation


class UptimePlugin:
    """Knows the watching service. It keeps connections, and no other state."""

    api = 1
    name = "uptime"
    settings = (
        Setting(name=URL, help=Message("uptime.setting.url")),
        Setting(name=TOKEN, help=Message("uptime.setting.token"), secret=True),
    )
    groups = (sites,)
    settling = Settling(late_effects=READ_SECONDS)
    place_term = PlaceTerm(
        word="service", option="--service", title=Message("uptime.service"), none=Message("uptime.no_service")
    )
    events = ()
    simulators: Mapping[str, Callable[[int], Simulation]] = {"uptime": UptimeSimulation}

    def __init__(self) -> None:
        self._session = requests.Session()

    def start(self, services: Services) -> None:
        """Refuse an address that would send the token in the clear to another machine."""
        url = urlsplit(services.settings[URL])
        if url.geturl() and url.scheme != "https" and url.hostname != "127.0.0.1":
            raise Refusal(Message("uptime.no_https", setting=URL), hint=Message("uptime.take_address"))

    def maintain(self, services: Services) -> None:
        """Nothing runs out: the token is good until somebody takes it back."""

    def close(self) -> None:
        """Let go of connections; the session opens new ones when it is used again."""
        self._session.close()

    def places(self, services: Services) -> Sequence[Place]:
        """The one service of the settings."""
        url = services.settings[URL]
        return (Place(name="uptime", label=urlsplit(url).netloc, identity=url),) if url else ()

    def open(self, services: Services, place: Place) -> Service:
        """What commands get."""
        return Service(services, self._session)

    def perform(self, services: Services, place: Place, call: Call) -> CallOutcome:
        """Make the one call there is."""
        return Service(services, self._session).switch(str(call.params["name"]), watched=bool(call.params["watched"]))

    def verify(self, services: Services, place: Place, plan: Plan) -> Observation:
        """Whether the site is watched now; without a word once it is gone."""
        found = Service(services, self._session).sites()
        return {name: in_words(found[name].watched) for name in plan.before if name in found}


plugin = UptimePlugin()
