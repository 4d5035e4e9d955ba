"""Checks of the places that the plugins know, each with its plugin's own command `place check`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from bot.checks.check import Environment, Note, join_sentences
from bot.core.bot_errors import ConfigurationError
from bot.core.parsing.invocation import AnyCommand
from bot.core.parsing.usage import NAME, describe_line
from bot.host.discovery import close_plugins, load_plugins
from bot.host.guarded_calls import RAN_COMMAND, blame_plugin
from bot.host.plugin_services import services_for
from bot.language.command_words import tell_line
from bot.plugin import Message, Place, PlaceTerm, Plugin, PluginError, Refusal, Reply, Text
from bot.store.engine.kept_commits import Durability
from bot.store.files.consistency import list_pending_steps
from bot.store.store import Store
from bot.usecases.command_context.place_choice import list_adding_lines


def check_places(environment: Environment) -> Message | Note:
    """Let every plugin look at every place that it knows. A token that has run out is renewed on the way."""
    if list_pending_steps(environment.engine):
        return Note(says=Message("check.places.after_migration"))
    if environment.engine.durability() is Durability.WAITING:
        # A renewed token could not be stored, and the old one is spent by then.
        return Note(says=Message("check.places.commits_wait"))
    plugins = load_plugins(environment.settings["B24BOT_PLUGINS"])
    try:
        return _check_each(environment, plugins)
    finally:
        close_plugins(plugins)


def _check_each(environment: Environment, plugins: Sequence[Plugin]) -> Message | Note:
    terms = {plugin.place_term for plugin in plugins}
    term = terms.pop() if len(terms) == 1 else PlaceTerm()
    adding = list_adding_lines(plugins)
    known = [(plugin, place) for plugin in plugins for place in _places(environment, plugin, environment.store)]
    if not known:
        hint = Message("check.places.add", commands=adding) if adding else Message("place.plugin_settings_hint")
        return Note(says=Message("check.places.none"), hint=hint)
    problems: list[Text] = []
    notes: list[Text] = []
    settings = environment.settings
    with closing(environment.location.open().engine) as engine:
        store = Store(engine, environment.keys, environment.clock, home=settings.home, backups=settings.backups)
        for plugin, place in known:
            found, told = _look(environment, plugin, place, store)
            problems += [Message("check.places.finding", place=place.name, finding=one) for one in found]
            notes += [Message("check.places.finding", place=place.name, finding=one) for one in told]
    if problems:
        command = describe_line("b24bot", tell_line(f"{term.word} check {term.option}"), NAME)
        raise Refusal(join_sentences(problems), hint=Message("check.places.see_also", command=command))
    if notes:
        return Note(says=join_sentences(notes))
    return Message("check.places.usable", places=tuple(place.name for _, place in known))


def _places(environment: Environment, plugin: Plugin, store: Store) -> list[Place]:
    services = services_for(
        plugin.name, environment.all_settings.for_plugins, store, environment.clock, events=plugin.events
    )
    return list(plugin.places(services))


def _look(environment: Environment, plugin: Plugin, place: Place, store: Store) -> tuple[list[Text], list[Text]]:
    """What keeps a place from being used, and what else is worth knowing."""
    command = _check_command(plugin)
    if command is None:
        return [], []
    services = services_for(
        plugin.name, environment.all_settings.for_plugins, store, environment.clock, events=plugin.events
    )
    try:
        subject = plugin.open(services, place)
        with blame_plugin(plugin.name, RAN_COMMAND, command=command.path):
            reply = command.answer(subject, {})
    except PluginError as error:
        return [join_sentences([error.sentence, error.hint])], []
    if not isinstance(reply, Reply):
        raise ConfigurationError(Message("check.places.no_reply", plugin=plugin.name, command=command.path))
    return list(reply.problems), [note for note in reply.notes if note not in reply.problems]


def _check_command(plugin: Plugin) -> AnyCommand | None:
    path = f"{plugin.place_term.word} check"
    return next((command for group in plugin.groups for command in group if command.path == path), None)
