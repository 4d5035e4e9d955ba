"""Raising an event: who hears of it, what they are told, and in which form (docs/portal-behaviour.md P68 to P72)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from bot.plugin.frozen import dataclass
from plugins.bitrix24.simulator.calls.call import NOBODY, Cause
from plugins.bitrix24.simulator.php import php_values
from plugins.bitrix24.simulator.state.event_sender import Post
from plugins.bitrix24.simulator.state.portal_tokens import ACCESS_SECONDS
from plugins.bitrix24.simulator.state.rows import Application, Handler, OfflineEvent
from plugins.bitrix24.simulator.state.world import World

CONNECTOR_SCOPE = "imopenlines"
CONNECTOR_EVENTS = (
    "ONIMCONNECTORMESSAGEADD",
    "ONIMCONNECTORMESSAGEUPDATE",
    "ONIMCONNECTORMESSAGEDELETE",
    "ONIMCONNECTORSTATUSDELETE",
    "ONIMCONNECTORLINEDELETE",
    "ONIMCONNECTORDIALOGSTART",
    "ONIMCONNECTORDIALOGFINISH",
    "ONSESSIONSTART",
    "ONSESSIONFINISH",
)
TEST = "ONAPPTEST"
BASE_EVENTS = ("ONAPPINSTALL", "ONAPPUPDATE", "ONAPPUNINSTALL", "ONAPPPAYMENT", "ONOFFLINEEVENT", TEST)
WITH_REFRESH = ("ONAPPINSTALL", "ONAPPUPDATE", "ONOFFLINEEVENT", TEST)
MOST_LATE = 30
"""Seconds that an event may be late where their order is shuffled."""
DIALOG_EVENTS = CONNECTOR_EVENTS[5:7]
OFFLINE_SECONDS = 2_952_000
WAKE_UP_GAP = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`owner` None reaches every subscribed application, a client_id only that one, "" nobody.

    One that is not `signed` carries no application token.
    """

    name: str
    data: Any
    owner: str | None = None
    cause: Cause = NOBODY
    signed: bool = True


def known(event: str, scope: Iterable[str]) -> bool:
    """Whether a token with this scope may name the event at all."""
    return event in BASE_EVENTS or (event in CONNECTOR_EVENTS and CONNECTOR_SCOPE in scope)


def emit(world: World, event: Event) -> None:
    """Queue the event for every handler that is to hear it."""
    for handler in world.state.handlers.rows():
        app = world.state.apps[handler.client_id]
        if handler.event != event.name or event.owner not in (None, handler.client_id):
            continue
        if not app.hears or not known(event.name, app.scope):
            continue
        if handler.offline:
            if world.state.plan.queues_events:
                _store(world, handler, event)
        else:
            post(world, handler, event)


def post(world: World, handler: Handler, event: Event) -> None:
    """Queue one POST to one online handler. Equal events of one request are one POST."""
    if not world.state.plan.posts_events:
        return
    mark = f"{handler.id} {event.name} ".encode() + php_values.encode(event.data)
    if mark in world.told:
        return
    world.told.add(mark)
    app = world.state.apps[handler.client_id]
    user = handler.user_id or event.cause.user
    id_name = world.switches["dialog_event_id"] if event.name in DIALOG_EVENTS else "event_handler_id"
    nameless = event.name == "ONAPPINSTALL" and world.switches["install_handler_id"] == "absent"
    body = {
        "event": event.name,
        id_name: None if nameless else handler.id,
        "data": event.data,
        "ts": int(world.clock.time()),
        "auth": auth_block(world, app, user, refresh=event.name in WITH_REFRESH),
    }
    if not event.signed:
        body["auth"].pop("application_token")
    pairs = [pair for name, value in body.items() for pair in php_values.flatten(name, value)]
    made = Post(name=event.name, url=handler.url, pairs=pairs, client_id=app.client_id)
    if world.switches["event_order"] == "as_caused":
        world.sender.post(made)
        return
    late = int(hashlib.md5(mark, usedforsecurity=False).hexdigest()[:4], 16) % (MOST_LATE + 1)
    world.sender.later(late, lambda: world.sender.post(made))


def auth_block(world: World, app: Application, user: int, *, refresh: bool = False) -> dict[str, Any]:
    """`auth[...]` of an event. Without a user there are no tokens, only what identifies the sender."""
    known_by = {
        "domain": world.domain,
        "server_endpoint": world.server_url,
        "client_endpoint": world.rest_url,
        "member_id": world.facts.member_id,
        "application_token": world.application_token(app),
    }
    if not user:
        return known_by
    pair = world.tokens.issue(app.client_id, user)
    return {
        "access_token": pair.access.value,
        "expires": int(pair.access.expires),
        "expires_in": ACCESS_SECONDS,
        "scope": ",".join(app.scope),
        "status": app.status,
        "user_id": user,
        "refresh_token": pair.refresh.value if refresh else None,
        **known_by,
    }


def _store(world: World, handler: Handler, event: Event) -> None:
    """Put the event on the application's offline queue, unless that application caused it; equal events collapse."""
    cause = event.cause
    if (cause.client_id, cause.auth_connector) == (handler.client_id, handler.auth_connector):
        return
    key = hashlib.md5(event.name.encode() + php_values.encode(event.data), usedforsecurity=False).hexdigest()
    same = world.state.offline.where(
        lambda row: (
            (row.client_id, row.auth_connector, row.message_id, row.process_id)
            == (handler.client_id, handler.auth_connector, key, "")
        )
    )
    number = same[0].id if same else world.state.number("offline")
    row = OfflineEvent(
        id=number,
        client_id=handler.client_id,
        auth_connector=handler.auth_connector,
        event=event.name,
        data=event.data,
        user_id=cause.user,
        message_id=key,
        at=world.clock.time(),
    )
    world.state.offline.put(number, row)
    _wake_up(world, handler, cause)


def _wake_up(world: World, handler: Handler, cause: Cause) -> None:
    """ONOFFLINEEVENT, not more often than its gap allows."""
    now = world.clock.time()
    if now - world.woken.get(handler.client_id, 0.0) < WAKE_UP_GAP:
        return
    world.woken[handler.client_id] = now
    for row in world.state.handlers.where(
        lambda row: row.event == "ONOFFLINEEVENT" and row.client_id == handler.client_id and not row.offline
    ):
        post(world, row, Event(name="ONOFFLINEEVENT", data=None, cause=cause))
