"""Levels that all processes share: one row each, changed by one statement by the clock of the server.

A level is no unit of work: it waits for nobody but those who change the same level. A level that a crash sets back by
a moment does no harm, so its commit does not wait for the disk.
"""

from __future__ import annotations

import threading
from hashlib import sha256

from bot.store.postgres.connection import Address, Connection
from bot.store.postgres.server_faults import FAULTS, unwritable

TABLE = "CREATE TABLE IF NOT EXISTS levels (name TEXT PRIMARY KEY, amount BIGINT NOT NULL, at BIGINT NOT NULL)"
_NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
_LEFT = "greatest(0, l.amount - round(greatest(0, {now} - l.at) * {drains})::bigint)"
"""Thousandths. What drains in a second drains so many thousandths in a millisecond."""
_PUT = (
    'BEGIN; SET LOCAL synchronous_commit = off; INSERT INTO "{schema}".levels AS l (name, amount, at) '
    "VALUES ('{name}', {first}, {now}) ON CONFLICT (name) DO UPDATE SET amount = {amount}, at = greatest(l.at, {now}) "
    "WHERE {allowed} RETURNING amount; COMMIT"
)
_READ = "SELECT {left} FROM \"{schema}\".levels AS l WHERE name = '{name}'"


class ServerLevels:
    """The levels of one schema, over a connection of their own."""

    def __init__(self, address: Address) -> None:
        self._schema = address.schema
        self._connection = Connection(address, busy_seconds=1.0)
        self._lock = threading.Lock()

    def run(self, template: str, name: str, drains: float, **parts: str) -> int | None:
        """Run one of the statements above; returns the number that it gives. Raises StoreUnavailable."""
        left = _LEFT.format(now=_NOW, drains=drains)
        filled = {key: part.format(left=left) for key, part in parts.items()}
        sql = template.format(schema=self._schema, name=name, now=_NOW, left=left, **filled)
        with self._lock:
            try:
                row = self._connection.end(sql).row
            except FAULTS as error:
                # Nothing is known of what became of it. Anew, whatever was begun is undone.
                self._connection.close()
                raise unwritable(error) from None
        return None if row is None else int(row[0])

    def close(self) -> None:
        self._connection.close()


class ServerLevel:
    """One of them, as plugins see it."""

    def __init__(self, levels: ServerLevels, name: str) -> None:
        self._levels = levels
        # The name of a place may hold anything.
        self._name = sha256(name.encode()).hexdigest()

    def add(self, amount: float, *, drains: float, most: float) -> float | None:
        more, top = round(amount * 1000), round(min(most, 1e9) * 1000)
        allowed = f"{{left}} + {more} <= {top}"
        found = self._levels.run(
            _PUT, self._name, drains, first=str(more), amount=f"{{left}} + {more}", allowed=allowed
        )
        return None if found is None else found / 1000

    def lift(self, least: float, *, drains: float) -> None:
        floor = round(least * 1000)
        self._levels.run(
            _PUT, self._name, drains, first=str(floor), amount=f"greatest({{left}}, {floor})", allowed="true"
        )

    def read(self, *, drains: float) -> float:
        return (self._levels.run(_READ, self._name, drains) or 0) / 1000
