"""`portal spare`: store backup tokens, which are used when the tokens in use are lost."""

from __future__ import annotations

from typing import Annotated

from bot.plugin import Arg, CommandLine, Message, Reply, Risk, Services
from plugins.bitrix24.auth.backup_tokens import BackupTokenStore
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.commands.common.json_views import StoredPortal
from plugins.bitrix24.commands.portal.group import ADDRESS, MEMBER_ID, known_portals, new_secret_argument, portals
from plugins.bitrix24.redaction.secret import Secret


def check_spare_portal(services: Services, name: str) -> None:
    """Raise what is wrong with a portal that is to get a spare pair, before the pair is asked for."""
    credential_store = CredentialStore(services)
    credential_store.held(credential_store.portal(name))


@portals.command(
    "spare", words={"ru": ("резерв",)}, risk=Risk.GOVERN, data=StoredPortal, terminal=True, check=check_spare_portal
)
def spare_portal(
    services: Services,
    name: Annotated[str, Arg(help="the name of the portal", label="NAME", complete=known_portals)],
    *,
    access_token: Annotated[Secret, new_secret_argument("an access token of a second authorisation", "TOKEN")],
    refresh_token: Annotated[Secret, new_secret_argument("the refresh token that came with it", "TOKEN")],
) -> Reply:
    """Store backup tokens, which the bot uses when the tokens in use are lost.

    They must come from another authorisation of the same application. The bot renews them soon, to verify that they
    work, and then every three weeks.
    """
    portal = CredentialStore(services).portal(name)
    BackupTokenStore(services).store(portal, access_token, refresh_token)
    return Reply(
        title=Message("bitrix24.token.backup_stored", portal=portal.name),
        facts=((ADDRESS, portal.domain), (MEMBER_ID, portal.member_id)),
        notes=(Message("bitrix24.token.backup_proof", command=CommandLine(command_line="portal check")),),
        data=StoredPortal(name=portal.name, address=portal.domain, member_id=portal.member_id),
    )
