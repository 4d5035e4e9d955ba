"""Faults on request: what the next calls of a method suffer instead of, before or after their effect."""

from __future__ import annotations

import threading
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from bot.playground.workspace.base.simulator_values import WorkspaceError
from bot.plugin.frozen import dataclass
from bot.plugin.loopback import LoopbackReply

KINDS = ("ratelimited", "server_error", "error", "page", "lost_before", "lost_after", "truncated", "stall")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`kind` is one of KINDS; `method` may hold wildcards and `response_url` is a method too.

    ratelimited: 429 with `retry_after` whole seconds · server_error: `status` with an HTML body · error: Slack's
    refusal `code` · page: 200 with an HTML page, as of a proxy that wants a login, and nothing happened ·
    lost_before: the connection closes and nothing happened · lost_after: it happened, then the connection closes ·
    truncated: it happened, half of the answer arrives · stall: it happened, the answer comes `seconds` late. `skip`
    lets that many matching calls pass first; `count` is how many suffer.
    """

    kind: str
    method: str = "*"
    count: int = 1
    skip: int = 0
    retry_after: int = 1
    status: int = 503
    code: str = "internal_error"
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise WorkspaceError(f"no such fault: {self.kind!r}; there are {', '.join(KINDS)}")

    @property
    def prevents(self) -> bool:
        """Whether the call has no effect."""
        return self.kind in ("ratelimited", "server_error", "error", "page", "lost_before")

    def instead(self) -> LoopbackReply:
        """The answer of a call that had no effect."""
        if self.kind == "ratelimited":
            return LoopbackReply.json(
                {"ok": False, "error": "ratelimited"},
                status=429,
                headers={"Retry-After": str(self.retry_after)},
            )
        if self.kind == "server_error":
            page = b"<html><body>upstream connect error</body></html>"
            return LoopbackReply(status=self.status, headers={"Content-Type": "text/html"}, body=page)
        if self.kind == "page":
            return LoopbackReply(
                headers={"Content-Type": "text/html"}, body=b"<html><body>Please sign in</body></html>"
            )
        if self.kind == "error":
            return LoopbackReply.json({"ok": False, "error": self.code})
        return LoopbackReply(drop=True)

    def after(self, reply: LoopbackReply) -> LoopbackReply:
        """What becomes of the true answer."""
        changes: dict[str, dict[str, Any]] = {
            "lost_after": {"drop": True},
            "truncated": {"truncate": len(reply.body) // 2},
            "stall": {"stall": self.seconds},
        }
        return replace(reply, **changes[self.kind])


class Faults:
    """The queue of faults still to be suffered, first asked first served."""

    def __init__(self) -> None:
        self._queue: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._queue.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._queue.clear()

    def waiting(self) -> tuple[Fault, ...]:
        with self._lock:
            return tuple(self._queue)

    def take(self, method: str) -> Fault | None:
        """The fault this call suffers, counted down."""
        with self._lock:
            for at, fault in enumerate(self._queue):
                if not fnmatchcase(method, fault.method):
                    continue
                if fault.skip:
                    self._queue[at] = replace(fault, skip=fault.skip - 1)
                    return None
                if fault.count > 1:
                    self._queue[at] = replace(fault, count=fault.count - 1)
                else:
                    del self._queue[at]
                return fault
        return None
