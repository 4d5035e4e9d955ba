"""Checks of the settings and of the plugins that they name."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from contextlib import closing
from math import ceil
from pathlib import Path

from bot.checks.check import Environment, Note, join_sentences
from bot.core.authority.rules.table_reader import refuse_unknown_commands
from bot.core.bot_errors import ConfigurationError
from bot.host.discovery import load_plugins
from bot.host.plugin_services import services_for
from bot.plugin import Message, Plugin, PluginError, Refusal
from bot.settings import READBACK_AFTER, Settings
from bot.store.sealing.keyring import create_key_file, load_key_file
from bot.store.store import open_store
from bot.usecases.admin.builtin_plugin import make_registry


def check_values(environment: Environment) -> Message:
    """Read every setting that can be written wrongly; each error names its own."""
    wrong = environment.settings.wrong_values
    if wrong:
        sentences = dict.fromkeys(error.sentence for error in wrong)
        hints = dict.fromkeys(error.hint for error in wrong)
        raise ConfigurationError(join_sentences(sentences), hint=join_sentences(hints))
    return Message("check.settings.readable", count=len(environment.settings.given))


def check_plugins(environment: Environment) -> Message:
    """Load every plugin, put their commands and settings together, and read the examples of all commands."""
    plugins = load_plugins(environment.settings["B24BOT_PLUGINS"])
    registry = make_registry(plugins)
    if not environment.settings.wrong_values:
        refuse_wrong_settings(environment.settings, plugins)
    faulty = next(registry.faulty_examples(), None)
    if faulty is not None:
        raise ConfigurationError(faulty)
    settings = environment.all_settings
    return Message(
        "check.plugins.loaded",
        plugins=tuple(plugin.name for plugin in plugins) or Message("check.plugins.none"),
        commands=Message("check.plugins.commands", count=len(list(registry))),
        settings=Message("check.plugins.settings", count=len(settings.rows)),
    )


def refuse_wrong_settings(settings: Settings, plugins: Sequence[Plugin]) -> None:
    """Raise ConfigurationError where settings do not go with the plugins, or the policy table with their commands."""
    refuse_early_reading(settings, plugins)
    rules = settings.rules
    if rules.rows:
        refuse_unknown_commands(rules, (command.path for command in make_registry(plugins).commands))


def refuse_early_reading(settings: Settings, plugins: Iterable[Plugin]) -> None:
    """Raise ConfigurationError where outcomes would be told while a plugin's calls can still take effect.

    What is on this machine answers at once.
    """
    given, loopback = settings.settle_after_ms, settings.on("B24BOT_ALLOW_LOOPBACK")
    for plugin in plugins:
        if given and not loopback and given < plugin.settling.late_effects_ms:
            least = f"{ceil(plugin.settling.late_effects)}s"
            raise ConfigurationError(
                Message(
                    "check.readback.too_early", setting=READBACK_AFTER, value=settings[READBACK_AFTER], least=least
                ),
                hint=Message("check.readback.hint", plugin=plugin.name, setting=READBACK_AFTER, least=least),
            )


def check_names(environment: Environment) -> Message | Note:
    """Look for variables that look like settings and are none."""
    unknown = environment.all_settings.unknown
    told = [Message("check.names.misspelt", name=name, meant=meant) for name, meant in unknown.items() if meant]
    if told:
        raise Refusal(join_sentences(told), hint=Message("check.names.without_effect"))
    if unknown:
        return Note(says=Message("check.names.unknown", names=tuple(unknown)))
    return Message("check.names.known")


def check_plugin_settings(environment: Environment) -> Message:
    """Start every plugin over an empty database in a folder that is thrown away: what it refuses, a start refuses."""
    settings = environment.all_settings
    plugins = load_plugins(settings["B24BOT_PLUGINS"])
    with tempfile.TemporaryDirectory() as folder:
        key_file = Path(folder) / "keys" / "key"
        create_key_file(key_file)
        home = Path(folder) / "home"
        with closing(
            open_store(home, load_key_file(key_file, home=home), environment.clock, synchronous="OFF")
        ) as store:
            for plugin in plugins:
                try:
                    services = services_for(
                        plugin.name, settings.for_plugins, store, environment.clock, events=plugin.events
                    )
                    plugin.start(services)
                except PluginError as error:
                    sentence = Message("check.plugins.not_started", plugin=plugin.name, cause=error.sentence)
                    raise ConfigurationError(sentence, hint=error.hint) from None
                finally:
                    plugin.close()
    return Message("check.plugins.start")
