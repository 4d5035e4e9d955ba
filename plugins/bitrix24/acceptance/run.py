"""A run: leftovers are removed, the probe is recorded, the steps are taken, and the probe is removed again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.plugin import Dialogue, Message, PluginError
from bot.plugin.frozen import dataclass
from plugins.bitrix24.acceptance import run_events
from plugins.bitrix24.acceptance.answer import Answer
from plugins.bitrix24.acceptance.life_steps import EVENT
from plugins.bitrix24.acceptance.probe import Probe, ProbeRecords, new_probe
from plugins.bitrix24.acceptance.raw_caller import RawCaller
from plugins.bitrix24.acceptance.step import Step
from plugins.bitrix24.acceptance.step_table import STEPS
from plugins.bitrix24.auth.credentials import KnownPortal

STATUS, ACTIVATE, UNREGISTER = "imconnector.status", "imconnector.activate", "imconnector.unregister"
MOST_SILENT = 3
"""After so many calls in a row without an answer a run goes no further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A run that is over. `removed` is False where the probe may still be on the portal."""

    probe: Probe
    answers: Mapping[str, Answer]
    removed: bool


class AcceptanceRun:
    """Runs on one portal. Every call concerns the probe alone, or changes nothing.

    While the dialogue names a block, a run only removes probes. The watch looks at connectors that the bot registered
    or adopted, and the probe is none of them.
    """

    def __init__(self, dialogue: Dialogue, portal: KnownPortal, caller: RawCaller) -> None:
        self._dialogue = dialogue
        self._services = services = dialogue.services
        self._portal = portal
        self._caller = caller
        self._records = ProbeRecords(services, portal.identity)

    def walk(self, line: int) -> Walk:
        """Take all steps with a new probe on a line.

        Raises PluginError where the tokens cannot be renewed, and where b24bot may not change the portal any more.
        """
        self._caller.renew()
        probe = new_probe(self._services.clock.now_ms(), line)
        with self._services.transaction():
            self._records.keep(probe)
            facts = {"connector": probe.connector, "line": str(line)}
            self._services.record(run_events.BEGAN, self._portal.place, facts)
        answers: dict[str, Answer] = {}
        removed = False
        try:
            self._take_steps(probe, answers)
        finally:
            removed = self.remove(probe)
        return Walk(probe=probe, answers=answers, removed=removed)

    def remove_leftovers(self) -> tuple[tuple[Probe, ...], tuple[Probe, ...]]:
        """Remove the probes of runs that did not end; those that are gone now, and those that may still be there."""
        found = [(probe, self.remove(probe)) for probe in self._records.all()]
        return tuple(probe for probe, gone in found if gone), tuple(probe for probe, gone in found if not gone)

    def remove(self, probe: Probe) -> bool:
        """Take a probe off its line and remove all that a run makes; False where it may still be there."""
        try:
            gone = self._remove(probe)
        except PluginError:
            gone = False
        if gone:
            with self._services.transaction():
                self._records.forget(probe)
                self._services.record(run_events.REMOVED, self._portal.place, {"connector": probe.connector})
        return gone

    def _take_steps(self, probe: Probe, answers: dict[str, Answer]) -> None:
        silent = 0
        for number, step in enumerate(STEPS):
            self._assert_may_change()
            self._services.progress(number, len(STEPS), Message("bitrix24.progress.acceptance"))
            if silent < MOST_SILENT and (not step.after or _succeeded(step.after, probe, answers)):
                answers[step.name] = self._take(step, probe)
                silent = 0 if answers[step.name].status else silent + 1

    def _assert_may_change(self) -> None:
        block = self._dialogue.find_block()
        if block is not None:
            raise block

    def _take(self, step: Step, probe: Probe) -> Answer:
        if step.server:
            return self._caller.ask_server(step.server)
        return self._caller.call(step.method, step.params(probe), token=step.token)

    def _remove(self, probe: Probe) -> bool:
        call = self._caller.call
        status = call(STATUS, {"CONNECTOR": probe.connector, "LINE": probe.line})
        if not status.status:
            return False
        if status.result != _off(probe):
            call(ACTIVATE, {"CONNECTOR": probe.connector, "LINE": probe.line, "ACTIVE": 0})
        call("event.unbind", {"event": EVENT, "handler": probe.handler})
        for handler in (probe.second_handler, probe.handler):
            call("placement.unbind", {"PLACEMENT": "SETTING_CONNECTOR", "HANDLER": handler})
        for connector in self._registered(probe) or ():
            call(UNREGISTER, {"ID": connector})
        status = call(STATUS, {"CONNECTOR": probe.connector, "LINE": probe.line})
        return self._registered(probe) == [] and status.status == 200 and not _is_on(status)

    def _registered(self, probe: Probe) -> list[str] | None:
        """The ids of the probe that are registered; None where the portal does not tell."""
        answer = self._caller.call("imconnector.list", {})
        if answer.status != 200 or answer.error or not isinstance(answer.result, Mapping | list):
            return None
        return [key for key in answer.result if isinstance(key, str) and probe.owns(key)]


def _off(probe: Probe) -> Mapping[str, Any]:
    flags = {"ERROR": False, "CONFIGURED": False, "STATUS": False}
    return {"LINE": probe.line, "CONNECTOR": probe.connector, **flags}


def _is_on(status: Answer) -> bool:
    found = status.result if isinstance(status.result, Mapping) else {"STATUS": True}
    return any(found.get(name) for name in ("CONFIGURED", "STATUS"))


def _succeeded(name: str, probe: Probe, answers: Mapping[str, Answer]) -> bool:
    step = next(step for step in STEPS if step.name == name)
    return name in answers and step.expects(answers[name], probe)
