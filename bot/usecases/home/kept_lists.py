"""What somebody's usual places hold, from the lists that forms keep: no place is called for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bot.core.messages.home_tabs import HomeEntry, HomeSection
from bot.core.principals import Principal
from bot.plugin import Choice, Choices, Message, OverviewList, Place, Plugin, PluginError, Text, Time
from bot.usecases.command_context.place_choice import choose_place, list_place_plugins
from bot.usecases.context import Context
from bot.usecases.forms.kept_choices import KeptChoices, find_choices
from bot.usecases.process.choice_requests import ChoiceRequest

MOST_SHOWN = 8
"""Things of a list that are named."""
NOT_READ = Message("home.list_not_read")


def list_contents(ctx: Context, person: Principal, *, renew: bool) -> Iterator[HomeSection]:
    """List them. With `renew` they are read again in the background."""
    for plugin in list_place_plugins(ctx.registry):
        for one in plugin.overview_lists:
            place, choices = _usual_place(ctx, plugin, person), _find_list(ctx, one)
            if place is not None and choices is not None:
                if renew:
                    request = ChoiceRequest(command=one.command, plugin=plugin.name, place=place.name)
                    ctx.threads.choice_requests.add(request)
                kept = find_choices(ctx, plugin.name, place, choices.name)
                label = Message("home.list", list=one.label, place=place.shown_name)
                yield HomeSection(label=label, entries=_describe(kept))


def _find_list(ctx: Context, one: OverviewList) -> Choices | None:
    command = next((each for each in ctx.registry.typed if each.path == one.command), None)
    parameters = command.parameters if command is not None else ()
    return next((each.arg.choices for each in parameters if each.arg.choices is not None), None)


def _usual_place(ctx: Context, plugin: Plugin, person: Principal) -> Place | None:
    try:
        return choose_place(ctx, plugin.name, plugin.places(ctx.services(plugin.name)), person)
    except PluginError:
        return None


def _describe(kept: KeptChoices | None) -> tuple[HomeEntry, ...]:
    if kept is None:
        return (HomeEntry(text=NOT_READ),)
    counted = Counter(choice.group for choice in kept.choices)
    groups = [Message("home.list_group", group=group, count=count) for group, count in counted.items()]
    read = Message("home.list_read", count=len(kept.choices), time=Time(time=kept.at))
    by_health = sorted(kept.choices, key=lambda choice: not choice.attention)
    named = [_name(choice) for choice in by_health[:MOST_SHOWN]]
    return tuple(HomeEntry(text=text) for text in (read, *groups, *named))


def _name(choice: Choice) -> Text:
    label = choice.label or choice.value
    entry = Message("home.list_entry", name=label, detail=choice.detail) if choice.detail else label
    return Message("home.list_attention", entry=entry) if choice.attention else entry
