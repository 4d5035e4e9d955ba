"""Trigger ids: the right to open one modal within three seconds of what a person did (docs/slack-behaviour.md S17)."""

from __future__ import annotations

from dataclasses import replace

from bot.playground.workspace.base.simulator_values import Refusal
from bot.playground.workspace.base.workspace_clock import Clock, Ids
from bot.plugin.frozen import dataclass

LIFETIME = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """`in_view` is the id of the modal the person acted in; only such a trigger may push another view."""

    id: str
    person: str
    issued_at: float
    in_view: str = ""
    used: bool = False


class Triggers:
    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._by_id: dict[str, Trigger] = {}

    def issue(self, person: str, *, in_view: str = "") -> str:
        trigger = Trigger(
            id=f"{self._ids.numbered('', 8)}.1000.{self._ids.random(32)}",
            person=person,
            issued_at=self._clock.now(),
            in_view=in_view,
        )
        self._by_id[trigger.id] = trigger
        return trigger.id

    def check(self, trigger_id: str) -> Trigger:
        trigger = self._by_id.get(trigger_id)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self._clock.now() - trigger.issued_at > LIFETIME:
            raise Refusal("expired_trigger_id")
        return trigger

    def use(self, trigger: Trigger) -> None:
        self._by_id[trigger.id] = replace(trigger, used=True)
