"""Keyed fingerprints of every secret that the bot holds, to find one among typed words before anything is recorded."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from bot.core.parsing.characters import drop_invisible
from bot.core.redaction.secret_patterns import STRONG_NAMES
from bot.plugin import Message
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
ACCESS_TOKEN, REFRESH_TOKEN = Message("store.secret.access_token"), Message("store.secret.refresh_token")
FIELDS: Mapping[str, Message] = {
    "client_secret": Message("store.secret.client_secret"),
    "access": ACCESS_TOKEN,
    "refresh": REFRESH_TOKEN,
    "access_token": ACCESS_TOKEN,
    "refresh_token": REFRESH_TOKEN,
    "application_token": Message("store.secret.application_token"),
    "token": Message("store.secret.token"),
    "password": Message("store.secret.password"),
    "secret": Message("store.secret.secret"),
}
"""What some fields of a stored secret are called."""
_SECRET_FIELD = re.compile(STRONG_NAMES, re.IGNORECASE)
"""Any other field is secret by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prints:
    """What the known secrets are found by."""

    names: Mapping[str, Message]
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


def _prints(values: Mapping[str, Message], fingerprint: Callable[[str], str]) -> _Prints:
    """Of the secrets as they are, and of those that are long enough without what may have been put between."""
    joined = {_joined(value): name for value, name in values.items()}
    found = {value: name for value, name in joined.items() if len(value) >= JOINED_SHORTEST}
    found |= {value: name for value, name in values.items() if len(value) >= SHORTEST}
    sizes: dict[int, set[int]] = {}
    for secret in found:
        sizes.setdefault(hash(secret[:SHORTEST]), set()).add(len(secret))
    return _Prints(
        names={fingerprint(secret): name for secret, name in found.items()},
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
        self._settings = {
            value: Message("store.secret.of_setting", setting=name) for name, value in (settings or {}).items()
        }
        self._prints = _Prints(names={}, sizes={}, hashes=frozenset())
        self._versions: object = None
        self._lock = threading.Lock()

    def find(self, texts: Iterable[str]) -> Message | None:
        """What the first secret in these texts is; None when there is none."""
        known = self._known()
        for text in texts:
            plain = drop_invisible(text)
            for form in _forms(plain):
                for candidate in known.candidates(form):
                    found = known.names.get(self._keys.fingerprint(candidate))
                    if found is not None:
                        return found
        return None

    def _known(self) -> _Prints:
        stored = generations(self._database)
        versions = (self._keys.ids, stored)
        with self._lock:
            if versions != self._versions:
                self._prints = _prints(self._values(), self._keys.fingerprint)
                self._versions = versions
            return self._prints

    def _values(self) -> dict[str, Message]:
        """Every secret with what it is. What is known of a place says more than the name of a setting."""
        found = {**self._settings, **dict.fromkeys(self._keys.texts(), Message("store.secret.key"))}
        for _, name, box in sealed_secrets(self._database):
            value: Mapping[str, Any] = opened(self._keys, box)["value"]
            for field, text in value.items():
                secret = _name_of(field)
                if secret and isinstance(text, str):
                    found[text] = Message("store.secret.of_place", secret=secret, place=name)
        return found


def _name_of(field: str) -> Message | None:
    """What a field of a stored secret is called; None for one that is none, such as the address of a place."""
    named = Message("store.secret.field", field=field.replace("_", " ")) if _SECRET_FIELD.fullmatch(field) else None
    return FIELDS.get(field, named)


def _is_whole(text: str, start: int, size: int) -> bool:
    """Whether a part neither begins nor ends in the midst of letters and digits."""
    return _is_edge(text, start) and _is_edge(text, start + size)


def _is_edge(text: str, at: int) -> bool:
    return at in (0, len(text)) or not (text[at - 1].isalnum() and text[at].isalnum())
