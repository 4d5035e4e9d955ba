"""The Bitrix24 plugin in a process that dies, as with kill -9, at the moment the environment names.

FRAGILE_AT is one of MOMENTS, or HANGING: then the reply of the first call never comes. FRAGILE_ONCE is a file: the
process dies or hangs only while it does not exist, and makes it first, so that the process after it lives.
"""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

from bot.plugin import Call, CallOutcome, Observation, Place, Plan, Services
from plugins.bitrix24.plugin import BitrixPlugin
from plugins.bitrix24.portal import Portal

MOMENTS = ("planning", "before_call", "after_call", "before_second", "after_second", "looking")
HANGING = "hanging"


def _is_now(moment: str) -> bool:
    """Whether this is the moment, for the first time."""
    once = Path(os.environ.get("FRAGILE_ONCE", "/nowhere"))
    now = os.environ.get("FRAGILE_AT") == moment and once.parent.is_dir() and not once.exists()
    if now:
        once.touch()
    return now


def _die_at(moment: str) -> None:
    if _is_now(moment):
        os.kill(os.getpid(), signal.SIGKILL)


class FragilePlugin(BitrixPlugin):
    """Dies on the way in or out of what the host asks of it."""

    def open(self, services: Services, place: Place) -> Portal:
        _die_at("planning")
        return super().open(services, place)

    performed = 0

    def perform(self, services: Services, place: Place, call: Call) -> CallOutcome:
        self.performed += 1
        which = {2: "second"}.get(self.performed, "call")
        _die_at(f"before_{which}")
        outcome = super().perform(services, place, call)
        if _is_now(HANGING):
            threading.Event().wait()
        _die_at(f"after_{which}")
        return outcome

    def verify(self, services: Services, place: Place, plan: Plan) -> Observation:
        _die_at("looking")
        return super().verify(services, place, plan)


plugin = FragilePlugin()
