"""What a plugin is given: its settings, its secrets, its records, a clock and a logger."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.plugin import Clock, Records, Secrets
from bot.store.store import Store

Progress = Callable[[int, int, str], None]


def nobody_waits(done: int, total: int, what: str) -> None:
    """Progress that nobody wants to hear of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginServices:
    """The plugin API's Services, over the store."""

    settings: Mapping[str, str] = field(repr=False)
    """May hold secrets, so it is left out of what prints."""
    secrets: Secrets
    records: Records
    clock: Clock
    log: logging.Logger
    scratch: Path
    tell_progress: Progress

    def progress(self, done: int, total: int, what: str) -> None:
        self.tell_progress(done, total, what)


def services_for(
    plugin: str, settings: Mapping[str, str], store: Store, clock: Clock, progress: Progress = nobody_waits
) -> PluginServices:
    return PluginServices(
        settings=settings,
        secrets=store.secrets(plugin),
        records=store.records(plugin),
        clock=clock,
        log=logging.getLogger(f"b24bot.plugin.{plugin}"),
        scratch=store.database.path.parent / "scratch" / plugin,
        tell_progress=progress,
    )
