"""The remote side of a test: a plugin's own simulation, or none for a plugin that needs none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.plugin import Json, Plugin, Remember, Simulation, Table

Simulate = Callable[[int], Simulation]
"""Starts a simulation on a port of loopback; 0 picks a free one."""


class NoSimulation:
    """A Simulation without anything in it."""

    def ready(self) -> Mapping[str, Json]:
        """Nobody can connect to it."""
        return {}

    def settings(self) -> Mapping[str, str]:
        """Nothing connects the bot to it."""
        return {}

    def seed(self) -> None:
        """Nothing is put in."""

    def records(self, at: int) -> Sequence[Remember]:
        """Nothing is known of it."""
        return ()

    def picture(self) -> Sequence[Table]:
        """Nothing is in it."""
        return ()

    def stop(self) -> None:
        """Nothing runs."""


def simulation_of(plugin: Plugin, simulate: Simulate | None = None) -> Simulation:
    """Start what `simulate` makes, else the first simulator that the plugin brings; else there is none."""
    found = simulate or next(iter(plugin.simulators.values()), None)
    return found(0) if found else NoSimulation()
