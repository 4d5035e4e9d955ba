"""Replicas that work on a database while somebody moves it, replaces it, or changes its schema or its keys."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

from bot.core.bot_errors import AlreadyRunning
from bot.plugin import Clock, Message
from bot.store.disk.process_lock import is_held
from bot.store.engine.port import Engine
from bot.store.repositories.replication.replicas import Replica, ReplicaReader

KEYS = "B24BOT_KEYS"
"""Under this name a replica reports the ids of its keys, the one in use first, wherever it has them from."""
WAIT_SECONDS = 30.0
"""How long a start waits for the replicas of an earlier version to end."""
LOOK_SECONDS = 0.5
_LOG = logging.getLogger(__name__)


def list_live(engine: Engine) -> tuple[Replica, ...]:
    """Return the replicas that beat lately. None does where locks of the folder keep other processes out."""
    if not engine.shared or not engine.has_table("replicas"):
        return ()
    return tuple(row for row in ReplicaReader(engine).list() if row.beats)


def assert_none_live(engine: Engine) -> None:
    """Raise AlreadyRunning while replicas are alive, and name them."""
    living = list_live(engine)
    if living:
        raise AlreadyRunning(
            Message("store.replicas.live", place=engine.name, replicas=name_replicas(living)),
            hint=Message("store.replicas.stop_all"),
        )


def list_running(engine: Engine, home: Path) -> tuple[Replica, ...]:
    """Return the replicas that are alive, and with a file the process of this host that holds the lock of its role."""
    if engine.shared:
        return list_live(engine)
    return tuple(row for row in ReplicaReader(engine).list() if any(is_held(home, role) for role in row.roles))


def assert_key_reported(engine: Engine, key: str, *, home: Path) -> None:
    """Raise AlreadyRunning while a replica is alive that has not reported this key, and name it."""
    without = [row for row in list_running(engine, home) if key not in row.settings.get(KEYS, "").split("+")]
    if without:
        raise AlreadyRunning(
            Message("store.replicas.without_key", key=key, replicas=name_replicas(without)),
            hint=Message("store.replicas.give_key"),
        )


def wait_until_none_live(engine: Engine, clock: Clock, *, seconds: float = WAIT_SECONDS) -> None:
    """Wait for the replicas that are alive to end. Raises AlreadyRunning, and names them, when they do not."""
    until, told = clock.monotonic() + seconds, False
    while living := list_live(engine):
        if clock.monotonic() >= until:
            raise AlreadyRunning(
                Message("store.replicas.earlier", place=engine.name, replicas=name_replicas(living)),
                hint=Message("store.replicas.stop_earlier"),
            )
        if not told:
            _LOG.warning("the schema changes once these replicas have ended: %s", ", ".join(name_replicas(living)))
            told = True
        clock.sleep(LOOK_SECONDS)


def name_replicas(rows: Iterable[Replica]) -> tuple[str, ...]:
    """Return the host and the process of each."""
    return tuple(dict.fromkeys(f"{row.host}:{row.pid}" for row in rows))
