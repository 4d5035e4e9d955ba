"""An invented plugin, as a stranger would write one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any

from bot.plugin import (
    Arg,
    Call,
    CallOutcome,
    CallVerdict,
    Event,
    Group,
    Observation,
    Place,
    PlaceTerm,
    Plan,
    Reply,
    Risk,
    Services,
    Setting,
    Settling,
    Simulation,
)


class Invented:
    """A plugin that does nothing."""

    api = 1
    settings: Sequence[Setting] = ()
    settling = Settling(late_effects=75.0)
    place_term = PlaceTerm()
    events: Sequence[Event] = ()
    simulators: Mapping[str, Callable[[int], Simulation]] = {}
    stored_methods: Sequence[str] = ()

    def __init__(self, name: str, *groups: Group[Any]) -> None:
        self.name = name
        self.groups: Iterable[Group[Any]] = groups

    def start(self, services: Services) -> None:
        """Nothing to take over."""

    def close(self) -> None:
        """There are no connections."""

    def maintain(self, services: Services) -> None:
        """Nothing runs out here."""

    def places(self, services: Services) -> Sequence[Place]:
        return ()

    def open(self, services: Services, place: Place) -> Any:
        return None

    def perform(self, services: Services, place: Place, call: Call) -> CallOutcome:
        return CallOutcome(verdict=CallVerdict.NOT_SENT, sentence="Nothing is sent.")

    def verify(self, services: Services, place: Place, plan: Plan) -> Observation:
        return {}


def group(noun: str, *verbs: str, terminal: bool = False) -> Group[None]:
    """A group with commands that say their own path."""
    made: Group[None] = Group(noun, help="Invented.")
    for verb in verbs:

        @made.command(verb, risk=Risk.READ, terminal=terminal)
        def say(subject: None, *words: Annotated[str, Arg(help="any", label="WORD")]) -> Reply:
            """Say."""
            return Reply(title=" ".join(words))

    return made


plugin = Invented("invented", group("tree", "plant"))
