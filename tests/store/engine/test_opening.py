"""How the file is opened, and what is refused."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from bot.clock import ShiftedClock
from bot.core.bot_errors import ConfigurationError, StoreUnavailable
from bot.plugin import Message
from bot.store.engine.database import APPLICATION_ID, Database, sqlite3
from bot.store.engine.database import sqlite3 as in_use
from bot.store.engine.journal import journal_for
from bot.store.sealing.keyring import Keyring
from bot.store.store import FILE_NAME, Store, open_store
from tests.language.english import en, raises
from tests.store.neighbour import locked_by_another
from tests.tables.rows import each_row

WAL, TRUNCATE = ("wal", "FULL"), ("truncate", "EXTRA")
VERSIONS = [
    ((3, 7, 0), TRUNCATE),
    ((3, 40, 1), TRUNCATE),
    ((3, 44, 5), TRUNCATE),
    ((3, 44, 6), WAL),
    ((3, 44, 9), WAL),
    ((3, 45, 0), TRUNCATE),
    ((3, 49, 99), TRUNCATE),
    ((3, 50, 6), TRUNCATE),
    ((3, 50, 7), WAL),
    ((3, 50, 99), WAL),
    ((3, 51, 0), TRUNCATE),
    ((3, 51, 2), TRUNCATE),
    ((3, 51, 3), WAL),
    ((3, 51, 99), WAL),
    ((3, 52, 0), WAL),
    ((4, 0, 0), WAL),
]


@each_row(("version", "expected"), VERSIONS)
def test_wal_is_used_only_where_the_reset_race_is_mended(
    version: tuple[int, int, int], expected: tuple[str, str]
) -> None:
    assert journal_for(version) == expected


def pragma(store: Store, name: str) -> object:
    row = store.database.row(f"PRAGMA {name}")
    assert row is not None
    return next(iter(row.values()))


def test_what_makes_the_file_safe_is_set_and_holds(store: Store) -> None:
    journal, level = journal_for(in_use.sqlite_version_info)
    assert {
        name: pragma(store, name)
        for name in (
            *("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "trusted_schema"),
            *("cell_size_check", "secure_delete", "application_id", "busy_timeout"),
        )
    } == {
        "journal_mode": journal,
        "synchronous": {"FULL": 2, "EXTRA": 3}[level],
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "secure_delete": 1,
        "application_id": APPLICATION_ID,
        "busy_timeout": 2_000,
    }


def test_the_durability_level_can_be_lowered_for_a_benchmark_only_by_saying_so(tmp_path: Path) -> None:
    database = Database(tmp_path / "file", synchronous="OFF")
    assert database.row("PRAGMA synchronous") == {"synchronous": 0}
    database.close()


def test_a_new_file_is_readable_by_its_owner_only(store: Store) -> None:
    assert stat.S_IMODE(store.database.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.database.path.parent.stat().st_mode) == 0o700


def test_opening_again_finds_what_was_stored(store: Store) -> None:
    with store.unit_of_work() as tx:
        tx.facts.put("name", "value")
    again = open_store(store.database.path.parent, store.keys, store.clock)
    assert again.facts.get("name") == "value"
    again.close()


def test_a_file_that_another_program_has_marked_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    other = sqlite3.connect(path)
    other.execute("PRAGMA application_id = 42")
    other.close()
    with raises(ConfigurationError, match="another program"):
        Database(path)


def test_a_file_with_tables_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    """Most programs set no mark; their tables are enough to keep our hands off."""
    path = tmp_path / "file"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    before = path.read_bytes()
    with raises(ConfigurationError, match="another program"):
        Database(path)
    assert path.read_bytes() == before


def test_what_is_no_database_at_all_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"this is a shopping list, not a database" * 100)
    with raises(StoreUnavailable, match="cannot be opened: file is not a database"):
        Database(path)


def test_a_folder_in_the_place_of_the_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with raises(StoreUnavailable, match="cannot be opened"):
        Database(tmp_path)


def test_a_home_that_cannot_be_made_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with raises(ConfigurationError, match=r"cannot be created, because .* is a file. B24BOT_HOME"):
        open_store(tmp_path / "file" / "home", Keyring({"k1": bytes(32)}), ShiftedClock())


def test_a_folder_that_is_missing_is_said_to_be_missing(tmp_path: Path) -> None:
    with raises(StoreUnavailable, match="No such file or directory"):
        Database(tmp_path / "nowhere" / "file")


def test_a_setting_that_sqlite_does_not_take_stops_the_opening(tmp_path: Path) -> None:
    """Asked for and not given is as good as not asked for: here a journal that a file in use cannot have."""
    path = tmp_path / "file"
    other = sqlite3.connect(path)
    other.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    other.execute(f"PRAGMA journal_mode = {'wal' if journal_for(in_use.sqlite_version_info)[0] != 'wal' else 'delete'}")
    other.execute("CREATE TABLE something (x)")
    other.execute("BEGIN")
    other.execute("SELECT * FROM something").fetchall()
    try:
        with pytest.raises((StoreUnavailable, ConfigurationError), match=r"locked|does not take"):
            Database(path, busy_seconds=0)
    finally:
        other.close()


def test_a_file_that_another_process_begins_at_the_same_moment_is_waited_for(tmp_path: Path) -> None:
    """SQLite refuses at once to change the journal while somebody writes the file, however long it may wait."""
    path = tmp_path / FILE_NAME
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    ended = threading.Timer(0.3, other.execute, ("COMMIT",))
    ended.start()
    database = Database(path)
    ended.join()
    assert database.row("PRAGMA journal_mode") == {"journal_mode": database.journal}
    database.close()
    other.close()


def test_a_file_that_stays_locked_is_said_to_be_locked(tmp_path: Path) -> None:
    path = tmp_path / "home" / FILE_NAME
    path.parent.mkdir()
    sqlite3.connect(path).close()
    path.touch()
    with locked_by_another(path, "BEGIN EXCLUSIVE"), raises(StoreUnavailable, match="locked"):
        Database(path, busy_seconds=0)


@pytest.mark.parametrize("how", ["missing", "emptied", "no tables"])
def test_a_database_that_was_lost_beside_its_backups_is_not_begun_anew(store: Store, how: str) -> None:
    """The lost one is told, with the command that puts the newest backup back; only `anew` makes an empty one."""
    home, keys, clock = store.database.path.parent, store.keys, store.clock
    made = store.back_up()
    store.close()
    path = home / FILE_NAME
    path.unlink()
    if how == "emptied":
        path.touch()
    elif how == "no tables":
        Database(path).close()
    with pytest.raises(ConfigurationError) as refused:
        open_store(home, keys, clock)
    assert "There are backups of a database" in en(refused.value.sentence)
    assert f"b24bot restore {made.path}" in en(refused.value.hint)
    open_store(home, keys, clock, anew=True).close()
    open_store(home, keys, clock).close()


def test_a_database_file_that_is_not_the_one_that_is_open_is_noticed(store: Store, tmp_path: Path) -> None:
    database, path = store.database, store.database.path
    assert (database.displaced(), database.lost()) == (None, None)
    (tmp_path / "second").hardlink_to(path)
    assert database.displaced() == Message("store.file.linked", path=str(path))
    assert database.lost() is None
    (tmp_path / "second").unlink()
    path.rename(tmp_path / "away")
    assert database.displaced() == Message("store.file.gone", path=str(path))
    path.write_bytes((tmp_path / "away").read_bytes())
    assert database.displaced() == Message("store.file.replaced", path=str(path))
