"""GET /healthz and GET /readyz as a plain WSGI application. Readiness is as it was a moment ago: to look costs a
commit, and anybody may ask."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from bot.clock import SystemClock
from bot.language.translation import translate
from bot.plugin import Clock
from bot.plugin.frozen import dataclass
from bot.usecases.runtime.readiness import REASONS

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
HEALTH_PATH, READY_PATH, METRICS_PATH = "/healthz", "/readyz", "/metrics"
KEPT_SECONDS = 1.5
STARTING_SECONDS = 0.1
"""For how long the answer is kept of a process that was never ready: what waits for it is to see it soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyState:
    """Each condition of readiness and whether it holds.

    `mode` stands beside them and is none of them: a bot that was frozen takes what comes, and says so.
    """

    conditions: Mapping[str, bool]
    mode: str

    @property
    def ready(self) -> bool:
        return all(self.conditions.values())

    def to_json(self) -> dict[str, bool | str | list[str]]:
        return {"ready": self.ready, "mode": self.mode, **self.conditions, "reasons": self.reasons}

    @property
    def reasons(self) -> list[str]:
        """Why it is not ready, a sentence for each condition that does not hold."""
        return [translate(REASONS[name]) for name, holds in self.conditions.items() if not holds]


class Readiness:
    """Looks at most once in `KEPT_SECONDS`, more often until it was ready once, and never twice at the same time."""

    def __init__(
        self,
        conditions: Callable[[], Mapping[str, bool]],
        mode: Callable[[], str],
        *,
        clock: Clock | None = None,
    ) -> None:
        self._conditions, self._mode, self._clock = conditions, mode, clock or SystemClock()
        self._looking = threading.Lock()
        self._last: ReadyState | None = None
        self._until = 0.0
        self._kept = STARTING_SECONDS

    def state(self) -> ReadyState:
        """The conditions now, or as they were a moment ago.

        While somebody looks, which a locked database makes slow, everybody else gets what was seen last.
        """
        last = self._last
        if last is not None and self._clock.monotonic() < self._until:
            return last
        if not self._looking.acquire(blocking=last is None):
            return last or self._look()
        try:
            return self._look()
        finally:
            self._looking.release()

    def _look(self) -> ReadyState:
        if self._last is not None and self._clock.monotonic() < self._until:
            return self._last
        self._last = ReadyState(conditions=dict(self._conditions()), mode=self._mode())
        if self._last.ready:
            self._kept = KEPT_SECONDS
        self._until = self._clock.monotonic() + self._kept
        return self._last


def make_health(readiness: Readiness) -> Wsgi:
    """Answer a load balancer; any other path is not found."""

    def answer(environ: Mapping[str, Any]) -> tuple[HTTPStatus, dict[str, Any]]:
        path = environ.get("PATH_INFO")
        if path not in (HEALTH_PATH, READY_PATH):
            return HTTPStatus.NOT_FOUND, {"error": f"There is {HEALTH_PATH}, {READY_PATH} and {METRICS_PATH}."}
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return HTTPStatus.METHOD_NOT_ALLOWED, {"error": "Ask by GET."}
        if path == HEALTH_PATH:
            return HTTPStatus.OK, {"alive": True}
        state = readiness.state()
        return HTTPStatus.OK if state.ready else HTTPStatus.SERVICE_UNAVAILABLE, state.to_json()

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        status, value = answer(environ)
        body = json.dumps(value).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response(f"{status.value} {status.phrase}", [*headers, ("Cache-Control", "no-store")])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    return application
