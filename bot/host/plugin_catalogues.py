"""Where the catalogue of a plugin is found: in the folder `locale` beside the module that its object comes from."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.language.catalogues import bind_catalogue
from bot.plugin import Plugin


def bind_plugin_catalogue(plugin: Plugin) -> None:
    """Make the messages of a plugin known, whose keys begin with its name. One without a catalogue has none.

    The object may be of a class that another package derives from the plugin's own.
    """
    for kind in type(getattr(plugin, "plugin", plugin)).__mro__:
        module = sys.modules.get(kind.__module__)
        folder = Path(getattr(module, "__file__", None) or "").parent / "locale"
        if folder.is_dir():
            bind_catalogue(plugin.name, folder)
            return
