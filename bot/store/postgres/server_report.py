"""What a server says of itself: its release, and what becomes of a commit when it is lost."""

from __future__ import annotations

from bot.plugin import Message, Text
from bot.store.engine.port import Engine

_SETTINGS = (
    "SELECT current_setting('server_version'), current_setting('synchronous_commit'), "
    "current_setting('synchronous_standby_names'), (SELECT count(*) FROM pg_stat_replication)"
)
WAITED_FOR = frozenset({"on", "remote_apply"})
"""Values of synchronous_commit with which COMMIT waits until a standby has it on its disk."""


def describe_server(engine: Engine) -> Message:
    """Say which server it is, and whether a failover keeps each commit that was acknowledged."""
    version, level, names, standbys = engine.tuples(_SETTINGS)[0]
    promise: Text = Message("store.postgres.no_standby")
    if names and level in WAITED_FOR:
        promise = Message("store.postgres.synchronous")
    elif names or standbys:
        promise = Message("store.postgres.asynchronous")
    return Message("store.postgres.serves", name=engine.name, version=str(version).split()[0], promise=promise)
