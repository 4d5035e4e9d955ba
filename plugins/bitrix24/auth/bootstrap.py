"""The portal `default`: stored on a first start from the settings that describe it."""

from __future__ import annotations

from bot.plugin import Message, Refusal, Services
from plugins.bitrix24.auth.credentials import DEFAULT, Credentials, CredentialStore, KnownPortal
from plugins.bitrix24.hosts import endpoints
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.settings import FIRST_PORTAL


def take_over(services: Services) -> None:
    """Store the portal that the settings describe as `default`, unless there is one or a person removed it.

    Raises Refusal when only some of them are set, naming those that are missing.
    """
    credential_store = CredentialStore(services)
    if _is_known(credential_store) or credential_store.was_removed(DEFAULT):
        return
    values = {row.name: services.settings.get(row.name, "").strip() for row in FIRST_PORTAL}
    missing = [name for name, value in values.items() if not value]
    if len(missing) == len(values):
        return
    if missing:
        raise Refusal(
            Message("bitrix24.portal.first_incomplete", settings=tuple(missing)),
            hint=Message("bitrix24.portal.do_set_all"),
        )
    endpoint = endpoints.portal(values["BITRIX24_DOMAIN"], services.settings)
    member_id = values["BITRIX24_MEMBER_ID"]
    portal = KnownPortal(name=DEFAULT, domain=endpoint.label, member_id=member_id, added_at=services.clock.now_ms())
    credentials = Credentials(
        member_id=member_id,
        client_id=values["BITRIX24_CLIENT_ID"],
        client_secret=Secret(values["BITRIX24_CLIENT_SECRET"]),
        access=Secret(values["BITRIX24_ACCESS_TOKEN"]),
        refresh=Secret(values["BITRIX24_REFRESH_TOKEN"]),
        token_url=endpoints.token_url(endpoint, services.settings),
    )
    # Two processes of one bot start at the same moment: the second finds what the first has stored.
    with services.transaction():
        if not _is_known(credential_store):
            credential_store.add(portal, credentials)


def _is_known(credential_store: CredentialStore) -> bool:
    return any(portal.name == DEFAULT for portal in credential_store.portals())
