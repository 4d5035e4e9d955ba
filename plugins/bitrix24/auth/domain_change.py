"""Where a renamed portal is now: the redirect that tells it, the proof that it is the same portal, and the record.

The old name of a renamed portal answers 302 with an empty body: nothing was carried out. The new name must be one of
the vendor's, who alone gives a portal another one. The portal there must accept our access token and say in `app.info`
that this is our application: a server that answers yes to whatever it is asked proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from bot.plugin import CallVerdict, Message, PluginError, Refusal, Services, Text
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth import audit_events
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.hosts import endpoints
from plugins.bitrix24.hosts.endpoints import Endpoint
from plugins.bitrix24.http import redirects
from plugins.bitrix24.redaction.excerpt import excerpt
from plugins.bitrix24.rest.error_codes import RetryHint
from plugins.bitrix24.rest.protocol import Judgement

Ask = Callable[[KnownPortal], Judgement]
"""Asks the portal at another address for `app.info`."""


FOREIGN = Message("bitrix24.portal.move_foreign")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unproven:
    """Why a redirect is not followed."""

    judgement: Judgement


class Relocation:
    """Finds out whether one portal has moved, and remembers it."""

    def __init__(self, services: Services, ask: Ask) -> None:
        self._services = services
        self._credential_store = CredentialStore(services)
        self._ask = ask

    def follow(self, portal: KnownPortal, location: str) -> KnownPortal | Unproven:
        """The portal under its new name, proven and stored; or why not."""
        try:
            known = self._credential_store.portal(portal.name)
            if known.member_id == portal.member_id and known.domain != portal.domain:
                return known
            endpoint = self._endpoint(portal, location)
            return self._prove(portal, endpoint)
        except PluginError as error:
            return Unproven(judgement=_stays(_host(location), error.sentence, error.hint))

    def _endpoint(self, portal: KnownPortal, location: str) -> Endpoint:
        """Raises Refusal when the bot must not talk to it, or when a portal of the cloud points to loopback."""
        old = endpoints.portal(portal.domain, self._services.settings)
        new = endpoints.portal(_host(location), self._services.settings)
        if not (new.on_loopback or endpoints.is_vendors(new)):
            raise Refusal(Message("bitrix24.portal.move_to_other_domain"))
        wanted = "http" if new.on_loopback else "https"
        if new.on_loopback is not old.on_loopback or urlsplit(location).scheme != wanted:
            raise Refusal(Message("bitrix24.portal.move_impossible", address=excerpt(_host(location))))
        return new

    def _prove(self, portal: KnownPortal, endpoint: Endpoint) -> KnownPortal | Unproven:
        there = self._ask(replace(portal, domain=endpoint.label))
        answered = there.verdict is CallVerdict.DONE
        if not answered or not self._is_our_application(portal, there.result):
            said = FOREIGN if answered else there.sentence
            why = Message("bitrix24.portal.move_unproven", reason=said)
            return Unproven(judgement=_stays(endpoint.label, why, Message("bitrix24.portal.do_open_portal")))
        self._services.log.warning(
            "the portal %s has moved from %s to %s",
            portal.name,
            portal.domain,
            endpoint.label,
            extra={"action": "portal_moved"},
        )
        with self._services.transaction():
            moved = Message("bitrix24.portal.moved", new=endpoint.label, old=portal.domain)
            self._services.record(audit_events.ADDRESS_CHANGED, portal.place, {"sentence": moved})
            return self._credential_store.moved(portal, endpoint.label)

    def _is_our_application(self, portal: KnownPortal, answer: Any) -> bool:
        """Whether an answer of `app.info` names the application that the stored credentials are of."""
        return our_application(answer, self._credential_store.held(portal).credentials.client_id)


def our_application(answer: Any, client_id: str) -> bool:
    """Whether `app.info` names this application: a local one has its client id for its code."""
    named = [answer.get(name) for name in ("CODE", "client_id")] if isinstance(answer, Mapping) else []
    return client_id in named


def _host(location: str) -> str:
    """Host and port of an address, with a user and everything else that an address may hold left in to be refused."""
    try:
        return urlsplit(location).netloc
    except ValueError:
        return ""


def _stays(host: str, why: Text, hint: Text) -> Judgement:
    return Judgement(
        verdict=CallVerdict.NOT_SENT,
        sentence=Message("bitrix24.portal.move_refused", address=excerpt(host) or redirects.UNREADABLE, reason=why),
        hint=hint or Message("bitrix24.portal.do_store_again"),
        status=302,
        again=RetryHint.LATER,
    )
