"""Checks of the way to the portal and to the authorisation server."""

from __future__ import annotations

from bot.plugin import Message
from plugins.bitrix24.diagnosis.check_run import Result, bad, good, lost, not_used
from plugins.bitrix24.diagnosis.examination import Examination
from plugins.bitrix24.health import access_losses
from plugins.bitrix24.http import reachability
from plugins.bitrix24.rest.portal_lines import AUTHORISE, name_portal


def check_name(about: Examination) -> Result:
    """Whether the portal's name leads to an address that the bot may connect to."""
    host = about.host
    try:
        addresses = about.addresses
    except OSError as error:
        why = reachability.describe_failure(error)
        return bad(
            Message("bitrix24.check.name_unresolved", host=host.name, reason=why),
            Message("bitrix24.check.do_check_name"),
        )
    return good(Message("bitrix24.check.name_resolved", host=host.name, addresses=tuple(addresses)))


def check_connection(about: Examination) -> Result:
    """Whether the portal's port takes connections."""
    port = str(about.host.port)
    try:
        address = about.address
    except OSError as error:
        why = reachability.describe_failure(error)
        return bad(
            Message("bitrix24.check.port_closed", host=about.host.name, port=port, reason=why),
            Message("bitrix24.check.do_open_port", host=about.host.name, port=port),
        )
    return good(Message("bitrix24.check.port_open", address=address, port=port))


def check_certificate(about: Examination) -> Result:
    """Whether the portal proves that it is the one."""
    if not about.host.tls:
        return not_used(Message("bitrix24.check.loopback"))
    try:
        shown = reachability.shake_hands(about.host, about.address)
    except OSError as error:
        return bad(
            Message("bitrix24.check.certificate_refused", reason=reachability.describe_failure(error)),
            Message("bitrix24.check.do_trust_authority", setting="BITRIX24_CA_FILE"),
        )
    return good(
        Message(
            "bitrix24.check.certificate_verified",
            issuer=shown.issuer,
            time=shown.ends_at,
            protocol=shown.protocol,
        )
    )


def check_server(about: Examination) -> Result:
    """Whether the authorisation server answers, and that the stored token is of this application and portal."""
    portal = about.portal
    said = portal.ask_server()
    if said.failure:
        return bad(
            Message("bitrix24.check.server_unreachable", host=said.host, reason=said.failure),
            Message("bitrix24.check.do_open_server", host=said.host),
        )
    if said.client_id and said.client_id != portal.client_id:
        return bad(
            Message("bitrix24.check.server_other_client", told=said.client_id, expected=portal.client_id),
            name_portal(AUTHORISE, portal.known.name),
        )
    if said.member_id and said.member_id != portal.known.member_id:
        return lost(access_losses.REREGISTERED, about)
    if not said.client_id:
        return good(Message("bitrix24.check.server_answers", host=said.host))
    return good(Message("bitrix24.check.server_confirms", host=said.host))
