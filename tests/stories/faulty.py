"""A plugin that breaks its contract in whatever way its command names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, cast

from bot.plugin import (
    Answer,
    Arg,
    Call,
    CallOutcome,
    CallVerdict,
    Group,
    Observation,
    Place,
    Plan,
    Reply,
    Risk,
    Services,
    Undo,
    UndoKind,
)
from tests.host.invented import Invented

GEARS: Group[None] = Group("gear", help="Gears.")
How = Annotated[str, Arg(help="how it fails", label="HOW")]


@GEARS.command("look", risk=Risk.READ, examples=["raise"])
def look(subject: None, how: How) -> Reply:
    """Look at a gear."""
    if how == "raise":
        raise ZeroDivisionError
    return cast(Reply, how)


@GEARS.command("turn", risk=Risk.CHANGE, examples=["well"])
def turn(subject: None, how: How) -> Answer:
    """Turn a gear."""
    if how == "plan":
        raise ZeroDivisionError
    call = Call(method=f"gear.{how}", params={}, note="Turn it.")
    undo = Undo(kind=UndoKind.NONE, sentence="No.")
    return Plan(
        summary=f"Turn it {how}",
        target=f"gear:{how}",
        calls=(call,),
        before={"gear": "still"},
        wanted={"gear": None},
        undo=undo,
    )


class Faulty(Invented):
    """Counts what it was asked to send."""

    def __init__(self) -> None:
        super().__init__("faulty", GEARS)
        self.sent: list[str] = []

    def places(self, services: Services) -> Sequence[Place]:
        return (Place(name="shop", label="shop", identity="shop"),)

    def perform(self, services: Services, place: Place, call: Call) -> CallOutcome:
        self.sent.append(call.method)
        if call.method == "gear.perform":
            raise ZeroDivisionError
        return CallOutcome(verdict=CallVerdict.DONE, sentence="Turned.")

    def verify(self, services: Services, place: Place, plan: Plan) -> Observation:
        if plan.target == "gear:verify":
            raise ZeroDivisionError
        return {"geer": "still"} if plan.target == "gear:label" else {}


plugin = Faulty()
