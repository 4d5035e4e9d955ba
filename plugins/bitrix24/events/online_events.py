"""Events that the portal posts to our public address: proven, stored and answered at once; read back by the watch.

What is not proven changes nothing. It is recorded with its reason, once an hour for each portal and reason, so that
nobody can fill the audit log from outside. Each refusal takes the same work, and gets the same answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from bot.plugin import CallVerdict, Event, Json, Message, Services, Text, public_url
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.application_tokens import ApplicationTokens
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.auth.refused_calls import CALL_REFUSED, STRANGER, record_seldom
from plugins.bitrix24.client.rest_client import Caller
from plugins.bitrix24.dialogues.dialogue_ledger import DIALOGUES, LATE_MS, DialogueLedger
from plugins.bitrix24.events import watch_events
from plugins.bitrix24.events.application_token import compute_token
from plugins.bitrix24.events.event_body import PAYMENT, EventBody, read_event
from plugins.bitrix24.events.findings.portal_facts import EventHandler
from plugins.bitrix24.events.findings.watch_memory import read_memory
from plugins.bitrix24.events.offline_queue import FOLD_MS, POSTED_KEY, WATCHED, StoredEvent, StoredEvents
from plugins.bitrix24.events.sender_proof import KnownSender, Proof, prove_sender
from plugins.bitrix24.health.event_tests import EventTests

PATH = "/events"
TEST = "ONAPPTEST"
NEEDED = (*WATCHED, TEST, "ONAPPUNINSTALL")
BOUND = (*NEEDED, "ONAPPUPDATE", PAYMENT)
"""What is bound to the public address. A portal may know less than this, but not less than what is needed."""
SEEN = "seen_event"
"""The kind of the records of events that came."""
KEPT_MS = 86_400_000
ROUTE = "events"
REFUSALS: Mapping[Proof, tuple[Event, Mapping[str, Text]]] = {
    Proof.UNSIGNED: (watch_events.REFUSED, {"sentence": Message("bitrix24.watch.event_unsigned")}),
    Proof.UNPROVABLE: (CALL_REFUSED, {"route": ROUTE, "why": Message("bitrix24.watch.event_unsigned")}),
    Proof.FOREIGN: (watch_events.REFUSED, {"sentence": Message("bitrix24.watch.event_foreign")}),
    Proof.UNREADABLE: (CALL_REFUSED, {"route": ROUTE, "why": Message("bitrix24.refused.malformed")}),
    Proof.OTHER_PORTAL: (CALL_REFUSED, {"route": ROUTE, "why": Message("bitrix24.refused.unknown_portal")}),
    Proof.REPEATED: (CALL_REFUSED, {"route": ROUTE, "why": Message("bitrix24.refused.repeated_event")}),
}
"""What is recorded of an event that is not believed. `CALL_REFUSED` is no line in the channel: strangers send such
events without an aim at a portal, and a portal itself may send one twice or without a token."""


def event_address(services: Services) -> str:
    """The one address that events are bound to; empty without a public address."""
    base = public_url(services.settings, "bitrix24")
    return f"{base}{PATH}" if base else ""


def receive_event(services: Services, form: Mapping[str, str]) -> Proof:
    """Store an event that is proven, and say what its sender is. No network."""
    event, portals = read_event(form), CredentialStore(services).portals()
    judged = prove_sender(event, [_sender(services, portal) for portal in portals])
    proof, digest = judged.proof, _digest(form)
    # Asked for whatever the event is: a refusal that skips it would be quicker.
    known = services.records.get(SEEN, digest) is not None
    if proof is Proof.PROVEN and known:
        proof = Proof.REPEATED
    if event is not None and proof is Proof.PROVEN:
        _store(services, event, judged.identity, digest)
    else:
        names = {portal.member_id: portal.name for portal in portals}
        _refuse(services, names.get(event.member_id if event else "", STRANGER), proof)
    return proof


def _sender(services: Services, portal: KnownPortal) -> KnownSender:
    """A portal with the token of its install call, and with the one that is computed once the portal was read."""
    memory, held = (
        read_memory(services.records, portal.identity),
        CredentialStore(services).stored(portal, portal.slot),
    )
    if held is None:
        return KnownSender(identity=portal.identity, member_id=portal.member_id, tokens=())
    keys = held.credentials
    pinned = ApplicationTokens(services).find(portal, keys.client_id)
    tokens = [pinned] if pinned is not None else []
    if memory is not None and memory.app_id:
        tokens.append(compute_token(portal.member_id, memory.app_id, keys.client_secret))
    return KnownSender(identity=portal.identity, member_id=portal.member_id, tokens=tokens)


def _count(services: Services, event: EventBody, identity: str, now: int) -> None:
    """Count a dialogue; an event that is old counts no more."""
    at = min(event.ts * 1000 or now, now)
    if now - at <= LATE_MS:
        DialogueLedger(services.records, identity).note(event.name, event.data, at)


def _store(services: Services, event: EventBody, identity: str, digest: str) -> None:
    now = services.clock.now_ms()
    with services.transaction():
        if services.records.get(SEEN, digest) is not None:
            return
        services.records.put(SEEN, digest, {"at": now})
        if event.name in DIALOGUES:
            _count(services, event, identity, now)
            return
        nonce = event.text("QUERY", "nonce") if event.name == TEST else ""
        if nonce:
            EventTests(services).note(nonce)
        connector, line = event.target or ("", 0)
        at = event.ts * 1000 or now
        StoredEvents(services.records, identity).put(
            StoredEvent(
                key=f"{POSTED_KEY}{digest}",
                name=event.name,
                connector=connector,
                line=line,
                user=event.user,
                at=min(at, now),
                ready_at=now + FOLD_MS,
            )
        )


def _digest(form: Mapping[str, str]) -> str:
    return hashlib.sha256(repr(sorted(form.items())).encode("utf-8", "replace")).hexdigest()


def _refuse(services: Services, portal: str, proof: Proof) -> None:
    services.log.info("an event was refused: %s", proof.value, extra={"action": "event_refused"})
    event, facts = REFUSALS[proof]
    record_seldom(services, f"{ROUTE} {proof.value} {portal}", event, portal, facts)


def forget_old(services: Services) -> None:
    """Remove what is kept of events that came long ago."""
    now = services.clock.now_ms()
    EventTests(services).forget_old()
    for key, value in services.records.all(SEEN).items():
        if now - int(value["at"]) > KEPT_MS:
            services.records.delete(SEEN, key)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Binding:
    event: str
    address: str

    @property
    def params(self) -> Mapping[str, Json]:
        return {"event": self.event, "handler": self.address}


def bind_address(
    caller: Caller, handlers: Sequence[EventHandler], address: str, names: Sequence[str] = BOUND
) -> frozenset[str]:
    """Bind what is missing of the events at the address, and unbind what is bound at a former spelling of it.

    Return the events that are bound there now. The first event that the portal does not let us bind ends it, but for
    those that b24bot can do without.
    """
    bound = {row.event for row in handlers if not row.offline and row.address == address}
    for row in list_misplaced(handlers, address, names):
        caller.change("event.unbind", _Binding(event=row.event, address=row.address).params)
    for each in (_Binding(event=name, address=address) for name in names if name not in bound):
        if caller.change("event.bind", each.params).verdict is CallVerdict.DONE:
            bound.add(each.event)
        elif each.event in NEEDED:
            break
    return frozenset(bound)


def list_misplaced(handlers: Sequence[EventHandler], address: str, names: Sequence[str] = BOUND) -> list[EventHandler]:
    """List the handlers of these events that have b24bot's path at another address than this one."""
    return [
        row
        for row in handlers
        if not row.offline and row.event in names and row.address != address and _is_ours(row.address)
    ]


def _is_ours(address: str) -> bool:
    """Whether it is an address of b24bot's events: with another scheme or host, or a slash more."""
    try:
        return urlsplit(address).path.rstrip("/").endswith(f"/bitrix24{PATH}")
    except ValueError:
        return False
