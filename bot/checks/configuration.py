"""Checks of the settings and of the plugins that they name."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from contextlib import closing
from math import ceil
from pathlib import Path

from bot.checks.check import Environment, Note
from bot.core.bot_errors import ConfigurationError
from bot.core.text import plural
from bot.host.discovery import load_plugins
from bot.host.plugin_services import services_for
from bot.language.translation import translate
from bot.plugin import Plugin, PluginError, Refusal
from bot.settings import READBACK_AFTER, Settings
from bot.store.sealing.keyring import create_key_file, load_key_file
from bot.store.store import open_store
from bot.usecases.admin.builtin_plugin import make_registry


def check_values(environment: Environment) -> str:
    """Read every setting that can be written wrongly; each error names its own."""
    wrong = environment.settings.wrong_values
    if wrong:
        sentences = dict.fromkeys(translate(error.sentence) for error in wrong)
        hints = dict.fromkeys(translate(error.hint) for error in wrong if error.hint)
        raise ConfigurationError(" ".join(sentences), hint=" ".join(hints))
    return f"{plural(len(environment.settings.given), 'variable')} set, every value can be read"


def check_plugins(environment: Environment) -> str:
    """Load every plugin, put their commands and settings together, and read the examples of all commands."""
    plugins = load_plugins(environment.settings["B24BOT_PLUGINS"])
    registry = make_registry(plugins)
    if not environment.settings.wrong_values:
        refuse_early_reading(environment.settings, plugins)
    faulty = next(registry.faulty_examples(), "")
    if faulty:
        raise ConfigurationError(f"{faulty[:1].upper()}{faulty[1:]}")
    settings = environment.all_settings
    return (
        f"{', '.join(plugin.name for plugin in plugins) or 'none'}: {plural(len(list(registry)), 'command')}, "
        f"{plural(len(settings.rows), 'setting')}"
    )


def refuse_early_reading(settings: Settings, plugins: Iterable[Plugin]) -> None:
    """Raise ConfigurationError where outcomes would be told while a plugin's calls can still take effect.

    What is on this machine answers at once.
    """
    given, loopback = settings.settle_after_ms, settings.on("B24BOT_ALLOW_LOOPBACK")
    for plugin in plugins:
        if given and not loopback and given < plugin.settling.late_effects_ms:
            least = f"{ceil(plugin.settling.late_effects)}s"
            raise ConfigurationError(
                f"{READBACK_AFTER}={settings[READBACK_AFTER]} is less than {least}.",
                hint=f"The plugin {plugin.name} needs {least}: set it to that or more.",
            )


def check_names(environment: Environment) -> str | Note:
    """Look for variables that look like settings and are none."""
    unknown = environment.all_settings.unknown
    told = [f"{name} is no setting. Did you mean {meant}?" for name, meant in unknown.items() if meant]
    if told:
        raise Refusal(" ".join(told), hint="It has no effect as it is.")
    if unknown:
        return Note(says=f"Not settings of b24bot or of a loaded plugin: {', '.join(unknown)}.")
    return "every name is known"


def check_plugin_settings(environment: Environment) -> str:
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
                    sentence = f"The plugin {plugin.name} does not start: {translate(error.sentence)}"
                    raise ConfigurationError(sentence, hint=error.hint) from None
                finally:
                    plugin.close()
    return "every plugin starts with them"
