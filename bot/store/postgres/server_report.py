"""What a server says of itself: its release, and what becomes of a commit when it is lost."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.joined_sentences import pair_sentences
from bot.plugin import Message
from bot.store.engine.kept_commits import Durability
from bot.store.engine.port import Engine

_VERSION = "SELECT current_setting('server_version')"
_SETTINGS = (
    "SELECT current_setting('fsync') = 'on', current_setting('synchronous_commit'), "
    "current_setting('synchronous_standby_names') <> '', (SELECT count(*) FROM pg_stat_replication) "
    "+ (SELECT count(*) FROM pg_replication_slots WHERE slot_type = 'physical'), "
    "EXISTS (SELECT 1 FROM pg_stat_replication WHERE sync_state IS NULL OR sync_state IN ('sync', 'quorum'))"
)
"""A slot is there for a standby also while that is away. To a role without `pg_monitor` the server shows that a standby
is connected, and not in which state: then it is taken for one that the server waits for."""
UNSYNCHRONOUS = "remote_write"
"""The value of synchronous_commit with which a standby has it in memory alone. `off` and `local` become `on` in every
unit of work."""
_OWNS = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('audit')"
"""No row where the schema has not been made yet."""
GUARDS: Mapping[bool, Message] = {
    True: Message("store.postgres.owns_log"),
    False: Message("store.postgres.other_owner"),
}
"""Whether the role of b24bot owns the audit log, and could remove what keeps it append-only."""
PROMISES: Mapping[Durability, Message] = {
    Durability.SYNCHRONOUS: Message("store.postgres.synchronous"),
    Durability.WAITING: Message("store.postgres.waiting"),
    Durability.SINGLE: Message("store.postgres.no_standby"),
    Durability.ASYNCHRONOUS: Message("store.postgres.asynchronous"),
    Durability.VOLATILE: Message("store.postgres.volatile"),
}
"""What holds on a server, and why."""


def read_durability(engine: Engine) -> Durability:
    """Judge by the server's settings, and by the standbys that it knows, what becomes of a commit."""
    ((to_disk, level, named, standbys, connected),) = engine.tuples(_SETTINGS)
    if not to_disk:
        return Durability.VOLATILE
    if named:
        if level == UNSYNCHRONOUS:
            return Durability.ASYNCHRONOUS
        return Durability.SYNCHRONOUS if connected else Durability.WAITING
    return Durability.ASYNCHRONOUS if standbys else Durability.SINGLE


def describe_server(engine: Engine) -> Message:
    """Say which server it is, what becomes of a commit on it, and whether b24bot could remove the guards of the log."""
    ((version,),) = engine.tuples(_VERSION)
    promise = PROMISES[read_durability(engine)]
    for (owns,) in engine.tuples(_OWNS):
        promise = pair_sentences(promise, GUARDS[bool(owns)])
    return Message("store.postgres.serves", name=engine.name, version=str(version).split()[0], promise=promise)
