"""The command that chooses the place of lines without --place: one's own at once, everybody's by approval."""

from __future__ import annotations

from typing import Annotated

from bot.host.registry import PLACES
from bot.plugin import (
    Answer,
    Arg,
    BadArgument,
    Call,
    Group,
    Nothing,
    Place,
    PlaceTerm,
    Plan,
    Plugin,
    Refusal,
    Risk,
    Undo,
    UndoKind,
)
from bot.usecases.admin.admin_commands import BuiltinContext
from bot.usecases.context import Context
from bot.usecases.place_choice import default_of, find_place, list_place_plugins

SET_DEFAULT, SET_OWN = "portal.set_default", "portal.set_own"
TARGET = "default-portal"


def complete_places(builtin: BuiltinContext) -> list[str]:
    """The names of all places, for completion in a shell."""
    return [
        place.name
        for one in list_place_plugins(builtin.ctx.registry)
        for place in one.places(builtin.ctx.services(one.name))
    ]


using: Group[BuiltinContext] = Group(PLACES, help="The places the bot knows.")


@using.command("use", risk=Risk.PERSONAL, examples=["prod", "prod --for-all", "--clear"])
def use_place(
    builtin: BuiltinContext,
    name: Annotated[str, Arg(label="NAME", help="the place", complete=complete_places)] = "",
    *,
    for_all: Annotated[bool, Arg(label="", help="for everybody; another admin approves it")] = False,
    clear: Annotated[bool, Arg(label="", help="take your own choice back: everybody's default counts again")] = False,
    plugin: Annotated[str, Arg(label="PLUGIN", help="whose place, where two plugins have one of this name")] = "",
) -> Answer:
    """Choose the place that commands without --place act on.

    Without --for-all it is your own choice, it takes effect at once, and nobody else's commands change. With it, it is
    the default of everybody who has not chosen one. What is open already keeps its place.
    """
    term = builtin.ctx.registry.place_term
    if bool(name) == clear or (clear and for_all):
        sentence = f"Type either the name of a {term.word}, or --clear for your own choice."
        raise BadArgument(sentence, hint=f"{term.word} use NAME")
    if clear:
        return _own_plan("", plugin, term)
    owner, place = _find(builtin.ctx, name, plugin)
    return _default_plan(builtin.ctx, owner, place) if for_all else _own_plan(name, owner.name, owner.place_term, place)


def _find(ctx: Context, name: str, wanted: str) -> tuple[Plugin, Place]:
    """The place and whose it is. Raises Refusal where there is none, or more than one."""
    plugins = [one for one in list_place_plugins(ctx.registry) if wanted in ("", one.name)]
    known = [(one, place) for one in plugins for place in one.places(ctx.services(one.name))]
    place = find_place([place for _, place in known], name, ctx.registry.place_term)
    owners = [one for one, each in known if each.name == name]
    if len(owners) > 1:
        raise Refusal(
            f"Several plugins have a {ctx.registry.place_term.word} {name}.",
            hint=f"Add {' or '.join(f'--plugin {one.name}' for one in owners)}.",
        )
    return owners[0], place


def _own_plan(name: str, plugin: str, term: PlaceTerm, place: Place | None = None) -> Plan:
    does = (
        f"Use {name} for your commands without {term.option}"
        if place
        else f"Take back your own choice of a {term.word}"
    )
    back = f"Choose another {term.word} the same way; {term.word} use --clear takes it back."
    params = {"plugin": plugin, "portal": name, "identity": place.identity if place else ""}
    return Plan(
        summary=does,
        target="own-portal",
        calls=(Call(method=SET_OWN, params=params, note=f"{does}; nobody else's change"),),
        before={},
        wanted={},
        undo=Undo(kind=UndoKind.FULL, sentence=back),
    )


def _default_plan(ctx: Context, owner: Plugin, place: Place) -> Answer:
    plugin, word = owner.name, owner.place_term.word
    before = default_of(ctx, plugin)
    if before is not None and before.identity == place.identity:
        return Nothing(sentence=f"{place.name} is the default {word} already.")
    now = f"now it is {before.name}" if before else "now there is none"
    undo = Undo(kind=UndoKind.NONE, sentence="There was no default before; choose another one the same way.")
    if before is not None:
        sentence = f"{before.name} is made the default again the same way."
        undo = Undo(kind=UndoKind.FULL, sentence=sentence, line=f"{word} use {before.name} --for-all --plugin {plugin}")
    return Plan(
        summary=f"Make {place.name} the default {word} of everybody",
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
                note=f"Commands without {owner.place_term.option} act on {place.name} ({place.label}); {now}",
            ),
        ),
        before={"default portal": before.name} if before else {},
        wanted={"default portal": place.name},
        undo=undo,
        radius=(f"Everybody who has not chosen a {word} with {word} use: their commands act on another {word} then",),
        risk=Risk.GOVERN,
    )
