"""Several engines count in one row at once: each reads the number and writes the next one."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from bot.store.postgres.engine import PostgresEngine

ADD = "INSERT INTO facts (name, value) VALUES ('counter', '0')"
READ = "SELECT value FROM facts WHERE name = 'counter'"
WRITE = "UPDATE facts SET value = ? WHERE name = 'counter'"


def count_together(engines: Sequence[PostgresEngine], rounds: int) -> None:
    """Count so often with each engine, in a thread for each, and see that no number is lost."""
    with engines[0].unit_of_work():
        engines[0].execute(ADD)

    def count(engine: PostgresEngine) -> None:
        for _ in range(rounds):
            with engine.unit_of_work():
                ((value,),) = engine.tuples(READ)
                engine.execute(WRITE, str(int(value) + 1))

    threads = [threading.Thread(target=count, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert engines[0].tuples(READ) == [(str(len(engines) * rounds),)]
