"""HTTP to Slack over connections that are kept: a new one costs handshakes that take longer than the call."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import Request, proxy_bypass

from slack_sdk import WebClient
from urllib3 import PoolManager, ProxyManager, Timeout
from urllib3.connection import HTTPConnection
from urllib3.exceptions import ClosedPoolError, HTTPError
from urllib3.util import make_headers, parse_url

from bot.plugin.frozen import dataclass
from bot.usecases.chat.delivery_errors import Lost

KEPT = 32
"""Connections to one host that are kept open: as many as there are threads that call Slack."""
_PROBES = (("TCP_KEEPIDLE", 15), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3))
"""A router forgets connections on which nothing moves. These probes keep one known, or show within half a minute that
it is gone, and then it is not used again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """What a server answered, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: str


class Connections:
    """Posts to any host, for any number of threads. Repeats nothing, and follows no redirect.

    `proxy` is the address of a proxy, which hosts named in NO_PROXY go past; empty for none.
    """

    def __init__(self, *, secure: ssl.SSLContext | None, proxy: str) -> None:
        usual: dict[str, Any] = {"maxsize": KEPT, "retries": False, "socket_options": _socket_options()}
        if secure is not None:
            usual["ssl_context"] = secure
        self._direct = PoolManager(**usual)
        self._proxied = ProxyManager(proxy, proxy_headers=_proxy_headers(proxy), **usual) if proxy else None

    def post(self, url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> HttpAnswer:
        """One request; `seconds` is how long each wait for the network may take.

        Raises Lost without the address, and ValueError for an answer that is not UTF-8.
        """
        pools = self._pools_to(url)
        try:
            return self._post(pools, url, body, headers, seconds)
        except ClosedPoolError:
            # Another thread dropped the connections below between the choice of a pool and its use: nothing was sent.
            return self._post(pools, url, body, headers, seconds)

    def _post(
        self, pools: PoolManager, url: str, body: bytes, headers: Mapping[str, str], seconds: float
    ) -> HttpAnswer:
        try:
            answer = pools.request(
                "POST", url, body=body, headers=headers, timeout=Timeout(seconds), redirect=False, retries=False
            )
        except ClosedPoolError:
            raise
        except HTTPError as error:
            # What ended this one may have ended all that are kept, and each would cost a message its first attempt.
            pools.clear()
            raise Lost(type(error.__cause__ or error.__context__ or error).__name__) from None
        return HttpAnswer(status=answer.status, headers=dict(answer.headers), body=answer.data.decode())

    def _pools_to(self, url: str) -> PoolManager:
        if self._proxied is None or proxy_bypass(urlsplit(url).netloc):
            return self._direct
        return self._proxied

    def close(self) -> None:
        for pools in (self._direct, self._proxied):
            if pools is not None:
                pools.clear()


class KeptClient(WebClient):
    """Slack's client, with connections that are kept."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.connections = Connections(secure=self.ssl, proxy=self.proxy or "")

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        """The one place where the client sends. Its own way opens a connection for each call."""
        body = req.data if isinstance(req.data, bytes) else b""
        headers = {name: str(value) for name, value in req.header_items()}
        answer = self.connections.post(url, body, headers, seconds=self.timeout)
        return {"status": answer.status, "headers": answer.headers, "body": answer.body}

    def post_json(self, url: str, content: Mapping[str, Any]) -> HttpAnswer:
        """Post to an address that Slack gave, which needs no token. Raises Lost and ValueError."""
        headers = {"Content-Type": "application/json;charset=utf-8", "User-Agent": self.headers.get("User-Agent", "")}
        return self.connections.post(url, json.dumps(content).encode(), headers, seconds=self.timeout)


def _socket_options() -> list[tuple[int, int, int]]:
    probes = [(socket.IPPROTO_TCP, getattr(socket, name), value) for name, value in _PROBES if hasattr(socket, name)]
    return [*HTTPConnection.default_socket_options, (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), *probes]


def _proxy_headers(proxy: str) -> Mapping[str, str]:
    auth = parse_url(proxy).auth
    return make_headers(proxy_basic_auth=unquote(auth)) if auth else {}
