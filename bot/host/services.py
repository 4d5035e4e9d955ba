"""What a plugin is given: its settings, its secrets, its records, a clock and a logger."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from bot.plugin import Clock, Records, Secrets
from bot.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginServices:
    """The plugin API's Services, over the store."""

    settings: Mapping[str, str]
    secrets: Secrets
    records: Records
    clock: Clock
    log: logging.Logger


def services_for(plugin: str, settings: Mapping[str, str], store: Store, clock: Clock) -> PluginServices:
    return PluginServices(
        settings=settings,
        secrets=store.secrets(plugin),
        records=store.records(plugin),
        clock=clock,
        log=logging.getLogger(f"b24bot.plugin.{plugin}"),
    )
