"""Keyed fingerprints of every secret that the bot holds, to find one among typed words before anything is recorded."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from bot.core.parsing.characters import drop_invisible
from bot.core.redaction.secret_patterns import STRONG_NAMES
from bot.plugin.frozen import dataclass
from bot.store.engine.port import Engine
from bot.store.repositories.secrets import generations, opened, sealed_secrets
from bot.store.sealing.keyring import Keyring

SHORTEST = 8
"""A shorter value is no secret that one could find: it would be found in ordinary words."""
WHOLE_BELOW = 12
"""A shorter value is looked for only where letters and digits do not go on around it; a longer one anywhere."""
JOINED_SHORTEST = 16
"""As many letters and digits has a secret that is looked for whatever stands between them: fewer may be of words."""
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
"""What some fields of a stored secret are called."""
_SECRET_FIELD = re.compile(STRONG_NAMES, re.IGNORECASE)
"""Any other field is secret by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prints:
    """What the known secrets are found by."""

    words: Mapping[str, str]
    """What each is, by its fingerprint."""
    sizes: Mapping[int, frozenset[int]]
    """How long those are that begin alike, by a hash of the beginning. It holds for this process alone and costs
    little, so that every place of a text is tried, once, however many secrets there are."""
    hashes: frozenset[int]
    """The same of each whole one."""

    def candidates(self, text: str) -> Iterator[str]:
        """The parts of a text that may be one of them."""
        for start in range(len(text) - SHORTEST + 1):
            for size in self.sizes.get(hash(text[start : start + SHORTEST]), ()):
                part = text[start : start + size]
                if hash(part) in self.hashes and (size >= WHOLE_BELOW or _is_whole(text, start, size)):
                    yield part


def _prints(values: Mapping[str, str], fingerprint: Callable[[str], str]) -> _Prints:
    """Of the secrets as they are, and of those that are long enough without what may have been put between."""
    joined = {_joined(value): words for value, words in values.items()}
    found = {value: words for value, words in joined.items() if len(value) >= JOINED_SHORTEST}
    found |= {value: words for value, words in values.items() if len(value) >= SHORTEST}
    sizes: dict[int, set[int]] = {}
    for secret in found:
        sizes.setdefault(hash(secret[:SHORTEST]), set()).add(len(secret))
    return _Prints(
        words={fingerprint(secret): words for secret, words in found.items()},
        sizes={beginning: frozenset(of_these) for beginning, of_these in sizes.items()},
        hashes=frozenset(map(hash, found)),
    )


def _joined(text: str) -> str:
    """The letters and digits of a text: people, phones and terminals put hyphens, blanks and line breaks between."""
    return "".join(filter(str.isalnum, text))


def _forms(plain: str) -> set[str]:
    """How a secret may stand in a text: as it is, as part of an address, and with something put between."""
    unquoted = unquote(plain) if "%" in plain else plain
    return {plain, _joined(plain)} if unquoted == plain else {plain, unquoted, _joined(plain), _joined(unquoted)}


class KnownSecrets:
    """Finds a secret by what it is, also inside a longer word. Follows the stored secrets when they are renewed."""

    def __init__(self, database: Engine, keys: Keyring, settings: Mapping[str, str] | None = None) -> None:
        self._database = database
        self._keys = keys
        self._settings = {value: f"the value of {name}" for name, value in (settings or {}).items()}
        self._prints = _Prints(words={}, sizes={}, hashes=frozenset())
        self._versions: object = None
        self._lock = threading.Lock()

    def find(self, texts: Iterable[str]) -> str:
        """What the first secret in these texts is, in words; empty when there is none."""
        known = self._known()
        for text in texts:
            plain = drop_invisible(text)
            for form in _forms(plain):
                for candidate in known.candidates(form):
                    found = known.words.get(self._keys.fingerprint(candidate))
                    if found is not None:
                        return found
        return ""

    def _known(self) -> _Prints:
        stored = generations(self._database)
        versions = (self._keys.ids, stored)
        with self._lock:
            if versions != self._versions:
                self._prints = _prints(self._values(), self._keys.fingerprint)
                self._versions = versions
            return self._prints

    def _values(self) -> dict[str, str]:
        """Every secret with what it is. What is known of a place says more than the name of a setting."""
        found = {**self._settings, **dict.fromkeys(self._keys.texts(), "a key of the key file")}
        for _, name, box in sealed_secrets(self._database):
            value: Mapping[str, Any] = opened(self._keys, box)["value"]
            for field, text in value.items():
                words = _words_for(field)
                if words and isinstance(text, str):
                    found[text] = f"{words} of portal {name}"
        return found


def _words_for(field: str) -> str:
    """What a field of a stored secret is called; empty for one that is none, such as the address of a place."""
    named = f"the {field.replace('_', ' ')}" if _SECRET_FIELD.fullmatch(field) else ""
    return FIELDS.get(field, named)


def _is_whole(text: str, start: int, size: int) -> bool:
    """Whether a part neither begins nor ends in the midst of letters and digits."""
    return _is_edge(text, start) and _is_edge(text, start + size)


def _is_edge(text: str, at: int) -> bool:
    return at in (0, len(text)) or not (text[at - 1].isalnum() and text[at].isalnum())
