"""Members that a plugin may have beside those of `Plugin`, a protocol for each. The host asks for each of them once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from bot.plugin.host import Services
from bot.plugin.measurements import Measurement
from bot.plugin.overview import OverviewButton, OverviewList, PlaceHealth
from bot.plugin.values import UnfinishedPlace
from bot.plugin.web import WebRoute


@runtime_checkable
class HasRoutes(Protocol):
    """A plugin that answers requests from outside."""

    @property
    def routes(self) -> Sequence[WebRoute]:
        """The addresses below `/NAME`, NAME being the plugin's name."""
        ...


@runtime_checkable
class HasMeasurements(Protocol):
    """A plugin that gives numbers for monitoring."""

    def measure(self, services: Services) -> Sequence[Measurement]:
        """The numbers as of now, from what is stored."""
        ...


@runtime_checkable
class HasHealth(Protocol):
    """A plugin that tells how its places are doing."""

    def tell_health(self, services: Services) -> Sequence[PlaceHealth]:
        """The health of each place, from what is stored."""
        ...


@runtime_checkable
class HasOverviewButtons(Protocol):
    """A plugin that adds buttons to the overview of a person."""

    @property
    def overview_buttons(self) -> Sequence[OverviewButton]:
        """The buttons; the first two that the person may type are shown."""
        ...


@runtime_checkable
class HasOverviewLists(Protocol):
    """A plugin that adds lists to the page of a person."""

    @property
    def overview_lists(self) -> Sequence[OverviewList]:
        """The lists, each the choices of a command's argument."""
        ...


@runtime_checkable
class HasStoredMethods(Protocol):
    """A plugin with calls that send nothing."""

    @property
    def stored_methods(self) -> Sequence[str]:
        """The methods of calls that only change records and secrets: each happens together with its answer."""
        ...


@runtime_checkable
class HasUnfinishedPlaces(Protocol):
    """A plugin whose places are added in more than one step."""

    def unfinished_places(self, services: Services) -> Sequence[UnfinishedPlace]:
        """The places that somebody began to add and did not finish, from what is stored."""
        ...
