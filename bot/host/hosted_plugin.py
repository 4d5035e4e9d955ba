"""A plugin as the rooms of the host know it: each member that a plugin may leave out has an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.plugin import (
    HasHealth,
    HasMeasurements,
    HasOverviewButtons,
    HasOverviewLists,
    HasRoutes,
    HasStoredMethods,
    HasUnfinishedPlaces,
    Measurement,
    OverviewButton,
    OverviewList,
    PlaceHealth,
    Plugin,
    Services,
    UnfinishedPlace,
    WebRoute,
)

OPTIONAL: Mapping[str, object] = {
    name: member
    for protocol in (
        HasRoutes,
        HasMeasurements,
        HasHealth,
        HasOverviewButtons,
        HasOverviewLists,
        HasStoredMethods,
        HasUnfinishedPlaces,
    )
    for name, member in vars(protocol).items()
    if not name.startswith("_")
}
"""The members that a plugin may leave out, of their protocols themselves."""


class HostedPlugin(Plugin):
    """A plugin with every member. What is not overridden is the answer for a plugin that leaves the member out."""

    @property
    def routes(self) -> Sequence[WebRoute]:
        return ()

    @property
    def stored_methods(self) -> Sequence[str]:
        return ()

    @property
    def overview_buttons(self) -> Sequence[OverviewButton]:
        return ()

    @property
    def overview_lists(self) -> Sequence[OverviewList]:
        return ()

    def measure(self, services: Services) -> Sequence[Measurement] | None:
        """None where the plugin measures nothing, so that it has no gauges at all."""
        return None

    def tell_health(self, services: Services) -> Sequence[PlaceHealth]:
        return ()

    def unfinished_places(self, services: Services) -> Sequence[UnfinishedPlace]:
        return ()
