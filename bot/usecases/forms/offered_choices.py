"""What a field of an open form offers for what was typed into it: from what is kept, never from the place itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from bot.core.authority.policy import Refused, decide
from bot.core.messages.command_forms import ChoiceGroup, ChoiceQuestion
from bot.core.parsing.typed_line import AnyCommand
from bot.language.translation import translate
from bot.plugin import Choice, Message, Parameter, Place, PluginError, Text
from bot.usecases.authority.memberships import find_language
from bot.usecases.command_context.place_choice import find_place
from bot.usecases.command_context.roles import role_of
from bot.usecases.context import Context
from bot.usecases.forms.form_fields import make_place_choices
from bot.usecases.forms.form_lines import FormOrigin, read_origin
from bot.usecases.forms.kept_choices import KeptChoices, describe_age, find_choices
from bot.usecases.process.choice_requests import ChoiceRequest

MOST_OFFERED = 100
"""Choices in one answer, that of the typed word included."""
AS_TYPED = Message("form.choices.as_typed")


def offer_choices(ctx: Context, question: ChoiceQuestion) -> tuple[ChoiceGroup, ...]:
    """Offer what fits, in groups with the age of what is known; nothing to whoever may not type the command.

    The word itself is offered too: what is kept may be old, and the command is checked in any case.
    """
    origin = read_origin(question.value)
    command = next((each for each in ctx.registry.typed if each.path == origin.command), None)
    if command is None or _is_refused(ctx, question, command):
        return ()
    parameter = next((each for each in command.parameters if each.name == question.field), None)
    kept = (
        _list_places(ctx, command)
        if _names_place(command, parameter, question.field)
        else _find_kept(ctx, question, origin, command, parameter)
    )
    typed = question.typed.strip()
    language = find_language(ctx, question.person)
    fitting = [] if kept is None else [each for each in kept.choices if _fits(each, typed, language)]
    offered = fitting[: MOST_OFFERED - 1]
    groups = tuple(_groups(offered, "" if kept is None else _age(ctx, kept, len(fitting), len(offered))))
    if not typed or any(each.value == typed for each in offered):
        return groups
    return (*groups, ChoiceGroup(label=AS_TYPED, choices=(Choice(value=typed),)))


def _names_place(command: AnyCommand, parameter: Parameter | None, field: str) -> bool:
    return field == command.place_term.option or (parameter is not None and parameter.arg.place)


def _list_places(ctx: Context, command: AnyCommand) -> KeptChoices | None:
    """The places of the command's plugin, which are stored here, as they are now."""
    plugin = ctx.registry.owner(command)
    if plugin is None:
        return None
    try:
        places = plugin.places(ctx.services(plugin.name))
    except PluginError:
        return None
    return KeptChoices(at=ctx.clock.now_ms(), choices=make_place_choices(places))


def _is_refused(ctx: Context, question: ChoiceQuestion, command: AnyCommand) -> bool:
    role = role_of(ctx, question.person)
    return isinstance(decide(command.risk, role, ctx.deployment.terms), Refused)


def _find_kept(
    ctx: Context, question: ChoiceQuestion, origin: FormOrigin, command: AnyCommand, parameter: Parameter | None
) -> KeptChoices | None:
    """What is kept for the place that the form names; it is wished for, so that the next answer is fresh."""
    plugin = ctx.registry.owner(command)
    name = question.fields.get(command.place_term.option) or origin.place
    if plugin is None or parameter is None or parameter.arg.choices is None or not name:
        return None
    try:
        place: Place = find_place(plugin.places(ctx.services(plugin.name)), name, plugin.place_term)
    except PluginError:
        return None
    ctx.threads.choice_requests.add(ChoiceRequest(command=command.path, plugin=plugin.name, place=place.name))
    return find_choices(ctx, plugin.name, place, parameter.arg.choices.name)


def _fits(choice: Choice, typed: str, language: str) -> bool:
    if not typed:
        return True
    words = " ".join([choice.value, *(translate(text, language) for text in (choice.label, choice.detail))])
    return all(word in words.casefold() for word in typed.casefold().split())


def _groups(choices: Sequence[Choice], age: Text) -> Iterator[ChoiceGroup]:
    for group, members in groupby(choices, key=lambda choice: choice.group):
        label = Message("form.choices.group", group=group, age=age) if group else age
        yield ChoiceGroup(label=label, choices=tuple(members))


def _age(ctx: Context, kept: KeptChoices, fitting: int, offered: int) -> Message:
    age = describe_age(ctx, kept)
    return age if fitting == offered else Message("form.choices.part", shown=offered, all=fitting, age=age)
