"""What a file has to be before anything is done with it: sound as a database, and written with the keys at hand."""

from __future__ import annotations

from contextlib import closing

from bot.core.bot_errors import ConfigurationError, StoreDamaged
from bot.plugin import Message, Text
from bot.store.engine.database import Database
from bot.store.engine.faults import RESTORE_HINT
from bot.store.engine.journal import WAL
from bot.store.engine.port import Engine
from bot.store.files.verified_head import VERIFIED, read_kept_mark
from bot.store.repositories.audit_log import AuditReader
from bot.store.repositories.plugin_records import FactReader
from bot.store.repositories.secrets import boxes_of_texts, sealed_secrets
from bot.store.schema.schema_version import applied, pending, refuse_newer
from bot.store.sealing.keyring import Keyring

SAMPLED = 3
"""How many records at each end of the log are held against the key file."""


def list_pending_steps(database: Engine) -> tuple[str, ...]:
    """The steps of the schema that it has not taken yet. Raises ConfigurationError where a newer b24bot wrote it."""
    refuse_newer(database, database.name)
    return pending(database)


def assert_sound(database: Engine, *, deep: bool = False, log: bool = True) -> None:
    """Look through every page; `deep` compares the indexes with their tables as well. Raises StoreDamaged.

    Without `log` the pages of the audit log are left out, and those that are free. A changed byte in somebody's text is
    none of a database's business: the chain of the audit log shows it. The pages of a server are looked after there.
    """
    if not isinstance(database, Database):
        return
    check = "integrity_check" if deep else "quick_check"
    for part in ("1",) if log else _other_tables(database):
        damage = _find_damage(database, f"{check}({part})")
        if damage is not None:
            sentence = Message("store.database.damaged", file=str(database.path), damage=damage)
            raise StoreDamaged(sentence, hint=RESTORE_HINT)


def _find_damage(database: Database, check: str) -> Text | None:
    """What a check finds, in SQLite's words. Of one table only, SQLite may end it at a page that it cannot read."""
    try:
        found = database.row(f"PRAGMA {check}")
    except StoreDamaged:
        return Message("store.database.unreadable_page")
    said = " ".join(str(next(iter(found.values()))).split()) if found else ""
    return None if said == "ok" else said or Message("store.database.check_silent")


def assert_usable(database: Engine) -> bool:
    """The same as far as a start waits for it: of a log that a bot has recomputed as a whole the pages are left out.

    They are most of an old file, and a bot that runs looks through them beside its work. Returns whether they were
    looked through. Raises StoreDamaged.
    """
    assert_sound(database, log=False)
    if applied(database) and FactReader(database).get(VERIFIED):
        return False
    assert_sound(database)
    return True


def assert_sound_beside(database: Engine) -> None:
    """Look through every page while others work with the file. Raises StoreDamaged.

    With WAL nobody waits: it is done by a connection of its own. With a rollback journal the threads of this process
    wait, for whoever writes beside a long look is refused after two seconds.
    """
    if not isinstance(database, Database) or database.journal != WAL[0]:
        assert_sound(database)
        return
    with closing(Database(database.path, read_only=True)) as own:
        assert_sound(own)


def _other_tables(database: Database) -> list[str]:
    """The names of all tables but the audit log, quoted."""
    rows = database.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'audit'")
    return ["'{}'".format(row["name"].replace("'", "''")) for row in [{"name": "sqlite_schema"}, *rows]]


def assert_fits(database: Engine, keys: Keyring, *, whole: bool = True) -> None:
    """Make sure that this key file is the one the database was written with. Raises ConfigurationError.

    Nothing is written before this is known: a record chained with another key would break the chain, and a secret
    sealed with it would be lost with the wrong file. `whole` looks at every secret and at every key's name, for records
    before the mark of a log that was recomputed at the names in the mark; without it only the two ends of the audit log
    are looked at.
    """
    if not applied(database):
        return
    for key_id in _key_ids(database, keys) if whole else ():
        keys.audit_key(key_id)
    _assert_records_fit(database, keys)
    for box in list_sealed_boxes(database) if whole else ():
        keys.unseal(box)


def keys_of_records(database: Engine) -> dict[str, int]:
    """How many audit records each key has chained, by its id."""
    rows = database.rows("SELECT key_id, count(*) AS n FROM audit GROUP BY key_id ORDER BY min(seq)")
    return {row["key_id"]: row["n"] for row in rows}


def _key_ids(database: Engine, keys: Keyring) -> list[str]:
    """The keys that the records name: as a mark tells, and after that as they stand there."""
    mark = read_kept_mark(database, keys)
    if mark is None or AuditReader(database, keys).place_at(mark.place.seq) != mark.place:
        return list(keys_of_records(database))
    rows = database.rows("SELECT DISTINCT key_id FROM audit WHERE seq > ?", mark.place.seq)
    return [*mark.keys, *(row["key_id"] for row in rows)]


def list_sealed_boxes(database: Engine) -> list[bytes]:
    """Everything that is stored sealed, as it is sealed."""
    secrets = [box for *_, box in sealed_secrets(database)]
    # A copy of an earlier release has not all the columns yet.
    texts = boxes_of_texts(database) if "m008_sealed_changes" in applied(database) else ()
    return [*secrets, *texts]


def _assert_records_fit(database: Engine, keys: Keyring) -> None:
    """One record that fits shows that the key is the right one; what does not fit beside it was changed."""
    log = AuditReader(database, keys)
    first = database.rows("SELECT seq FROM audit ORDER BY seq LIMIT +?", SAMPLED)
    last = database.rows("SELECT seq FROM audit ORDER BY seq DESC LIMIT +?", SAMPLED)
    ends = [row["seq"] for row in (*last, *first)]
    if ends and not any(log.stands(seq) for seq in ends):
        raise other_keys(database.name)


def other_keys(file: str = "") -> ConfigurationError:
    """What to raise for a log of which no record fits the keys at hand; without a file it is the bot's own."""
    sentence = Message("store.log.other_keys_in", file=file) if file else Message("store.log.other_keys")
    return ConfigurationError(sentence, hint=Message("store.log.put_key_file_back"))
