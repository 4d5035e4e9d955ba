"""A whole database copied to another place, a file or a server: the same rows, and the same head of the log."""

from __future__ import annotations

from contextlib import closing

from bot.core.bot_errors import ConfigurationError
from bot.plugin import Message, Refusal
from bot.store.engine.port import Engine
from bot.store.files.consistency import assert_fits, assert_sound
from bot.store.files.whole_copy import RowCounts
from bot.store.location import Location
from bot.store.repositories.audit_log import AuditReader
from bot.store.schema.schema_version import pending, refuse_newer
from bot.store.sealing.keyring import Keyring


def copy_database(source: Location, target: Location, keys: Keyring) -> RowCounts:
    """Copy all rows to a place that has none. The caller makes sure that no bot of this host works on either.

    Raises Refusal where the target has rows or replicas work on the source, ConfigurationError for a source that is
    missing, of another version, of other keys, or whose log is broken, and PluginError where the two differ in the end.
    The target has no rows then.
    """
    if not source.exists or source.empty:
        raise ConfigurationError(Message("store.copy.no_source", name=source.name))
    if not target.empty:
        raise Refusal(Message("store.copy.target_used", name=target.name), hint=Message("store.copy.name_empty"))
    source.assert_unused()
    with closing(source.open(read_only=True).engine) as rows:
        _assert_copyable(rows, keys)
        return target.receive(rows)


def _assert_copyable(rows: Engine, keys: Keyring) -> None:
    refuse_newer(rows, rows.name)
    if pending(rows):
        raise ConfigurationError(
            Message("store.copy.earlier_schema", name=rows.name), hint=Message("store.copy.start_once")
        )
    assert_sound(rows, deep=True)
    assert_fits(rows, keys)
    broken = AuditReader(rows, keys).broken_at()
    if broken is not None:
        raise ConfigurationError(Message("store.copy.log_broken", name=rows.name, record=str(broken)))
