"""What a form would do, by what is known of the chosen values: no place is read for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.core.authority.policy import decide, describe_requirement
from bot.core.messages.command_forms import CommandForm
from bot.core.parsing.tokenizer import split_words
from bot.core.parsing.typed_line import AnyCommand
from bot.core.principals import Principal
from bot.plugin import Choice, Message, Parameter, Place, Plugin, PluginError, Text
from bot.usecases.command_context.place_choice import find_place
from bot.usecases.command_context.roles import role_of
from bot.usecases.context import Context
from bot.usecases.forms.form_lines import read_origin
from bot.usecases.forms.kept_choices import KeptChoices, describe_age, find_choices

MOST_DESCRIBED = 5
"""Chosen values that are described."""


def make_preview(ctx: Context, form: CommandForm, person: Principal) -> tuple[Text, ...]:
    """Say what is known of the values in the fields, with its age, and what the command needs; nothing without any."""
    origin = read_origin(form.value)
    command = next((each for each in ctx.registry.typed if each.path == origin.command), None)
    plugin = None if command is None else ctx.registry.owner(command)
    if command is None or plugin is None:
        return ()
    values = {each.name: each.value for each in form.fields}
    name = values.get(command.place_term.option) or origin.place
    place = _find_place(ctx, plugin, name)
    described = () if place is None else tuple(_describe_values(ctx, command, plugin, place, values))
    if not described:
        return ()
    needs = describe_requirement(decide(command.risk, role_of(ctx, person), ctx.deployment.terms))
    return (*described, Message("form.preview.needs", needs=needs))


def _find_place(ctx: Context, plugin: Plugin, name: str) -> Place | None:
    try:
        return find_place(plugin.places(ctx.services(plugin.name)), name, plugin.place_term) if name else None
    except PluginError:
        return None


def _describe_values(
    ctx: Context, command: AnyCommand, plugin: Plugin, place: Place, values: Mapping[str, str]
) -> Iterator[Text]:
    for each in command.parameters:
        choices = each.arg.choices
        words = _split(each, values.get(each.name, ""))
        kept = find_choices(ctx, plugin.name, place, choices.name) if choices is not None and words else None
        if choices is not None:
            yield from (_describe(ctx, command, kept, word) for word in words[:MOST_DESCRIBED])


def _split(parameter: Parameter, value: str) -> list[str]:
    if not parameter.many:
        return [value] if value else []
    try:
        return split_words(value)
    except PluginError:
        return []


def _describe(ctx: Context, command: AnyCommand, kept: KeptChoices | None, value: str) -> Text:
    found = next((each for each in kept.choices if each.value == value), None) if kept is not None else None
    if kept is None or found is None:
        return Message("form.preview.unknown", value=value)
    return _describe_known(command, found, describe_age(ctx, kept))


def _describe_known(command: AnyCommand, found: Choice, age: Message) -> Message:
    shown = found.label or found.value
    detail = Message("form.preview.detail", value=shown, detail=found.detail) if found.detail else shown
    if command.path in found.no_undo:
        return Message("form.preview.no_undo", known=detail, age=age)
    return Message("form.preview.known", known=detail, age=age)
