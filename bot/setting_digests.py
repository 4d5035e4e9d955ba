"""Digests of the settings that decide what may be done: processes on one database have to agree about them."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from bot.host_settings import HOST_SETTINGS, READBACK_AFTER
from bot.settings import Settings

DECIDING = (
    *("B24BOT_APPROVAL_CHANNEL", "B24BOT_AUDIT_CHANNEL", "B24BOT_QUORUM", "B24BOT_REQUEST_TTL", "B24BOT_SAME_PERSON"),
    *("B24BOT_BREAK_GLASS", "B24BOT_AUDIT_LAG", "B24BOT_PLUGINS", READBACK_AFTER),
)
"""The host's own. The policy table has a digest of its own, over its rows and not over the path of its file."""


def digest_settings(settings: Settings) -> Mapping[str, str]:
    """Return a digest of each setting that decides, by its name: the host's own, and the plugins' without secrets."""
    host = {row.name for row in HOST_SETTINGS}
    names = [*DECIDING, *(row.name for row in settings.rows if row.name not in host and not row.secret)]
    return {name: sha256(settings[name].strip().encode()).hexdigest()[:12] for name in names}
