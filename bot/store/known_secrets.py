"""Keyed fingerprints of every secret that the bot holds, to find one among typed words before anything is recorded."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from bot.core.characters import drop_invisible
from bot.store.database import Database
from bot.store.keys import Keyring
from bot.store.secrets import opened

SHORTEST = 8
"""A shorter value is no secret that one could find: it would be found in ordinary words."""
FIELDS: Mapping[str, str] = {
    "client_secret": "the client secret",
    "access": "an access token",
    "refresh": "a refresh token",
    "access_token": "an access token",
    "refresh_token": "a refresh token",
    "application_token": "the application token",
    "token": "a token",
    "password": "a password",
    "secret": "a secret",
}
"""Which fields of a stored secret are secret, and what they are called."""


class KnownSecrets:
    """Finds a secret by what it is, also inside a longer word. Follows the stored secrets when they are renewed."""

    def __init__(self, database: Database, keys: Keyring, settings: Mapping[str, str] | None = None) -> None:
        self._database = database
        self._keys = keys
        self._settings = {value: f"the value of {name}" for name, value in (settings or {}).items()}
        self._prints: Mapping[str, tuple[int, str]] = {}
        self._versions: object = None
        self._lock = threading.Lock()

    def find(self, texts: Iterable[str]) -> str:
        """What the first secret in these texts is, in words; empty when there is none."""
        known = self._known()
        for text in texts:
            plain = drop_invisible(text)
            for form in {plain, unquote(plain)}:
                for candidate in _candidates(form, {size for size, _ in known.values()}):
                    found = known.get(self._keys.fingerprint(candidate))
                    if found is not None:
                        return found[1]
        return ""

    def _known(self) -> Mapping[str, tuple[int, str]]:
        rows = self._database.rows("SELECT plugin, name, generation FROM secrets ORDER BY plugin, name")
        versions = (self._keys.ids, [tuple(row.values()) for row in rows])
        with self._lock:
            if versions != self._versions:
                self._prints = {
                    self._keys.fingerprint(value): (len(value), words)
                    for value, words in self._values().items()
                    if len(value) >= SHORTEST
                }
                self._versions = versions
            return self._prints

    def _values(self) -> dict[str, str]:
        """Every secret with what it is. What is known of a portal says more than the name of a setting."""
        found = {**self._settings, **dict.fromkeys(self._keys.texts(), "a key of the key file")}
        for row in self._database.rows("SELECT name, box FROM secrets"):
            value: Mapping[str, Any] = opened(self._keys, row["box"])["value"]
            for field, words in FIELDS.items():
                if isinstance(value.get(field), str):
                    found[value[field]] = f"{words} of portal {row['name']}"
        return found


def _candidates(text: str, sizes: set[int]) -> Iterator[str]:
    """Every part of the text of one of these lengths that does not begin or end in the midst of letters and digits."""
    edges = [at for at in range(len(text) + 1) if _is_edge(text, at)]
    places = set(edges)
    for start in edges:
        for size in sizes:
            if start + size in places:
                yield text[start : start + size]


def _is_edge(text: str, at: int) -> bool:
    return at in (0, len(text)) or not (text[at - 1].isalnum() and text[at].isalnum())
