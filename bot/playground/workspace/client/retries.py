"""Redelivers events that were not acknowledged: at once, after one minute, after five (docs/slack-behaviour.md S16)."""

from __future__ import annotations

import threading

from bot.playground.workspace.base.dispatch import Dispatch, DispatchResult
from bot.playground.workspace.base.workspace_clock import Clock
from bot.playground.workspace.client.app_delivery import Carrier
from bot.plugin.frozen import dataclass

AFTER = (0.0, 60.0, 300.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    at: float
    dispatch: Dispatch
    reason: str


class Retries:
    """A thread that wakes when the workspace's clock says so; `wake` makes it look again."""

    def __init__(self, clock: Clock, carrier: Carrier) -> None:
        self._clock = clock
        self._carrier = carrier
        self._due: list[Due] = []
        self._awake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="retries", daemon=True)

    @property
    def waiting(self) -> tuple[Due, ...]:
        return tuple(self._due)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._awake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def wake(self) -> None:
        self._awake.set()

    def consider(self, result: DispatchResult) -> None:
        """Plan the next try of an event that failed, unless the app asked for none or the tries are used up."""
        tries = result.dispatch.retry
        unwanted = result.headers.get("x-slack-no-retry") == "1"
        if result.ok or unwanted or tries >= len(AFTER):
            return
        at = self._clock.now() + AFTER[tries]
        self._due.append(Due(at=at, dispatch=result.dispatch, reason=result.retry_reason))
        self.wake()

    def _run(self) -> None:
        while not self._stopping:
            self._awake.clear()
            now = self._clock.now()
            for due in [one for one in self._due if one.at <= now]:
                self._due.remove(due)
                self._again(due)
            soonest = min((one.at for one in self._due), default=now + 60)
            self._awake.wait(max(0.0, soonest - self._clock.now()))

    def _again(self, due: Due) -> None:
        old = due.dispatch
        again = self._carrier.prepare(
            old.kind, old.name, old.person, old.payload, retry=old.retry + 1, reason=due.reason
        )
        self._carrier.start(again, self.consider)
