"""How plugins are found: by the name of an entry point, or as `module:object` in the settings."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from typing import cast

from bot.core.errors import ConfigurationError
from bot.plugin import DeclarationError, Plugin

ENTRY_POINTS = "b24bot.plugins"


def load_plugins(names: str) -> tuple[Plugin, ...]:
    """Load the plugins of a comma-separated list. Raises ConfigurationError naming the one that cannot be loaded."""
    found = {point.name: point for point in entry_points(group=ENTRY_POINTS)}
    loaded: list[Plugin] = []
    for name in [word.strip() for word in names.split(",") if word.strip()]:
        try:
            if ":" in name:
                module, _, attribute = name.partition(":")
                loaded.append(cast(Plugin, getattr(import_module(module), attribute)))
            elif name in found:
                loaded.append(cast(Plugin, found[name].load()))
            else:
                known = ", ".join(sorted(found)) or "none"
                raise ConfigurationError(f"There is no plugin “{name}”; installed: {known}.")
        except (ImportError, AttributeError) as error:
            raise ConfigurationError(f"The plugin “{name}” cannot be loaded: {error}.") from error
        except DeclarationError as error:
            raise ConfigurationError(f"The plugin “{name}” is declared wrongly. {error.sentence}") from error
    return tuple(loaded)
