"""How plugins are found: by the name of an entry point, or as `module:object` in the settings."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from bot.core.bot_errors import ConfigurationError
from bot.host.contract import assert_plugin
from bot.host.guarded_calls import GuardedPlugin
from bot.host.plugin_catalogues import bind_plugin_catalogue
from bot.plugin import DeclarationError, Message, Plugin

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINTS = "b24bot.plugins"
_NOT_OF_A_PLUGIN = ("<", str(Path(__file__).parents[1]), str(Path(importlib.__file__).parent))
"""What files begin with that a plugin's import goes through."""
_ACCEPTED: list[object] = []
"""The plugins of this process that were looked at, and are declared as they have to be."""


def load_plugins(names: str) -> tuple[Plugin, ...]:
    """Load the plugins of a comma-separated list, each behind the guard that names its faults.

    Raises ConfigurationError naming the one that cannot be loaded, or that lacks a member of the protocol.
    """
    wanted = [name for name in dict.fromkeys(word.strip() for word in names.split(",")) if name]
    found = _installed() if any(":" not in name for name in wanted) else {}
    return tuple(_load(name, found) for name in wanted)


def close_plugins(plugins: Iterable[Plugin]) -> None:
    """Let every plugin let go of its connections; the guard of each keeps what it meets from the others."""
    for plugin in plugins:
        plugin.close()


@cache
def _installed() -> Mapping[str, EntryPoint]:
    """Looked for once: going through everything that is installed takes longer than all the rest of a short command."""
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=ENTRY_POINTS)}


def _load(name: str, found: Mapping[str, EntryPoint]) -> Plugin:
    if ":" not in name and name not in found:
        known = tuple(sorted(found)) or Message("host.plugin.none")
        raise ConfigurationError(Message("host.plugin.missing", plugin=name, installed=known))
    try:
        plugin = _object(name) if ":" in name else found[name].load()
    except DeclarationError as error:
        raise ConfigurationError(Message("host.plugin.declared_wrongly", plugin=name, fault=error.sentence)) from error
    except (Exception, SystemExit) as error:  # Importing a stranger's package runs its code.
        raise ConfigurationError(
            Message("host.plugin.unloadable", plugin=name, cause=f"{type(error).__name__}: {error}{_line_of(error)}")
        ) from error
    # A start loads its plugins three times: for the settings, for the checks and to work with them.
    if not any(one is plugin for one in _ACCEPTED):
        assert_plugin(name, plugin)
        bind_plugin_catalogue(cast(Plugin, plugin))
        _ACCEPTED.append(plugin)
    return GuardedPlugin(cast(Plugin, plugin))


def _line_of(error: BaseException) -> str:
    """Where in the plugin's own files it was raised; empty where it was in none of them."""
    from traceback import extract_tb

    files = [frame for frame in extract_tb(error.__traceback__) if not frame.filename.startswith(_NOT_OF_A_PLUGIN)]
    return f", in {files[-1].filename}, line {files[-1].lineno}" if files else ""


def _object(name: str) -> object:
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)
