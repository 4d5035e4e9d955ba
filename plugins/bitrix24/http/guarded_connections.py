"""Connections to a portal: where a name may lead, when the first byte leaves, and how long an answer may take."""

from __future__ import annotations

import http.client
import io
import ipaddress
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from plugins.bitrix24.hosts.ip_addresses import is_public
from plugins.bitrix24.http.exchange import MaySend, Timeouts


class NotPublic(OSError):
    """A name that leads to an address inside a private network."""


class NotLoopback(OSError):
    """A name that leads off this machine where only this machine is allowed."""


class Withheld(OSError):
    """The request may not be sent any more."""


class Progress(threading.local):
    """This thread's current exchange: whether a byte of the request has left, and how long there is still patience."""

    sent = False
    timeouts = Timeouts()
    _until = 0.0
    _monotonic: Callable[[], float]
    _may_send: MaySend | None = None

    def begin(self, timeouts: Timeouts, monotonic: Callable[[], float], may_send: MaySend | None) -> None:
        self.sent, self.timeouts, self._monotonic, self._may_send = False, timeouts, monotonic, may_send

    def leave(self) -> None:
        """The first byte goes out, or Withheld is raised. Patience begins here, not while the thread waited for a
        free connection; and so does the permit, for all waiting is over."""
        if not self.sent:
            if self._may_send is not None and not self._may_send(self.timeouts.longest):
                raise Withheld
            self.sent = True
            self._until = self._monotonic() + self.timeouts.total

    def left(self) -> float:
        """Seconds for the next byte. Raises TimeoutError when there are none."""
        left = self._until - self._monotonic()
        if left <= 0:
            raise TimeoutError
        return min(left, self.timeouts.read)


progress = Progress()
"""Of this thread: what its connection and its wire both know of the exchange."""


class _TimedReader(io.RawIOBase):
    """A connection's bytes, with less patience for each the longer the answer takes."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._raw = connected.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        self._socket.settimeout(progress.left())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    """An answer whose headers and body together must come in time: http.client knows only gaps between bytes."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(_TimedReader(sock))


UNTAKEN_MS = 15_000
"""How long the machine tries to get rid of bytes that the other side does not take, also when their sender is dead:
with the minute that a portal works on a request, that is what reading back waits for."""


class NotingConnection(HTTPConnection):
    """Notes when the first byte leaves: what fails before that reached nobody."""

    response_class = _TimedResponse

    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNTAKEN_MS)
        return connected

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        progress.leave()
        super().send(data)


class NotingTlsConnection(NotingConnection, HTTPSConnection):
    """The same over TLS."""


class _PublicConnection(NotingTlsConnection):
    """Hangs up before the handshake when the name led to an address that is not on the open internet."""

    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn(), is_public, NotPublic)


def _pinned_to(address: str) -> type[NotingTlsConnection]:
    """A connection to one address, whatever its name leads to. Its name is still what is asked for and certified."""

    class Pinned(NotingTlsConnection):
        def _new_conn(self) -> socket.socket:
            # urllib3 looks this name up, and keeps it for the handshake and the Host header.
            named, self._dns_host = self._dns_host, address
            try:
                return super()._new_conn()
            finally:
                self._dns_host = named

    return Pinned


class _LoopbackConnection(NotingConnection):
    """Hangs up before a byte is sent when the name led off this machine."""

    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn(), _is_loopback, NotLoopback)


class _LoopbackTlsConnection(_LoopbackConnection, NotingTlsConnection):
    """The same over TLS."""


def _checked(connected: socket.socket, allowed: Callable[[str], bool], refusal: type[OSError]) -> socket.socket:
    if allowed(connected.getpeername()[0]):
        return connected
    connected.close()
    raise refusal


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback


class _LoopbackPool(HTTPConnectionPool):
    ConnectionCls = _LoopbackConnection


class _LoopbackTlsPool(HTTPSConnectionPool):
    ConnectionCls = _LoopbackTlsConnection


class _PublicPool(HTTPSConnectionPool):
    ConnectionCls = _PublicConnection


def pools_to(*, loopback: bool, address: str) -> Mapping[str, type[HTTPConnectionPool]]:
    """The kinds of connections by scheme: loopback alone, one listed address alone, or the open internet alone."""
    if not address:
        return _LOOPBACK if loopback else _OUTSIDE

    class PinnedPool(HTTPSConnectionPool):
        ConnectionCls = _pinned_to(address)

    return {"https": PinnedPool}


_OUTSIDE: Mapping[str, type[HTTPConnectionPool]] = {"https": _PublicPool}
_LOOPBACK: Mapping[str, type[HTTPConnectionPool]] = {"http": _LoopbackPool, "https": _LoopbackTlsPool}
