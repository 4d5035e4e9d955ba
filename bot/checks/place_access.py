"""Checks of the places that the plugins know, each with its plugin's own command `place check`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing

from bot.checks.check import Environment, Note
from bot.core.bot_errors import ConfigurationError
from bot.core.parsing.invocation import AnyCommand
from bot.core.text import plural
from bot.host.discovery import close_plugins, load_plugins
from bot.host.guarded_calls import RAN_COMMAND, blame_plugin
from bot.host.plugin_services import services_for
from bot.language.translation import translate
from bot.plugin import Message, Place, PlaceTerm, Plugin, PluginError, Refusal, Reply
from bot.store.engine.database import FILE_NAME, Database
from bot.store.schema.migrations import pending
from bot.store.store import Store

PROBLEMS = "problems"
"""The entry of that command's data with what keeps a place from being used, as sentences."""


def check_places(environment: Environment) -> str | Note:
    """Let every plugin look at every place that it knows. A token that has run out is renewed on the way."""
    if pending(environment.database):
        return Note(says="The portals are looked at after the next start, which brings the database up to date.")
    plugins = load_plugins(environment.settings["B24BOT_PLUGINS"])
    try:
        return _check_each(environment, plugins)
    finally:
        close_plugins(plugins)


def _check_each(environment: Environment, plugins: Sequence[Plugin]) -> str | Note:
    terms = {plugin.place_term for plugin in plugins}
    term = terms.pop() if len(terms) == 1 else PlaceTerm()
    known = [(plugin, place) for plugin in plugins for place in _places(environment, plugin, environment.store)]
    if not known:
        return Note(says=f"No {term.word} is set up yet.", hint=f"Add one: b24bot {term.word} add NAME")
    problems, notes = [], []
    with closing(Database(environment.settings.home / FILE_NAME)) as database:
        store = Store(database, environment.keys, environment.clock, backups=environment.settings.backups)
        for plugin, place in known:
            found, told = _look(environment, plugin, place, store)
            problems += [f"{place.name}: {one}" for one in found]
            notes += [f"{place.name}: {one}" for one in told]
    if problems:
        raise Refusal(" ".join(problems), hint=f"See also: b24bot {term.word} check {term.option} NAME")
    names = ", ".join(place.name for _, place in known)
    return Note(says=" ".join(notes)) if notes else f"{plural(len(known), term.word)}, in order: {names}"


def _places(environment: Environment, plugin: Plugin, store: Store) -> list[Place]:
    services = services_for(
        plugin.name, environment.all_settings.for_plugins, store, environment.clock, events=plugin.events
    )
    return list(plugin.places(services))


def _look(environment: Environment, plugin: Plugin, place: Place, store: Store) -> tuple[list[str], list[str]]:
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
        return [f"{translate(error.sentence)} {translate(error.hint)}".strip()], []
    if not isinstance(reply, Reply):
        raise ConfigurationError(f"The plugin {plugin.name} does not answer `{command.path}` with a reply.")
    data = reply.data if isinstance(reply.data, Mapping) else {}
    listed = data.get(PROBLEMS)
    problems = (
        [translate(one) if isinstance(one, Message) else str(one) for one in listed]
        if isinstance(listed, list | tuple)
        else []
    )
    return problems, [note for note in map(translate, reply.notes) if note not in problems]


def _check_command(plugin: Plugin) -> AnyCommand | None:
    path = f"{plugin.place_term.word} check"
    return next((command for group in plugin.groups for command in group if command.path == path), None)
