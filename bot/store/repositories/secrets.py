"""Secrets of plugins, encrypted at rest, each with a generation and a lease to renew it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bot import clock as ids
from bot.core.bot_errors import ConfigurationError
from bot.plugin import Clock, Message, Sealed
from bot.store.engine.port import Engine
from bot.store.repositories.key_in_use import take_up_rotation
from bot.store.sealing.keyring import Keyring
from bot.store.sealing.sealed_text import PREFIX, seal_text

_READ = "SELECT box, generation FROM secrets WHERE plugin = ? AND name = ?"
"""A sealed secret with its generation."""
_FIRST = "INSERT INTO secrets (plugin, name, box, generation) VALUES (?, ?, ?, 1) ON CONFLICT DO NOTHING"
"""The first generation of a secret, unless it has one."""
_NEXT = "UPDATE secrets SET box = ?, generation = generation + 1 WHERE plugin = ? AND name = ? AND generation = ?"
"""The next generation of a secret, if nobody was first."""
_DELETE = "DELETE FROM secrets WHERE plugin = ? AND name = ?"
"""Remove a secret."""
_LEASE = (
    "UPDATE secrets SET lease_owner = ?, lease_from = ?, lease_until = ? "
    "WHERE plugin = ? AND name = ? AND (lease_until <= ? OR lease_from > ?)"
)
"""Take a lease that nobody holds."""
_NEVER = 2**62
"""Later than any moment."""
_LET_GO = "UPDATE secrets SET lease_owner = NULL, lease_until = 0 WHERE plugin = ? AND name = ? AND lease_owner = ?"
"""End a lease of one's own."""
_GENERATIONS = "SELECT plugin, name, generation FROM secrets ORDER BY plugin, name"
"""Which secrets there are, and how often each was written."""
_ALL = "SELECT plugin, name, box FROM secrets ORDER BY plugin, name"
"""All of them, sealed."""
_SEAL_ANEW = "UPDATE secrets SET box = ? WHERE plugin = ? AND name = ?"
"""The same secret in another box."""
_TEXTS = (
    (
        "SELECT {row_id} AS place, sealed AS text FROM changes WHERE sealed IS NOT NULL",
        "UPDATE changes SET sealed = ? WHERE {row_id} = ?",
    ),
    (
        "SELECT {row_id} AS place, value AS text FROM records WHERE substr(value, 1, 7) = 'sealed:'",
        "UPDATE records SET value = ? WHERE {row_id} = ?",
    ),
    (
        "SELECT {row_id} AS place, payload AS text FROM jobs WHERE substr(payload, 1, 7) = 'sealed:'",
        "UPDATE jobs SET payload = ? WHERE {row_id} = ?",
    ),
    (
        "SELECT {row_id} AS place, payload AS text FROM outbox WHERE substr(payload, 1, 7) = 'sealed:'",
        "UPDATE outbox SET payload = ? WHERE {row_id} = ?",
    ),
)
"""Where a sealed text may stand: how it is read, and how it is replaced."""


def opened(keys: Keyring, box: bytes) -> dict[str, Any]:
    """What a box holds: the plugin, the name and the value. Raises ConfigurationError with the wrong keys."""
    found: dict[str, Any] = json.loads(keys.unseal(box))
    return found


class Secrets:
    """One plugin's secrets. Plugin and name are inside the ciphertext too: a box moved to another row is refused."""

    def __init__(self, database: Engine, keys: Keyring, clock: Clock, plugin: str) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._plugin = plugin

    def read(self, name: str) -> Sealed | None:
        row = self._database.row(_READ, self._plugin, name)
        if row is None:
            return None
        found = opened(self._keys, row["box"])
        if (found["plugin"], found["name"]) != (self._plugin, name):
            raise ConfigurationError(Message("store.secret.misplaced", plugin=self._plugin, name=name))
        return Sealed(value=found["value"], generation=row["generation"])

    def write(self, name: str, value: Mapping[str, Any], *, after: int) -> bool:
        plain = json.dumps({"plugin": self._plugin, "name": name, "value": dict(value)})
        with self._database.unit_of_work():
            take_up_rotation(self._database, self._keys)
            box = self._keys.seal(plain.encode())
            if after == 0:
                return self._database.execute(_FIRST, self._plugin, name, box) == 1
            return self._database.execute(_NEXT, box, self._plugin, name, after) == 1

    def delete(self, name: str) -> None:
        with self._database.unit_of_work():
            self._database.execute(_DELETE, self._plugin, name)

    @contextmanager
    def lease(self, name: str, *, seconds: float) -> Iterator[bool]:
        """Measured by the clock that nobody sets, which all processes of a machine share.

        That clock begins anew with the machine: a lease that was taken later than now is from before a restart, and
        its holder is gone. The clock of several hosts goes on without them, and one of them may be a moment behind the
        one that took the lease.
        """
        owner = ids.token()
        with self._database.unit_of_work():
            # Read under the lock: whoever waited for it with an earlier moment would take a lease that was given out
            # meanwhile for one from before a restart.
            now = round(self._clock.monotonic() * 1000)
            newest = _NEVER if self._database.shared else now
            until = now + round(seconds * 1000)
            held = self._database.execute(_LEASE, owner, now, until, self._plugin, name, now, newest) == 1
        try:
            yield held
        finally:
            if held:
                with self._database.unit_of_work():
                    self._database.execute(_LET_GO, self._plugin, name, owner)


def generations(database: Engine) -> list[tuple[str, str, int]]:
    """Return the plugin, the name and the generation of every secret."""
    return database.tuples(_GENERATIONS)


def sealed_secrets(database: Engine) -> list[tuple[str, str, bytes]]:
    """Return the plugin, the name and the box of every secret."""
    return database.tuples(_ALL)


def boxes_of_texts(database: Engine) -> list[bytes]:
    """Return every text that is stored sealed, as it is sealed."""
    return [box for *_, box in _sealed_texts(database)]


def seal_anew(database: Engine, keys: Keyring) -> int:
    """Seal all that is stored sealed with the key in use; returns how much there was.

    Raises RuntimeError outside a unit of work.
    """
    secrets, texts = sealed_secrets(database), list(_sealed_texts(database))
    for plugin, name, box in secrets:
        database.execute(_SEAL_ANEW, keys.seal(keys.unseal(box)), plugin, name)
    for replace, place, box in texts:
        database.execute(replace, seal_text(keys, keys.unseal(box).decode()), place)
    return len(secrets) + len(texts)


def _sealed_texts(database: Engine) -> Iterator[tuple[str, int, bytes]]:
    """Each sealed text: the statement that replaces it, its row, and the box."""
    spell = database.dialect.spell
    for read, replace in _TEXTS:
        for place, text in database.tuples(spell(read)):
            yield spell(replace), place, text.removeprefix(PREFIX).encode()
