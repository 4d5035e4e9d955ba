"""Which plugins are local: each of their calls is one transaction of the bot's own database, and no place is asked."""

from __future__ import annotations

BUILTIN = "house"
"""The plugin the host itself is: its commands change what the bot keeps."""
LOCAL_PLUGINS = frozenset({BUILTIN})


def is_local_plugin(plugin: str) -> bool:
    """Whether a plugin's calls are local transactions: they are done or not, and never *unknown*."""
    return plugin in LOCAL_PLUGINS
