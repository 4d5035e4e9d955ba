"""HTTP connections with a time limit: one that sends no whole request in time is closed, and so is a slow drip.

waitress bounds the silence on a connection and the number of connections. Neither keeps a flood of idle connections,
or of connections that send a byte now and then, from taking every place: then nobody else is let in.
"""

from __future__ import annotations

import contextlib
import errno
import math
import resource
import socket
import threading
from collections.abc import Mapping
from typing import Any, cast

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from bot.plugin import Clock
from bot.plugin.frozen import dataclass

MOST_CONNECTIONS = 512
FILES_SHARE = 2
"""One in so many of the files that this process may open is for connections; the others are for the rest of the bot."""
ACCEPTS_PER_ROUND = 32
OUT_OF_FILES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
LOOK_SECONDS, REST_SECONDS = 0.25, 0.1


def connections_allowed() -> int:
    """How many connections this process takes at a time, within its limit of open files."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(8, min(MOST_CONNECTIONS, soft // FILES_SHARE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one connection, and all of them together, may take."""

    connections: int
    request_seconds: float = 10.0
    """From the opening of a connection, or from the first byte of a further request, to the end of that request."""
    idle_seconds: float = 75.0
    """For how long a connection is kept open after an answer: longer than a proxy keeps its own, 60 s with nginx."""
    body_bytes: int = 256 * 1024
    header_bytes: int = 32 * 1024


class TimedChannel(HTTPChannel):
    """One connection, which knows by when it has to have sent a whole request."""

    server: TimedServer
    requests_lock: threading.Lock
    outbuf_lock: threading.Condition
    """waitress's own, which its types leave out."""

    def __init__(self, server: TimedServer, sock: socket.socket, addr: Any, adj: Adjustments, map: Any = None) -> None:
        self.since = server.clock.monotonic()
        """When it was opened, or answered last."""
        self.due = self.since + server.limits.request_seconds
        self._began = True
        super().__init__(server, sock, addr, adj, map)

    def received(self, data: bytes) -> bool:
        taken = super().received(data)
        if self.request is not None and not self._began:
            self._began = True
            # Never later than it was: what begins again and again would push it ahead of itself.
            self.due = min(self.due, self.server.clock.monotonic() + self.server.limits.request_seconds)
        return taken

    def service(self) -> None:
        """Answer one request, in one of the threads; nothing is due of the client meanwhile."""
        self.since, self.due = self.server.clock.monotonic(), math.inf
        super().service()
        with self.requests_lock:
            limits, self.since = self.server.limits, self.server.clock.monotonic()
            self._began = self.request is not None
            self.due = self.since + (limits.request_seconds if self._began else limits.idle_seconds)

    def writable(self) -> bool:
        """Whether the loop has something to write: not while a thread writes, which tells the loop when it is done.

        waitress asks again and again meanwhile, and what that takes of the interpreter is taken from that thread.
        """
        if not super().writable() or self.will_close or self.close_when_flushed:
            return bool(super().writable())
        free = self.outbuf_lock.acquire(blocking=False)
        if free:
            self.outbuf_lock.release()
        return free

    def end(self) -> None:
        """Let the next round of the loop close it. Marked only: no file number may be used again in this round.

        The loop closes what can be written to. A client that does not read its answers would never let that be, so its
        connection is shut down as well.
        """
        self.will_close = True
        with contextlib.suppress(OSError):
            cast(socket.socket, self.socket).shutdown(socket.SHUT_RDWR)

    @property
    def waits(self) -> bool:
        """Whether it is the client that has to do something."""
        return not self.requests and not self.will_close


class TimedServer(TcpWSGIServer):
    """waitress, which lets somebody in at any time: who has waited longest without a request makes room."""

    channel_class = TimedChannel

    def __init__(
        self,
        application: Any,
        sockets: dict[int, Any],
        *,
        host: str,
        port: int,
        threads: int,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self.limits, self.clock, self._sockets = limits, clock, sockets
        self._look_due = self._accept_due = -math.inf
        adjustments = Adjustments(
            host=host,
            port=port,
            threads=threads,
            # waitress refuses a body of this size, and lets one of a byte less pass.
            max_request_body_size=limits.body_bytes + 1,
            max_request_header_size=limits.header_bytes,
            ident=None,
            # Who asks, as a proxy says it, bounds only how often somebody may ask a plugin (incoming.client_of).
            clear_untrusted_proxy_headers=False,
        )
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(threads)
        super().__init__(
            application, sockets, dispatcher=dispatcher, adj=adjustments, sockinfo=cast(Any, adjustments.listen[0])
        )

    def readable(self) -> bool:
        """Whether another connection is taken. Asked in every round, so this is also where overdue ones are closed.

        By the steady clock: waitress itself goes by the time of the day, which somebody may set.
        """
        now = self.clock.monotonic()
        if now >= self._look_due:
            self._look_due = now + LOOK_SECONDS
            for channel in self._waiting():
                if channel.due <= now:
                    channel.end()
        # One place is kept free, so that whoever comes next is let in at once.
        kept, most = self._kept(), self.limits.connections
        if kept >= most:
            self._make_room(1 + kept - most)
            kept = self._kept()
        return self.accepting and now >= self._accept_due and kept < most

    def handle_accept(self) -> None:
        """Take several at once: a flood comes faster than one a round."""
        for _ in range(ACCEPTS_PER_ROUND):
            try:
                taken = self.accept()
            except OSError as error:
                if error.errno in OUT_OF_FILES:
                    self._make_room(1)
                    self._accept_due = self.clock.monotonic() + REST_SECONDS
                return
            if taken is None:
                return
            connection, address = taken
            self.channel_class(self, connection, self.fix_addr(address), self.adj, map=self._sockets)

    def _channels(self) -> list[TimedChannel]:
        return list(cast(Mapping[int, TimedChannel], self.active_channels).values())

    def _waiting(self) -> list[TimedChannel]:
        return [channel for channel in self._channels() if channel.waits]

    def _kept(self) -> int:
        return sum(not channel.will_close for channel in self._channels())

    def _make_room(self, places: int) -> None:
        """Close those that have waited longest."""
        if places > 0:
            for channel in sorted(self._waiting(), key=lambda channel: channel.since)[:places]:
                channel.end()
