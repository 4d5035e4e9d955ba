"""Digests of the settings that decide what may be done: processes on one database have to agree about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256

from bot.host_settings import ALLOW_ASYNC, KEY_FILE, READBACK_AFTER
from bot.plugin import PUBLIC_URL, PluginError
from bot.settings import MOST_QUORUM, Settings

WITNESS_FILE = "B24BOT_WITNESS_FILE"
PER_HOST = frozenset(
    {
        *("SLACK_API_URL", "B24BOT_HOME", KEY_FILE, "B24BOT_BACKUPS", PUBLIC_URL),
        *("B24BOT_HEALTH_PORT", "B24BOT_HEALTH_HOST", "B24BOT_LOG_LEVEL"),
        # The policy table has a digest of its own, over its rows and not over the path of its file.
        "B24BOT_POLICY",
    }
)
"""What may differ between two hosts. Every other setting of the host decides, unless it is a secret."""
READERS: Mapping[str, Callable[[Settings], object]] = {
    ALLOW_ASYNC: lambda settings: settings.allow_async,
    "B24BOT_COMMAND": lambda settings: settings.command,
    "B24BOT_APPROVAL_CHANNEL": lambda settings: settings.channel("B24BOT_APPROVAL_CHANNEL"),
    "B24BOT_AUDIT_CHANNEL": lambda settings: settings.channel("B24BOT_AUDIT_CHANNEL"),
    "B24BOT_ADMINS": lambda settings: sorted({str(one) for one in settings.admins}),
    "B24BOT_QUORUM": lambda settings: settings.number("B24BOT_QUORUM", 1, MOST_QUORUM),
    "B24BOT_REQUEST_TTL": lambda settings: settings.duration_ms("B24BOT_REQUEST_TTL"),
    "B24BOT_SAME_PERSON": lambda settings: sorted({tuple(sorted(map(str, pair))) for pair in settings.same_person}),
    "B24BOT_BREAK_GLASS": lambda settings: settings.on("B24BOT_BREAK_GLASS"),
    # Its path may be another one on each host. It decides whether there is one.
    WITNESS_FILE: lambda settings: settings.witness_file is not None,
    "B24BOT_AUDIT_LAG": lambda settings: settings.audit_lag_ms,
    "B24BOT_PLUGINS": lambda settings: sorted({word.strip() for word in settings["B24BOT_PLUGINS"].split(",")} - {""}),
    "B24BOT_ALLOW_LOOPBACK": lambda settings: settings.on("B24BOT_ALLOW_LOOPBACK"),
    READBACK_AFTER: lambda settings: settings.settle_after_ms,
}
"""Settings whose value can be written in several ways: `on` and `yes` are the same one, and so are `1h` and `60m`."""


def digest_settings(settings: Settings) -> Mapping[str, str]:
    """Return a digest of each setting that decides, by its name: the host's own, and the plugins' without secrets.

    The value is compared and not its spelling, except for settings of plugins: only the plugin can read these.
    """
    names = [row.name for row in settings.rows if row.name not in PER_HOST and not row.secret]
    return {name: sha256(_read(settings, name).encode()).hexdigest()[:12] for name in names}


def _read(settings: Settings, name: str) -> str:
    text = settings[name].strip()
    read = READERS.get(name)
    if read is None:
        return text
    try:
        return repr(read(settings))
    except PluginError:
        return text
