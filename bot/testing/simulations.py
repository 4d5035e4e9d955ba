"""The remote side of a test: a plugin's own simulation, or none for a plugin that needs none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.host.guarded_calls import require_type
from bot.plugin import DeclarationError, Json, Plugin, Remember, Simulation, Table

Simulate = Callable[[int], Simulation]
"""Starts a simulation on a port of loopback; 0 picks a free one."""

METHODS = tuple(name for name in vars(Simulation) if not name.startswith("_"))
"""The methods of the protocol itself, so that this list and the protocol cannot differ."""
ANSWERS: Mapping[str, Any] = {
    "ready": Mapping[str, Json],
    "settings": Mapping[str, str],
    "records": Sequence[Remember],
    "picture": Sequence[Table],
}
"""What the methods return, by their names."""


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
    """Start what `simulate` makes, else the first simulator that the plugin brings; else there is none.

    Raises DeclarationError for one that is no function, or makes what is no Simulation.
    """
    found = simulate or next(iter(plugin.simulators.values()), None)
    if found is None:
        return NoSimulation()
    if not callable(found):
        raise DeclarationError(
            f"The simulator of {plugin.name} is {type(found).__name__}. Give a function that takes a port and returns "
            "a Simulation."
        )
    made = found(0)
    missing = [name for name in METHODS if not callable(getattr(made, name, None))]
    if missing:
        raise DeclarationError(
            f"The simulator of {plugin.name} makes {type(made).__name__} without the methods of a Simulation: "
            f"{', '.join(missing)}."
        )
    return made


def read_simulation(simulation: Simulation, method: str, *given: Any) -> Any:
    """What a method of a simulation returns. Raises DeclarationError for a value of another type than its own."""
    try:
        return require_type(getattr(simulation, method)(*given), ANSWERS[method])
    except TypeError as error:
        raise DeclarationError(f"The method {method} of {type(simulation).__name__} is wrong: {error}.") from None
