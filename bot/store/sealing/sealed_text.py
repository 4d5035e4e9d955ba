"""Texts that are sealed where they are stored, because they hold what looks like a secret."""

from __future__ import annotations

import json

from bot.core.redaction.redactor import looks_secret
from bot.store.sealing.keyring import Keyring

PREFIX = "sealed:"
"""What a sealed text begins with, where it is stored."""


def seal_text(keys: Keyring, text: str) -> str:
    return PREFIX + keys.seal(text.encode()).decode()


def seal_secrets(keys: Keyring, text: str) -> str:
    """The text as it is to be stored: sealed when something in it looks like a secret.

    JSON is looked at as what it says, too: it writes quotation marks, and letters of other scripts, in another way.
    """
    try:
        said = json.loads(text)
    except ValueError:
        said = None
    return seal_text(keys, text) if looks_secret([text, said]) else text


def open_text(keys: Keyring, stored: str) -> str:
    """The text again, sealed or not. Raises ConfigurationError with the wrong keys."""
    return keys.unseal(stored.removeprefix(PREFIX).encode()).decode() if stored.startswith(PREFIX) else stored
