"""GET /healthz and GET /readyz as a plain WSGI application. Readiness is as it was a moment ago: to look costs a
commit, and anybody may ask."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from bot.clock import SystemClock
from bot.core.authority.limits import Mode
from bot.language.translation import translate
from bot.plugin import Clock
from bot.plugin.frozen import dataclass
from bot.usecases.runtime.readiness import REASONS
from bot.web.bounded_answer import TooSlow, wait_for

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
HEALTH_PATH, READY_PATH, METRICS_PATH = "/healthz", "/readyz", "/metrics"
KEPT_SECONDS = 1.5
STARTING_SECONDS = 0.1
"""For how long the answer is kept of a process that was never ready: what waits for it is to see it soon."""

LOOK_SECONDS = 3.0
"""How long who asks waits for a look. A locked database is waited for two seconds."""
OLD_SECONDS = 5.0
"""For how long what was seen counts while the next look does not end."""


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
    """Looks at most once in `KEPT_SECONDS`, more often until it was ready once, and never twice at the same time.

    Nobody waits longer than `look_seconds` for a look. Where one hangs, as on a server that is stopped, what was seen
    last counts for `OLD_SECONDS`. Then it is not ready.
    """

    def __init__(
        self,
        conditions: Callable[[], Mapping[str, bool]],
        mode: Callable[[], str],
        *,
        clock: Clock | None = None,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._look_seconds = look_seconds
        self._conditions, self._mode, self._clock = conditions, mode, clock or SystemClock()
        self._looking = threading.Lock()
        self._last: ReadyState | None = None
        self._seen = self._until = 0.0
        self._kept = STARTING_SECONDS

    def state(self) -> ReadyState:
        """The conditions now, or as they were a moment ago.

        While somebody looks, which a locked database makes slow, everybody else gets what was seen last. Raises
        what a look raises.
        """
        last = self._last
        if last is not None and self._clock.monotonic() < self._until:
            return last
        if self._looking.acquire(blocking=False):
            with suppress(TooSlow):
                wait_for(self._look, self._look_seconds, ended=self._looking.release)
        elif self._is_old() and self._looking.acquire(timeout=self._look_seconds):
            self._looking.release()
        last = self._last
        if last is not None and not self._is_old():
            return last
        known = last or ReadyState(conditions={}, mode=Mode.READ_ONLY)
        return replace(known, conditions={**known.conditions, "store": False})

    def _is_old(self) -> bool:
        return self._last is None or self._clock.monotonic() - self._seen > OLD_SECONDS

    def _look(self) -> None:
        seen = ReadyState(conditions=dict(self._conditions()), mode=self._mode())
        if seen.ready:
            self._kept = KEPT_SECONDS
        self._last, self._seen = seen, self._clock.monotonic()
        self._until = self._seen + self._kept


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
