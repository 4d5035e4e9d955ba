"""A file that is damaged, or of other keys, is refused before anything is written to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.clock import ShiftedClock
from bot.core.bot_errors import ConfigurationError, StoreDamaged
from bot.store.engine.database import FILE_NAME, Database, sqlite3
from bot.store.engine.journal import ROLLBACK, WAL, Journal
from bot.store.files.consistency import assert_sound, assert_sound_beside, assert_usable
from bot.store.sealing.keyring import Keyring
from bot.store.store import Store, open_store
from tests.language.english import en, raises
from tests.store.samples import ENTRY, damage_page, put_mark

KEY, OTHER = bytes(range(32)), bytes(32)


def written(home: Path, *, records: int = 4, secrets: int = 1) -> Path:
    """A database of the key k1 with some records and secrets; its path."""
    store = open_store(home, Keyring({"k1": KEY}), ShiftedClock())
    for number in range(records):
        with store.unit_of_work() as tx:
            tx.record(ENTRY)
            tx.facts.put("number", str(number))
    for number in range(secrets):
        store.secrets("toy").write(f"token-{number}", {"token": "xyzzy"}, after=0)
    store.close()
    return home / FILE_NAME


def reopen(home: Path, keys: dict[str, bytes], *, thorough: bool = True) -> Store:
    return open_store(home, Keyring(keys), ShiftedClock(), thorough=thorough)


@pytest.mark.parametrize("thorough", [True, False])
def test_a_wrong_key_of_the_same_name_is_refused_and_nothing_is_written(tmp_path: Path, thorough: bool) -> None:
    """A record chained with it would break the chain for good."""
    before = written(tmp_path, secrets=0).read_bytes()
    with raises(ConfigurationError, match="was not written with this key file") as refused:
        reopen(tmp_path, {"k1": OTHER}, thorough=thorough)
    assert "Put the right key file back" in en(refused.value.hint)
    assert (tmp_path / FILE_NAME).read_bytes() == before


@pytest.mark.parametrize("thorough", [True, False])
def test_a_key_that_is_missing_is_named_and_nothing_is_written(tmp_path: Path, thorough: bool) -> None:
    before = written(tmp_path).read_bytes()
    with raises(ConfigurationError, match="key “k1” is used in the database and missing from the key file"):
        reopen(tmp_path, {"k2": KEY}, thorough=thorough)
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_a_key_that_only_old_records_need_is_missed_by_a_process_that_stays(tmp_path: Path) -> None:
    written(tmp_path, records=9, secrets=0)
    reopen(tmp_path, {"k2": OTHER, "k1": KEY}).close()
    store = reopen(tmp_path, {"k2": OTHER, "k1": KEY})
    with store.unit_of_work() as tx:
        for _ in range(9):
            tx.record(ENTRY)
    store.close()
    with raises(ConfigurationError, match="“k1” is used in the database and missing"):
        reopen(tmp_path, {"k2": OTHER})


def test_secrets_of_another_key_keep_a_process_that_stays_from_starting(tmp_path: Path) -> None:
    before = written(tmp_path, records=0).read_bytes()
    with raises(ConfigurationError, match="cannot be decrypted with this key file"):
        reopen(tmp_path, {"k1": OTHER})
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_one_record_that_was_changed_does_not_make_the_key_a_wrong_one(tmp_path: Path) -> None:
    """The chain tells which record it is; here it opens, so that it can be asked."""
    path = written(tmp_path)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("UPDATE audit SET actor = 'somebody' WHERE seq = 4")
    connection.close()
    store = reopen(tmp_path, {"k1": KEY})
    assert store.audit.broken_at() == 4
    store.close()


def test_a_page_that_was_overwritten_is_found_by_the_one_who_stays(tmp_path: Path) -> None:
    path = written(tmp_path, records=200)
    content = bytearray(path.read_bytes())
    content[8 * 4096 : 9 * 4096] = b"\x37" * 4096
    path.write_bytes(content)
    with pytest.raises(StoreDamaged) as refused:
        reopen(tmp_path, {"k1": KEY})
    assert "restore" in en(refused.value.hint)
    assert path.read_bytes() == bytes(content)


def test_only_a_deep_look_sees_an_index_that_does_not_fit_its_table(tmp_path: Path) -> None:
    path = written(tmp_path)
    with sqlite3.connect(path) as connection:
        roots = dict(connection.execute("SELECT name, rootpage FROM sqlite_master WHERE name LIKE 'audit_%'"))
        connection.execute("PRAGMA writable_schema = ON")
        for name, other in (("audit_actor", "audit_tag"), ("audit_tag", "audit_actor")):
            connection.execute("UPDATE sqlite_master SET rootpage = ? WHERE name = ?", [roots[other], name])
    connection.close()
    database = Database(path, read_only=True)
    assert_sound(database)
    with raises(StoreDamaged, match=r"is damaged: .*missing from index"):
        assert_sound(database, deep=True)
    database.close()


@pytest.mark.parametrize(("table", "found"), [("audit", False), ("facts", True)])
def test_without_the_log_the_pages_of_every_other_table_are_looked_through(
    tmp_path: Path, table: str, found: bool
) -> None:
    path = written(tmp_path, records=200)
    with sqlite3.connect(path) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [table]).fetchone()
    connection.close()
    content = bytearray(path.read_bytes())
    content[(root - 1) * 4096 : root * 4096] = b"\xff" * 4096
    path.write_bytes(content)
    database = Database(path, read_only=True)
    with pytest.raises(StoreDamaged):
        assert_sound(database)
    if found:
        with raises(StoreDamaged, match="is damaged: a page cannot be read"):
            assert_sound(database, log=False)
    else:
        assert_sound(database, log=False)
    database.close()


@pytest.mark.parametrize("recomputed", [False, True])
def test_a_start_waits_for_the_pages_of_the_log_only_where_no_bot_has_recomputed_it(
    tmp_path: Path, recomputed: bool
) -> None:
    path = written(tmp_path, records=200)
    store = reopen(tmp_path, {"k1": KEY})
    with store.unit_of_work() as tx:
        tx.record(replace(ENTRY, facts={"line": "needle"}))
        for _ in range(200):
            tx.record(ENTRY)
        if recomputed:
            put_mark(tx, at=store.clock.now_ms())
    store.close()
    damage_page(path, "needle")
    if not recomputed:
        with raises(StoreDamaged, match="is damaged"):
            reopen(tmp_path, {"k1": KEY})
        return
    store = reopen(tmp_path, {"k1": KEY})
    assert not assert_usable(store.database)
    with raises(StoreDamaged, match="is damaged"):
        assert_sound_beside(store.database)
    store.close()


def test_an_empty_file_is_usable_and_was_looked_through(tmp_path: Path) -> None:
    database = Database(tmp_path / FILE_NAME)
    assert assert_usable(database)
    database.close()


@pytest.mark.parametrize("journal", [WAL, ROLLBACK])
def test_a_file_is_looked_through_beside_others_with_either_journal(tmp_path: Path, journal: Journal) -> None:
    path = written(tmp_path)
    database = Database(path, journal=journal)
    assert_sound_beside(database)
    damage_page(path, "token-0")
    database.close()
    database = Database(path, journal=journal)
    with pytest.raises(StoreDamaged):
        assert_sound_beside(database)
    database.close()
