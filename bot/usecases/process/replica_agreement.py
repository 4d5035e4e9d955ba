"""Whether the replicas on one database agree about what may be done."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.authority.limits import Limit, Mode
from bot.plugin import Message
from bot.store.repositories.replication.replicas import Replica
from bot.store.store import Store

REPLICAS = "replicas"
POLICY = "B24BOT_POLICY"


def find_disagreement(store: Store) -> Limit | None:
    """While two that live differ, it depends on which one decides. One that stands by may be next at any moment."""
    if not store.engine.shared:
        return None
    living = [row for row in store.replicas.list() if row.beats]
    differing = list_differences(living)
    if not differing:
        return None
    hosts = tuple(dict.fromkeys(f"{row.host}:{row.pid}" for row in living))
    why = Message("limit.replicas_differ", settings=tuple(differing), replicas=hosts)
    return Limit(name=REPLICAS, mode=Mode.READ_ONLY, why=why, until=Message("limit.until.replicas_agree"))


def list_differences(living: Sequence[Replica]) -> list[str]:
    """Name the settings that are not the same for all."""
    names = sorted({name for row in living for name in row.settings})
    differing = [name for name in names if len({row.settings.get(name) for row in living}) > 1]
    return [*differing, *([POLICY] if len({row.policy for row in living}) > 1 else [])]
