"""The fields of a command's form, from its declaration: its arguments, the place, and why it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bot.core.messages.command_forms import Entry, FormField
from bot.core.parsing.invocation import AnyCommand, offered_options
from bot.core.parsing.partial_line import PartialLine
from bot.core.parsing.tokenizer import join_words
from bot.core.principals import Principal
from bot.plugin import Choice, Message, Parameter, Place, Plugin, PluginError, Risk
from bot.usecases.command_context.place_choice import choose_place
from bot.usecases.context import Context
from bot.usecases.forms.retyped_values import lay_out_retyped
from bot.usecases.intake.stop_requests import REASON

CHOSEN = frozenset({Entry.PICK, Entry.PICKS, Entry.CHOICE})
"""How a field is filled in whose value is chosen, not typed."""
_REASON_LABEL, _REASON_HINT = Message("form.reason"), Message("form.reason_hint")


def list_fields(ctx: Context, partial: PartialLine, person: Principal) -> tuple[FormField, ...]:
    """List them with what was typed already. Raises PluginError when the plugin does not tell its places."""
    plugin = ctx.registry.owner(partial.command)
    if plugin is None:
        return lay_out_fields(partial, (), None)
    places = plugin.places(ctx.services(plugin.name))
    return lay_out_fields(partial, places, _usual_place(ctx, plugin, places, person))


def lay_out_fields(partial: PartialLine, places: Sequence[Place], usual: Place | None) -> tuple[FormField, ...]:
    """The same for known places, of which `usual` is the one that a line without a place is about."""
    own = [_argument(each, partial, places) for each in partial.command.parameters if not each.arg.secret]
    chosen = (*own, *_place(places, partial, usual))
    previews = has_preview(partial.command)
    followed = (replace(each, previewed=previews and each.entry in CHOSEN) for each in chosen)
    return (*followed, *lay_out_retyped(partial, places), *_reason(partial))


def has_preview(command: AnyCommand) -> bool:
    """Whether a form can say what would happen: it knows the values of an argument."""
    return any(each.arg.choices is not None for each in command.parameters)


def _argument(parameter: Parameter, partial: PartialLine, places: Sequence[Place]) -> FormField:
    words = partial.words.get(parameter.name, ())
    free = parameter.many and parameter.arg.free
    choices = make_place_choices(places) if parameter.arg.place and not parameter.arg.new_place else ()
    return FormField(
        name=parameter.name,
        label=parameter.title,
        hint=parameter.arg.help,
        entry=Entry.CHOICE if choices else _entry(parameter),
        required=parameter.required,
        value=join_words(words) if parameter.many and not free else " ".join(words),
        choices=choices,
    )


def _entry(parameter: Parameter) -> Entry:
    offers = parameter.arg.choices is not None
    rows: Mapping[Entry, bool] = {
        Entry.PICKS: offers and parameter.many,
        Entry.PICK: offers,
        Entry.SWITCH: parameter.switch,
        Entry.PERSON: parameter.arg.person and not parameter.many,
        Entry.TEXT: parameter.many and parameter.arg.free,
    }
    return next((entry for entry, fits in rows.items() if fits), Entry.WORD)


def _place(places: Sequence[Place], partial: PartialLine, usual: Place | None) -> Iterator[FormField]:
    """The place, where there is something to choose. A protected one is not chosen for whoever destroys something."""
    term = partial.command.place_term
    named = partial.options.get(term.option)
    if term.option not in offered_options(partial.command) or (
        len(places) < 2 and not any(place.protected for place in places)
    ):
        return
    yield FormField(
        name=term.option,
        label=term.label,
        hint="",
        entry=Entry.CHOICE,
        required=True,
        value=named or _default(partial, usual),
        choices=make_place_choices(places),
    )


def _default(partial: PartialLine, usual: Place | None) -> str:
    return "" if usual is None or (usual.protected and partial.command.risk is Risk.DESTROY) else usual.name


def _usual_place(ctx: Context, plugin: Plugin, places: Sequence[Place], person: Principal) -> Place | None:
    try:
        return choose_place(ctx, plugin.name, places, person)
    except PluginError:
        return None


def find_usual_place(ctx: Context, partial: PartialLine, person: Principal) -> str:
    """Find the name of the place that a line is about as far as it is known; empty where it is not."""
    plugin = ctx.registry.owner(partial.command)
    named = partial.options.get(partial.command.place_term.option, "")
    if plugin is None or named:
        return named
    place = _usual_place(ctx, plugin, plugin.places(ctx.services(plugin.name)), person)
    return place.name if place is not None else ""


def make_place_choices(places: Sequence[Place]) -> tuple[Choice, ...]:
    """Make a choice of each place, by its name."""
    return tuple(Choice(value=place.name, label=place.shown_name, detail=place.label) for place in places)


def _reason(partial: PartialLine) -> Iterator[FormField]:
    if REASON in offered_options(partial.command):
        yield FormField(
            name=REASON,
            label=_REASON_LABEL,
            hint=_REASON_HINT,
            entry=Entry.TEXT,
            required=False,
            value=partial.options.get(REASON, ""),
        )


def list_switches(partial: PartialLine) -> tuple[str, ...]:
    """The options without a value that stand in the line, which the form keeps as they are."""
    taken = offered_options(partial.command)
    return tuple(name for name in partial.options if name in taken and not taken[name])
