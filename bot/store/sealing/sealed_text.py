"""Texts that are sealed where they are stored, because they hold what looks like a secret."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bot.core.redaction.redactor import looks_secret
from bot.store.engine.port import Engine
from bot.store.sealing.keyring import Keyring

PREFIX = "sealed:"
COLUMNS = (
    (
        "SELECT rowid AS place, sealed AS text FROM changes WHERE sealed IS NOT NULL",
        "UPDATE changes SET sealed = ? WHERE rowid = ?",
    ),
    (
        "SELECT rowid AS place, value AS text FROM records WHERE substr(value, 1, 7) = 'sealed:'",
        "UPDATE records SET value = ? WHERE rowid = ?",
    ),
    (
        "SELECT rowid AS place, payload AS text FROM jobs WHERE substr(payload, 1, 7) = 'sealed:'",
        "UPDATE jobs SET payload = ? WHERE rowid = ?",
    ),
)
"""Where a sealed text may stand: how it is read, and how it is replaced."""


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


def sealed_texts(database: Engine) -> Iterator[tuple[str, int, bytes]]:
    """Each sealed text: the statement that replaces it, its row, and the box."""
    for read, replace in COLUMNS:
        for row in database.rows(read):
            yield replace, row["place"], row["text"].removeprefix(PREFIX).encode()


def seal_anew(database: Engine, keys: Keyring) -> int:
    """Seal every such text with the key in use, in a unit of work; returns how many there were."""
    found = list(sealed_texts(database))
    for replace, place, box in found:
        database.execute(replace, seal_text(keys, keys.unseal(box).decode()), place)
    return len(found)
