"""The command that chooses the place of lines without --place: one's own at once, everybody's by approval."""

from __future__ import annotations

from typing import Annotated

from bot.host.registry import PLACES
from bot.plugin import (
    Answer,
    Arg,
    BadArgument,
    Call,
    CommandLine,
    Group,
    Message,
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
from bot.usecases.command_context.place_choice import default_of, find_place, list_place_plugins
from bot.usecases.command_context.unfinished_places import require_finished
from bot.usecases.context import Context

SET_DEFAULT, SET_OWN = "place.set_default", "place.set_own"
TARGET = "default-place"
DEFAULT_LABEL = "default_place"


def complete_places(builtin: BuiltinContext) -> list[str]:
    """The names of all places, for completion in a shell."""
    return [
        place.name
        for one in list_place_plugins(builtin.ctx.registry)
        for place in one.places(builtin.ctx.services(one.name))
    ]


using: Group[BuiltinContext] = Group(PLACES, help="The places b24bot knows.")


@using.command(
    "use", words={"ru": ("выбрать", "использовать")}, risk=Risk.PERSONAL, examples=["prod", "prod --for-all", "--clear"]
)
def use_place(
    builtin: BuiltinContext,
    name: Annotated[str, Arg(label="NAME", help="its name", complete=complete_places)] = "",
    *,
    for_all: Annotated[
        bool, Arg(label="", help="for everybody; another admin approves it", words={"ru": ("для-всех",)})
    ] = False,
    clear: Annotated[
        bool,
        Arg(
            label="", help="clear your own choice: the default for everybody applies again", words={"ru": ("сбросить",)}
        ),
    ] = False,
    plugin: Annotated[
        str, Arg(label="PLUGIN", help="the plugin, where two plugins have this name", words={"ru": ("плагин",)})
    ] = "",
) -> Answer:
    """Choose where commands without --place act.

    Without --for-all, you set your own choice, at once. With --for-all, you set the default for everybody who has
    not made a choice. Open change requests do not change.
    """
    term = builtin.ctx.registry.place_term
    if bool(name) == clear or (clear and for_all):
        usage = CommandLine(command_line=Message("place.usage.use", word=term.word))
        raise BadArgument(Message("place.name_or_clear"), hint=Message("place.use_hint", command=usage))
    if clear:
        return _own_plan("", plugin, term)
    owner, place = _find(builtin.ctx, name, plugin)
    return _default_plan(builtin.ctx, owner, place) if for_all else _own_plan(name, owner.name, owner.place_term, place)


def _find(ctx: Context, name: str, wanted: str) -> tuple[Plugin, Place]:
    """The place and whose it is. Raises Refusal where there is none, or more than one."""
    plugins = [one for one in list_place_plugins(ctx.registry) if wanted in ("", one.name)]
    known = [(one, place) for one in plugins for place in one.places(ctx.services(one.name))]
    for one in plugins:
        require_finished(one, ctx.services(one.name), [place for _, place in known], name)
    place = find_place([place for _, place in known], name, ctx.registry.place_term)
    owners = [one for one, each in known if each == place]
    if len(owners) > 1:
        raise Refusal(
            Message("place.several_plugins", term=ctx.registry.place_term.label, name=name),
            hint=Message("place.add_plugin", options=tuple(f"--plugin {one.name}" for one in owners)),
        )
    return owners[0], place


def _own_plan(name: str, plugin: str, term: PlaceTerm, place: Place | None = None) -> Plan:
    clear = CommandLine(command_line=f"{term.word} use --clear")
    params = {"plugin": plugin, "place": name, "identity": place.identity if place else ""}
    return Plan(
        summary=Message("place.use_own", name=name, option=term.option) if place else Message("place.clear_own"),
        target="own-place",
        calls=(Call(method=SET_OWN, params=params, note=Message("place.own_note")),),
        before={},
        wanted={},
        undo=Undo(kind=UndoKind.FULL, sentence=Message("place.own_undo", command=clear)),
    )


def _default_plan(ctx: Context, owner: Plugin, place: Place) -> Answer:
    plugin, term = owner.name, owner.place_term
    before = default_of(ctx, plugin)
    if before is not None and before.identity == place.identity:
        return Nothing(sentence=Message("place.is_default_already", term=term.label, name=place.name))
    use = CommandLine(command_line=Message("place.usage.use", word=term.word))
    undo = Undo(kind=UndoKind.NONE, sentence=Message("place.no_default_before"))
    if before is not None:
        line = f"{term.word} use {before.name} --for-all --plugin {plugin}"
        undo = Undo(kind=UndoKind.FULL, sentence=Message("place.default_undo", name=before.name), line=line)
    return Plan(
        summary=Message("place.set_default", term=term.label, name=place.name),
        target=f"{TARGET}:{plugin}",
        calls=(
            Call(
                method=SET_DEFAULT,
                params={
                    "plugin": plugin,
                    "place": place.name,
                    "identity": place.identity,
                    "before": before.identity if before else "",
                },
                note=Message("place.default_note", option=term.option, name=place.name, label=place.label),
            ),
        ),
        before={DEFAULT_LABEL: before.name} if before else {},
        wanted={DEFAULT_LABEL: place.name},
        labels={DEFAULT_LABEL: Message("place.default_label", term=term.label)},
        undo=undo,
        radius=(Message("place.default_radius", command=use),),
        risk=Risk.GOVERN,
    )
