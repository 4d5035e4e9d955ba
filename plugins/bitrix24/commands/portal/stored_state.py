"""What b24bot keeps about a portal, as commands change it: calls that stay on this host, and the state they lead to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.plugin import (
    BACKUP_DAYS,
    Call,
    CallOutcome,
    CallVerdict,
    Message,
    Nothing,
    Observation,
    Place,
    Plan,
    PluginError,
    Reply,
    Services,
    Text,
    Time,
    Undo,
)
from plugins.bitrix24.auth import colours
from plugins.bitrix24.auth.application_tokens import ApplicationTokens
from plugins.bitrix24.auth.backup_tokens import BackupTokenStore
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.connecting.approved_connection import ApprovedConnection, ApprovedConnections
from plugins.bitrix24.connecting.authorization_link import APPROVED, make_link, make_request
from plugins.bitrix24.connecting.kept_tokens import KeptTokenStore
from plugins.bitrix24.hosts import endpoints
from plugins.bitrix24.portal import Portal

TARGET = "portal"
"""What such a plan changes; each portal has one."""
RENAME, REMOVE, PROTECT, PAINT = "portal.rename", "portal.remove", "portal.protect", "portal.colour"
APPROVE_CONNECTION = "portal.approve_connection"
NAME, PROTECTION, COLOUR, CONNECTION = "portal_name", "protection", "colour", "connection"
PROTECTED = Message("bitrix24.state.protected")
DAY_MS = 86_400_000
LABELS: Mapping[str, Text] = {
    NAME: Message("bitrix24.state.portal_name"),
    PROTECTION: Message("bitrix24.state.protection"),
    COLOUR: Message("bitrix24.state.colour"),
}


def plan_change(
    portal: Portal,
    call: Call,
    wanted: Mapping[str, Text | None],
    *,
    summary: Message,
    undo: Undo,
    radius: tuple[Message, ...] = (),
    warnings: tuple[Message, ...] = (),
) -> Plan:
    """Plan a call of this host that changes what is kept about a portal to `wanted`."""
    known = portal.known
    before = observe(known)
    return Plan(
        summary=summary,
        target=TARGET,
        calls=(call,),
        before={label: before[label] for label in wanted if label in before},
        wanted=wanted,
        undo=undo,
        radius=radius,
        warnings=warnings,
        labels={label: LABELS[label] for label in wanted},
    )


def find_unchanged(before: Observation, wanted: Mapping[str, Text | None], already: Message) -> Nothing | None:
    """The answer to a command for a state that is there already; None while it is another."""
    return Nothing(sentence=already) if all(before.get(label) == wanted[label] for label in wanted) else None


def observe(portal: KnownPortal) -> Observation:
    """What b24bot keeps about a portal now."""
    seen: dict[str, Text] = {NAME: portal.name}
    if portal.protected:
        seen[PROTECTION] = PROTECTED
    if portal.colour:
        seen[COLOUR] = colours.NAMES[portal.colour]
    return seen


def connection_target(name: str) -> str:
    """What an approval to connect a portal changes: each name has one."""
    return f"{TARGET}:{name}"


def describe_connection(approved: ApprovedConnection) -> Message:
    """The portal and the application that may be connected."""
    return Message(
        "bitrix24.state.connection_of",
        address=approved.domain,
        client=approved.client_id,
        member=name_member(approved.member_id) if approved.member_id else Message("bitrix24.state.any_member"),
    )


def name_member(member_id: str) -> str:
    """A member_id behind its name: alone it looks like a secret, which no card and no record shows."""
    return f"member_id {member_id}"


def observe_again(services: Services, place: Place, plan: Plan) -> Observation:
    """What is true of such a plan's portal now; nothing of one that is not known any more."""
    if plan.target != TARGET:
        approved = ApprovedConnections(services).find(plan.target.partition(":")[2])
        return {CONNECTION: describe_connection(approved)} if approved else {}
    found = next((each for each in CredentialStore(services).portals() if each.identity == place.identity), None)
    labels = {*plan.before, *plan.wanted}
    return {label: state for label, state in observe(found).items() if label in labels} if found else {}


def remove(services: Services, portal: KnownPortal) -> None:
    """Delete a portal with all its secrets; its name stays its own."""
    with services.transaction():
        BackupTokenStore(services).remove(portal)
        ApplicationTokens(services).remove(portal)
        KeptTokenStore(services).remove(portal.name)
        KeptTokenStore(services).remove_backup(portal.name)
        CredentialStore(services).remove(portal)


def tell_backups(removed_at: int) -> Message:
    """Say until when b24bot's own backups hold the secrets of a portal that was removed at that time."""
    until = Time(time=removed_at + BACKUP_DAYS * DAY_MS)
    return Message("bitrix24.portal.secrets_in_backups", until=until)


def _rename(services: Services, portal: KnownPortal, call: Call) -> Message:
    name = str(call.params["name"])
    CredentialStore(services).rename(portal, name)
    return Message("bitrix24.portal.renamed", old=portal.name, new=name)


def _remove(services: Services, portal: KnownPortal, _call: Call) -> Message:
    remove(services, portal)
    return Message("bitrix24.portal.removed_secrets", portal=portal.name, backups=tell_backups(services.clock.now_ms()))


def _protect(services: Services, portal: KnownPortal, call: Call) -> Message:
    on = bool(call.params["on"])
    CredentialStore(services).protect(portal, on=on)
    return tell_protection(portal.name, on=on)


def tell_protection(name: str, *, on: bool) -> Message:
    """Say that a portal is protected now, or no longer."""
    key = Message("bitrix24.portal.protected", portal=name)
    return key if on else Message("bitrix24.portal.unprotected", portal=name)


def _paint(services: Services, portal: KnownPortal, call: Call) -> Message:
    colour = str(call.params["colour"])
    CredentialStore(services).paint(portal, colour)
    return Message("bitrix24.portal.painted", portal=portal.name, colour=colours.NAMES[colour])


def connecting_line(services: Services, name: str) -> str:
    """The line that completes an approved connection, as one types it on the host. A name needs no quotation marks."""
    known = CredentialStore(services).find(name) is not None
    return " ".join(("b24bot portal connect", name, *(("--replace",) if known else ())))


def _approve_connection(services: Services, _portal: KnownPortal, call: Call) -> CallOutcome:
    """Keep the approval, and give the requester alone the authorise link."""
    said = {name: str(value) for name, value in call.params.items()}
    approved = ApprovedConnection(
        name=said["name"], domain=said["domain"], client_id=said["client_id"], member_id=said.get("member_id", "")
    )
    endpoint = endpoints.portal(approved.domain, services.settings)
    portal = KnownPortal(
        name=approved.name, domain=endpoint.label, member_id=approved.member_id, added_at=services.clock.now_ms()
    )
    with services.transaction():
        ApprovedConnections(services).keep(approved)
        request = make_request(services, portal, approved.client_id, APPROVED)
    line = connecting_line(services, approved.name)
    private = Reply(
        title=Message("bitrix24.connect.private_link", portal=approved.name),
        facts=((Message("bitrix24.connect.link"), make_link(endpoint, request)),),
        notes=(
            Message("bitrix24.connect.private_use", line=line),
            Message("bitrix24.connect.link_expires", time=Time(time=request.expires_at)),
        ),
    )
    told = Message("bitrix24.connect.approved", portal=approved.name, line=line)
    return CallOutcome(verdict=CallVerdict.DONE, sentence=told, private=private)


CALLS: Mapping[str, Callable[[Services, KnownPortal, Call], Message | CallOutcome]] = {
    RENAME: _rename,
    REMOVE: _remove,
    PROTECT: _protect,
    PAINT: _paint,
    APPROVE_CONNECTION: _approve_connection,
}
"""The calls that change what b24bot keeps. Nothing is sent anywhere."""


def perform(services: Services, portal: KnownPortal, call: Call) -> CallOutcome:
    """Carry out such a call."""
    if not services.may_send(0):
        return CallOutcome(verdict=CallVerdict.NOT_SENT, sentence=Message("bitrix24.call.taken_over"))
    try:
        told = CALLS[call.method](services, portal, call)
    except PluginError as error:
        return CallOutcome(verdict=CallVerdict.NOT_SENT, sentence=error.sentence)
    return told if isinstance(told, CallOutcome) else CallOutcome(verdict=CallVerdict.DONE, sentence=told)
