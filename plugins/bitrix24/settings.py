"""The plugin's settings as rows."""

from __future__ import annotations

from collections.abc import Mapping

from bot.plugin import Message, Refusal, Setting
from plugins.bitrix24.redaction.excerpt import excerpt

FIRST_PORTAL: tuple[Setting, ...] = (
    Setting(name="BITRIX24_DOMAIN", help=Message("bitrix24.setting.domain")),
    Setting(name="BITRIX24_MEMBER_ID", help=Message("bitrix24.setting.member_id")),
    Setting(name="BITRIX24_CLIENT_ID", help=Message("bitrix24.setting.client_id")),
    Setting(name="BITRIX24_CLIENT_SECRET", help=Message("bitrix24.setting.client_secret"), secret=True),
    Setting(name="BITRIX24_ACCESS_TOKEN", help=Message("bitrix24.setting.access_token"), secret=True),
    Setting(name="BITRIX24_REFRESH_TOKEN", help=Message("bitrix24.setting.refresh_token"), secret=True),
)

ROWS: tuple[Setting, ...] = (
    *FIRST_PORTAL,
    Setting(name="BITRIX24_OAUTH_URL", help=Message("bitrix24.setting.oauth_url")),
    Setting(
        name="BITRIX24_HOSTS",
        help=Message("bitrix24.setting.hosts"),
    ),
    Setting(
        name="BITRIX24_CA_FILE",
        help=Message("bitrix24.setting.ca_file"),
    ),
    Setting(
        name="BITRIX24_PLAN",
        help=Message("bitrix24.setting.plan"),
        default="standard",
    ),
    Setting(
        name="BITRIX24_UNOWNED",
        help=Message("bitrix24.setting.unowned"),
        default="warn",
    ),
    Setting(
        name="BITRIX24_ICONS",
        help=Message("bitrix24.setting.icons"),
    ),
)


def refuses_unowned(settings: Mapping[str, str]) -> bool:
    """Whether connectors whose ownership is not proven are left alone. Raises Refusal for any other word."""
    word = settings.get("BITRIX24_UNOWNED", "").strip().lower() or "warn"
    if word not in ("warn", "refuse"):
        raise Refusal(
            Message("bitrix24.portal.setting_unowned_wrong", value=excerpt(word)),
            hint=Message("bitrix24.portal.do_set_unowned"),
        )
    return word == "refuse"
