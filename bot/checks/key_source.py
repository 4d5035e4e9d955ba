"""Where the keys of a bot come from: a file, or a setting with the contents of one."""

from __future__ import annotations

from bot.settings import Settings
from bot.store.sealing.keyring import Keyring, load_key_file, read_key_text


def load_keys(settings: Settings) -> Keyring:
    """Read B24BOT_KEYS, and without it the key file. Raises ConfigurationError.

    Keys of the setting stay as they are while a process runs.
    """
    if settings.keys:
        return Keyring(read_key_text(settings.keys), given=True)
    return load_key_file(settings.key_file, home=settings.home, backups=settings.backups)


def has_keys(settings: Settings) -> bool:
    """Whether there are keys, in the setting or in a file."""
    return bool(settings.keys) or settings.key_file.exists()
