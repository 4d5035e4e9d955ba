"""The one place that sends: HTTP to one host through one Session. What an answer means is decided elsewhere."""

from __future__ import annotations

import functools
import http.client
import io
import ipaddress
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

from bot.plugin import Clock
from plugins.bitrix24.addresses import is_public
from plugins.bitrix24.compression import Unpackable, unpack
from plugins.bitrix24.wire import MAX_ANSWER, Exchange, HttpAnswer, HttpRequest, MaySend, Patience, Undelivered

POOL = 4
"""Connections to one portal at a time: more from one address is what the vendor advises against."""

_CHUNK = 64 * 1024


class NotPublic(OSError):
    """A name that leads to an address inside a private network."""


class NotLoopback(OSError):
    """A name that leads off this machine where only this machine is allowed."""


class Withheld(OSError):
    """The request may not be sent any more."""


class _Progress(threading.local):
    """This thread's current exchange: whether a byte of the request has left, and how long there is still patience."""

    sent = False
    patience = Patience()
    _until = 0.0
    _monotonic: Callable[[], float]
    _may_send: MaySend | None = None

    def begin(self, patience: Patience, monotonic: Callable[[], float], may_send: MaySend | None) -> None:
        self.sent, self.patience, self._monotonic, self._may_send = False, patience, monotonic, may_send

    def leave(self) -> None:
        """The first byte goes out, or Withheld is raised. Patience begins here, not while the thread waited for a
        free connection; and so does the permit, for all waiting is over."""
        if not self.sent:
            if self._may_send is not None and not self._may_send(self.patience.longest):
                raise Withheld
            self.sent = True
            self._until = self._monotonic() + self.patience.total

    def left(self) -> float:
        """Seconds for the next byte. Raises TimeoutError when there are none."""
        left = self._until - self._monotonic()
        if left <= 0:
            raise TimeoutError
        return min(left, self.patience.read)


_progress = _Progress()


class _Dripping(io.RawIOBase):
    """A connection's bytes, with less patience for each the longer the answer takes."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._raw = connected.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        self._socket.settimeout(_progress.left())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    """An answer whose headers and body together must come in time: http.client knows only gaps between bytes."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(_Dripping(sock))


UNTAKEN_MS = 15_000
"""How long the machine tries to get rid of bytes that the other side does not take, also when their sender is dead:
with the minute that a portal works on a request, that is what reading back waits for."""


class _Noting(HTTPConnection):
    """Notes when the first byte leaves: what fails before that reached nobody."""

    response_class = _Answer

    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNTAKEN_MS)
        return connected

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        _progress.leave()
        super().send(data)


class _NotingTls(_Noting, HTTPSConnection):
    """The same over TLS."""


class _Guarded(_NotingTls):
    """Hangs up before the handshake when the name led to an address that is not on the open internet."""

    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn(), is_public, NotPublic)


def _led_to(address: str) -> type[_NotingTls]:
    """A connection to one address, whatever its name leads to. Its name is still what is asked for and certified."""

    class Listed(_NotingTls):
        def _new_conn(self) -> socket.socket:
            # urllib3 looks this name up, and keeps it for the handshake and the Host header.
            named, self._dns_host = self._dns_host, address
            try:
                return super()._new_conn()
            finally:
                self._dns_host = named

    return Listed


class _Inside(_Noting):
    """Hangs up before a byte is sent when the name led off this machine."""

    def _new_conn(self) -> socket.socket:
        return _checked(super()._new_conn(), _is_loopback, NotLoopback)


class _InsideTls(_Inside, _NotingTls):
    """The same over TLS."""


def _checked(connected: socket.socket, allowed: Callable[[str], bool], refusal: type[OSError]) -> socket.socket:
    if allowed(connected.getpeername()[0]):
        return connected
    connected.close()
    raise refusal


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Inside


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _InsideTls


class _GuardedPool(HTTPSConnectionPool):
    ConnectionCls = _Guarded


def _pools(*, loopback: bool, address: str) -> Mapping[str, type[HTTPConnectionPool]]:
    """The kinds of connections by scheme: loopback alone, one listed address alone, or the open internet alone."""
    if not address:
        return _LOOPBACK if loopback else _OUTSIDE

    class ListedPool(HTTPSConnectionPool):
        ConnectionCls = _led_to(address)

    return {"https": ListedPool}


_OUTSIDE: Mapping[str, type[HTTPConnectionPool]] = {"https": _GuardedPool}
_LOOPBACK: Mapping[str, type[HTTPConnectionPool]] = {"http": _PlainPool, "https": _TlsPool}


class _Adapter(HTTPAdapter):
    """Shares one loaded TLS context between connections: loading the authorities costs 14 ms each time."""

    def __init__(self, context: ssl.SSLContext, pools: Mapping[str, type[HTTPConnectionPool]]) -> None:
        self._context = context
        self._pools = pools
        super().__init__(pool_connections=2, pool_maxsize=POOL, max_retries=0, pool_block=True)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)
        self.poolmanager.pool_classes_by_scheme = dict(self._pools)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """The context verifies; naming the authorities' file here would load it anew for every connection."""
        conn.cert_reqs = "CERT_REQUIRED"


@functools.cache
def public_tls() -> ssl.SSLContext:
    """The TLS context for the open internet: host names and certificates are verified."""
    return ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)


@functools.lru_cache(maxsize=64)
def trusting(authorities: str) -> ssl.SSLContext:
    """The TLS context that takes these authorities (PEM) for good, beside those of the system."""
    if not authorities:
        return public_tls()
    context = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
    context.load_verify_locations(cadata=authorities)
    return context


class _Session(requests.Session):
    """A session that is blind to redirects: to find the next address it would read a whole body, without a bound."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class HttpWire:
    """Carries requests to one host, for any number of threads. Follows no redirect, repeats nothing, keeps no cookie.

    Never raises for what the network or the other side does, so that no exception can carry a secret. `loopback`
    permits http, and turns the guard around: then only this machine is connected to. With `address` that address alone
    is connected to, over https. `tls` makes the one context that all connections share.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        loopback: bool = False,
        address: str = "",
        tls: Callable[[], ssl.SSLContext] = public_tls,
    ) -> None:
        _hide_queries()
        self._clock = clock
        self._session = _Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers.update({"Accept": "application/json", "Accept-Encoding": "identity"})
        self._session.headers["User-Agent"] = "b24bot"
        pools = _pools(loopback=loopback, address=address)
        adapter = _Adapter(tls(), pools)
        self._session.adapters.clear()
        for scheme in pools:
            self._session.mount(f"{scheme}://", adapter)

    def send(self, request: HttpRequest, patience: Patience, may_send: MaySend | None = None) -> Exchange:
        """One HTTP exchange. `Undelivered.sent` is False only when not a byte of the request left.

        `may_send` is asked when it is connected and the first byte is about to leave; what it raises comes out.
        """
        _progress.begin(patience, self._clock.monotonic, may_send)
        try:
            with self._session.request(
                request.verb,
                request.url,
                params=request.query.reveal() if request.query else None,
                data=request.body.reveal().encode() or None,
                headers={"Content-Type": request.content_type} if request.content_type else None,
                timeout=(patience.connect, patience.read),
                allow_redirects=False,
                stream=True,
            ) as response:
                return _read(response)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            reason, withheld = _reason(error), _find(error, Withheld) is not None
        return Undelivered(sent=_progress.sent, reason=reason, withheld=withheld)

    def close(self) -> None:
        self._session.close()


def _read(response: requests.Response) -> Exchange:
    body = bytearray()
    for chunk in response.raw.stream(_CHUNK, decode_content=False):
        body += chunk
        if len(body) > MAX_ANSWER:
            return Undelivered(sent=True, reason=_TOO_LONG)
    try:
        plain = unpack(bytes(body), response.headers.get("Content-Encoding", ""), MAX_ANSWER)
    except Unpackable:
        return Undelivered(sent=True, reason="the answer is compressed in a way that the bot cannot read")
    if len(plain) > MAX_ANSWER:
        return Undelivered(sent=True, reason=_TOO_LONG)
    return HttpAnswer(status=response.status_code, body=plain, location=response.headers.get("Location", "")[:500])


_TOO_LONG = "the answer is longer than 1 MiB"


_REASONS: Mapping[type[BaseException], str] = {
    NotPublic: "its name leads to an address that is not on the open internet; BITRIX24_HOSTS lists a portal inside a "
    "network with that address, like box.example=10.0.5.7",
    NotLoopback: "its name leads off this machine",
    Withheld: "it may not be sent any more",
    requests.exceptions.ConnectTimeout: "no connection in time",
    requests.exceptions.ReadTimeout: "no answer in time",
    ReadTimeoutError: "no whole answer in time",
    requests.exceptions.SSLError: "the encrypted connection failed",
    requests.exceptions.ChunkedEncodingError: "the answer broke off",
    requests.exceptions.ConnectionError: "the connection failed or broke off",
    ProtocolError: "the answer broke off",
}


_UNKNOWN_AUTHORITY = (
    "its certificate is signed by an authority that this host does not know; a private one is named by "
    "BITRIX24_CA_FILE or `portal add --ca-file`"
)
_CERTIFICATES: Mapping[int, str] = {
    9: "its certificate is not valid yet",
    10: "its certificate has expired",
    **dict.fromkeys((18, 19, 20, 21), _UNKNOWN_AUTHORITY),
    62: "its certificate is for another name",
    64: "its certificate is for another name",
}
"""What OpenSSL's numbers of a failed verification mean."""


def _reason(error: BaseException) -> str:
    """A few words from the kind of an exception; its text may hold the address, so it is not used."""
    refused = _find(error, ssl.SSLCertVerificationError)
    if refused:
        return _CERTIFICATES.get(refused.verify_code, "its certificate cannot be verified")
    for kind, words in _REASONS.items():
        if _find(error, kind):
            return words
    return "the exchange failed"


_Kind = TypeVar("_Kind", bound=BaseException)


def _find(error: object, kind: type[_Kind], depth: int = 8) -> _Kind | None:
    """The exception of `kind` that is wrapped in `error`; None when there is none."""
    if isinstance(error, kind):
        return error
    if not isinstance(error, BaseException) or not depth:
        return None
    inner = [*error.args, getattr(error, "reason", None), error.__cause__, error.__context__]
    return next(filter(None, (_find(child, kind, depth - 1) for child in inner)), None)


class _WithoutQuery(logging.Filter):
    """urllib3 writes paths into its DEBUG log; whatever stands behind a question mark is blotted out."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_blot(value) for value in record.args)
        return True


def _blot(value: object) -> object:
    text = value if isinstance(value, str) else str(value) if isinstance(value, BaseException) else ""
    return text.partition("?")[0] + "?***" if "?" in text else value


_filter = _WithoutQuery()


def _hide_queries() -> None:
    for name in ("urllib3.connectionpool", "urllib3.util.retry"):
        logging.getLogger(name).addFilter(_filter)
