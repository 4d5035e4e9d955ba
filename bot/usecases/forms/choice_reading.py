"""Reads the choices that forms ask for, in a thread of its own: no form waits for a place."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from bot.core.parsing.typed_line import AnyCommand
from bot.core.redaction.sanitizer import sanitize
from bot.host.guarded_calls import LISTED_VALUES, blame_plugin, require_type
from bot.language.translation import translate
from bot.plugin import Choice, Choices, Parameter, Place, Plugin, PluginError, Services
from bot.usecases.command_context.place_choice import find_place
from bot.usecases.context import Context, log
from bot.usecases.forms.kept_choices import MOST_KEPT, KeptChoices, find_choices, keep_choices
from bot.usecases.process.choice_requests import ChoiceRequest

FRESH_MS = 60_000
"""So long what was read is not read again for another form."""


class ChoiceReader:
    """Reads what is wished for. A place that does not answer keeps nobody from anything but its choices."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def run_once(self) -> bool:
        """Read all that is wished for now."""
        for request in self._ctx.threads.choice_requests.take():
            try:
                read_choices(self._ctx, request)
            except PluginError as error:
                told = translate(error.sentence)
                log.warning("choices were not read: %s", told, extra={"action": "choices_not_read"})
        return False


def request_choices_of_noun(ctx: Context, plugin: str, command: AnyCommand, place: Place) -> None:
    """Have the choices read that the commands with the same noun offer on a place.

    A place that has just answered is read with little to do, and a form that opens next knows its choices.
    """
    noun = command.path.split()[0]
    for each in ctx.registry.typed:
        if each.path.split()[0] == noun and any(one.arg.choices for one in each.parameters):
            ctx.threads.choice_requests.add(ChoiceRequest(command=each.path, plugin=plugin, place=place.name))


def read_choices(ctx: Context, request: ChoiceRequest) -> None:
    """Read and keep the choices of a command on a place, but for those that are fresh. Raises PluginError."""
    plugin = ctx.registry.plugins[request.plugin]
    services = ctx.services(plugin.name)
    place = find_place(plugin.places(services), request.place, plugin.place_term)
    stale = [each for each in _list_arguments(ctx, request) if not _is_fresh(ctx, plugin, place, each)]
    if not stale:
        return
    subject = _open(plugin, services, place)
    for parameter, choices in stale:
        at = ctx.clock.now_ms()
        with blame_plugin(plugin.name, LISTED_VALUES, argument=parameter.named, command=request.command):
            found = require_type(tuple(islice(choices.read(subject), MOST_KEPT)), tuple[Choice, ...])
        with ctx.store.unit_of_work() as tx:
            keep_choices(tx, plugin.name, place, choices.name, KeptChoices(at=at, choices=sanitize(found)))


def _open(plugin: Plugin, services: Services, place: Place) -> object:
    """Open the place, which sends nothing yet."""
    return plugin.open(services, place)


def _list_arguments(ctx: Context, request: ChoiceRequest) -> Iterable[tuple[Parameter, Choices]]:
    command = next((each for each in ctx.registry.typed if each.path == request.command), None)
    for each in command.parameters if command is not None else ():
        if each.arg.choices is not None:
            yield each, each.arg.choices


def _is_fresh(ctx: Context, plugin: Plugin, place: Place, argument: tuple[Parameter, Choices]) -> bool:
    kept = find_choices(ctx, plugin.name, place, argument[1].name)
    return kept is not None and ctx.clock.now_ms() - kept.at < FRESH_MS
