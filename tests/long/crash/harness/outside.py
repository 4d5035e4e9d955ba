"""Both simulators with a witness at the door: what came, in which order, and what the database held just then."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from bot.playground.workspace import SlackWorkspace
from bot.plugin.loopback import LoopbackReply, LoopbackRequest
from plugins.bitrix24.rest import methods
from plugins.bitrix24.simulation import PortalSimulation
from plugins.bitrix24.simulator import PortalSimulator
from plugins.bitrix24.simulator.php.params import read_request
from plugins.bitrix24.simulator.server.authorization_server import read_grant
from plugins.bitrix24.simulator.state.journal import CallEntry
from tests.long.crash.harness.stored_rows import StoredRows

REFUSED_UNDONE = (401, 429, 503)
"""With a JSON code these say that the call was not carried out, so it may be made once more."""
READING = frozenset(row.name for row in methods.ROWS if row.effect is methods.Effect.READ)
PUBLIC_URL = "https://b24bot.example.com"
"""The public address of the bot in stories that have one. Nothing reaches it."""
WATCHED = ("ONIMCONNECTORLINEDELETE", "ONIMCONNECTORSTATUSDELETE")
"""The events that the watch over a portal has kept for it in the offline queue of its own application."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """An intent that was on disk and not answered."""

    number: int
    step: int
    method: str


@dataclass(slots=True, kw_only=True)
class Arrival:
    """One changing call that reached the portal. `refused`: the answer proves that it was not carried out."""

    name: str
    """What the portal writes it down under, now or, when it is carried out late, then."""
    at: float
    life: int
    method: str
    params: Mapping[str, Any]
    intents: tuple[Intent, ...]
    refused: bool = False
    entry: CallEntry | None = None

    @property
    def intent(self) -> Intent | None:
        """The one intent this call can be, if there is one."""
        fitting = [intent for intent in self.intents if intent.method == self.method]
        return fitting[0] if len(fitting) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """One use of a refresh token. `life` counts the processes of the bot."""

    life: int
    refresh: str
    granted: bool


@dataclass(slots=True)
class Witness:
    """What both simulators saw of the bot. `life` is put up by the driver with each process."""

    stored: StoredRows
    """The rows of the bot."""
    life: int = 0
    arrivals: list[Arrival] = field(default_factory=list)
    """Changing calls, without those of the watch."""
    watching: list[Arrival] = field(default_factory=list)
    """Calls of the watch for its own queue: see `keeps_watch`."""
    renewals: list[Renewal] = field(default_factory=list)
    heard: list[tuple[str, bytes]] = field(default_factory=list)
    """Path with query, and body, of everything that came."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def intents(self, method: str, params: Mapping[str, Any]) -> tuple[Intent, ...]:
        """What is on disk now, read beside the bot. One who knows more looks only for what fits this call."""
        rows = self.stored.read("SELECT number, step, method FROM executions WHERE verdict IS NULL")
        return tuple(Intent(number=row[0], step=row[1], method=row[2]) for row in rows)

    def hear(self, web: LoopbackRequest) -> None:
        target = f"{web.path}?{web.query}" if web.query else web.path
        with self.lock:
            self.heard.append((target, web.body))


class WatchedPortal(PortalSimulator):
    """A portal that tells the witness of each changing call before it judges it, and of each renewal."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness
        self.asked: Callable[[str], None] = lambda method: None
        super().__init__()

    def _answer(self, web: LoopbackRequest) -> LoopbackReply:
        self._witness.hear(web)
        if web.path.startswith("/oauth/"):
            return self._renewed(web)
        if not web.path.startswith("/rest/"):
            return super()._answer(web)
        request = read_request(web)
        self.asked(request.address.method)
        if not changes(request.address.method):
            return super()._answer(web)
        name = str(uuid4())
        arrival = Arrival(
            name=name,
            at=self.world.clock.time(),
            life=self._witness.life,
            method=request.address.method,
            params=request.params,
            intents=self._witness.intents(request.address.method, request.params),
        )
        with self._witness.lock:
            calls = self._witness.watching if keeps_watch(arrival) else self._witness.arrivals
            calls.append(arrival)
        reply = super()._answer(replace(web, headers={**web.headers, "x-request-id": name}))
        arrival.refused = not reply.drop and reply.status in REFUSED_UNDONE and _has_code(reply.body)
        self.find_entry(arrival)
        return reply

    def find_entry(self, arrival: Arrival) -> None:
        """Look what the portal wrote down of a call; nothing while it still has to be carried out."""
        calls = self.world.journal.calls
        arrival.entry = arrival.entry or next((one for one in reversed(calls) if one.request == arrival.name), None)

    def _renewed(self, web: LoopbackRequest) -> LoopbackReply:
        reply = super()._answer(web)
        grant = read_grant(web, reads="body")
        granted = not reply.drop and reply.status == 200 and b"access_token" in reply.body
        with self._witness.lock:
            self._witness.renewals.append(
                Renewal(life=self._witness.life, refresh=grant.refresh_token, granted=granted)
            )
        return reply


def changes(method: str) -> bool:
    """Whether a REST method changes the portal; one that nobody knows counts as changing."""
    return method not in READING


def keeps_watch(arrival: Arrival) -> bool:
    """Whether a call subscribes the bot's own offline queue or public address, or removes rows from that queue.

    It has no change request: both belong to the bot's application, and no connector or line changes. Every other
    subscription counts as a changing call.
    """
    params = dict(arrival.params)
    if arrival.method in ("event.bind", "placement.bind"):
        address = str(params.get("handler", params.get("HANDLER", "")))
        if address in (f"{PUBLIC_URL}/bitrix24/events", f"{PUBLIC_URL}/bitrix24/app"):
            return True
    if arrival.method == "event.bind":
        return any(params == {"event": event, "event_type": "offline"} for event in WATCHED)
    return arrival.method == "event.offline.clear" and set(params) == {"process_id", "id"} and not params["process_id"]


def _has_code(body: bytes) -> bool:
    try:
        return bool(json.loads(body).get("error"))
    except (ValueError, AttributeError):
        return False


class WatchedPortalSimulation(PortalSimulation):
    """The same as the playground's simulation, around a watched portal."""

    def __init__(self, witness: Witness) -> None:
        self.watched = WatchedPortal(witness)
        super().__init__(portal=self.watched)


class WatchedWorkspace(SlackWorkspace):
    """A workspace that tells the witness of each request of the app."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness
        super().__init__(rate_limit=False)

    def _answer(self, request: LoopbackRequest) -> LoopbackReply:
        self._witness.hear(request)
        return super()._answer(request)
