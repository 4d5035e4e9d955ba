"""Completes an install call that waits: the client_secret is all that b24bot still has to know."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

from bot.plugin import Dialogue, Message, PluginError, Refusal, Reply, Time
from plugins.bitrix24.commands.common.json_views import InstalledApplication
from plugins.bitrix24.commands.portal.group import ADDRESS, APPLICATION, MEMBER_ID, parse_client_id, parse_client_secret
from plugins.bitrix24.connecting.connect_options import ConnectOptions
from plugins.bitrix24.connecting.connection import Application, Connection, Connector
from plugins.bitrix24.connecting.pending_install import PendingInstall, PendingInstalls
from plugins.bitrix24.connecting.token_keeping import InstallKeeping
from plugins.bitrix24.connecting.token_owner import find_owner
from plugins.bitrix24.hosts import endpoints
from plugins.bitrix24.traffic.portal_connections import Connections


def complete_install(dialogue: Dialogue, options: ConnectOptions) -> Connection:
    """Prove what waits for this portal, and return the connection. Raises PluginError.

    The domain and the client_id that the person already gave are compared.
    """
    name = options.name
    services, installs = dialogue.services, PendingInstalls(dialogue.services)
    pending = installs.find(name)
    if pending is None:
        raise Refusal(Message("bitrix24.connect.nothing_waits"), hint=Message("bitrix24.connect.do_open_link"))
    endpoint = endpoints.portal(pending.domain, services.settings)
    if options.domain and endpoints.portal(options.domain, services.settings).label != endpoint.label:
        raise Refusal(
            Message("bitrix24.connect.install_of_another", address=endpoint.label),
            hint=Message("bitrix24.connect.do_check_application"),
        )
    with closing(Connections()) as links:
        known = _name_application(dialogue, links, pending, options.client_id)
        dialogue.show(
            Reply(
                title=Message("bitrix24.connect.install_waits", portal=name, time=Time(time=pending.received_at)),
                facts=((ADDRESS, endpoint.label), (MEMBER_ID, pending.member_id), (APPLICATION, known)),
                data=InstalledApplication(
                    name=name,
                    address=endpoint.label,
                    member_id=pending.member_id,
                    client_id=known,
                    received_at=Time(time=pending.received_at),
                ),
            )
        )
        secret = options.client_secret or parse_client_secret(dialogue.ask_secret("client_secret"))
        # While it was asked for, newer tokens may have come.
        pending = installs.find(name) or pending
        connector = Connector(
            services,
            links,
            options.make_portal(services, endpoint.label),
            Application(client_id=known, client_secret=secret),
            InstallKeeping(services, name, pending.refresh),
        )
        found = connector.connect_by_refresh(pending.refresh, member_id=pending.member_id)
    return replace(found, application_token=pending.application_token or None)


def _name_application(dialogue: Dialogue, links: Connections, pending: PendingInstall, client_id: str) -> str:
    """The client_id of what waits, by the authorisation server; by the person when its access token is too old."""
    services = dialogue.services
    try:
        owner = find_owner(services, links, pending.domain, pending.server, pending.access)
    except PluginError:
        if client_id:
            return client_id
        return parse_client_id(dialogue.ask(Message("bitrix24.connect.ask_called_client_id"), secret=True))
    if client_id and owner.client_id != client_id:
        raise Refusal(
            Message("bitrix24.connect.client_differs", told=owner.client_id, expected=client_id),
            hint=Message("bitrix24.connect.do_check_application"),
        )
    if owner.member_id != pending.member_id:
        PendingInstalls(services).discard(pending.portal, pending.refresh)
        raise Refusal(
            Message("bitrix24.connect.member_differs", told=owner.member_id, expected=pending.member_id),
            hint=Message("bitrix24.connect.do_check_application"),
        )
    return owner.client_id
