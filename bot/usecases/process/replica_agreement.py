"""Whether the replicas on one database agree about what may be done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce

from bot.core.authority.limits import Limit, Mode
from bot.core.joined_sentences import pair_sentences
from bot.plugin import Message, Text
from bot.store.repositories.replication.live_replicas import name_replicas
from bot.store.repositories.replication.replicas import Replica
from bot.store.store import Store

REPLICAS = "replicas"
POLICY = "B24BOT_POLICY"


def find_disagreement(store: Store) -> Limit | None:
    """While two that live differ, it depends on which one decides. One that stands by may be next at any moment."""
    if not store.engine.shared:
        return None
    differences = describe_differences([row for row in store.replicas.list() if row.beats])
    if not differences:
        return None
    why = reduce(pair_sentences, differences, Message("limit.replicas_differ"))
    return Limit(name=REPLICAS, mode=Mode.READ_ONLY, why=why, until=Message("limit.until.replicas_agree"))


def describe_differences(living: Sequence[Replica]) -> list[Text]:
    """Say which settings of which replicas are not those of the others: a sentence for each group of replicas.

    A value is right where most replicas have it, and of two that are equally frequent, that of the oldest replica.
    """
    differing: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = defaultdict(list)
    for setting in sorted({name for row in living for name in _read_digests(row)}):
        agreed, *rest = _group_by_value(setting, living)
        for group in rest:
            differing[group, agreed].append(setting)
    return [
        Message("limit.replica_values", settings=tuple(settings), replicas=group, others=agreed)
        for (group, agreed), settings in differing.items()
    ]


def _group_by_value(setting: str, living: Iterable[Replica]) -> list[tuple[str, ...]]:
    """Name the replicas that have the same value, the largest group first."""
    groups: dict[str | None, list[Replica]] = defaultdict(list)
    for row in living:
        groups[_read_digests(row).get(setting)].append(row)
    return [name_replicas(rows) for rows in sorted(groups.values(), key=len, reverse=True)]


def _read_digests(row: Replica) -> Mapping[str, str]:
    return {**row.settings, POLICY: row.policy}
