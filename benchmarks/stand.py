"""What the benchmarks of the Bitrix24 client share: a portal in a process of its own, over TLS, and three clients.

The portal is the simulator on loopback; nothing leaves this machine. The clients are ours, a bare `requests.Session`,
and the vendor's `b24pysdk`. All of them trust the usual authorities and the portal's own, as at work.
"""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import requests
from b24pysdk import BitrixApp, BitrixToken
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from bot.clock import SystemClock
from bot.plugin import Clock, Services
from bot.testing.services import scratch_services
from plugins.bitrix24.auth.audit_events import EVENTS
from plugins.bitrix24.auth.bootstrap import take_over
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.client.rest_client import Caller
from plugins.bitrix24.http.exchange import Exchange, HttpRequest
from plugins.bitrix24.http.transport import HttpWire
from plugins.bitrix24.traffic.operating_limit import OperatingTime
from plugins.bitrix24.traffic.portal_connections import Connections, Link, PortalState, make_portal_state
from plugins.bitrix24.traffic.rate_limit import LocalBucket, RateLimit

SERVE = (
    "import functools; from plugins.bitrix24.simulator.portal_simulator import serve; "
    "serve(port=0, tls=True, say=functools.partial(print, flush=True))"
)
Pair = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A running portal. `ca` is a file with the usual authorities and its own."""

    ready: Mapping[str, Any]
    ca: str

    @property
    def domain(self) -> str:
        return str(self.ready["url"]).removeprefix("https://").removesuffix("/rest/")

    def control(self, path: str, options: Any = None) -> Any:
        """Ask the portal's control side; with a content it is a POST."""
        body = None if options is None else json.dumps(options).encode()
        context = ssl.create_default_context(cafile=self.ready["ca"])
        with urllib.request.urlopen(f"{self.ready['control']}{path}", body, 10, context=context) as answer:
            return json.load(answer)

    def fresh(self, *, latency: float = 0.0, limited: bool = True, lines: int = 3, connectors: int = 1) -> None:
        """A portal with an empty bucket, so many lines and connectors, and a latency for each batch."""
        self.control("reset", {})
        if not limited:
            self.control("switches", {"rate_limit": "off"})
        options = {
            "lines": [{"id": line, "name": f"L{line}"} for line in range(1, lines + 1)],
            "connectors": [{"id": f"c{number}"} for number in range(connectors)],
            "activations": [
                {"connector": f"c{number}", "line": line}
                for number in range(connectors)
                for line in range(1, lines + 1)
                if (number + line) % 3 == 0
            ],
        }
        self.control("seed", options)
        if latency:
            fault = {"kind": "stall_after", "method": "batch", "seconds": latency, "times": "forever"}
            self.control("faults", fault)

    def journal(self) -> tuple[int, int]:
        """HTTP requests that the portal saw, and how many of them it refused because it was full."""
        made = [entry for entry in self.control("journal")["calls"] if not entry["in_batch"]]
        return len(made), sum(entry["outcome"] == "QUERY_LIMIT_EXCEEDED" for entry in made)


@contextmanager
def stand() -> Iterator[Stand]:
    """A portal that ends with the block."""
    process = subprocess.Popen([sys.executable, "-P", "-c", SERVE], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        ready = json.loads(process.stdout.readline())
        with tempfile.TemporaryDirectory() as folder:
            ca = Path(folder, "authorities.pem")
            ca.write_text(Path(DEFAULT_CA_BUNDLE_PATH).read_text() + Path(ready["ca"]).read_text())
            # b24pysdk knows no other way to be told of an authority.
            os.environ["REQUESTS_CA_BUNDLE"] = str(ca)
            yield Stand(ready=ready, ca=str(ca))
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


class OverTls:
    """A loopback portal is named without a scheme and taken to speak http; this one speaks https."""

    def __init__(self, wire: HttpWire) -> None:
        self._wire = wire

    def send(self, request: HttpRequest, *rest: Any) -> Exchange:
        return self._wire.send(replace(request, url=request.url.replace("http://", "https://", 1)), *rest)

    def close(self) -> None:
        self._wire.close()


def unlimited(services: Services, _member_id: str) -> PortalState:
    """The cost of a bucket without its pauses, for measuring single calls."""
    return PortalState(bucket=LocalBucket(RateLimit(holds=1e12, drains=1.0)), operating=OperatingTime(services.log))


def our_services(at: Stand, folder: Path) -> Services:
    """Services of a bot whose first portal is the stand."""
    keys = at.ready
    settings = {
        "BITRIX24_DOMAIN": at.domain,
        "BITRIX24_MEMBER_ID": keys["member_id"],
        "BITRIX24_CLIENT_ID": keys["client_id"],
        "BITRIX24_CLIENT_SECRET": keys["client_secret"],
        "BITRIX24_ACCESS_TOKEN": keys["access_token"],
        "BITRIX24_REFRESH_TOKEN": keys["refresh_token"],
        "BITRIX24_OAUTH_URL": "https://oauth.bitrix.info/oauth/token/",
        "B24BOT_ALLOW_LOOPBACK": "on",
    }
    return scratch_services(folder, settings, plugin="bitrix24", events=EVENTS, clock=SystemClock())


def our_caller(at: Stand, services: Services, *, limited: bool = True) -> Caller:
    """Our client, as the plugin makes it."""

    def link(_to: object, clock: Clock) -> Link:
        tls = HttpWire(clock, loopback=True, tls=lambda: ssl.create_default_context(cafile=at.ca))
        return Link(wire=OverTls(tls))

    take_over(services)
    links = Connections(link, make_portal_state if limited else unlimited)
    return Caller(services, links, CredentialStore(services).portal("default"))


def bare_session(at: Stand) -> requests.Session:
    """What somebody writes who knows that connections are worth keeping."""
    session = requests.Session()
    session.verify = at.ca
    return session


def vendor_token(at: Stand) -> BitrixToken:
    """The vendor's client, with its defaults."""
    keys = at.ready
    app = BitrixApp(client_id=keys["client_id"], client_secret=keys["client_secret"])
    return BitrixToken(
        domain=at.domain, auth_token=keys["access_token"], refresh_token=keys["refresh_token"], bitrix_app=app
    )


def pairs_of(connectors: int, lines: int) -> Sequence[Pair]:
    return [(f"c{number}", line) for number in range(connectors) for line in range(1, lines + 1)]
