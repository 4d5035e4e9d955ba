"""The host's own settings, a row each. `.env.example` and the settings page are written from these rows."""

from __future__ import annotations

from bot.language.catalogues import ENGLISH, list_languages
from bot.plugin import PUBLIC_URL, Message, Setting

DATABASE_URL = "B24BOT_DATABASE_URL"
ALLOW_ASYNC = "B24BOT_ALLOW_ASYNC_DATABASE"
KEY_FILE, KEYS = "B24BOT_KEY_FILE", "B24BOT_KEYS"
READBACK_AFTER = "B24BOT_READBACK_AFTER"
LANGUAGES = tuple(sorted(list_languages()))
HOST_SETTINGS: tuple[Setting, ...] = (
    Setting(name="SLACK_BOT_TOKEN", help=Message("setting.help.slack_bot_token"), secret=True),
    Setting(name="SLACK_SIGNING_SECRET", help=Message("setting.help.slack_signing_secret"), secret=True),
    Setting(name="SLACK_APP_TOKEN", help=Message("setting.help.slack_app_token"), secret=True),
    Setting(name="SLACK_API_URL", help=Message("setting.help.slack_api_url"), default="https://slack.com/api/"),
    Setting(name="B24BOT_HOME", help=Message("setting.help.b24bot_home")),
    Setting(name=DATABASE_URL, help=Message("setting.help.b24bot_database_url"), secret=True),
    Setting(name=ALLOW_ASYNC, help=Message("setting.help.b24bot_allow_async_database"), default="off"),
    Setting(name=KEY_FILE, help=Message("setting.help.b24bot_key_file")),
    Setting(name=KEYS, help=Message("setting.help.b24bot_keys"), secret=True),
    Setting(name="B24BOT_COMMAND", help=Message("setting.help.b24bot_command"), default="/b24"),
    Setting(name="B24BOT_APPROVAL_CHANNEL", help=Message("setting.help.b24bot_approval_channel")),
    Setting(name="B24BOT_AUDIT_CHANNEL", help=Message("setting.help.b24bot_audit_channel")),
    Setting(name="B24BOT_ADMINS", help=Message("setting.help.b24bot_admins")),
    Setting(name="B24BOT_QUORUM", help=Message("setting.help.b24bot_quorum"), default="1"),
    Setting(name="B24BOT_REQUEST_TTL", help=Message("setting.help.b24bot_request_ttl"), default="1h"),
    Setting(name="B24BOT_SAME_PERSON", help=Message("setting.help.b24bot_same_person")),
    Setting(name="B24BOT_BREAK_GLASS", help=Message("setting.help.b24bot_break_glass"), default="off"),
    Setting(name="B24BOT_POLICY", help=Message("setting.help.b24bot_policy")),
    Setting(name="B24BOT_WITNESS_FILE", help=Message("setting.help.b24bot_witness_file")),
    Setting(name="B24BOT_AUDIT_LAG", help=Message("setting.help.b24bot_audit_lag"), default="30m"),
    Setting(name="B24BOT_BACKUPS", help=Message("setting.help.b24bot_backups")),
    Setting(name="B24BOT_PLUGINS", help=Message("setting.help.b24bot_plugins"), default="bitrix24"),
    Setting(name="B24BOT_HEALTH_PORT", help=Message("setting.help.b24bot_health_port")),
    Setting(name="B24BOT_HEALTH_HOST", help=Message("setting.help.b24bot_health_host"), default="127.0.0.1"),
    Setting(name=PUBLIC_URL, help=Message("setting.help.b24bot_public_url")),
    Setting(name="B24BOT_ALLOW_LOOPBACK", help=Message("setting.help.b24bot_allow_loopback"), default="off"),
    Setting(name=READBACK_AFTER, help=Message("setting.help.b24bot_readback_after")),
    Setting(name="B24BOT_LANGUAGE", help=Message("setting.help.b24bot_language", languages=LANGUAGES)),
    Setting(
        name="B24BOT_CHANNEL_LANGUAGE",
        help=Message("setting.help.b24bot_channel_language", languages=LANGUAGES),
        default=ENGLISH,
    ),
    Setting(name="B24BOT_LOG_LEVEL", help=Message("setting.help.b24bot_log_level"), default="INFO"),
)
