"""The name of the plugin that the host itself is. What it keeps for itself is stored under this name, too."""

from __future__ import annotations

BUILTIN = "house"
"""No other plugin may have it. Whether a plugin is local is asked of the registry, which was told so."""
