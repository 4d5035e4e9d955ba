"""A Bitrix24 portal on loopback: `PortalSimulator` in a test, `serve` for a process of its own.

Nothing here imports the plugin that it is there to check; its facts come from docs/portal-behaviour.md.
"""

from __future__ import annotations

from plugins.bitrix24.simulator.portal_simulator import PortalSimulator, serve

__all__ = ["PortalSimulator", "serve"]
