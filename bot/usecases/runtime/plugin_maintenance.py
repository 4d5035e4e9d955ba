"""Lets each plugin look after its own: hourly, or as soon as it asks to be called again."""

from __future__ import annotations

from bot.core.authority.limits import Mode, strictest_mode
from bot.language.translation import translate
from bot.plugin import Plugin, PluginError
from bot.usecases.context import Context, log
from bot.usecases.integrity.active_limits import list_limits

LONGEST_WAIT = 3_600.0
SHORTEST_WAIT = 1.0
"""Seconds between two calls of one plugin."""
FAULT_SECONDS = 600.0
"""After a call that failed."""
FAULT = {"action": "tend_fault"}


class PluginMaintenance:
    """Calls every plugin when its time has come, by the clock that nobody sets."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._due: dict[str, float] = {}

    def run_once(self) -> bool:
        """Call whoever is due. One that fails is in the log, and the others have their turn."""
        now = self._ctx.clock.monotonic()
        for plugin in self._ctx.registry.plugins.values():
            if now >= self._due.get(plugin.name, now):
                self._due[plugin.name] = now + self._maintain(plugin)
        return False

    def _may_change(self, _seconds: float) -> bool:
        """Whether a plugin may change anything at a place on its own account: not while a change request may not."""
        return strictest_mode(list_limits(self._ctx)) is Mode.NORMAL

    def _maintain(self, plugin: Plugin) -> float:
        """Call one plugin, and return the seconds until the next call.

        Whatever it raises beside a PluginError, its guard has logged and made a PluginFault of.
        """
        try:
            wait = plugin.maintain(self._ctx.services(plugin.name, may_send=self._may_change))
        except PluginError as error:
            told = translate(error.sentence)
            log.error("%s could not look after its own: %s", plugin.name, told, extra=FAULT)
            return FAULT_SECONDS
        return LONGEST_WAIT if wait is None else min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)
