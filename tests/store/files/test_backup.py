"""Copies: whole, looked through, for their owner alone, and not too many of them."""

from __future__ import annotations

import math
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.bot_errors import ConfigurationError, StoreDamaged, StoreUnavailable
from bot.store.engine.database import STEP_PAGES, Database, sqlite3
from bot.store.engine.journal import ROLLBACK, WAL
from bot.store.files.backup import (
    DAILY,
    HOUR_MS,
    HOURLY,
    back_up,
    find_newest_time,
    keep,
    latest_copy,
    look_through,
    prune_copies,
    remove_leftovers,
)
from bot.store.schema.schema_version import migrate
from bot.store.sealing.keyring import Keyring
from bot.store.store import Store
from tests.language.english import en, raises
from tests.store.neighbour import ROOT
from tests.store.samples import ENTRY

AT = 1_750_000_000_250
NAME = "b24bot-20250615T150640250Z.sqlite3"
DAY_MS = 24 * HOUR_MS


def record(store: Store, number: int = 1) -> None:
    for _ in range(number):
        with store.unit_of_work() as tx:
            tx.record(ENTRY)


def test_a_copy_holds_what_was_there_and_is_for_its_owner_alone(store: Store, tmp_path: Path) -> None:
    record(store, 3)
    folder = tmp_path / "copies"
    made = back_up(store.database, store.keys, folder, at=AT)
    last = store.audit.find(limit=1)[0]
    assert made.path == folder / NAME
    assert (made.seq, made.head) == (3, last.head)
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in folder.iterdir()] == [NAME]
    copy = Database(made.path, read_only=True)
    assert copy.rows("SELECT seq, mac FROM audit") == store.database.rows("SELECT seq, mac FROM audit")
    copy.close()


JOURNALS = {"wal": WAL, "rollback": ROLLBACK}


@pytest.fixture(params=JOURNALS)
def journaled(request: pytest.FixtureRequest, tmp_path: Path, store: Store) -> Iterator[Store]:
    """A store over a file with each of the journals."""
    database = Database(tmp_path / "journaled.sqlite3", journal=JOURNALS[request.param], synchronous="OFF")
    migrate(database)
    yield Store(database, store.keys, store.clock)
    database.close()


def test_a_copy_is_one_file_whatever_the_journal_and_nothing_lies_beside_it(journaled: Store, tmp_path: Path) -> None:
    record(journaled, 3)
    made = back_up(journaled.database, journaled.keys, tmp_path / "copies", at=AT)
    assert made.path.read_bytes()[18:20] == b"\x01\x01", "it is no WAL by its own word"
    assert look_through(made.path, journaled.keys) == made
    assert [path.name for path in made.path.parent.iterdir()] == [NAME]


class CountingKeys(Keyring):
    """The same keys, and how often one of the chain was asked for."""

    def __init__(self, keys: Keyring) -> None:
        super().__init__({"k1": bytes(32)})
        self._others, self.asked = keys, 0

    def audit_key(self, key_id: str) -> bytes:
        self.asked += 1
        return self._others.audit_key(key_id)


def test_the_chain_is_walked_once_at_most(journaled: Store, tmp_path: Path) -> None:
    record(journaled, 30)
    keys = CountingKeys(journaled.keys)
    back_up(journaled.database, keys, tmp_path, at=AT)
    assert 0 < keys.asked <= 30


@pytest.fixture
def big(tmp_path: Path, store: Store) -> Iterator[Store]:
    """More pages than a copy takes at a time, in a file with a WAL."""
    database = Database(tmp_path / "big.sqlite3", journal=WAL, synchronous="OFF")
    migrate(database)
    big = Store(database, store.keys, store.clock)
    with big.unit_of_work() as tx:
        for number in range(40):
            tx.facts.put(f"big:{number}", "x" * 100_000)
    yield big
    database.close()


def test_with_a_wal_others_write_between_the_steps_and_the_copy_is_of_its_first_moment(
    big: Store, tmp_path: Path
) -> None:
    """Written is by the connection of the process, and by one of another, which does not make it begin again."""
    record(big, 3)
    other = Database(big.database.path, journal=WAL, synchronous="OFF")
    steps = []

    def at_each_step(path: Path) -> None:
        steps.append(path.stat().st_size)
        assert len(steps) < 100, "it begins again with what is written meanwhile"
        record(big)
        with other.unit_of_work():
            other.execute("INSERT INTO facts VALUES (?, ?)", f"step:{len(steps)}", "x" * 10_000)

    target = tmp_path / "copy"
    big.database.copy_to(target, after_step=at_each_step)
    other.close()
    assert len(steps) > 3
    assert big.audit.count() == 3 + len(steps)
    made = look_through(target, big.keys)
    assert made.seq == 3
    copy = Database(target, read_only=True)
    assert copy.rows("SELECT count(*) AS n FROM facts") == [{"n": 40}]
    copy.close()


def test_a_copy_takes_a_megabyte_at_a_time(big: Store, tmp_path: Path) -> None:
    steps: list[Path] = []
    big.database.copy_to(tmp_path / "copy", after_step=steps.append)
    pages, size = (big.database.rows(f"PRAGMA {name}")[0][name] for name in ("page_count", "page_size"))
    assert STEP_PAGES * size == 2**20
    assert len(steps) == math.ceil(pages / STEP_PAGES) > 3


def test_a_copy_that_is_interrupted_leaves_nothing(big: Store, tmp_path: Path) -> None:
    class Interrupted(BaseException):
        pass

    def interrupt(path: Path) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        back_up(big.database, big.keys, tmp_path / "copies", at=AT, after_step=interrupt)
    assert list((tmp_path / "copies").iterdir()) == []
    assert big.writable()


def test_what_is_left_of_a_copy_whose_process_was_killed_is_no_backup_and_goes_with_the_next(
    big: Store, tmp_path: Path
) -> None:
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from bot.store.files.backup import back_up\n"
        "from bot.store.engine.database import Database, WAL\n"
        "from bot.store.sealing.keyring import Keyring\n"
        "kill = lambda path: os.kill(os.getpid(), signal.SIGKILL)\n"
        "database = Database(Path(sys.argv[1]), journal=WAL)\n"
        "back_up(database, Keyring({'k1': bytes(32)}), Path(sys.argv[2]), at=1, after_step=kill)\n"
    )
    folder = tmp_path / "copies"
    command = [sys.executable, "-c", script, str(big.database.path), str(folder)]
    assert subprocess.run(command, cwd=ROOT, check=False, timeout=60).returncode == -9
    (left,) = folder.iterdir()
    assert (latest_copy(folder), find_newest_time(folder, until=2 * AT)) == (None, None)
    with pytest.raises((StoreUnavailable, ConfigurationError)):
        look_through(left, big.keys)
    made = back_up(big.database, big.keys, folder, at=AT)
    assert list(folder.iterdir()) == [made.path]


def test_a_copy_that_is_looked_at_can_not_be_written(store: Store, tmp_path: Path) -> None:
    made = back_up(store.database, store.keys, tmp_path, at=AT)
    copy = Database(made.path, read_only=True)
    with raises(StoreUnavailable, match="readonly"), copy.unit_of_work():
        copy.execute("INSERT INTO facts VALUES ('a', 'b')")
    copy.close()


def test_the_store_says_so_in_the_log_and_not_in_the_channel(store: Store) -> None:
    record(store)
    made = store.back_up()
    (entry,) = store.audit.find(tag=Tag.BACKUP_MADE)
    assert made.path.parent == store.backups == store.database.path.parent / "backups"
    assert dict(entry.facts) == {"name": made.path.name, "seq": 1, "head": made.head}
    assert store.outbox.counts() == {}


def test_an_empty_database_can_be_copied(store: Store, tmp_path: Path) -> None:
    made = back_up(store.database, store.keys, tmp_path, at=AT)
    assert (made.seq, made.head) == (0, "")


def break_chain(store: Store) -> None:
    record(store, 3)
    with store.unit_of_work():
        store.database.execute("DROP TRIGGER audit_no_update")
        store.database.execute("UPDATE audit SET actor = 'x' WHERE seq = 2")


def test_a_log_that_was_changed_gives_no_hourly_copy_that_would_push_a_good_one_out(
    store: Store, tmp_path: Path
) -> None:
    break_chain(store)
    with raises(StoreDamaged, match="broken at record #2") as refused:
        back_up(store.database, store.keys, tmp_path / "copies", at=AT)
    assert str(tmp_path / "copies") in en(refused.value.sentence)
    assert list((tmp_path / "copies").iterdir()) == []


def test_before_a_migration_it_is_copied_as_it_is(store: Store, tmp_path: Path) -> None:
    break_chain(store)
    made = back_up(store.database, store.keys, tmp_path, at=AT, why="before-m002")
    assert made.path.name == NAME.replace("Z.", "Z-before-m002.")


def test_a_folder_that_cannot_be_made_is_told(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with raises(StoreUnavailable, match=r"could not be copied to .*Not a directory"):
        back_up(store.database, store.keys, tmp_path / "file" / "copies", at=AT)


def test_a_disk_that_fills_up_leaves_no_half_copy(store: Store, tmp_path: Path) -> None:
    """The size of a file is limited as a disk is; the process has a limit of its own for that."""
    record(store, 200)
    script = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from bot.testing.services import scratch_store\n"
        "from bot.store.files.backup import back_up\n"
        "from bot.core.bot_errors import StoreUnavailable\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "store = scratch_store(Path(sys.argv[1]))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))\n"
        "try:\n"
        "    back_up(store.database, store.keys, Path(sys.argv[2]), at=1)\n"
        "except StoreUnavailable as error:\n"
        "    print(error.sentence.key)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), str(tmp_path / "copies")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert ended.stdout == "store.backup.failed\n", ended.stderr
    assert list((tmp_path / "copies").iterdir()) == []


def test_what_a_process_that_died_left_goes_and_what_one_that_lives_writes_stays(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    names = [f".b24bot-x.sqlite3.{pid}.part" for pid in (dead.pid, os.getppid())] + ["other.part"]
    for name in names:
        (tmp_path / name).touch()
    remove_leftovers(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(names[1:])


def test_what_one_of_our_own_number_left_goes_as_in_a_container_each_start_has_the_same(
    store: Store, tmp_path: Path
) -> None:
    left = tmp_path / f".{NAME}.{os.getpid()}.part"
    left.write_text("half a copy")
    back_up(store.database, store.keys, tmp_path, at=AT)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [NAME]


def test_a_copy_whose_key_is_not_at_hand_leaves_nothing_behind(store: Store, tmp_path: Path) -> None:
    record(store)
    folder = tmp_path / "copies"
    with raises(ConfigurationError, match="“k1” is used in the database and missing"):
        back_up(store.database, Keyring({"k7": bytes(32)}), folder, at=AT)
    assert list(folder.iterdir()) == []


def test_a_copy_with_a_byte_changed_is_not_one(store: Store, tmp_path: Path) -> None:
    record(store, 3)
    made = back_up(store.database, store.keys, tmp_path / "copies", at=AT)
    connection = sqlite3.connect(made.path)
    connection.executescript("DROP TRIGGER audit_no_update; UPDATE audit SET at = at + 1 WHERE seq = 3")
    connection.close()
    with raises(StoreDamaged, match="broken at record #3"):
        look_through(made.path, store.keys)


# How many are kept


def test_the_newest_hours_and_one_a_day_are_kept() -> None:
    times = [AT - hour * HOUR_MS for hour in range(24 * 60)]
    kept = keep(times)
    assert set(times[:HOURLY]) <= kept
    days = {at // DAY_MS for at in kept}
    assert days == {AT // DAY_MS - day for day in range(DAILY)}
    older = [at for at in kept if at < times[HOURLY - 1]]
    assert all(at // DAY_MS != (at + HOUR_MS) // DAY_MS for at in older), "the newest one of its day"


def test_few_are_all_kept_and_none_is_none() -> None:
    assert keep([3, 1, 2]) == {1, 2, 3}
    assert keep([]) == set()


def test_old_ones_go_and_what_was_copied_for_a_reason_or_is_not_ours_stays(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    made = [back_up(store.database, store.keys, folder, at=AT - day * DAY_MS).path for day in range(HOURLY + 3)]
    kept = [folder / "notes.txt", folder / "b24bot-20200101T000000000Z-before-m002.sqlite3"]
    for path in kept:
        path.touch()
    gone = prune_copies(folder, until=AT)
    assert set(gone) == set(made[HOURLY:])
    assert {*made[:HOURLY], *kept} == set(folder.iterdir())
    assert find_newest_time(folder, until=AT) == AT
    assert find_newest_time(folder, until=AT - 1) == AT - DAY_MS


def test_copies_from_before_the_clock_was_set_back_push_none_out(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    now = back_up(store.database, store.keys, folder, at=AT).path
    ahead = [folder / f"b24bot-2026{month:02d}{day:02d}T000000000Z.sqlite3" for month in (1, 2) for day in range(1, 29)]
    for path in ahead:
        path.touch()
    assert len(ahead) > HOURLY
    assert prune_copies(folder, until=AT) == []
    assert {now, *ahead} == set(folder.iterdir())


def test_a_folder_without_copies_has_no_newest(tmp_path: Path) -> None:
    assert find_newest_time(tmp_path, until=AT) is None
    assert find_newest_time(tmp_path / "nowhere", until=AT) is None
    assert prune_copies(tmp_path / "nowhere", until=AT) == []


def test_a_name_whose_digits_are_no_time_is_nobodys_copy(tmp_path: Path) -> None:
    strange = tmp_path / NAME.replace("20250615", "20259915")
    strange.touch()
    assert find_newest_time(tmp_path, until=AT) is None
    prune_copies(tmp_path, until=AT)
    assert strange.exists()
