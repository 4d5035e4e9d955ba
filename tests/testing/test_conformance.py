"""A plugin that breaks the contract in one way is told which, by its name; one that keeps to it passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, cast

import pytest

from bot.plugin import (
    Arg,
    Call,
    CallOutcome,
    CallVerdict,
    Event,
    Group,
    HealthLevel,
    Message,
    OverviewButton,
    Place,
    PlaceHealth,
    Plan,
    Refusal,
    Reply,
    Risk,
    Services,
    Setting,
    Table,
    Undo,
    UndoKind,
)
from bot.testing import ContractBroken, contract
from bot.testing.simulations import NoSimulation
from tests.host.invented import group
from tests.testing.lamps import HOME, Lamp, Lamps, Lights, lamp_group

NUMBER: Any = 7
PLAN = Plan(
    summary="Call desk Table",
    target="lamp:desk",
    calls=(Call(method="lamp.name", params={"lamp": "desk", "name": "Table"}, note="Store it."),),
    before={"name": "Desk"},
    wanted={"name": "Table"},
    undo=Undo(kind=UndoKind.NONE, sentence="No."),
)
DONE = CallOutcome(verdict=CallVerdict.DONE, sentence="Stored.")


def wide(noun: str, *verbs: str) -> Group[Any]:
    """A group of commands without examples."""
    return group(noun, *verbs)


def broken(**members: Any) -> Lamps:
    """The lamps with other members."""
    lamps = Lamps()
    for name, member in members.items():
        setattr(lamps, name, member)
    return lamps


def telling(answer: Callable[[Lights], Any], *, risk: Risk = Risk.READ) -> Lamps:
    """The lamps with one command more, which answers so."""
    group = lamp_group()

    @group.command("tell", risk=risk, examples=[""])
    def tell(lights: Lights) -> Reply:
        """Tell."""
        return cast(Reply, answer(lights))

    return Lamps(group)


def planning(**parts: Any) -> Lamps:
    """The lamps with one command more, whose plan has these parts."""
    return telling(lambda _: replace(PLAN, **parts), risk=Risk.CHANGE)


def parsing(example: str) -> Lamps:
    """The lamps with one command more, which takes a number that its reader leaves a text."""
    group = lamp_group()

    @group.command("dim", risk=Risk.READ, examples=[example])
    def dim(lights: Lights, level: Annotated[int, Arg(help="how much", label="N")]) -> Reply:
        """Dim."""
        return Reply(title=str(level))

    return Lamps(group)


def locking(code: Callable[[str], Any]) -> Lamps:
    """The lamps with a command of the terminal, which says what is made of the secret that it asks for."""
    group = lamp_group()

    @group.command("lock", risk=Risk.GOVERN, terminal=True, examples=[""])
    def lock(services: Services, *, key: Annotated[str, Arg(help="a key", label="KEY", secret=True)]) -> Reply:
        """Lock."""
        return Reply(title=code(key))

    return Lamps(group)


def completing(values: Callable[[Lights], Any]) -> Lamps:
    """The lamps with one command more, whose argument is completed so."""
    group = lamp_group()
    arg = Arg(help="which", label="LAMP", complete=values)

    def find(lights: Lights, lamp: str) -> Reply:
        """Find."""
        return Reply(title=lamp)

    find.__annotations__["lamp"] = Annotated[str, arg]
    group.command("find", risk=Risk.READ, examples=["desk"])(find)
    return Lamps(group)


def reading(word: str) -> None:
    raise KeyError(word)


def misreading() -> Lamps:
    """The lamps with one command more, whose reader of an argument fails."""
    group = lamp_group()

    @group.command("find", risk=Risk.READ, examples=["desk"])
    def find(lights: Lights, lamp: Annotated[str, Arg(help="which", label="LAMP", parse=reading)]) -> Reply:
        """Find."""
        return Reply(title=lamp)

    return Lamps(group)


def raising(error: BaseException) -> Callable[..., Any]:
    def does(*_: object) -> None:
        raise error

    return does


class Careless(Lamps):
    """Sends without asking whether it may."""

    def perform(self, *given: Any) -> CallOutcome:
        self.lights["hall"] = str(given[2].params["name"])
        return DONE


class Forgetful(Lamps):
    """Cannot be asked any more once it was closed."""

    closed = False

    def close(self) -> None:
        self.closed = True

    def places(self, *_: Any) -> Any:
        return 1 / (0 if self.closed else 1) and (HOME,)


def unquoted() -> Lamps:
    """The lamps with an undo that is put together without `quote`."""
    group = lamp_group()

    @group.command("call", risk=Risk.CHANGE, examples=["desk Table"])
    def call(lights: Lights, lamp: Lamp, name: Annotated[str, Arg(help="its name", label="NAME")]) -> Plan:
        """Call a lamp something."""
        return Plan(
            summary="Call it",
            target=f"lamp:{lamp}",
            calls=(Call(method="lamp.name", params={"lamp": lamp, "name": name}, note="Store it."),),
            before={"name": lights.get(lamp, "")},
            wanted={"name": name},
            undo=Undo(kind=UndoKind.PARTIAL, sentence="Name it back.", line=f"lamp name {lamp} {name}"),
        )

    return Lamps(group)


class Unready(NoSimulation):
    """Tells how to connect to it in a text."""

    def ready(self) -> Any:
        return "http://127.0.0.1"


BROKEN: dict[str, tuple[Lamps, str]] = {
    # Known before anything of it runs
    "another API": (broken(api=2), "The plugin “lamps” is written for version 2 of the plugin API"),
    "no verify": (broken(verify=None), "has a member verify that cannot be called as verify(services, place, plan)"),
    "no close": (broken(close=None), "The plugin “lamps” has a member close that cannot be called as close()"),
    "host's setting": (
        broken(settings=(Setting(name="SLACK_BOT_TOKEN", help="x"),)),
        "The plugin “lamps” may not declare the setting SLACK_BOT_TOKEN: it is a setting of b24bot itself.",
    ),
    "taken noun": (
        Lamps(lamp_group(), wide("status", "ask")),
        "The plugin “lamps” may not declare the noun “status”: b24bot itself has it.",
    ),
    "path twice": (Lamps(lamp_group(), lamp_group()), "The plugin “lamps” declares the command “lamp list” twice"),
    "example": (parsing("much more"), "The plugin “lamps” has an example that cannot be typed, “lamp dim much more”: "),
    # Known when it is tried
    "start raises": (
        broken(start=raising(KeyError("x"))),
        "it does not start: The plugin lamps failed while it started: KeyError",
    ),
    "start refuses": (broken(start=raising(Refusal("No lamps."))), "it does not start: No lamps."),
    "no places": (broken(places=lambda _: ()), "it names no place over this simulation"),
    "two places of one name": (
        broken(places=lambda _: (HOME, replace(HOME, identity="b"))),
        "two places have one name",
    ),
    "places of texts": (
        broken(places=lambda _: ("home",)),
        "TypeError: it returned str instead of Place",
    ),
    "label of a place": (
        broken(places=lambda _: [Place(name="a", label=NUMBER, identity="a")]),
        "it returned a Place whose label is int instead of str",
    ),
    "verify None": (broken(verify=lambda *_: None), "TypeError: it returned NoneType instead of Mapping"),
    "verify numbers": (
        broken(verify=lambda *_: {"name": 7}),
        "it returned a dict whose ['name'] is int instead of Text",
    ),
    "verify wrong key": (
        broken(verify=lambda *_: {"nam": "x"}),
        "verify returned labels that the plan does not have: nam",
    ),
    "verify missing key": (broken(verify=lambda *_: {}), "verify sees another thing than `before` has: name: It's the"),
    "verify raises": (broken(verify=raising(ZeroDivisionError("by zero"))), "ZeroDivisionError: by zero"),
    "perform raises": (broken(perform=raising(ZeroDivisionError("by zero"))), "while it made the call lamp.name"),
    "perform returns nothing": (
        broken(perform=lambda *_: None),
        "TypeError: it returned NoneType instead of CallOutcome",
    ),
    "perform does not ask": (Careless(), "may_send said no, and perform answered done instead of not_sent: Stored."),
    "perform does nothing": (broken(perform=lambda services, *_: DONE), "it ended as failed: The call was accepted"),
    "maintain raises": (broken(maintain=raising(KeyError("x"))), "while it ran its maintenance"),
    "close raises": (broken(close=raising(KeyError("x"))), "while it closed its connections"),
    "closed for good": (Forgetful(), "ZeroDivisionError"),
    "reader plans": (telling(lambda _: PLAN), "“lamp tell”: it only reads, and returned a plan"),
    "returns nothing": (telling(lambda _: None), "it returned NoneType instead of Plan | Reply | Nothing"),
    "command raises": (telling(raising(KeyError("x"))), "while it worked on `lamp tell`: KeyError"),
    "number in a cell": (
        telling(lambda _: Reply(title="x", table=Table(columns=("a",), rows=(("b",), (NUMBER,))))),
        "it returned a Reply whose table.rows[1][0] is int instead of Text",
    ),
    "text for a number": (parsing("much"), "“lamp dim much”: N is str instead of int after parsing"),
    "set in a parameter": (
        planning(calls=(Call(method="m", params={"a": cast(Any, {1})}, note="x"),)),
        "it returned a Plan whose calls[0].params['a'] is set instead of JSON",
    ),
    "row without a cell": (
        telling(lambda _: Reply(title="x", table=Table(columns=("a", "b"), rows=(("1", "2"), ("3",))))),
        "it returned a Reply whose table.rows[1] has 1 cells, and table.columns has 2",
    ),
    "place with a blank": (
        broken(places=lambda _: [replace(HOME, name="my home")]),
        "the place “my home” cannot be typed without quotation marks",
    ),
    "message without a sentence": (
        telling(lambda _: Reply(title="x", facts=(("y", Message("lamps.reply.lit", lamp="desk")),))),
        "“lamp tell”: the message lamps.reply.lit (lamp: desk) has no English sentence",
    ),
    "message without an argument": (
        telling(lambda _: Reply(title=Message("host.declaration.word", function="f"))),
        "the message host.declaration.word (function: f) has no English sentence whose placeholders it fills",
    ),
    "empty target": (planning(target=" "), "“lamp tell”: its target is empty"),
    "wanted as before": (planning(wanted={"name": "Desk"}), "“lamp tell”: `wanted` has name as it is before"),
    "undo with nothing to do": (
        planning(undo=Undo(kind=UndoKind.FULL, sentence="Back.", line="lamp name desk Table")),
        "“lamp tell”: its undo, “lamp name desk Table”, plans nothing: desk is called so already.",
    ),
    "completion raises": (completing(lambda _: 1 / 0), "while it listed values for LAMP of `lamp find`: Zero"),
    "completion of numbers": (completing(lambda _: [7]), "it returned a list whose [0] is int instead of str"),
    "reader raises": (misreading(), "“lamp find desk”: The plugin lamps failed while it read LAMP of `lamp find`"),
    "cause of a reader that raises": (misreading(), "KeyError: 'desk'"),
    "terminal raises": (
        locking(lambda _: 1 / 0),
        "“lamp lock”: The plugin lamps failed while it worked on `lamp lock`",
    ),
    "terminal answers a number": (locking(lambda _: NUMBER), "it returned a Reply whose title is int instead of Text"),
    "terminal shows the secret": (locking(str), "“lamp lock”: what it says holds the secret “key”"),
    "no example": (Lamps(lamp_group(), wide("bulb", "buy")), "“bulb buy” has no example"),
    "unquoted undo": (unquoted(), "Write values into it by `quote`."),
    "undo of another command": (
        planning(undo=Undo(kind=UndoKind.FULL, sentence="Back.", line="lamp rename desk Desk")),
        "its undo, “lamp rename desk Desk”, cannot be typed: ",
    ),
    "simulator that makes nothing": (
        broken(simulators={"home": lambda _: None}),
        "it does not start: The simulator of lamps makes NoneType without the methods of a Simulation: ready, settings",
    ),
    "simulation of texts": (
        broken(simulators={"home": lambda _: Unready()}),
        "The method ready of Unready is wrong: it returned str instead of Mapping",
    ),
    "event without a sentence": (
        broken(events=(Event(tag="lamps:bulb:burst", sentence=Message("lamps.burst", place="place")),)),
        "the event lamps:bulb:burst has no English sentence for lamps.burst",
    ),
    "measure of numbers": (broken(measure=lambda _: [NUMBER]), "The plugin lamps failed while it measured its places"),
    "health of texts": (
        broken(tell_health=lambda _: ["home"]),
        "TypeError: it returned a tuple whose [0] is str instead of PlaceHealth",
    ),
    "health of another place": (
        broken(tell_health=lambda _: [PlaceHealth(place="shed", level=HealthLevel.GOOD, says="lit")]),
        "tell_health names the place “shed”, which places does not",
    ),
    "unfinished places of texts": (
        broken(unfinished_places=lambda _: ["shed"]),
        "TypeError: it returned a tuple whose [0] is str instead of UnfinishedPlace",
    ),
    "button of no command": (
        broken(overview_buttons=(OverviewButton(label="Dim", line="lamp dimm"),)),
        "the overview has “lamp dimm”, which cannot be typed: ",
    ),
    "undo that does not undo": (
        planning(undo=Undo(kind=UndoKind.FULL, sentence="Back.", line="lamp name desk Chair")),
        "its undo did not put back name: Desk → Chair",
    ),
}


@pytest.mark.parametrize("way", BROKEN)
def test_a_plugin_that_breaks_the_contract_is_told_in_which_way(way: str) -> None:
    plugin, words = BROKEN[way]
    with pytest.raises(ContractBroken) as caught:
        contract(plugin)
    assert str(caught.value).startswith("The plugin “lamps” does not keep to the contract:\n• ")
    assert words in str(caught.value)


def test_a_plugin_that_keeps_to_the_contract_passes() -> None:
    contract(Lamps())


def test_a_command_of_the_terminal_may_refuse_a_made_up_secret() -> None:
    def refuse(_: str) -> str:
        raise Refusal("That is no key.")

    contract(locking(refuse))
    contract(locking(lambda _: "Locked"))


def test_without_performing_nothing_is_changed() -> None:
    contract(broken(perform=raising(AssertionError("it was performed"))), perform=False)
