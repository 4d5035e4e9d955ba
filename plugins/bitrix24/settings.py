"""The plugin's settings as rows, and the portal `default` that they describe on a first start."""

from __future__ import annotations

from collections.abc import Mapping

from bot.plugin import Refusal, Services, Setting
from plugins.bitrix24 import endpoints
from plugins.bitrix24.bucket import ENTERPRISE, STANDARD, Pace
from plugins.bitrix24.credentials import DEFAULT, Credentials, KnownPortal, Vault
from plugins.bitrix24.excerpt import excerpt
from plugins.bitrix24.secret import Secret

FIRST_PORTAL: tuple[Setting, ...] = (
    Setting(name="BITRIX24_DOMAIN", help="host name of the first portal, like shop.bitrix24.com"),
    Setting(name="BITRIX24_MEMBER_ID", help="its member_id, which survives renames"),
    Setting(name="BITRIX24_CLIENT_ID", help="client_id of the application on it"),
    Setting(name="BITRIX24_CLIENT_SECRET", help="client_secret of the application", secret=True),
    Setting(name="BITRIX24_ACCESS_TOKEN", help="an access token of the application", secret=True),
    Setting(name="BITRIX24_REFRESH_TOKEN", help="the refresh token that came with it", secret=True),
)

ROWS: tuple[Setting, ...] = (
    *FIRST_PORTAL,
    Setting(name="BITRIX24_OAUTH_URL", help="the token endpoint, when it is not the one of the portal's region"),
    Setting(
        name="BITRIX24_HOSTS",
        help="portals that are not under bitrix24.*, separated by commas: host name, port, and for one inside a "
        "network the one address it may lead to, like box.example:8443=10.0.5.7",
    ),
    Setting(
        name="BITRIX24_CA_FILE",
        help="a PEM file of certificate authorities that count beside those of the system, for a portal whose "
        "certificate a private authority signed",
    ),
    Setting(
        name="BITRIX24_PLAN",
        help="standard or enterprise: how many requests a portal takes. With portals of both kinds, standard",
        default="standard",
    ),
    Setting(
        name="B24BOT_UNOWNED",
        help="warn or refuse: what a change does about connectors whose ownership is not proven",
        default="warn",
    ),
    Setting(
        name="B24BOT_ICONS",
        help="a folder of .svg and .png files that connectors may get as their icon, by plain file name",
    ),
)


def refuses_unowned(settings: Mapping[str, str]) -> bool:
    """Whether connectors whose ownership is not proven are left alone. Raises Refusal for any other word."""
    word = settings.get("B24BOT_UNOWNED", "").strip().lower() or "warn"
    if word not in ("warn", "refuse"):
        raise Refusal(f"The setting B24BOT_UNOWNED is “{excerpt(word)}”.", hint="It must be warn or refuse.")
    return word == "refuse"


PACES: Mapping[str, Pace] = {"standard": STANDARD, "enterprise": ENTERPRISE}


def pace(settings: Mapping[str, str]) -> Pace:
    """How fast portals may be asked. Raises Refusal for a word that is no plan."""
    word = settings.get("BITRIX24_PLAN", "").strip().lower() or "standard"
    if word not in PACES:
        raise Refusal(f"The setting BITRIX24_PLAN is “{excerpt(word)}”.", hint="It must be standard or enterprise.")
    return PACES[word]


def take_over(services: Services) -> None:
    """Store the portal that the settings describe as `default`, unless there is one.

    Raises Refusal when only some of them are set, naming those that are missing.
    """
    vault = Vault(services)
    if _is_known(vault):
        return
    values = {row.name: services.settings.get(row.name, "").strip() for row in FIRST_PORTAL}
    missing = [name for name, value in values.items() if not value]
    if len(missing) == len(values):
        return
    if missing:
        raise Refusal(
            f"The first portal is only half described; missing: {', '.join(missing)}.",
            hint="Set them all, or none and use `b24bot portal add`.",
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
    with services.at_once():
        if not _is_known(vault):
            vault.add(portal, credentials)


def _is_known(vault: Vault) -> bool:
    return any(portal.name == DEFAULT for portal in vault.portals())
