"""The portal simulator as one object: it listens, routes what comes, and tells how to reach it."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bot.plugin.loopback import Loopback, LoopbackReply, LoopbackRequest, refuse_web_page
from plugins.bitrix24.simulator import application_card, application_frame, control_api
from plugins.bitrix24.simulator.seed import seed
from plugins.bitrix24.simulator.server import authorization_server, dispatch
from plugins.bitrix24.simulator.state.portal_state import PortalState
from plugins.bitrix24.simulator.state.simulated_clock import Clock
from plugins.bitrix24.simulator.state.world import Credentials, Facts, World, new_facts
from plugins.bitrix24.simulator.tls import make_certificate

OAUTH_PATHS = ("/oauth/token", "/oauth/oauth/token")
STEERED = {"control": control_api.answer, "devops": application_card.answer}
"""What changes the portal for whoever is at this machine, by the first part of its path; no other page may ask."""
"""The second one is what a client makes that derives the token endpoint from `server_endpoint`."""


class PortalSimulator:
    """A Bitrix24 portal with its authorisation server on 127.0.0.1. Use it as a context manager.

    `port` 0 picks a free one. With `tls` it serves https with a certificate of its own, for `names` as well; a client
    trusts it by `ca_pem` (text) or `ca_path` (a file that goes away with `stop`).

    With `host` it is a portal on somebody's own premises: it serves https under this name at a port of its own, and
    its authorisation server, which is always the vendor's, has another address.
    """

    def __init__(self, *, port: int = 0, tls: bool = False, names: Sequence[str] = (), host: str = "") -> None:
        certificate = make_certificate(*names, *filter(None, [host])) if tls or host else None
        self._loopback = Loopback(self._answer, port=port, tls=certificate.context if certificate else None)
        self._vendor = Loopback(self._answer) if host else None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.ca_pem = certificate.pem if certificate else ""
        self.ca_path = self._write_ca() if certificate else ""
        base = f"https://{host}:{self._loopback.port}" if host else self._loopback.url
        self.world = World(new_facts(base, self._vendor.url if self._vendor else base))

    def _write_ca(self) -> str:
        self._folder = tempfile.TemporaryDirectory(prefix="portal-ca-")
        path = Path(self._folder.name, "ca.pem")
        path.write_text(self.ca_pem)
        return str(path)

    @property
    def facts(self) -> Facts:
        """What the portal is known by. A portal that is registered anew has another `member_id`."""
        return self.world.facts

    @property
    def base_url(self) -> str:
        """Address without a trailing slash."""
        return self.facts.base

    @property
    def listens_at(self) -> str:
        """The same where the portal has a name of its own, which leads nowhere: the address on this machine."""
        return self._loopback.url

    @property
    def url(self) -> str:
        """REST endpoint; ends in `/rest/`."""
        return f"{self.facts.base}/rest/"

    @property
    def oauth_url(self) -> str:
        return f"{self.facts.server}/oauth/oauth/token/"

    @property
    def authorize_url(self) -> str:
        return f"{self.facts.base}/oauth/authorize/"

    @property
    def control_url(self) -> str:
        return f"{self.facts.server}/control/"

    @property
    def webhook_url(self) -> str:
        """An incoming webhook of the administrator with the scope of open channels."""
        return f"{self.url}1/{self.facts.webhook_code}/"

    @property
    def narrow_webhook_url(self) -> str:
        """An incoming webhook without the scope of open channels."""
        return f"{self.url}1/{self.facts.narrow_webhook_code}/"

    @property
    def client_id(self) -> str:
        return self.facts.main.client_id

    @property
    def client_secret(self) -> str:
        return self.facts.main.client_secret

    @property
    def access_token(self) -> str:
        """The first access token: it lapses, and is spent by a refresh."""
        return self.facts.main.access_token

    @property
    def refresh_token(self) -> str:
        return self.facts.main.refresh_token

    @property
    def member_id(self) -> str:
        return self.facts.member_id

    @property
    def application_token(self) -> str:
        return self._application_token(self.facts.main)

    def _application_token(self, keys: Credentials) -> str:
        return self.world.application_token(self.state.apps[keys.client_id])

    @property
    def other_application(self) -> dict[str, str]:
        """Keys of a second application installed on the same portal."""
        keys = self.facts.other
        return {
            "client_id": keys.client_id,
            "client_secret": keys.client_secret,
            "access_token": keys.access_token,
            "refresh_token": keys.refresh_token,
            "application_token": self._application_token(keys),
        }

    @property
    def clock(self) -> Clock:
        return self.world.clock

    @property
    def state(self) -> PortalState:
        return self.world.state

    def seed(self, **content: Any) -> dict[str, Any]:
        """The same as POST /control/seed."""
        with self.world.lock:
            return seed(self.world, content)

    def ready(self) -> dict[str, Any]:
        """What a client needs to know, ready to be printed as one line of JSON."""
        found: dict[str, Any] = {
            "url": self.url,
            "oauth_url": self.oauth_url,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "member_id": self.member_id,
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "application_token": self.application_token,
            "webhook_url": self.webhook_url,
            "other_application": self.other_application,
            "control": self.control_url,
            "card": f"{self.facts.base}{application_card.CARD}",
        }
        return {**found, "ca": self.ca_path} if self.ca_path else found

    def start(self) -> Self:
        self.world.sender.start()
        self._loopback.start()
        if self._vendor is not None:
            self._vendor.start()
        return self

    def stop(self) -> None:
        self.world.sender.stop()
        self._loopback.stop()
        if self._vendor is not None:
            self._vendor.stop()
        if self._folder is not None:
            self._folder.cleanup()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _answer(self, web: LoopbackRequest) -> LoopbackReply:
        if web.path.startswith("/rest/"):
            return dispatch.answer(self.world, web)
        if web.path.rstrip("/") in OAUTH_PATHS:
            return authorization_server.token(self.world, web)
        if web.path.rstrip("/") == "/oauth/authorize":
            return authorization_server.authorise(self.world, web)
        if web.path.rstrip("/") in ("/oauth/rest/app.info", "/oauth/rest/app.info.json"):
            return authorization_server.server_app_info(self.world, web)
        if web.path == application_frame.LIBRARY or web.path.startswith(application_frame.PAGES):
            return application_frame.answer(self.world, web)
        steer = STEERED.get(web.path.split("/")[1])
        if steer is not None:
            refusal = refuse_web_page(web, self._loopback.port)
            return steer(self.world, web) if refusal is None else LoopbackReply.json({"error": refusal}, status=403)
        return LoopbackReply(status=404, body=b"Not found")


def serve(*, port: int, say: Callable[[str], object], stop: threading.Event | None = None, tls: bool = False) -> None:
    """Serve until `stop` is set or the process is interrupted; `say` gets one line of JSON when all is ready."""
    until = stop or threading.Event()
    try:
        with PortalSimulator(port=port, tls=tls) as simulator:
            say(json.dumps(simulator.ready()))
            until.wait()
    except KeyboardInterrupt:
        return
