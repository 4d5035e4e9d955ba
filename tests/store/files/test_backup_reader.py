"""The audit log of a copy of a database: read as it stands, with what lies beside it, and nothing is changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.core.audit.chain import NO_LINK, recompute_chain
from bot.core.bot_errors import ConfigurationError, StoreUnavailable
from bot.store.engine.database import sqlite3
from bot.store.files.backup_reader import links_of
from bot.store.store import Store
from tests.language.english import raises
from tests.store.samples import ENTRY


@pytest.fixture
def original(store: Store) -> Path:
    with store.unit_of_work() as tx:
        for _ in range(5):
            tx.record(ENTRY)
    return store.database.path


@pytest.fixture
def wal(original: Path, tmp_path: Path, store: Store) -> Iterator[Any]:
    """A second database that is open in WAL mode, with a sixth record in its WAL only."""
    path = tmp_path / "wal" / "live.sqlite3"
    path.parent.mkdir()
    copy_of(original, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        with store.unit_of_work() as tx:
            tx.record(ENTRY)
        row = store.database.rows("SELECT * FROM audit WHERE seq = 6")[0]
        connection.execute(f"INSERT INTO audit VALUES ({', '.join('?' * len(row))})", tuple(row.values()))
        yield connection


def copy_of(original: Path, path: Path) -> None:
    """All of it in one file that has a rollback journal, whatever the original has."""
    with closing(sqlite3.connect(original)) as connection:
        connection.execute("VACUUM INTO ?", [str(path)])


def contents(folder: Path) -> Mapping[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def lasting(folder: Path) -> Mapping[str, bytes]:
    """All of it but the index of a WAL, which whoever reads writes its marks in."""
    return {name: kept for name, kept in contents(folder).items() if not name.endswith("-shm")}


def holds_up_to(path: Path, store: Store) -> int:
    """How far the chain in the file holds; it has to hold to its end."""
    with links_of(path) as links:
        found = recompute_chain(links, store.keys.audit_key)
    assert found.broken_at is None
    return found.place.seq


def test_a_database_the_bot_has_open_is_read_and_left_as_it_is(original: Path, store: Store) -> None:
    before = lasting(original.parent)
    with store.unit_of_work():
        assert holds_up_to(original, store) == 5
    assert lasting(original.parent) == before


def test_a_copy_in_a_folder_nobody_may_write_to_is_read(original: Path, store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    folder.mkdir()
    copy_of(original, folder / "one?#.sqlite3")
    folder.chmod(0o500)
    try:
        assert holds_up_to(folder / "one?#.sqlite3", store) == 5
        assert list(contents(folder)) == ["one?#.sqlite3"]
    finally:
        folder.chmod(0o700)


def test_one_that_is_open_in_wal_mode_is_read_with_what_is_in_its_wal(wal: Any, store: Store, tmp_path: Path) -> None:
    before = lasting(tmp_path / "wal")
    assert holds_up_to(tmp_path / "wal" / "live.sqlite3", store) == 6
    assert lasting(tmp_path / "wal") == before


@pytest.mark.parametrize(("endings", "seq"), [(("", "-wal"), 6), (("", "-wal", "-shm"), 6), (("",), 5)])
def test_a_copy_of_it_is_read_with_the_wal_that_was_copied_along(
    wal: Any, store: Store, tmp_path: Path, endings: tuple[str, ...], seq: int
) -> None:
    folder = tmp_path / "copied"
    folder.mkdir()
    for ending in endings:
        shutil.copyfile(tmp_path / "wal" / f"live.sqlite3{ending}", folder / f"live.sqlite3{ending}")
    before = lasting(folder)
    assert holds_up_to(folder / "live.sqlite3", store) == seq
    assert lasting(folder) == before
    assert len(contents(folder)) == len(endings)


def test_a_transaction_that_a_dead_process_left_open_is_undone_in_a_copy(
    original: Path, store: Store, tmp_path: Path
) -> None:
    """As its files are found after a kill: pages of the transaction in the file, the old ones in its journal."""
    folder = tmp_path / "died"
    folder.mkdir()
    path = folder / "one.sqlite3"
    copy_of(original, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA cache_size=1")
        connection.execute("BEGIN IMMEDIATE")
        for seq in range(6, 400):
            connection.execute("INSERT INTO audit VALUES (?, 1, 't', 'a', 's', '{}', 'k1', zeroblob(32))", (seq,))
        connection.execute("UPDATE jobs SET state = state")
        for name, kept in contents(folder).items():
            (tmp_path / name).write_bytes(kept)
    assert (tmp_path / "one.sqlite3-journal").stat().st_size > 0
    before = (tmp_path / "one.sqlite3").read_bytes()
    assert holds_up_to(tmp_path / "one.sqlite3", store) == 5
    assert (tmp_path / "one.sqlite3").read_bytes() == before


@pytest.mark.parametrize("what", ["missing", "text", "another program's", "without an audit log", "a folder"])
def test_what_is_no_database_of_the_bot_is_said_to_be_none(tmp_path: Path, what: str) -> None:
    path = tmp_path / "it"
    if what == "text":
        path.write_text("not a database, and longer than a header of one hundred bytes is" * 3)
    elif what == "a folder":
        path.mkdir()
    elif what != "missing":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE audit (seq INTEGER)")
            connection.execute(f"PRAGMA application_id={0x62323462 if what == 'without an audit log' else 7}")
            connection.commit()
    with raises(ConfigurationError, match=r"There is no database at|a database of b24bot"), links_of(path):
        raise AssertionError("it was opened")


def test_one_that_another_process_holds_is_said_to_be_busy(original: Path, store: Store) -> None:
    path = original.with_name("held.sqlite3")
    copy_of(original, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with raises(StoreUnavailable, match="cannot be read now"), links_of(path):
            raise AssertionError("it was opened")


def test_a_table_that_somebody_made_anew_breaks_and_stops_nothing(original: Path, store: Store, tmp_path: Path) -> None:
    """Without the types that ours has, anything may stand in a record, also text that is none."""
    for number, change in enumerate(("mac = 'text'", "actor = x'07'", "facts = CAST(x'ff' AS TEXT)")):
        path = tmp_path / f"loose{number}"
        copy_of(original, path)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("CREATE TABLE loose AS SELECT * FROM audit")
            connection.execute("DROP TABLE audit")
            connection.execute("ALTER TABLE loose RENAME TO audit")
            connection.execute(f"UPDATE audit SET {change} WHERE seq = 4")
        with links_of(path) as links:
            everything = list(links)
        assert (everything[3] == NO_LINK) is (number < 2)
        assert recompute_chain(everything, store.keys.audit_key).broken_at == 4


def test_whoever_waits_hears_how_far_it_has_come(original: Path) -> None:
    heard: list[tuple[int, int]] = []
    with links_of(original, lambda done, total: heard.append((done, total))) as links:
        assert len(list(links)) == 5
    assert heard == [(5, 5)]
