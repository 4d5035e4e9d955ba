"""Small JSON documents that plugins own, and a few facts of the host."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bot.core.change.plans import rebase_json
from bot.plugin import Json, Remember
from bot.store.engine.port import Engine
from bot.store.sealing.keyring import Keyring
from bot.store.sealing.sealed_text import open_text, seal_secrets

_GET = "SELECT value FROM records WHERE plugin = ? AND kind = ? AND key = ?"
"""One document of a plugin."""
_PUT = (
    "INSERT INTO records (plugin, kind, key, value) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (plugin, kind, key) DO UPDATE SET value = excluded.value"
)
"""A document, in place of the one before."""
_DELETE = "DELETE FROM records WHERE plugin = ? AND kind = ? AND key = ?"
"""Remove a document."""
_ALL = "SELECT key, value FROM records WHERE plugin = ? AND kind = ? ORDER BY key"
"""All documents of a plugin and kind."""
_FACT = "SELECT value FROM facts WHERE name = ?"
"""One fact of the host."""
_PUT_FACT = "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
"""A fact, in place of the one before."""


class Records:
    """One plugin's documents, by kind and key."""

    def __init__(self, database: Engine, keys: Keyring, plugin: str) -> None:
        self._database = database
        self._keys = keys
        self._plugin = plugin

    def get(self, kind: str, key: str) -> Mapping[str, Any] | None:
        row = self._database.row(_GET, self._plugin, kind, key)
        value: Mapping[str, Any] | None = self._read(row["value"]) if row else None
        return value

    def put(self, kind: str, key: str, value: Mapping[str, Json]) -> None:
        with self._database.unit_of_work():
            self._database.execute(
                _PUT,
                # Escaped, so that a plugin gets back exactly what it stored, half a character too.
                *(self._plugin, kind, key, seal_secrets(self._keys, json.dumps(value))),
            )

    def _read(self, stored: str) -> Mapping[str, Any]:
        value: Mapping[str, Any] = json.loads(open_text(self._keys, stored))
        return value

    def delete(self, kind: str, key: str) -> None:
        with self._database.unit_of_work():
            self._database.execute(_DELETE, self._plugin, kind, key)

    def remember(self, rows: Iterable[Remember]) -> None:
        """Write what a plan or a simulation wants remembered, all of it or nothing."""
        with self._database.unit_of_work():
            for row in rows:
                if row.value is None:
                    self.delete(row.kind, row.key)
                else:
                    value = rebase_json(row.value, over=row.over, now=self.get(row.kind, row.key))
                    self.put(row.kind, row.key, value)

    def all(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        rows = self._database.rows(_ALL, self._plugin, kind)
        return {row["key"]: self._read(row["value"]) for row in rows}


class FactReader:
    """What the host remembers about itself, by name."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def get(self, name: str) -> str | None:
        row = self._database.row(_FACT, name)
        return row["value"] if row else None


class Facts(FactReader):
    """The same with what changes it. A transaction has it, and nobody else."""

    def put(self, name: str, value: str) -> None:
        self._database.execute(_PUT_FACT, name, value)
