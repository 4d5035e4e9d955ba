"""The table of REST methods that the portal knows; `batch` is added where calls are dispatched."""

from __future__ import annotations

from plugins.bitrix24.simulator.calls.call import Method
from plugins.bitrix24.simulator.methods import (
    activation,
    application,
    connector_registration,
    introspection,
    messages,
    offline_events,
    open_lines,
    placements,
    sessions,
    subscriptions,
)

MODULES = (
    connector_registration,
    activation,
    messages,
    open_lines,
    subscriptions,
    offline_events,
    placements,
    application,
    sessions,
)
METHODS: dict[str, Method] = {row.name: row for module in MODULES for row in module.ROWS}
SCOPES: dict[str, str | None] = {"batch": None, **{row.name: row.scope for row in METHODS.values()}}
"""What a token needs to call a method; None is nothing."""
METHODS |= {row.name: row for row in introspection.rows(SCOPES)}
SCOPES |= {name: row.scope for name, row in METHODS.items()}
