"""A client of the simulator that speaks plain HTTP, and a listener that stands for an application's handler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from bot.plugin.loopback import Loopback, LoopbackReply, LoopbackRequest
from plugins.bitrix24.simulator import PortalSimulator

ICON = {"DATA_IMAGE": "data:image/svg+xml;base64,PHN2Zy8+"}
PAGE = "https://app.example/page"


class Client:
    """Calls of one portal: as the main application unless told otherwise."""

    def __init__(self, portal: PortalSimulator) -> None:
        self.portal = portal
        self.http = requests.Session()
        self.http.trust_env = False

    def post(
        self, method: str, params: Mapping[str, Any] | None = None, *, token: str | None = None
    ) -> requests.Response:
        """One call as JSON."""
        shown = self.portal.access_token if token is None else token
        body = {**(params or {}), **({"auth": shown} if shown else {})}
        return self.http.post(self.portal.url + method, json=body, timeout=10, allow_redirects=False)

    def raw(self, way: str, url: str, **rest: Any) -> requests.Response:
        return self.http.request(way, url, timeout=10, allow_redirects=False, **rest)

    def result(self, method: str, params: Mapping[str, Any] | None = None, *, token: str | None = None) -> Any:
        """`result` of a call that must succeed."""
        answer = self.post(method, params, token=token)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def hook(self, method: str, params: Mapping[str, Any] | None = None, *, narrow: bool = False) -> requests.Response:
        """The same by the incoming webhook."""
        base = self.portal.narrow_webhook_url if narrow else self.portal.webhook_url
        return self.http.post(base + method, json=dict(params or {}), timeout=10)

    @property
    def other(self) -> str:
        """Access token of the second application."""
        return self.portal.other_application["access_token"]

    def control(self, path: str, body: Any = None, *, way: str = "POST", status: int = 200) -> Any:
        answer = self.http.request(way, self.portal.control_url + path, json=body, timeout=15)
        assert answer.status_code == status, answer.text
        return answer.json()

    def look(self, path: str = "state") -> Any:
        return self.control(path, way="GET")

    def events(self) -> list[Any]:
        """Deliveries made so far, once the sender is idle."""
        found: list[Any] = self.look("events")["events"]
        return found

    def token(self, **params: str) -> requests.Response:
        """GET of the token endpoint; the main application's keys unless given."""
        keys = {"client_id": self.portal.client_id, "client_secret": self.portal.client_secret}
        return self.raw("GET", self.portal.oauth_url, params={**keys, **params})

    def operator(self) -> str:
        """A token of the main application for a user who is no administrator and may not modify connectors."""
        issued: str = self.control("tokens/issue", {"user": 27})["access_token"]
        return issued

    def register(self, ident: str = "wa", *, token: str | None = None, **more: Any) -> Any:
        params = {"ID": ident, "NAME": "WhatsApp", "ICON": ICON, "PLACEMENT_HANDLER": PAGE, **more}
        return self.result("imconnector.register", params, token=token)

    def activate(self, ident: str = "wa", line: int = 1, active: Any = 1) -> Any:
        return self.result("imconnector.activate", {"CONNECTOR": ident, "LINE": line, "ACTIVE": active})

    def status(self, ident: str = "wa", line: int = 1) -> Any:
        return self.result("imconnector.status", {"CONNECTOR": ident, "LINE": line})

    def working(self, ident: str = "wa", line: int = 1) -> None:
        """A registered connector, switched on."""
        self.register(ident)
        self.activate(ident, line)

    def say(self, *items: Any, ident: str = "wa", line: int = 1) -> requests.Response:
        params = {"CONNECTOR": ident, "LINE": line, "MESSAGES": list(items)}
        return self.post("imconnector.send.messages", params)

    def chat(self) -> int:
        """Id of a chat that a customer has just opened."""
        item = self.say(hello()).json()["result"]["DATA"]["RESULT"][0]
        return int(item["session"]["CHAT_ID"])

    def bind(self, event: str, url: str, *, token: str | None = None, **more: Any) -> Any:
        return self.result("event.bind", {"EVENT": event, "HANDLER": url, **more}, token=token)


def hello(user: str = "u1", chat: str = "c1", text: str = "Hello", ident: str = "ext-1") -> dict[str, Any]:
    return {
        "user": {"id": user, "name": "Eve Customer"},
        "message": {"id": ident, "date": 1700000000, "text": text},
        "chat": {"id": chat},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One POST that a handler received."""

    query: dict[str, str]
    pairs: dict[str, str]
    kind: str


class Listener:
    """An application's handler on loopback: keeps what it hears, answers with `status`."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.heard: list[Heard] = []
        self._loopback = Loopback(self._answer)

    @property
    def url(self) -> str:
        return f"{self._loopback.url}/handler"

    def events(self) -> list[str]:
        return [each.pairs["event"] for each in self.heard]

    def _answer(self, request: LoopbackRequest) -> LoopbackReply:
        form = LoopbackRequest(method="GET", path="/", query=request.body.decode())
        heard = Heard(
            query=dict(request.query_pairs()),
            pairs=dict(form.query_pairs()),
            kind=request.headers.get("content-type", ""),
        )
        self.heard.append(heard)
        return LoopbackReply(status=self.status, body=b"successfully")

    def __enter__(self) -> Listener:
        self._loopback.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loopback.stop()


def error(answer: requests.Response) -> tuple[int, str]:
    """Status and code of a refused call."""
    return answer.status_code, answer.json().get("error", "")
