"""Which key of a setting is in use: the former one, until the rotation to the first one is recorded."""

from __future__ import annotations

from bot.core.audit.audit_record import Tag
from bot.store.engine.port import Engine
from bot.store.sealing.keyring import Keyring

_LAST = "SELECT key_id FROM audit ORDER BY seq DESC LIMIT 1"
"""The key of the last record."""
_ROTATED = "SELECT 1 FROM audit WHERE tag = ? AND subject = ? LIMIT 1"
"""The record of a rotation to a key."""


def hold_former_key(engine: Engine, keys: Keyring) -> None:
    """Keep the key of the last record in use, if the keys are those of a setting and the first one is new.

    A process on another host may not have the new key yet. It could not read what is signed or sealed with it.
    """
    last = engine.row(_LAST) if keys.given and engine.has_table("audit") else None
    if last and last["key_id"] in keys.ids[1:] and not _is_rotated(engine, keys):
        keys.hold(last["key_id"])


def take_up_rotation(engine: Engine, keys: Keyring) -> None:
    """Bring the first key into use once its rotation is recorded, by this process or by another one."""
    if keys.held and _is_rotated(engine, keys):
        keys.release()


def _is_rotated(engine: Engine, keys: Keyring) -> bool:
    return engine.row(_ROTATED, Tag.KEY_ROTATED, keys.ids[0]) is not None
