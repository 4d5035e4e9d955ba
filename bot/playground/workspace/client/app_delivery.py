"""Carries one delivery to the app, by socket when one is connected and else by HTTP, and keeps what came back."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from bot.playground.workspace.base.dispatch import (
    CONNECTION_FAILED,
    HELD,
    NOBODY_LISTENS,
    TIMEOUT,
    Dispatch,
    DispatchResult,
)
from bot.playground.workspace.base.signing import signed_headers
from bot.playground.workspace.base.simulator_values import Json, WorkspaceError
from bot.playground.workspace.client.sockets import Sockets
from bot.playground.workspace.state.world import World

LOOPBACK = ("127.0.0.1", "localhost", "::1")

After = Callable[[DispatchResult], None]
"""What happens in the workspace once the app has answered, or has not."""


class Carrier:
    """`ack_within` is Slack's limit of three seconds; `request_url` is where the app listens, empty for nowhere."""

    def __init__(self, world: World, sockets: Sockets, *, ack_within: float) -> None:
        self._world = world
        self._sockets = sockets
        self._ack_within = ack_within
        self._request_url = ""
        self._after: dict[str, After] = {}
        self._settled: set[str] = set()
        self._lock = threading.Lock()
        self.holding = False
        self.read_ack: Callable[[str], str] = str
        """What is made of the body of an ack before anybody sees it: nothing, unless a test reads the texts first."""
        self.results: list[DispatchResult] = []

    @property
    def request_url(self) -> str:
        return self._request_url

    @request_url.setter
    def request_url(self, url: str) -> None:
        if url and not _on_this_machine(url):
            raise WorkspaceError(f"{url!r} is not on this machine; use http://127.0.0.1:PORT/slack/events")
        self._request_url = url

    def prepare(
        self, kind: str, name: str, person: str, payload: Json, *, retry: int = 0, reason: str = ""
    ) -> Dispatch:
        """Encode and sign now, by the machine's clock: apps compare the timestamp with theirs."""
        body, content_type = _encode(kind, payload)
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "Accept": "application/json,*/*",
            **signed_headers(self._world.signing_secret, body, int(time.time())),
        }
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason}
        return Dispatch(
            id=self._world.ids.numbered("X"),
            kind=kind,
            name=name,
            person=person,
            payload=payload,
            body=body,
            headers=headers,
            envelope_id=self._world.ids.random(32),
            retry=retry,
            reason=reason,
        )

    def start(self, dispatch: Dispatch, after: After) -> DispatchResult:
        """Deliver for the first time, unless deliveries are held back."""
        self._after[dispatch.id] = after
        if self.holding:
            return self._keep(DispatchResult(dispatch=dispatch, error=HELD))
        return self.deliver(dispatch)

    def deliver(self, dispatch: Dispatch) -> DispatchResult:
        """Deliver the very same bytes, for the first time or again; the first ack that counts is acted upon."""
        result = self._keep(self._carry(dispatch))
        with self._lock:
            first = dispatch.id not in self._settled
            self._settled.add(dispatch.id)
        if first and dispatch.id in self._after:
            self._after[dispatch.id](result)
        return result

    def resigned(self, dispatch: Dispatch, *, secret: str | None, age: float) -> Dispatch:
        """The same body signed anew, by another secret or as if `age` seconds ago; its ack changes nothing here."""
        key = self._world.signing_secret if secret is None else secret
        fresh = signed_headers(key, dispatch.body, int(time.time() - age))
        return replace(dispatch, id=f"{dispatch.id}-resigned", headers={**dispatch.headers, **fresh})

    def _keep(self, result: DispatchResult) -> DispatchResult:
        with self._lock:
            self.results.append(result)
        return result

    def _carry(self, dispatch: Dispatch) -> DispatchResult:
        started = time.monotonic()
        if self._sockets.connected or (self._sockets.used and not self._request_url):
            result = self._by_socket(dispatch)
        elif self._request_url:
            result = self._by_http(dispatch)
        else:
            return DispatchResult(dispatch=dispatch, error=NOBODY_LISTENS)
        duration = time.monotonic() - started
        late = not result.error and duration > self._ack_within
        body = self.read_ack(result.body)
        return replace(result, body=body, duration=duration, error=TIMEOUT if late else result.error)

    def _by_socket(self, dispatch: Dispatch) -> DispatchResult:
        acked, payload = self._sockets.send(dispatch.envelope(), within=self._ack_within)
        if not acked:
            return DispatchResult(dispatch=dispatch, transport="socket", error=TIMEOUT)
        return DispatchResult(
            dispatch=dispatch,
            transport="socket",
            status=200,
            headers={"content-type": "application/json"},
            body="" if payload is None else json.dumps(payload),
        )

    def _by_http(self, dispatch: Dispatch) -> DispatchResult:
        parts = urlsplit(self._request_url)
        connection = http.client.HTTPConnection(
            parts.hostname or "127.0.0.1", parts.port or 80, timeout=self._ack_within
        )
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", target, body=dispatch.body, headers=dict(dispatch.headers))
            reply = connection.getresponse()
            body = reply.read().decode(errors="replace")
        except TimeoutError:
            return DispatchResult(dispatch=dispatch, transport="http", error=TIMEOUT)
        except (OSError, http.client.HTTPException):
            return DispatchResult(dispatch=dispatch, transport="http", error=CONNECTION_FAILED)
        finally:
            connection.close()
        headers: Mapping[str, str] = {name.lower(): value for name, value in reply.getheaders()}
        return DispatchResult(dispatch=dispatch, transport="http", status=reply.status, headers=headers, body=body)


def _on_this_machine(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def _encode(kind: str, payload: Json) -> tuple[bytes, str]:
    form = "application/x-www-form-urlencoded"
    if kind == "slash_commands":
        return urlencode(payload).encode(), form
    if kind == "interactive":
        return urlencode({"payload": json.dumps(payload)}).encode(), form
    return json.dumps(payload).encode(), "application/json"
