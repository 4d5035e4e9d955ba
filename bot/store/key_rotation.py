"""Changing keys: a new one comes into use, what was sealed with the former ones is sealed anew, unused ones go."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from bot.core.audit.archive_chain import list_proved_archives
from bot.core.audit.audit_record import Entry, Fact, Tag
from bot.core.bot_errors import ConfigurationError
from bot.plugin import Message, Refusal
from bot.plugin.frozen import dataclass
from bot.store.engine.database import sync
from bot.store.files.backup import keep_owner
from bot.store.files.consistency import keys_of_records, list_sealed_boxes
from bot.store.repositories.replication.live_replicas import assert_key_reported, assert_none_live
from bot.store.repositories.secrets import seal_anew
from bot.store.sealing.keyring import Keyring, new_key, read_keys, setting_of, text_of
from bot.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUse:
    """One key of the file, and how much of what is stored needs it."""

    id: str
    first: bool
    secrets: int
    records: int
    archives: int = 0
    """Files of archived records that are chained with it."""

    @property
    def used(self) -> bool:
        return bool(self.secrets or self.records or self.archives)


def list_key_uses(store: Store, keys: Keyring) -> tuple[KeyUse, ...]:
    """Every key of the file, the one in use first. Raises ConfigurationError when one that is used is missing."""
    records = keys_of_records(store.engine)
    missing = [name for name in records if name not in keys.ids]
    for name in missing:
        keys.audit_key(name)
    sealed = [keys.opener(box) for box in list_sealed_boxes(store.engine)]
    archived = [name for one in list_proved_archives(store.audit, keys.audit_key) for name in one.keys]
    return tuple(
        KeyUse(
            id=name,
            first=name == keys.primary,
            secrets=sealed.count(name),
            records=records.get(name, 0),
            archives=archived.count(name),
        )
        for name in keys.ids
    )


def rotate_key(store: Store, path: Path, *, by: str) -> KeyUse:
    """Put a new key first and seal every secret with it; returns the new key's use.

    The key file comes first and keeps the former keys, so that whenever it is cut short everything can be read: with
    the former key before the one transaction that seals anew, with either after it. A rotation that was cut short
    between the two is brought to its end, and makes no further key. Raises AlreadyRunning while a replica is alive that
    could not read what is sealed with the key: a new one is in the file of this host only.
    """
    former = list_key_uses(store, store.keys)
    if not _was_cut_short(former):
        assert_none_live(store.engine)
        _add_first(store, path)
    elif store.engine.shared:
        # A process of this host reads the file again.
        assert_key_reported(store.engine, store.keys.primary, home=store.home)
    count = _seal_anew(store, before=former[0].id, by=by)
    return KeyUse(id=store.keys.primary, first=True, secrets=count, records=0)


def _was_cut_short(found: tuple[KeyUse, ...]) -> bool:
    return not found[0].used and any(key.secrets for key in found[1:])


def _add_first(store: Store, path: Path) -> None:
    keys = read_keys(path, home=store.home)
    write_keys(path, {_next_id(keys): new_key(), **keys})


def _next_id(keys: Mapping[str, bytes]) -> str:
    numbers = (int(name[1:]) for name in keys if name[:1] == "k" and name[1:].isdecimal())
    return f"k{max(numbers, default=0) + 1}"


def _seal_anew(store: Store, *, before: str, by: str) -> int:
    """All secrets and the record of it, in one transaction."""
    keys = store.keys
    with store.unit_of_work() as tx:
        keys.release()
        found = seal_anew(tx.engine, keys)
        facts: dict[str, Fact] = {"name": keys.primary, "before": before, "count": found}
        tx.record(Entry(tag=Tag.KEY_ROTATED, actor=by, subject=keys.primary, facts=facts))
    return found


def retire_key(store: Store, path: Path, key_id: str) -> None:
    """Take a key that nothing needs out of the file. Raises Refusal, and says what needs it."""
    assert_unused(store, key_id, where=str(path))
    write_keys(path, _without(read_keys(path, home=store.home), key_id))


def _without(keys: Mapping[str, bytes], key_id: str) -> Mapping[str, bytes]:
    return {name: key for name, key in keys.items() if name != key_id}


def rotate_given_key(store: Store, keys: Mapping[str, bytes], *, by: str) -> KeyUse | str:
    """Seal every secret with the first key of the setting where another one is in use, and return its use.

    Where there is none, return the contents with a new first key. It comes into use once they are set. Raises
    AlreadyRunning while a replica is alive that could not read what is sealed with it.
    """
    former = list_key_uses(store, store.keys)
    sealed = next((key.id for key in former[1:] if key.secrets), None)
    before = store.keys.primary if store.keys.held else sealed
    if before is None:
        return setting_of({_next_id(keys): new_key(), **keys})
    assert_key_reported(store.engine, store.keys.ids[0], home=store.home)
    count = _seal_anew(store, before=before, by=by)
    return KeyUse(id=store.keys.primary, first=True, secrets=count, records=0)


def retire_given_key(store: Store, keys: Mapping[str, bytes], key_id: str) -> str:
    """Return the contents of the setting without a key that nothing needs. Raises Refusal, and says what needs it."""
    assert_unused(store, key_id, where="B24BOT_KEYS")
    return setting_of(_without(keys, key_id))


def assert_unused(store: Store, key_id: str, *, where: str) -> None:
    """Raise Refusal for a key that something needs, or that is not there."""
    found = next((key for key in list_key_uses(store, store.keys) if key.id == key_id), None)
    if found is None:
        raise Refusal(Message("store.key.unknown", key=key_id, file=where), hint=Message("store.key.list"))
    if found.first:
        raise Refusal(Message("store.key.in_use", key=key_id), hint=Message("store.key.rotate_first"))
    if found.secrets:
        raise Refusal(
            Message("store.key.needed_by_secrets", key=key_id, count=found.secrets),
            hint=Message("store.key.seal_anew"),
        )
    if found.records:
        raise Refusal(
            Message("store.key.needed_by_records", key=key_id, count=found.records),
            hint=Message("store.key.unused_for_new"),
        )
    if found.archives:
        raise Refusal(
            Message("store.key.needed_by_archives", key=key_id, count=found.archives),
            hint=Message("store.key.unused_for_new"),
        )


def write_keys(path: Path, keys: Mapping[str, bytes]) -> None:
    """Replace the key file: a reader finds the former one or this one, and never a part. Raises ConfigurationError."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(text_of(keys))
            file.flush()
            os.fsync(file.fileno())
        keep_owner(part, path if path.exists() else path.parent)
        os.replace(part, path)
        sync(path.parent)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise ConfigurationError(
            Message("store.key_file.unwritable", file=str(path), cause=error.strerror or str(error)),
            hint=Message("store.key_file.write_by_hand"),
        ) from None
