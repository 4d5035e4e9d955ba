"""The plugin's settings as rows."""

from __future__ import annotations

from collections.abc import Mapping

from bot.plugin import Message, Refusal, Setting
from plugins.bitrix24.redaction.excerpt import excerpt

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
        raise Refusal(
            Message("bitrix24.portal.setting_unowned_wrong", value=excerpt(word)),
            hint=Message("bitrix24.portal.do_set_unowned"),
        )
    return word == "refuse"
