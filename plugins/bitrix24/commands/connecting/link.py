"""What `portal connect` shows, and what it waits for: an answer typed or brought by a browser, or an install call."""

from __future__ import annotations

from bot.plugin import BadArgument, Dialogue, Message, Refusal, Reply, Text, Time
from bot.plugin.web import public_url
from plugins.bitrix24.auth.credentials import KnownPortal
from plugins.bitrix24.commands.common.json_views import PortalLink
from plugins.bitrix24.commands.portal.group import CLIENT_ID
from plugins.bitrix24.connecting.authorization_link import (
    AuthorizationRequest,
    AuthorizationRequests,
    make_link,
)
from plugins.bitrix24.connecting.pasted_grant import CODE_SECONDS, PastedCode, read_pasted
from plugins.bitrix24.connecting.pending_install import PendingInstalls
from plugins.bitrix24.hosts import endpoints
from plugins.bitrix24.hosts.endpoints import Endpoint
from plugins.bitrix24.http import reachability

INSTALLED = "\0installed"
"""The answer when an install call came first: nobody can type it."""


def show_addresses(dialogue: Dialogue, portal: KnownPortal, request: AuthorizationRequest | None = None) -> PortalLink:
    """Show the authorise link, and with a public address those for the card of a new application."""
    services = dialogue.services
    address = public_url(services.settings, "bitrix24")
    handler: str | None = None
    install, expires_at = None, request.expires_at if request else 0
    if address and not (request and request.backup):
        invitation = PendingInstalls(services).invite(portal.name)
        handler = f"{address}/app"
        install = f"{address}/install/{invitation.nonce.reveal()}"
        expires_at = expires_at or invitation.expires_at
    endpoint = endpoints.portal(portal.domain, services.settings)
    url = make_link(endpoint, request) if request else None
    facts: list[tuple[Text, Text]] = []
    if url:
        facts.append((Message("bitrix24.connect.link"), url))
    if handler and install:
        facts += [(Message("bitrix24.connect.handler"), handler), (Message("bitrix24.connect.install"), install)]
    expiry = Time(time=expires_at)
    title = Message("bitrix24.connect.open", portal=portal.name)
    if request and request.backup:
        title = Message("bitrix24.connect.open_as_other", portal=portal.name)
    note = Message("bitrix24.connect.link_expires", time=expiry)
    if not url:
        title, note = Message("bitrix24.connect.fill_card"), Message("bitrix24.connect.install_expires", time=expiry)
    data = PortalLink(authorise_url=url, handler_url=handler, install_url=install, expires_at=expiry)
    dialogue.show(Reply(title=title, facts=tuple(facts), notes=(note, *_warn(portal, endpoint)), data=data))
    return data


def _warn(portal: KnownPortal, endpoint: Endpoint) -> tuple[Text, ...]:
    """What is wrong with the way to the portal. The link stays usable: the browser may have another way."""
    host = reachability.host_of(endpoint.base, address=endpoint.address, authorities=portal.authorities)
    obstacle = reachability.find_obstacle(host)
    if obstacle is None:
        return ()
    return (Message("bitrix24.connect.host_unreachable", host=host.name, reason=obstacle),)


def describe_printed(name: str, printed: PortalLink) -> Message:
    """Say what was printed for a portal when nothing is waited for: the link, or only the addresses."""
    if printed.authorise_url:
        return Message("bitrix24.connect.link_printed", portal=name)
    return Message("bitrix24.connect.addresses_printed", portal=name)


def await_client_id(dialogue: Dialogue, name: str) -> str:
    """Ask for the client_id while an install call may come; INSTALLED when it came first."""
    installs = PendingInstalls(dialogue.services)
    return dialogue.ask(
        Message("bitrix24.connect.ask_client_id"),
        secret=True,  # It may be the key by mistake, so it is not echoed.
        poll=lambda: INSTALLED if installs.find(name) else None,
        check=_check_client_id,
    )


def _check_client_id(typed: str) -> None:
    """Raise BadArgument for what is none. It may be the key: a client_id is shown and stored, and a key must not be."""
    if not CLIENT_ID.match(typed):
        raise BadArgument(
            Message("bitrix24.connect.no_such_client_id"), hint=Message("bitrix24.connect.do_wait_or_name")
        )


def await_answer(dialogue: Dialogue, request: AuthorizationRequest) -> str:
    """The parameters of the address that the browser ended on, or what was pasted; INSTALLED for an install call."""
    services = dialogue.services
    question = Message("bitrix24.connect.ask_address", count=CODE_SECONDS)
    requests = AuthorizationRequests(services)

    def check(pasted: str) -> None:
        found = read_pasted(pasted)
        if not isinstance(found, PastedCode):
            return
        try:
            requests.check(found.state, request)
        except Refusal as error:
            raise Refusal(error.sentence, hint=Message("bitrix24.connect.do_open_printed_link")) from None

    if not public_url(services.settings, "bitrix24"):
        return dialogue.ask(question, secret=True, check=check)
    installs = PendingInstalls(services)

    def poll() -> str | None:
        if not request.backup and installs.find(request.portal) is not None:
            return INSTALLED
        if request.expires_at <= services.clock.now_ms():
            raise Refusal(Message("bitrix24.connect.nothing_came_back"), hint=Message("bitrix24.connect.do_open_link"))
        return requests.find_received(request)

    return dialogue.ask(question, secret=True, poll=poll, check=check)
