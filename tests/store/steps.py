"""How much SQLite does for something: counted are its own steps, never time."""

from __future__ import annotations

from collections.abc import Callable

from bot.store.store import Store, Transaction

EACH = 20
"""How many steps of SQLite's are counted as one."""


def steps_of(store: Store, act: Callable[[Transaction], object]) -> int:
    """How many times twenty steps SQLite takes for something, in one unit of work."""
    counted = []
    connection = store.database.utils.conn
    with store.unit_of_work() as tx:
        connection.set_progress_handler(lambda: counted.append(1), EACH)
        try:
            act(tx)
        finally:
            connection.set_progress_handler(None, 0)
    return len(counted)
