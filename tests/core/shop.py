"""A few commands of an invented plugin, with every kind of argument there is."""

from __future__ import annotations

from typing import Annotated

from bot.core.parsing.invocation import AnyCommand
from bot.plugin import Arg, BadArgument, Group, Reply, Risk


def small_id(word: str) -> str:
    """Small ASCII letters, digits and _ only."""
    if not (word.isascii() and word.replace("_", "a").isalnum() and word.islower()):
        raise BadArgument(f"“{word}” is not an id.")
    return word


def number(word: str) -> int:
    """Digits."""
    if not (word.isascii() and word.isdecimal()):
        raise BadArgument(f"“{word}” is not a number.", hint="Type digits.")
    return int(word)


ID = Annotated[str, Arg(help="the connector's id", label="ID", parse=small_id)]
connectors: Group[None] = Group("connector", help="Connectors.")
messages: Group[None] = Group("message", help="Messages.")
portals: Group[None] = Group("portal", help="Portals.")
helping: Group[None] = Group("help", help="Help.")
keys: Group[None] = Group("key", help="Keys.")
lines: Group[None] = Group("line", help="Lines.")
GROUPS = (connectors, messages, portals, helping, keys, lines)


@connectors.command("remove", risk=Risk.DESTROY)
def remove(_: None, connector: ID) -> Reply:
    """Remove one."""
    return Reply(title=connector)


@connectors.command("register", risk=Risk.CHANGE)
def register(
    _: None,
    connector: ID,
    name: Annotated[str, Arg(help="its name", label="NAME")] = "",
    *,
    line: Annotated[int, Arg(help="a line", label="LINE", parse=number)],
    icon_colour: Annotated[str, Arg(help="a colour", label="COLOUR")] = "blue",
    quiet: Annotated[bool, Arg(help="say nothing", label="")] = False,
) -> Reply:
    """Register one."""
    return Reply(title=f"{connector} {name} {line} {icon_colour} {quiet}")


@connectors.command("list", risk=Risk.READ)
def list_(_: None) -> Reply:
    """List them."""
    return Reply(title="")


@keys.command("hand", risk=Risk.GOVERN)
def hand(_: None, person: Annotated[str, Arg(help="whom", label="PERSON", person=True)]) -> Reply:
    """Hand it to a person."""
    return Reply(title=person)


@connectors.command("show", risk=Risk.READ)
def show(_: None, connector: ID) -> Reply:
    """Show one."""
    return Reply(title=connector)


@connectors.command("status", risk=Risk.READ)
def status(_: None) -> Reply:
    """Show the status."""
    return Reply(title="")


@connectors.command("restore", risk=Risk.CHANGE)
def restore(_: None, connector: ID) -> Reply:
    """Restore one."""
    return Reply(title=connector)


@connectors.command("activate", risk=Risk.CHANGE)
def activate(_: None, connector: ID) -> Reply:
    """Activate one."""
    return Reply(title=connector)


@connectors.command("deactivate", risk=Risk.DESTROY)
def deactivate(_: None, connector: ID) -> Reply:
    """Deactivate one."""
    return Reply(title=connector)


@messages.command("send", risk=Risk.CHANGE)
def send(_: None, *words: Annotated[str, Arg(help="the text", label="WORD")]) -> Reply:
    """Send words."""
    return Reply(title=" ".join(words))


@messages.command("say", risk=Risk.CHANGE)
def say(
    _: None,
    connector: ID,
    *text: Annotated[str, Arg(help="what is said", label="TEXT", free=True)],
    by: Annotated[str, Arg(help="who says it", label="NAME")] = "",
    loud: Annotated[bool, Arg(help="shout", label="")] = False,
) -> Reply:
    """Say a text."""
    return Reply(title=" ".join(text))


@lines.command("list", risk=Risk.READ)
def list_lines(
    _: None,
    *,
    least: Annotated[int, Arg(help="the first number", label="N", parse=number)] = 0,
    quiet: Annotated[bool, Arg(help="say little", label="")] = False,
) -> Reply:
    """List lines."""
    return Reply(title=f"{least} {quiet}")


@lines.command("reset", risk=Risk.CHANGE)
def reset(_: None) -> Reply:
    """Reset all lines."""
    return Reply(title="")


@portals.command("add", risk=Risk.GOVERN, terminal=True)
def add(
    _: None,
    name: Annotated[str, Arg(help="its name", label="NAME")],
    token: Annotated[str, Arg(help="a token", label="TOKEN", secret=True)],
) -> Reply:
    """Add one."""
    return Reply(title=name)


@helping.command("", risk=Risk.READ)
def help_(_: None, *words: Annotated[str, Arg(help="a command", label="COMMAND")]) -> Reply:
    """Help."""
    return Reply(title=" ".join(words))


COMMANDS: tuple[AnyCommand, ...] = tuple(command for group in GROUPS for command in group)
