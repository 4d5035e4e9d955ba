"""Digests of the settings that decide what may be done: processes on one database have to agree about them."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from bot.host_settings import KEY_FILE
from bot.plugin import PUBLIC_URL
from bot.settings import Settings

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
SET_OR_NOT = frozenset({WITNESS_FILE})
"""Paths that may differ between two hosts. It decides whether they are set."""


def digest_settings(settings: Settings) -> Mapping[str, str]:
    """Return a digest of each setting that decides, by its name: the host's own, and the plugins' without secrets."""
    names = [row.name for row in settings.rows if row.name not in PER_HOST and not row.secret]
    return {name: sha256(_read(settings, name).encode()).hexdigest()[:12] for name in names}


def _read(settings: Settings, name: str) -> str:
    value = settings[name].strip()
    return str(bool(value)) if name in SET_OR_NOT else value
