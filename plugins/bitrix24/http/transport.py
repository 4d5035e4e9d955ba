"""The one place that sends: HTTP to one host through one Session. What an answer means is decided elsewhere."""

from __future__ import annotations

import functools
import logging
import ssl
from collections.abc import Callable, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import HTTPError

from bot.plugin import Clock, Message
from plugins.bitrix24.http.compression import Unpackable, unpack
from plugins.bitrix24.http.exchange import (
    MAX_ANSWER,
    POOL,
    Exchange,
    HttpAnswer,
    HttpRequest,
    MaySend,
    Timeouts,
    Undelivered,
)
from plugins.bitrix24.http.failure_reasons import find, reason_of
from plugins.bitrix24.http.guarded_connections import Withheld, pools_to, progress

_CHUNK = 64 * 1024
_TOO_LONG = Message("bitrix24.call.failure_too_long")


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
def make_tls(authorities: str) -> ssl.SSLContext:
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
        pools = pools_to(loopback=loopback, address=address)
        adapter = _Adapter(tls(), pools)
        self._session.adapters.clear()
        for scheme in pools:
            self._session.mount(f"{scheme}://", adapter)

    def send(self, request: HttpRequest, timeouts: Timeouts, may_send: MaySend | None = None) -> Exchange:
        """One HTTP exchange. `Undelivered.sent` is False only when not a byte of the request left.

        `may_send` is asked when it is connected and the first byte is about to leave; what it raises comes out.
        """
        progress.begin(timeouts, self._clock.monotonic, may_send)
        try:
            with self._session.request(
                request.verb,
                request.url,
                params=request.query.reveal() if request.query else None,
                data=request.body.reveal().encode() or None,
                headers={"Content-Type": request.content_type} if request.content_type else None,
                timeout=(timeouts.connect, timeouts.read),
                allow_redirects=False,
                stream=True,
            ) as response:
                return _read(response)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            reason, withheld = reason_of(error), find(error, Withheld) is not None
        return Undelivered(sent=progress.sent, reason=reason, withheld=withheld)

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
        return Undelivered(sent=True, reason=Message("bitrix24.call.failure_compression"))
    if len(plain) > MAX_ANSWER:
        return Undelivered(sent=True, reason=_TOO_LONG)
    return HttpAnswer(status=response.status_code, body=plain, location=response.headers.get("Location", "")[:500])


class _WithoutQuery(logging.Filter):
    """urllib3 writes paths into its DEBUG log; whatever stands behind a question mark is redacted."""

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
