"""The thread that posts events to handlers, once each, and carries out what was promised for later."""

from __future__ import annotations

import heapq
import http.client
import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode, urlsplit

from bot.plugin.frozen import dataclass
from plugins.bitrix24.simulator.state.simulated_clock import Clock

TIMEOUT = 5.0
"""Real seconds that a handler may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A form POST to be made. `name` says what it is: an event's name or a placement."""

    name: str
    url: str
    pairs: Sequence[tuple[str, str]]
    client_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A POST that was made. `status` 0 means that no answer came, and `problem` says why."""

    post: Post
    at: float
    status: int
    body: str = ""
    problem: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "event": self.post.name,
            "url": self.post.url,
            "app": self.post.client_id,
            "pairs": [list(pair) for pair in self.post.pairs],
            "at": self.at,
            "status": self.status,
            "body": self.body,
            "problem": self.problem or "",
        }


def deliver(post: Post, now: float) -> Delivery:
    """Make the POST, to this machine only, without following redirects and without a second try."""
    parts = urlsplit(post.url)
    if not _is_loopback(parts.hostname):
        return Delivery(post=post, at=now, status=0, problem="the simulator posts to this machine only")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
        try:
            connection.request(
                "POST",
                path,
                body=urlencode(post.pairs).encode(),
                headers={"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Bitrix24 Webhook Engine"},
            )
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Delivery(post=post, at=now, status=0, problem=f"no answer: {error}")
    return Delivery(post=post, at=now, status=answer.status, body=text)


def _is_loopback(host: str | None) -> bool:
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


class Sender:
    """One thread, first in first out. `later` counts simulated seconds: advancing the clock makes them pass."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wake = threading.Condition()
        self._posts: deque[Post] = deque()
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._order = itertools.count()
        self._acting = threading.RLock()
        self._held: list[Post] | None = None
        self._busy = False
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.deliveries: list[Delivery] = []

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="portal-sender", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self.wake()
        if self._thread is not None:
            self._thread.join(timeout=TIMEOUT + 1)
            self._thread = None

    def wake(self) -> None:
        """The clock has moved."""
        with self._wake:
            self._wake.notify_all()

    def post(self, post: Post) -> None:
        with self._wake:
            if self._held is not None:
                self._held.append(post)
                return
            self._posts.append(post)
            self._wake.notify_all()

    @contextmanager
    def held(self) -> Iterator[list[Post]]:
        """Keep what is posted inside back, for the caller to put in another order; it goes out at the end."""
        with self._wake:
            kept: list[Post] = []
            self._held = kept
        try:
            yield kept
        finally:
            with self._wake:
                self._held = None
                self._posts.extend(kept)
                self._wake.notify_all()

    def later(self, seconds: float, act: Callable[[], object]) -> None:
        with self._wake:
            heapq.heappush(self._due, (self._clock.time() + seconds, next(self._order), act))
            self._wake.notify_all()

    def settle(self) -> None:
        """Carry out, in the calling thread, whatever is due by now. Another thread that is at it is waited for."""
        with self._acting:
            while (act := self._next_due()) is not None:
                act()

    def pause(self, seconds: float) -> None:
        """Wait real seconds, cut short when the simulator stops."""
        self._stopping.wait(seconds)

    def idle(self, within: float = TIMEOUT) -> bool:
        """Wait until every post was made; False when that took longer than `within` real seconds."""
        with self._wake:
            return self._wake.wait_for(lambda: not self._posts and not self._busy, timeout=within)

    def clear(self) -> None:
        with self._wake:
            self._posts.clear()
            self._due.clear()
            self.deliveries = []

    def _next_due(self) -> Callable[[], object] | None:
        with self._wake:
            if self._due and self._due[0][0] <= self._clock.time():
                return heapq.heappop(self._due)[2]
            return None

    def _timeout(self) -> float | None:
        """Real seconds until something is due; None is until somebody wakes the thread."""
        if not self._due or self._clock.frozen:
            return None
        return max(0.0, self._due[0][0] - self._clock.time())

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.settle()
            with self._wake:
                if not self._posts and not self._stopping.is_set():
                    self._wake.wait(self._timeout())
                post = self._posts.popleft() if self._posts else None
                self._busy = post is not None
            if post is not None:
                delivery = deliver(post, self._clock.time())
                with self._wake:
                    self.deliveries.append(delivery)
                    self._busy = False
                    self._wake.notify_all()
