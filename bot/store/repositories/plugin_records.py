"""Small JSON documents that plugins own, and a few facts of the host."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.plugin import Json
from bot.store.engine.database import Database
from bot.store.sealing.keyring import Keyring
from bot.store.sealing.sealed_text import open_text, seal_secrets


class Records:
    """One plugin's documents, by kind and key."""

    def __init__(self, database: Database, keys: Keyring, plugin: str) -> None:
        self._database = database
        self._keys = keys
        self._plugin = plugin

    def get(self, kind: str, key: str) -> Mapping[str, Any] | None:
        row = self._database.row(
            "SELECT value FROM records WHERE plugin = ? AND kind = ? AND key = ?", self._plugin, kind, key
        )
        value: Mapping[str, Any] | None = self._read(row["value"]) if row else None
        return value

    def put(self, kind: str, key: str, value: Mapping[str, Json]) -> None:
        with self._database.unit_of_work():
            self._database.execute(
                "INSERT INTO records (plugin, kind, key, value) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (plugin, kind, key) DO UPDATE SET value = excluded.value",
                # Escaped, so that a plugin gets back exactly what it stored, half a character too.
                *(self._plugin, kind, key, seal_secrets(self._keys, json.dumps(value))),
            )

    def _read(self, stored: str) -> Mapping[str, Any]:
        value: Mapping[str, Any] = json.loads(open_text(self._keys, stored))
        return value

    def delete(self, kind: str, key: str) -> None:
        with self._database.unit_of_work():
            self._database.execute(
                "DELETE FROM records WHERE plugin = ? AND kind = ? AND key = ?", self._plugin, kind, key
            )

    def all(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        rows = self._database.rows(
            "SELECT key, value FROM records WHERE plugin = ? AND kind = ? ORDER BY key", self._plugin, kind
        )
        return {row["key"]: self._read(row["value"]) for row in rows}


class Facts:
    """What the host remembers about itself, by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> str | None:
        row = self._database.row("SELECT value FROM facts WHERE name = ?", name)
        return row["value"] if row else None

    def put(self, name: str, value: str) -> None:
        self._database.execute(
            "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            *(name, value),
        )
