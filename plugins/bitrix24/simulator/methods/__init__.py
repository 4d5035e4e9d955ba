"""The table of REST methods that the portal knows; `batch` is added where calls are dispatched."""

from __future__ import annotations

from plugins.bitrix24.simulator.calls import Method

from . import activation, application, messages, offline, openlines, placements, registration, subscriptions

MODULES = (registration, activation, messages, openlines, subscriptions, offline, placements, application)
METHODS: dict[str, Method] = {row.name: row for module in MODULES for row in module.ROWS}
