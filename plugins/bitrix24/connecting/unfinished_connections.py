"""Portals that somebody began to connect and that still lack something: what they wait for, and what to type."""

from __future__ import annotations

from collections.abc import Sequence

from bot.plugin import Message, Refusal, Services, Time, UnfinishedPlace
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.connecting.approved_connection import ApprovedConnection, ApprovedConnections
from plugins.bitrix24.connecting.pending_install import PendingInstall, PendingInstalls


def list_unfinished(services: Services) -> Sequence[UnfinishedPlace]:
    """The portals that are not connected yet, by name. An installation that waits goes before its approval."""
    approved = {each.name: _describe_approval(each) for each in ApprovedConnections(services).all()}
    installed = {each.portal: _describe_install(each) for each in PendingInstalls(services).all()}
    known = {portal.name for portal in CredentialStore(services).portals()}
    found = approved | installed
    return [found[name] for name in sorted(found) if name not in known]


def find_unfinished(services: Services, name: str) -> UnfinishedPlace | None:
    """What a portal waits for; None for one that is connected, and for one that nobody began to connect."""
    return next((each for each in list_unfinished(services) if each.name == name), None)


def require_connected(services: Services, name: str, *_others: object, **_more: object) -> None:
    """Raise Refusal for a portal that is not connected yet, with what it waits for."""
    waiting = find_unfinished(services, name)
    if waiting is not None:
        raise Refusal(waiting.says, hint=waiting.do)


def _describe_install(pending: PendingInstall) -> UnfinishedPlace:
    received = Time(time=pending.received_at)
    return UnfinishedPlace(
        name=pending.portal,
        says=Message("bitrix24.connect.secret_awaited", portal=pending.portal, address=pending.domain, time=received),
        do=_advise(pending.portal),
    )


def _describe_approval(approved: ApprovedConnection) -> UnfinishedPlace:
    ends = Time(time=approved.expires_at)
    return UnfinishedPlace(
        name=approved.name,
        says=Message("bitrix24.connect.approved_only", portal=approved.name, address=approved.domain, time=ends),
        do=_advise(approved.name),
    )


def _advise(name: str) -> Message:
    return Message("bitrix24.connect.do_finish", portal=name)


def withdraw(services: Services, name: str) -> None:
    """Forget what a portal waits with, and refuse its install address from now on."""
    PendingInstalls(services).withdraw(name)
    ApprovedConnections(services).remove(name)
