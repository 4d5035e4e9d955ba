"""A small plugin that keeps to the contract: lamps in memory, one command that reads and two that change them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from bot.plugin import (
    Answer,
    Arg,
    Call,
    CallOutcome,
    CallVerdict,
    Group,
    Nothing,
    Observation,
    Place,
    Plan,
    Refusal,
    Reply,
    Risk,
    Services,
    Table,
    Undo,
    UndoKind,
    quote,
)
from tests.host.invented import Invented

HOME = Place(name="home", label="the house", identity="house-1")
Lamp = Annotated[str, Arg(help="which lamp", label="LAMP")]
Lights = dict[str, str]


def lamp_group() -> Group[Lights]:
    """The commands, declared anew, so that a test can have others beside them."""
    lamps: Group[Lights] = Group("lamp", help="Lamps.")

    @lamps.command("list", risk=Risk.READ, examples=[""])
    def list_lamps(lights: Lights) -> Reply:
        """Show all lamps."""
        return Reply(title="Lamps", table=Table(columns=("lamp", "name"), rows=tuple(sorted(lights.items()))))

    @lamps.command("name", risk=Risk.CHANGE, examples=["hall Entrance", "hall 'The \"big\" one'"])
    def name_lamp(lights: Lights, lamp: Lamp, name: Annotated[str, Arg(help="its name", label="NAME")]) -> Answer:
        """Give a lamp a name."""
        if lamp not in lights:
            raise Refusal(f"There is no lamp “{lamp}”.")
        if lights[lamp] == name:
            return Nothing(sentence=f"{lamp} is called so already.")
        return Plan(
            summary=f"Call {lamp} {name}",
            target=f"lamp:{lamp}",
            calls=(Call(method="lamp.name", params={"lamp": lamp, "name": name}, note="Store the name."),),
            before={"name": lights[lamp]},
            wanted={"name": name},
            undo=Undo(kind=UndoKind.FULL, sentence="Name it back.", line=f"lamp name {lamp} {quote(lights[lamp])}"),
        )

    return lamps


class Lamps(Invented):
    """The plugin. Its lamps are as new each time it starts."""

    def __init__(self, *groups: Group[Lights]) -> None:
        super().__init__("lamps", *(groups or (lamp_group(),)))
        self.lights: Lights = {}

    def start(self, services: Services) -> None:
        """A house with two lamps."""
        self.lights = {"hall": "It's the “hall” \\ lamp", "desk": "Desk"}

    def places(self, services: Services) -> Sequence[Place]:
        return (HOME,)

    def open(self, services: Services, place: Place) -> Lights:
        return self.lights

    def perform(self, services: Services, place: Place, call: Call) -> CallOutcome:
        if not services.may_send(1.0):
            return CallOutcome(verdict=CallVerdict.NOT_SENT, sentence="Not now.")
        self.lights[str(call.params["lamp"])] = str(call.params["name"])
        return CallOutcome(verdict=CallVerdict.DONE, sentence="Stored.")

    def verify(self, services: Services, place: Place, plan: Plan) -> Observation:
        return {"name": self.lights[plan.target.removeprefix("lamp:")]}


plugin = Lamps()
