"""A small real plugin: things in memory that can be painted, swapped and removed, and that misbehave on request."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, cast

from bot.core import mentions
from bot.core.principals import Principal
from bot.host.hosted_plugin import HostedPlugin
from bot.plugin import (
    Answer,
    Arg,
    BadArgument,
    Call,
    CallOutcome,
    CallVerdict,
    Event,
    Group,
    Nothing,
    Observation,
    OverviewButton,
    Place,
    PlaceHealth,
    PlaceTerm,
    Plan,
    Refusal,
    Remember,
    Reply,
    Risk,
    Services,
    Setting,
    Settling,
    Simulation,
    Table,
    TargetRefused,
    Undo,
    UndoKind,
    UnfinishedPlace,
)

ACME = Place(name="default", label="acme.example.com", identity="m-acme")
BETA = Place(name="beta", label="beta.example.com", identity="m-beta")
FORGED = mentions.person(Principal(team="", user="UVICTIM"))
"""What a remote side would say to have somebody mentioned."""
PORTAL = PlaceTerm(word="portal", option="--portal")
SETTLING = Settling(late_effects=75.0)
SETTLE_AFTER_MS, ASK_PEOPLE_AFTER_MS = SETTLING.late_effects_ms, SETTLING.ask_people_ms
LONGEST = 96.0
"""Seconds that a call may take."""
NO_UNDO = Undo(kind=UndoKind.NONE, sentence="It cannot be put back.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """How one call goes: what it answers, and whether it has its effect."""

    verdict: CallVerdict = CallVerdict.DONE
    effect: bool = True
    sentence: str = "The toy said something."
    code: str = ""
    error: BaseException | None = None
    """Raised after the effect, instead of an answer."""
    took: int | None = None
    """Seconds between the sending and the answer, if they are told."""


@dataclass(slots=True)
class Toy(HostedPlugin):
    """The plugin, without the guard of plugins. `things` is its remote side: id → colour.

    A thing that is `precious` raises the risk.
    """

    things: dict[str, str] = field(default_factory=lambda: {"one": "red", "two": "red", "precious": "gold"})
    affected: tuple[str, ...] = ()
    """What else a removal affects, as the plan says it."""
    calls: list[Call] = field(default_factory=list)
    called_at: list[Place] = field(default_factory=list)
    """The place of each call."""
    scripts: deque[Script] = field(default_factory=deque)
    swap_undo: Undo = NO_UNDO
    """What `thing swap` plans as its undo."""
    unreadable: Exception | None = None
    """Raised by reading back."""
    closed: Exception | None = None
    """Raised by opening the place."""
    words: str = FORGED
    """What the remote side says in `boast` and `brag`."""
    known: list[Place] = field(default_factory=lambda: [ACME])
    on_wait: Callable[[Call], None] = field(default=lambda call: None)
    """What happens while a call waits to be sent, as for a place at a full portal."""
    on_call: Callable[[Call], None] = field(default=lambda call: None)
    on_verify: Callable[[], None] = field(default=lambda: None)
    on_open: Callable[[], None] = field(default=lambda: None)
    on_maintain: Callable[[], None] = field(default=lambda: None)
    reads: int = 0
    tended: int = 0
    untended: Exception | None = None
    """Raised when it is looked after."""
    api: int = 1
    name: str = "toy"
    settings: Sequence[Setting] = ()
    settling: Settling = SETTLING
    place_term: PlaceTerm = PORTAL
    events: Sequence[Event] = ()
    simulators: Mapping[str, Callable[[int], Simulation]] = field(default_factory=dict)
    stored_methods: Sequence[str] = ()
    overview_buttons: Sequence[OverviewButton] = ()
    health: Sequence[PlaceHealth] = ()
    unfinished: Sequence[UnfinishedPlace] = ()
    untold: Exception | None = None
    """What telling the health raises."""

    @property
    def groups(self) -> Sequence[Group[Any]]:
        return (THINGS,)

    def start(self, services: Services) -> None:
        pass

    def close(self) -> None:
        """There are no connections."""

    def maintain(self, services: Services) -> None:
        self.tended += 1
        self.on_maintain()
        if self.untended is not None:
            raise self.untended

    def tell_health(self, services: Services) -> Sequence[PlaceHealth]:
        if self.untold is not None:
            raise self.untold
        return self.health

    def places(self, services: Services) -> Sequence[Place]:
        return self.known

    def unfinished_places(self, services: Services) -> Sequence[UnfinishedPlace]:
        return self.unfinished

    def open(self, services: Services, place: Place) -> Toy:
        self.on_open()
        if self.closed is not None:
            raise self.closed
        return self

    def perform(self, services: Services, place: Place, call: Call) -> CallOutcome:
        self.on_wait(call)
        if not services.may_send(LONGEST):
            return CallOutcome(verdict=CallVerdict.NOT_SENT, sentence="The toy may not be asked any more.")
        self.calls.append(call)
        self.called_at.append(place)
        self.on_call(call)
        script = self.scripts.popleft() if self.scripts else Script()
        if script.effect:
            self._do(call)
        if script.error is not None:
            raise script.error
        return CallOutcome(
            verdict=script.verdict,
            sentence=script.sentence,
            code=script.code,
            facts={"milliseconds": 5, "token": "never to be recorded"},
            sent_ms_ago=None if script.took is None else script.took * 1_000,
        )

    def _do(self, call: Call) -> None:
        name = str(call.params["ID"])
        if call.method == "thing.remove":
            self.things.pop(name, None)
        else:
            self.things[name] = str(call.params["COLOUR"])

    def verify(self, services: Services, place: Place, plan: Plan) -> Observation:
        self.reads += 1
        self.on_verify()
        if self.unreadable is not None:
            raise self.unreadable
        return self.seen(*plan.target.partition(":")[2].split("+"))

    def seen(self, *names: str) -> Observation:
        """What is true of some things."""
        return {f"{name} is": self.things[name] for name in names if name in self.things}


THINGS: Group[Toy] = Group("thing", help="Things.")


def an_id(word: str) -> str:
    if not word.isascii():
        raise BadArgument(f"“{word}” is no id.")
    return word


Id = Annotated[str, Arg(label="ID", help="which thing", parse=an_id)]


@THINGS.command("list", risk=Risk.READ)
def thing_list(toy: Toy) -> Reply:
    """All things."""
    rows = tuple(toy.things.items())
    return Reply(title="Things", table=Table(columns=("Id", "Colour"), rows=rows))


@THINGS.command("remove", risk=Risk.DESTROY, examples=["one"])
def thing_remove(toy: Toy, name: Id) -> Answer:
    """Remove a thing."""
    if name not in toy.things:
        return Nothing(sentence=f"There is no {name}.")
    call = Call(method="thing.remove", params={"ID": name}, note=f"Remove {name}.")
    return Plan(
        summary=f"Remove {name}",
        target=f"thing:{name}",
        calls=(call,),
        before=toy.seen(name),
        wanted={f"{name} is": None},
        undo=NO_UNDO,
        radius=(f"{toy.things[name]} {name}", *toy.affected),
        warnings=("It is gone then.",),
        remember=(Remember(kind="painted", key=name, value=None),),
    )


@THINGS.command("paint", risk=Risk.CHANGE, raises="if the thing is precious", examples=["one --colour blue"])
def thing_paint(toy: Toy, name: Id, *, colour: Annotated[str, Arg(label="COLOUR", help="which")] = "blue") -> Answer:
    """Paint a thing."""
    if toy.things.get(name, colour) == colour:
        return Nothing(sentence=f"There is no {name} that is not {colour} already.")
    call = Call(method="thing.paint", params={"ID": name, "COLOUR": colour}, note=f"Paint {name} {colour}.")
    return Plan(
        summary=f"Paint {name}",
        target=f"thing:{name}",
        calls=(call,),
        before=toy.seen(name),
        wanted={f"{name} is": colour},
        undo=Undo(
            kind=UndoKind.FULL, sentence="Paint it back.", line=f"thing paint {name} --colour {toy.things[name]}"
        ),
        risk=Risk.DESTROY if name == "precious" else None,
        remember=(Remember(kind="painted", key=name, value={"colour": colour}),),
    )


@THINGS.command("swap", risk=Risk.CHANGE, examples=["one two"])
def thing_swap(toy: Toy, first: Id, second: Id) -> Plan:
    """Give two things the colour green, one after the other."""
    calls = [
        Call(method="thing.paint", params={"ID": name, "COLOUR": "green"}, note=f"Paint {name}.")
        for name in (first, second)
    ]
    return Plan(
        summary=f"Paint {first} and {second}",
        target=f"thing:{first}+{second}",
        calls=tuple(calls),
        before=toy.seen(first, second),
        wanted={f"{first} is": "green", f"{second} is": "green"},
        undo=toy.swap_undo,
    )


@THINGS.command("wave", risk=Risk.CHANGE, examples=["one two"])
def thing_wave(toy: Toy, first: Id, second: Id) -> Plan:
    """Do to two things what nothing shows afterwards."""
    return replace(thing_swap(toy, first, second), summary="Wave", wanted={})


@THINGS.command("boast", risk=Risk.READ)
def thing_boast(toy: Toy, how: Id) -> Answer:
    """Answer with marks in it, in each of the ways there are."""
    if how == "reply":
        return Reply(title=f"{toy.words} wins", facts=((toy.words, toy.words),), notes=(toy.words,))
    if how == "nothing":
        return Nothing(sentence=f"{toy.words} has nothing to do.")
    raise TargetRefused(f"{toy.words} said no.", code=f"E{toy.words}", hint=f"Ask {toy.words}.")


@THINGS.command("brag", risk=Risk.CHANGE)
def thing_brag(toy: Toy) -> Plan:
    """Plan with marks in it."""
    call = Call(method="thing.paint", params={"ID": "one", "COLOUR": toy.things["one"]}, note=toy.words)
    return Plan(
        summary=f"For {toy.words}",
        target="thing:one",
        calls=(call,),
        before=toy.seen("one"),
        wanted={"one is": "blue"},
        undo=NO_UNDO,
        warnings=(toy.words,),
    )


@THINGS.command("forget", risk=Risk.READ)
def thing_forget(toy: Toy) -> Reply:
    """Forget to answer, as a plugin that nobody has type-checked can."""
    return cast(Reply, None)


@THINGS.command("break", risk=Risk.READ)
def thing_break(toy: Toy) -> Reply:
    """Break."""
    raise ZeroDivisionError("inside the toy")


@THINGS.command("refuse", risk=Risk.READ)
def thing_refuse(toy: Toy) -> Reply:
    """Refuse."""
    raise Refusal("Not today.", hint="Come back tomorrow.")


@THINGS.command("setup", risk=Risk.GOVERN, terminal=True)
def thing_setup(services: Services, name: Id) -> Answer:
    """Set up a thing, in the terminal."""
    services.records.put("setup", name, {"done": True})
    return Reply(title=f"Set up {name}.")


@THINGS.command("misplan", risk=Risk.GOVERN, terminal=True)
def thing_misplan(services: Services) -> Plan:
    """Plan where only an answer is allowed."""
    return Plan(summary="No", target="no", calls=(), before={}, wanted={}, undo=NO_UNDO)
