"""The table of REST methods that the portal knows; `batch` is added where calls are dispatched."""

from __future__ import annotations

from plugins.bitrix24.simulator.calls.call import Method
from plugins.bitrix24.simulator.methods import (
    activation,
    application,
    connector_registration,
    messages,
    offline_events,
    open_lines,
    placements,
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
)
METHODS: dict[str, Method] = {row.name: row for module in MODULES for row in module.ROWS}
