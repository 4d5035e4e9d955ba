"""The command that chooses the portal of lines without --portal: one's own at once, everybody's by approval."""

from __future__ import annotations

from typing import Annotated

from bot.plugin import (
    Answer,
    Arg,
    BadArgument,
    Call,
    Group,
    Nothing,
    Place,
    Plan,
    Plugin,
    Refusal,
    Risk,
    Undo,
    UndoKind,
)
from bot.usecases.admin.admin_commands import BuiltinContext
from bot.usecases.context import Context
from bot.usecases.place_choice import default_of, find_portal, list_portal_plugins

SET_DEFAULT, SET_OWN = "portal.set_default", "portal.set_own"
TARGET = "default-portal"
AT_ONCE = Undo(kind=UndoKind.FULL, sentence="Choose another portal the same way; portal use --clear takes it back.")


def complete_portals(builtin: BuiltinContext) -> list[str]:
    """The names of all portals, for completion in a shell."""
    return [
        place.name
        for one in list_portal_plugins(builtin.ctx.registry)
        for place in one.places(builtin.ctx.services(one.name))
    ]


using: Group[BuiltinContext] = Group("portal", help="The portals the bot knows.")


@using.command("use", risk=Risk.PERSONAL, examples=["prod", "prod --for-all", "--clear"])
def portal_use(
    builtin: BuiltinContext,
    name: Annotated[str, Arg(label="NAME", help="the portal", complete=complete_portals)] = "",
    *,
    for_all: Annotated[bool, Arg(label="", help="for everybody; another admin approves it")] = False,
    clear: Annotated[bool, Arg(label="", help="take your own choice back: everybody's default counts again")] = False,
    plugin: Annotated[str, Arg(label="PLUGIN", help="whose portal, where two plugins have one of this name")] = "",
) -> Answer:
    """Choose the portal that commands without --portal act on.

    Without --for-all it is your own choice, it takes effect at once, and nobody else's commands change. With it, it is
    the default of everybody who has not chosen one. What is open already keeps its portal.
    """
    if bool(name) == clear or (clear and for_all):
        raise BadArgument("Type either the name of a portal, or --clear for your own choice.", hint="portal use NAME")
    if clear:
        return _own_plan("", plugin)
    owner, place = _find(builtin.ctx, name, plugin)
    return _default_plan(builtin.ctx, owner.name, place) if for_all else _own_plan(name, owner.name, place)


def _find(ctx: Context, name: str, wanted: str) -> tuple[Plugin, Place]:
    """The portal and whose it is. Raises Refusal where there is none, or more than one."""
    plugins = [one for one in list_portal_plugins(ctx.registry) if wanted in ("", one.name)]
    known = [(one, place) for one in plugins for place in one.places(ctx.services(one.name))]
    place = find_portal([place for _, place in known], name)
    owners = [one for one, each in known if each.name == name]
    if len(owners) > 1:
        raise Refusal(
            f"Several plugins have a portal {name}.",
            hint=f"Add {' or '.join(f'--plugin {one.name}' for one in owners)}.",
        )
    return owners[0], place


def _own_plan(name: str, plugin: str, place: Place | None = None) -> Plan:
    does = f"Use {name} for your commands without --portal" if place else "Take back your own choice of a portal"
    params = {"plugin": plugin, "portal": name, "identity": place.identity if place else ""}
    return Plan(
        summary=does,
        target="own-portal",
        calls=(Call(method=SET_OWN, params=params, note=f"{does}; nobody else's change"),),
        before={},
        wanted={},
        undo=AT_ONCE,
    )


def _default_plan(ctx: Context, plugin: str, place: Place) -> Answer:
    before = default_of(ctx, plugin)
    if before is not None and before.identity == place.identity:
        return Nothing(sentence=f"{place.name} is the default portal already.")
    now = f"now it is {before.name}" if before else "now there is none"
    undo = Undo(kind=UndoKind.NONE, sentence="There was no default before; choose another one the same way.")
    if before is not None:
        sentence = f"{before.name} is made the default again the same way."
        undo = Undo(kind=UndoKind.FULL, sentence=sentence, line=f"portal use {before.name} --for-all --plugin {plugin}")
    return Plan(
        summary=f"Make {place.name} the default portal of everybody",
        target=f"{TARGET}:{plugin}",
        calls=(
            Call(
                method=SET_DEFAULT,
                params={
                    "plugin": plugin,
                    "portal": place.name,
                    "identity": place.identity,
                    "before": before.identity if before else "",
                },
                note=f"Commands without --portal act on {place.name} ({place.label}); {now}",
            ),
        ),
        before={"default portal": before.name} if before else {},
        wanted={"default portal": place.name},
        undo=undo,
        radius=("Everybody who has not chosen a portal with portal use: their commands act on another portal then",),
        risk=Risk.GOVERN,
    )
