"""Whoever touches a log that was archived, or one of its files, without the key is found out.

The log has two archives. What was kept of their records, the records of the archivings, the chain that begins behind
them and the two files are each changed, exchanged, taken out, added to or forged; with the triggers gone, and with the
table that they look at made to fit.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.core.audit.archive_chain import ArchiveRecord, examine_log, list_proved_archives
from bot.core.audit.audit_record import Entry, Tag
from bot.core.audit.stored_views import exported_row
from bot.core.principals import Principal
from bot.store.engine.database import sqlite3
from bot.store.files.archive_file import ArchiveCheck, ExportedChain, check_archive
from bot.store.files.backup import look_through
from bot.store.files.backup_reader import chain_of
from bot.store.sealing.keyring import Keyring
from bot.store.store import FILE_NAME, Store, open_store
from bot.usecases.integrity.archiving import ArchiveOptions, archive, plan_archive
from bot.usecases.integrity.chain_check import examine_log as examine_store
from tests.language.english import en
from tests.usecases.core_bot import StillClock

KEYS = Keyring({"k1": bytes(range(32))})
GUARDS = "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; DROP TRIGGER audit_no_replace;"
FIRST, SECOND, LAST = 10, 20, 26
"""Where the two archives end; the record of the first is #16, that of the second #26."""
KEPT = (5, 11, 16, 18)
"""Checkpoints, and the record of the first archiving."""
COLUMNS = "seq, at, tag, actor, subject, facts, key_id, mac"


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A log with two archives, as it was left; `rows` are all records that it ever had."""

    home: Path
    files: Path
    rows: dict[int, tuple[object, ...]]


def record(store: Store, number: int) -> None:
    tag = Tag.CHECKPOINT if number in KEPT else Tag.COMMAND_RAN
    with store.unit_of_work() as tx:
        tx.record(Entry(tag=tag, actor="T1:U1", subject=f"CR-{number}"))
        store.database.execute("UPDATE outbox SET state = 'sent'")
    store.clock.advance(1)  # type: ignore[attr-defined]


def rows_of(store: Store) -> dict[int, tuple[object, ...]]:
    return {row[0]: row for row in store.database.tuples(f"SELECT {COLUMNS} FROM audit")}


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Laid:
    folder = tmp_path_factory.mktemp("archived")
    store = open_store(folder / "home", KEYS, StillClock(), synchronous="OFF")
    rows: dict[int, tuple[object, ...]] = {}
    moments: dict[int, int] = {}
    for end in (FIRST, SECOND):
        while (place := store.audit.place()) is None or place.seq < end + 5:
            moments[(place.seq if place else 0) + 1] = store.clock.now_ms()
            record(store, (place.seq if place else 0) + 1)
        rows |= rows_of(store)
        options = ArchiveOptions(before=moments[end + 1], folder=folder / "files", by=Principal.shell("tester"))
        archive(store, plan_archive(store, options), options)
    rows |= rows_of(store)
    kept = sorted(seq for seq in rows_of(store) if seq <= SECOND)
    assert kept == list(KEPT)
    assert max(rows_of(store)) == LAST
    store.close()
    return Laid(home=folder / "home", files=folder / "files", rows=rows)


@pytest.fixture
def copy(laid: Laid, tmp_path: Path) -> Laid:
    """The same, to be changed."""
    home, files = (Path(shutil.copytree(one, tmp_path / one.name)) for one in (laid.home, laid.files))
    return replace(laid, home=home, files=files)


def rewrite(laid: Laid, statement: str) -> None:
    with closing(sqlite3.connect(laid.home / FILE_NAME, isolation_level=None)) as connection:
        connection.executescript(GUARDS + statement)


def put_back(laid: Laid, seq: int) -> str:
    """The statement that puts an archived record back as it was."""
    at, tag, actor, subject, facts, key_id, mac = laid.rows[seq][1:]
    assert isinstance(mac, bytes)
    return (
        f"INSERT INTO audit ({COLUMNS}) VALUES ({seq}, {at}, '{tag}', '{actor}', '{subject}', '{facts}', '{key_id}', "
        f"x'{mac.hex()}');"
    )


def found_at(laid: Laid) -> set[int | None]:
    """Where the check by a copy, by a bot and by a backup finds it broken."""
    path = laid.home / FILE_NAME
    with chain_of(path) as chain:
        by_copy = examine_log(chain, KEYS.audit_key).broken_at
    store = open_store(laid.home, KEYS, StillClock(), synchronous="OFF")
    by_store = store.audit.broken_at()
    limit = examine_store(store, None).limit
    store.close()
    assert f"broken at record #{by_store}:" in en(limit.why) if limit is not None else by_store is None
    return {by_copy, by_store}


Made = Callable[[Laid], str]


def _forged(laid: Laid, seq: int, last: int, head: bytes) -> str:
    """The record of an archiving that was never made, without the key."""
    facts = json.loads(str(laid.rows[LAST][5])) | {"first": 1, "seq": last, "head": head.hex()}
    return (
        f"INSERT INTO audit ({COLUMNS}) SELECT {seq}, at, tag, actor, subject, '{json.dumps(facts)}', key_id, mac "
        f"FROM audit WHERE seq = {LAST};"
    )


def _cut_beyond(laid: Laid) -> str:
    """Two records more than were archived are deleted, and the table says what it would say then."""
    mac = laid.rows[22][7]
    assert isinstance(mac, bytes)
    moved = f"UPDATE audit_kept SET seq = 23, previous = x'{mac.hex()}' WHERE seq = 21;"
    return f"DELETE FROM audit WHERE seq IN (21, 22); {moved}"


def _cut_beyond_with_a_forged_record(laid: Laid) -> str:
    mac = laid.rows[22][7]
    assert isinstance(mac, bytes)
    return f"{_forged(laid, LAST + 1, 22, mac)} {_cut_beyond(laid)}"


DATABASE: dict[str, tuple[Made, int]] = {
    "a kept record is changed": (lambda _: "UPDATE audit SET actor = 'T1:UOTHER' WHERE seq = 11;", 11),
    "a kept record is deleted": (lambda _: "DELETE FROM audit WHERE seq = 11;", 11),
    "a kept record is deleted, and the table made to fit": (
        lambda _: "DELETE FROM audit WHERE seq = 11; DELETE FROM audit_kept WHERE seq = 11;",
        SECOND,
    ),
    "an archived record is put back": (lambda laid: put_back(laid, 7), 7),
    "an archived record is put back, and the table made to fit": (
        lambda laid: (
            put_back(laid, 7) + f"INSERT INTO audit_kept (seq, previous) VALUES (7, x'{bytes(laid.rows[6][7]).hex()}');"  # type: ignore[call-overload]
        ),
        SECOND,
    ),
    "the head before a kept record is changed": (
        lambda _: "UPDATE audit_kept SET previous = zeroblob(32) WHERE seq = 18;",
        18,
    ),
    "the numbers of two kept records are exchanged": (
        lambda _: (
            "UPDATE audit SET seq = 99 WHERE seq = 5; UPDATE audit SET seq = 5 WHERE seq = 18; "
            "UPDATE audit SET seq = 18 WHERE seq = 99;"
        ),
        5,
    ),
    "a record before the first one": (
        lambda _: (
            f"INSERT INTO audit ({COLUMNS}) SELECT -3, at, tag, actor, subject, facts, key_id, mac FROM audit "
            "WHERE seq = 5;"
        ),
        1,
    ),
    "more than the range is deleted": (lambda _: "DELETE FROM audit WHERE seq IN (21, 22);", 21),
    "more than the range is deleted, and the table made to fit": (_cut_beyond, 21),
    "more than the range is deleted after a forged record of it": (_cut_beyond_with_a_forged_record, 21),
    "one behind the range is changed": (lambda _: "UPDATE audit SET at = at + 1 WHERE seq = 23;", 23),
    "one behind the range is deleted": (lambda _: "DELETE FROM audit WHERE seq = 23;", 23),
    "the record of an archiving is forged": (
        lambda laid: _forged(laid, LAST + 1, SECOND, bytes(laid.rows[SECOND][7])),  # type: ignore[call-overload]
        LAST + 1,
    ),
    "the record of the first archiving is changed": (
        lambda _: "UPDATE audit SET facts = replace(facts, 'audit-1-', 'audit-2-') WHERE seq = 16;",
        16,
    ),
    # Then nothing proved says how the log begins: at the end of the first archive.
    "the record of the last archiving is changed": (
        lambda _: f"UPDATE audit SET facts = replace(facts, 'chained_with', 'kept_with') WHERE seq = {LAST};",
        FIRST + 2,
    ),
    "the record of the last archiving is deleted": (lambda _: f"DELETE FROM audit WHERE seq = {LAST};", FIRST + 2),
}


@pytest.mark.parametrize(("made", "seq"), DATABASE.values(), ids=DATABASE)
def test_what_is_changed_in_the_database_is_found_and_named(copy: Laid, made: Made, seq: int) -> None:
    assert found_at(copy) == {None}
    rewrite(copy, made(copy))
    assert found_at(copy) == {seq}


def test_a_backup_of_an_archived_log_is_looked_through(copy: Laid) -> None:
    assert look_through(copy.home / FILE_NAME, KEYS).seq == LAST


@pytest.mark.parametrize("seq", [21, 23, 26])
def test_the_file_refuses_to_let_go_what_no_archiving_names_and_what_is_kept(copy: Laid, seq: int) -> None:
    with closing(sqlite3.connect(copy.home / FILE_NAME, isolation_level=None)) as connection:
        for one in (seq, *KEPT):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute("DELETE FROM audit WHERE seq = ?", [one])


# The files


def known_of(laid: Laid) -> list[ArchiveRecord]:
    with chain_of(laid.home / FILE_NAME) as chain:
        return list(list_proved_archives(chain, KEYS.audit_key))


def checked(laid: Laid, path: Path) -> ArchiveCheck:
    return check_archive(path, known_of(laid), KEYS.audit_key, anchors=())


def files(laid: Laid) -> tuple[Path, Path]:
    return laid.files / f"audit-1-{FIRST}.jsonl", laid.files / f"audit-{FIRST + 1}-{SECOND}.jsonl"


def edited(path: Path, change: Callable[[list[str]], list[str]]) -> None:
    path.write_text("".join(f"{line}\n" for line in change(path.read_text().splitlines())))


Change = Callable[[list[str]], list[str]]
BROKEN: dict[str, tuple[Change, int]] = {
    "a fact": (lambda lines: [line.replace("CR-13", "CR-9") for line in lines], 13),
    "one taken out": (lambda lines: lines[:4] + lines[5:], 15),
    "the first taken out": (lambda lines: lines[1:], 11),
    "two exchanged": (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], 13),
    "no record any more": (lambda lines: [*lines[:6], "{}", *lines[7:]], 17),
}


@pytest.mark.parametrize(("change", "seq"), BROKEN.values(), ids=BROKEN)
def test_what_is_changed_in_a_file_is_found_and_named(copy: Laid, change: Change, seq: int) -> None:
    path = files(copy)[1]
    edited(path, change)
    check = checked(copy, path)
    assert check.found is not None
    assert (check.found.broken_at, check.is_written) == (seq, False)


OTHERWISE: dict[str, tuple[Change, bool]] = {
    "the end cut off": (lambda lines: lines[:-2], True),
    "another spelling": (
        lambda lines: [json.dumps(json.loads(line), indent=None, separators=(",", ":")) for line in lines],
        False,
    ),
    "the same once more": (lambda lines: [*lines, ""], False),
}


@pytest.mark.parametrize(("change", "cut"), OTHERWISE.values(), ids=OTHERWISE)
def test_a_file_that_holds_and_is_not_the_one_that_was_written_is_told_apart(
    copy: Laid, change: Change, *, cut: bool
) -> None:
    path = files(copy)[1]
    assert checked(copy, path).is_written
    edited(path, change)
    check = checked(copy, path)
    assert check.found is not None
    assert (check.found.broken_at, check.found.behind, check.is_written) == (None, cut, False)


def test_each_file_is_known_by_what_is_in_it_and_one_of_another_log_by_nothing(copy: Laid, tmp_path: Path) -> None:
    first, second = files(copy)
    first.rename(tmp_path / "a"), second.rename(first), (tmp_path / "a").rename(second)
    for path, end in ((first, SECOND), (second, FIRST)):
        check = checked(copy, path)
        assert check.archived is not None
        assert (check.archived.end.seq, check.is_written) == (end, True)
    stranger = tmp_path / "stranger.jsonl"
    stranger.write_text(second.read_text().replace('"seq": 1,', '"seq": 3,'))
    assert checked(copy, stranger).archived is None


def test_an_export_of_an_archived_log_holds_and_shows_what_is_changed_in_it(copy: Laid, tmp_path: Path) -> None:
    store = open_store(copy.home, KEYS, StillClock(), synchronous="OFF")
    earlier = store.audit.previous_heads()
    lines = [json.dumps(exported_row(one, earlier.get(one.seq))) for one in store.audit.walk()]
    store.close()
    path = tmp_path / "export.jsonl"

    def broken_at(change: Change) -> int | None:
        path.write_text("\n".join(change(list(lines))))
        return examine_log(ExportedChain(path), KEYS.audit_key).broken_at

    assert broken_at(lambda lines: lines) is None
    assert broken_at(lambda lines: [line.replace("CR-23", "CR-3") for line in lines]) == 23
    assert broken_at(lambda lines: [line.replace("CR-11", "CR-3") for line in lines]) == 11
    assert broken_at(lambda lines: lines[1:]) == SECOND
    assert broken_at(lambda lines: lines[:4] + lines[5:]) == SECOND + 1
    assert broken_at(lambda lines: lines[:-1]) == FIRST + 2
    assert broken_at(lambda lines: [line.replace('"previous"', '"before"') for line in lines]) == KEPT[0]
