"""What a form has typed once more: the id of what is destroyed on a protected place, or without an undo."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.core.messages.command_forms import Entry, FormField
from bot.core.parsing.partial_line import FieldError, PartialLine
from bot.core.parsing.typed_line import AnyCommand
from bot.plugin import BadArgument, Message, Parameter, Place, Risk, Text
from bot.plugin.frozen import dataclass
from bot.usecases.context import Context
from bot.usecases.forms.kept_choices import find_choices

RETYPED = "retyped"
"""The field in which an id is typed once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destruction:
    """What a form is about to destroy, and where."""

    command: AnyCommand
    plugin: str
    place: Place
    parameter: Parameter
    value: str


def find_retyped(command: AnyCommand) -> Parameter | None:
    """Find the argument that is typed once more for what destroys something."""
    named = (each for each in command.parameters if each.required and not each.flag)
    return next(named, None) if command.risk is Risk.DESTROY else None


def lay_out_retyped(partial: PartialLine, places: Sequence[Place]) -> Iterator[FormField]:
    """Lay out the field where it may be needed. It is not required: what is chosen afterwards decides."""
    parameter = find_retyped(partial.command)
    protected = any(place.protected for place in places)
    if parameter is not None and (protected or parameter.arg.choices is not None):
        term = partial.command.place_term.label
        yield FormField(
            name=RETYPED,
            label=Message("form.command.retype", argument=parameter.title),
            hint=Message("form.command.retype_hint", term=term) if protected else _HINT,
            entry=Entry.WORD,
            required=False,
        )


def check_retyped(ctx: Context, fields: Mapping[str, str], command: AnyCommand, usual: str) -> None:
    """Check that the id was typed once more where that is needed. Raises FieldError; no place is asked.

    `usual` is the place of a form that has no field for it.
    """
    found = _find_destruction(ctx, fields, command, usual)
    if found is None or fields[RETYPED].strip() == found.value:
        return
    for applies, tell in RETYPING:
        if applies(ctx, found):
            raise FieldError(RETYPED, BadArgument(tell(found.parameter.title)))


def _find_destruction(ctx: Context, fields: Mapping[str, str], command: AnyCommand, usual: str) -> Destruction | None:
    """What the fields destroy; None where nothing is, or on no place that there is."""
    parameter, plugin = find_retyped(command), ctx.registry.owner(command)
    if parameter is None or plugin is None or RETYPED not in fields:
        return None
    named = fields.get(command.place_term.option) or usual
    place = next((each for each in plugin.places(ctx.services(plugin.name)) if each.name == named), None)
    if place is None:
        return None
    value = fields.get(parameter.name, "").strip()
    return Destruction(command=command, plugin=plugin.name, place=place, parameter=parameter, value=value)


def _is_protected(_: Context, found: Destruction) -> bool:
    return found.place.protected


def _has_no_undo(ctx: Context, found: Destruction) -> bool:
    return found.command.path in (_find_no_undo(ctx, found) or ())


def _is_unknown(ctx: Context, found: Destruction) -> bool:
    return found.parameter.arg.choices is not None and _find_no_undo(ctx, found) is None


def _find_no_undo(ctx: Context, found: Destruction) -> Sequence[str] | None:
    """The commands that cannot be undone for the value; None where it is not among the choices that were read."""
    choices = found.parameter.arg.choices
    kept = None if choices is None else find_choices(ctx, found.plugin, found.place, choices.name)
    return next((each.no_undo for each in kept.choices if each.value == found.value), None) if kept else None


_HINT = Message("form.command.retype_hint_undo")
RETYPING: Sequence[tuple[Callable[[Context, Destruction], bool], Callable[[Text], Message]]] = (
    (_is_protected, lambda title: Message("form.command.retyped_wrong", argument=title)),
    (_has_no_undo, lambda title: Message("form.command.retyped_no_undo", argument=title)),
    (_is_unknown, lambda title: Message("form.command.retyped_undo_unknown", argument=title)),
)
"""When it is needed, with the sentence that says so. The first one that applies is told."""
