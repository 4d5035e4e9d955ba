"""Goes on with the tokens that an earlier try to connect a portal left: its client_secret is asked for again."""

from __future__ import annotations

from contextlib import closing

from bot.plugin import Dialogue, Message, Refusal, Reply, Services, Time
from plugins.bitrix24.commands.common.json_views import InstalledApplication
from plugins.bitrix24.commands.portal.group import ADDRESS, APPLICATION, MEMBER_ID, parse_client_secret
from plugins.bitrix24.connecting.connect_options import ConnectOptions
from plugins.bitrix24.connecting.connection import Application, Connection, Connector
from plugins.bitrix24.connecting.kept_tokens import KeptTokens, KeptTokenStore
from plugins.bitrix24.connecting.token_keeping import ConnectionKeeping
from plugins.bitrix24.hosts import endpoints
from plugins.bitrix24.traffic.portal_connections import Connections


def find_kept(services: Services, options: ConnectOptions) -> KeptTokens | None:
    """The tokens that an earlier try left for the portal and the application that the person wants."""
    kept = KeptTokenStore(services).find(options.name)
    if kept is None or options.client_id not in ("", kept.client_id):
        return None
    if options.domain and endpoints.portal(options.domain, services.settings).label != kept.domain:
        return None
    return kept


def complete_kept(dialogue: Dialogue, options: ConnectOptions, kept: KeptTokens) -> Connection:
    """Prove the kept tokens, and return the connection. Raises PluginError."""
    services, kept_at = dialogue.services, Time(time=kept.kept_at)
    dialogue.show(
        Reply(
            title=Message("bitrix24.connect.tokens_wait", portal=options.name, time=kept_at),
            facts=((ADDRESS, kept.domain), (MEMBER_ID, kept.member_id), (APPLICATION, kept.client_id)),
            data=InstalledApplication(
                name=options.name,
                address=kept.domain,
                member_id=kept.member_id,
                client_id=kept.client_id,
                received_at=kept_at,
            ),
        )
    )
    secret = options.client_secret or parse_client_secret(dialogue.ask_secret("client_secret"))
    # While it was asked for, another process may have gone on with them.
    now = KeptTokenStore(services).find(options.name)
    if now is None:
        raise Refusal(Message("bitrix24.connect.nothing_waits"), hint=Message("bitrix24.connect.do_open_link"))
    keeping = ConnectionKeeping(services, options.name, now.domain, now.client_id)
    with closing(Connections()) as links, keeping.spend(now.refresh):
        application = Application(client_id=now.client_id, client_secret=secret)
        connector = Connector(services, links, options.make_portal(services, now.domain), application, keeping)
        return connector.connect_by_refresh(now.refresh, member_id=now.member_id)
