"""What a portal posts when somebody opens a page, and whose word it is. Nothing that the call says is believed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from enum import Enum

from bot.plugin import Refusal, Services, TargetRefused, WebRequest
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.credentials import CredentialStore, KnownPortal
from plugins.bitrix24.connecting.token_owner import TokenOwner, ask_owner, is_of_server
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.traffic.portal_connections import Connections

LONGEST = 2_000
"""Characters of a field; what is longer is none of a page's call."""


class PageFault(Enum):
    """Why a page's call is refused."""

    UNSIGNED = "page_without_token"
    UNKNOWN_PORTAL = "page_of_unknown_portal"
    REFUSED = "page_token_refused"
    OTHER_APPLICATION = "page_of_another_application"
    OTHER_CONNECTOR = "page_of_another_connector"
    FORGED = "forged_page_token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who opened a page: a user of a portal, as the authorisation server says."""

    portal: KnownPortal
    user: str
    """The portal's id of the user; empty where the server does not say."""


def prove_visitor(services: Services, links: Connections, request: WebRequest) -> Visitor | PageFault:
    """Let the authorisation server say whose access token a page's call carries.

    The token has to be of the application that is connected: one of another application would pass the portal, too.
    Which servers are asked depends on the call alone, not on whether its portal is connected: the time of the answer
    tells nobody which portals are. Raises TargetUnreachable while a server does not answer.
    """
    form = request.form
    access, member_id = form.get("AUTH_ID", ""), form.get("member_id", "")
    if not access or max(len(access), len(member_id)) > LONGEST:
        return PageFault.UNSIGNED
    store = CredentialStore(services)
    portals = [store.known(each.name) for each in store.portals()]
    known = [each for each in portals if each.member_id == member_id]
    servers = _find_servers(store, portals)
    if not servers:
        return PageFault.UNKNOWN_PORTAL
    claimed = form.get("SERVER_ENDPOINT", "")[:LONGEST]
    try:
        server, owner = _ask_servers(services, links, tuple(servers.values()), claimed, Secret(access))
    except TargetRefused:
        return PageFault.REFUSED if known else PageFault.UNKNOWN_PORTAL
    if not known:
        return PageFault.UNKNOWN_PORTAL
    found = next((each for each in known if each.client_id == owner.client_id), None)
    # A server speaks for its own portals alone.
    if found is None or owner.member_id != member_id or servers.get(found.name) != server:
        return PageFault.OTHER_APPLICATION
    return Visitor(portal=found, user=owner.user)


def _find_servers(store: CredentialStore, portals: Sequence[KnownPortal]) -> Mapping[str, str]:
    """The token endpoint of each portal by its name; none for a portal whose credentials cannot be used."""
    found: dict[str, str] = {}
    for each in portals:
        with suppress(Refusal):
            found[each.name] = store.held(each).credentials.token_url
    return found


def _ask_servers(
    services: Services, links: Connections, servers: Sequence[str], claimed: str, access: Secret
) -> tuple[str, TokenOwner]:
    """Ask the server that the call names, then the others, until one knows the token. Raises PluginError."""
    for url in sorted(dict.fromkeys(servers), key=lambda one: not is_of_server(claimed, one)):
        try:
            return url, ask_owner(services, links, url, claimed, access)
        except TargetRefused as error:
            refused = error
    raise refused


def read_options(request: WebRequest) -> Mapping[str, str]:
    """The texts and numbers of PLACEMENT_OPTIONS by name; nothing where it is empty or cannot be read."""
    text = request.form.get("PLACEMENT_OPTIONS", "")
    try:
        found = json.loads(text) if len(text) <= LONGEST else {}
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: str(value) for name, value in found.items() if isinstance(value, str | int | float)}
