"""The host's own settings, a row each. `.env.example` and the settings page are written from these rows."""

from __future__ import annotations

from bot.language.catalogues import ENGLISH, list_languages
from bot.plugin import Setting

READBACK_AFTER = "B24BOT_READBACK_AFTER"
LANGUAGES = " or ".join(sorted(list_languages()))
HOST_SETTINGS: tuple[Setting, ...] = (
    Setting(name="SLACK_BOT_TOKEN", help="The bot's token, xoxb-…, from OAuth & Permissions.", secret=True),
    Setting(
        name="SLACK_SIGNING_SECRET",
        help="From Basic Information; proves that an HTTP request is Slack's. Not used in Socket Mode.",
        secret=True,
    ),
    Setting(name="SLACK_APP_TOKEN", help="The app-level token, xapp-…, for Socket Mode only.", secret=True),
    Setting(name="SLACK_API_URL", help="Another base URL of Slack's Web API.", default="https://slack.com/api/"),
    Setting(name="B24BOT_HOME", help="The folder of the database. Unset: b24bot in the user's data directory."),
    Setting(
        name="B24BOT_KEY_FILE",
        help="The key file, mode 0600, outside B24BOT_HOME. Unset: b24bot/key in the user's config directory.",
    ),
    Setting(
        name="B24BOT_COMMAND", help="The slash command, so that two deployments fit one workspace.", default="/b24"
    ),
    Setting(
        name="B24BOT_APPROVAL_CHANNEL",
        help="Channel id where cards are posted. Unset: where the command was typed, if the bot can post there.",
    ),
    Setting(
        name="B24BOT_AUDIT_CHANNEL",
        help="Channel id of the audit channel. Without one that works, nothing dangerous runs.",
    ),
    Setting(name="B24BOT_ADMINS", help="TEAM:USER, comma-separated: granted admin on the first start."),
    Setting(
        name="B24BOT_QUORUM",
        help="How many people besides the requester approve a destructive command.",
        default="1",
    ),
    Setting(
        name="B24BOT_REQUEST_TTL",
        help="How long a change request waits for approval: 15m, 1h, 24h; 1m at least.",
        default="1h",
    ),
    Setting(
        name="B24BOT_SAME_PERSON",
        help="Two accounts of one person, who counts once, for approvals and for every limit: TEAM:USER=TEAM:USER, "
        "comma-separated. local:NAME is an account of the host's shell.",
    ),
    Setting(
        name="B24BOT_BREAK_GLASS",
        help="on: an admin may run a command that needs approval without it (--break-glass), loudly and on the record.",
        default="off",
    ),
    Setting(
        name="B24BOT_WITNESS_FILE",
        help="A file outside B24BOT_HOME, best on another host, to which the heads of the audit log are appended. "
        "Unset: the bot does not notice an old copy of the database.",
    ),
    Setting(
        name="B24BOT_AUDIT_LAG",
        help="For how long an audit line may be missing from the channel before nothing dangerous runs, 1m to 30m.",
        default="30m",
    ),
    Setting(
        name="B24BOT_BACKUPS",
        help="The folder of the hourly backups, not in one tree with the key file. Unset: backups in B24BOT_HOME.",
    ),
    Setting(name="B24BOT_PLUGINS", help="Plugins by name or module:object, comma-separated.", default="bitrix24"),
    Setting(
        name="B24BOT_HEALTH_PORT",
        help="The port of GET /healthz and GET /readyz, in Socket Mode and of b24bot work; 0 picks a free one. Unset: "
        "none. Two processes on one host need two. Over HTTP they are on the port of everything else.",
    ),
    Setting(name="B24BOT_HEALTH_HOST", help="The address of B24BOT_HEALTH_PORT.", default="127.0.0.1"),
    Setting(
        name="B24BOT_ALLOW_LOOPBACK",
        help="on: portals and OAuth hosts may be on 127.0.0.1 over http (playground, tests).",
        default="off",
    ),
    Setting(
        name=READBACK_AFTER,
        help="How long after a call of unknown outcome reading back may decide that nothing changed: at least as long "
        "as the plugin says that a call can still take effect, 75s for a portal (with B24BOT_ALLOW_LOOPBACK at least "
        "1s). Unset: as long as the plugin says.",
    ),
    Setting(
        name="B24BOT_LANGUAGE",
        help=f"The language of everything that people read, {LANGUAGES}. Unset: each reader's own, by the locale of "
        "their Slack account, and in the terminal by LC_ALL, LC_MESSAGES or LANG.",
    ),
    Setting(
        name="B24BOT_CHANNEL_LANGUAGE",
        help=f"The language of cards and audit lines, which everybody in a channel reads, {LANGUAGES}. "
        "B24BOT_LANGUAGE, where it is set, overrides it.",
        default=ENGLISH,
    ),
    Setting(name="B24BOT_LOG_LEVEL", help="DEBUG, INFO, WARNING or ERROR.", default="INFO"),
)
