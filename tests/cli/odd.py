"""A plugin with commands that do what commands should not, and one that does what a command may."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Annotated, Any, cast

from bot.host.member_checks import MEMBERS
from bot.plugin import (
    Arg,
    Call,
    Group,
    Json,
    Place,
    PlaceTerm,
    Plan,
    Refusal,
    Remember,
    Reply,
    Risk,
    Services,
    Setting,
    Simulation,
    Table,
    TargetRefused,
    TargetUnreachable,
    Undo,
    UndoKind,
)
from tests.host.invented import Invented

PLACE = Place(name="attic", label="attic.example", identity="a1")
HOSTILE = "\x1b[2Jwhite\x9b31m\u202eeve"
"""A name that would clear a screen, colour it and turn its direction."""

things: Group[Any] = Group("thing", help="Things.")
safes: Group[Any] = Group("safe", help="Safes.")
Word = Annotated[str, Arg(label="NAME", help="its name")]


def _plan(name: str, risk: Risk | None = None) -> Plan:
    return Plan(
        summary=f"Touch {name}",
        target=f"thing:{name}",
        calls=(Call(method="touch", params={"name": name}, note=f"Touch {name}."),),
        before={"state": "quiet"},
        wanted={"state": "touched"},
        undo=Undo(kind=UndoKind.NONE, sentence="It cannot be untouched."),
        risk=risk,
    )


@things.command("break", risk=Risk.READ)
def break_it(place: Place) -> Reply:
    """Meet a fault of its own."""
    raise RuntimeError("a fault that says hush-hush-secret")


@things.command("smuggle", risk=Risk.READ)
def smuggle(place: Place) -> Reply:
    """Plan although it only reads."""
    return cast(Reply, _plan("smuggled"))


@things.command("touch", risk=Risk.CHANGE)
def touch(place: Place, name: Word) -> Plan:
    """Change something, which whoever asks confirms."""
    return _plan(name)


@things.command("refuse", risk=Risk.READ)
def refuse(place: Place) -> Reply:
    """Be refused by the far side."""
    raise TargetRefused("The far side said no.", code="INSUFFICIENT_SCOPE", hint="Ask it.")


@things.command("lose", risk=Risk.READ)
def lose(place: Place) -> Reply:
    """Find nobody on the far side."""
    raise TargetUnreachable("Nobody answers.")


@things.command("show", risk=Risk.READ, examples=[""])
def show(place: Place) -> Reply:
    """Show names that strangers chose.

    There is a table as well.
    """
    table = Table(columns=("name", "note"), rows=((HOSTILE, "x" * 300),))
    return Reply(title=HOSTILE, facts=(("name", HOSTILE),), table=table, notes=("One note.",))


@things.command("none", risk=Risk.READ)
def none(place: Place) -> Reply:
    """Show an empty table."""
    return Reply(title="Nothing yet", table=Table(columns=("name",), rows=()))


@safes.command("fill", risk=Risk.GOVERN, terminal=True)
def fill(
    services: Services,
    name: Word,
    *,
    owner: Annotated[str, Arg(label="OWNER", help="whose it is")],
    code: Annotated[str, Arg(label="CODE", help="the code of the lock", secret=True)],
    spare: Annotated[str | None, Arg(label="CODE", help="a second code", secret=True)] = None,
) -> Reply:
    """Store two codes."""
    if name == "leaky":
        raise Refusal(f"The code {code} is too easy.", hint=f"Take another one than {code}.")
    if name == "rotten":
        raise RuntimeError(f"no room for {code}")
    services.secrets.write(name, {"code": code, "spare": spare}, after=0)
    return Reply(title=f"{name} of {owner} holds {1 + (spare is not None)} codes")


@safes.command("plan", risk=Risk.GOVERN, terminal=True)
def plan_it(services: Services) -> Reply:
    """Plan in the terminal, where nothing can be planned."""
    return cast(Reply, _plan("safe"))


class Toy:
    """A simulator that only says where it would be; a port of 13 is refused to it."""

    def __init__(self, port: int) -> None:
        if port == 13:
            raise PermissionError(13, "Permission denied")
        self._state = {"toy": f"port {port}"}

    def ready(self) -> Mapping[str, Json]:
        return dict(self._state)

    def settings(self) -> Mapping[str, str]:
        return {}

    def seed(self) -> None:
        self._state["seeded"] = "yes"

    def records(self, at: int) -> Sequence[Remember]:
        return ()

    def picture(self) -> Sequence[Table]:
        return ()

    def stop(self) -> None:
        self._state.clear()


class Odd(Invented):
    """The plugin."""

    settings: Sequence[Setting] = (Setting(name="ODD_KEY", help="a secret of the plugin", secret=True),)
    place_term = PlaceTerm(word="portal", option="--portal")
    simulators: Mapping[str, Callable[[int], Simulation]] = {"toy": Toy}

    def __init__(self, *groups: Group[Any]) -> None:
        super().__init__("odd", *groups)

    def start(self, services: Services) -> None:
        if services.settings["ODD_KEY"] == "half-a-key":
            raise Refusal("ODD_KEY is half a key.", hint="Set the other half.")

    def places(self, services: Services) -> Sequence[Place]:
        return (PLACE,)

    def open(self, services: Services, place: Place) -> Any:
        return place


plugin = Odd(things, safes)
loose: Group[Any] = Group("screw", help="Screws.")


@loose.command("turn", risk=Risk.READ, examples=["left", "left right"])
def turn(place: Place, way: Word) -> Reply:
    """Turn a screw one way."""
    return Reply(title=way)


misleading = Odd(loose)
"""The same with an example that nobody could type."""
incomplete = SimpleNamespace(**{member: getattr(plugin, member) for member in MEMBERS if member != "close"})
"""The same without one member of the protocol."""
