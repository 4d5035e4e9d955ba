"""Killed at every step of a migration, a rotation, a backup and a restore: the next start finds all of it, or none."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.clock import SystemClock
from bot.core.audit.archive_chain import list_proved_archives
from bot.core.audit.audit_record import Entry, Tag
from bot.core.audit.chain import START
from bot.core.change.change_request import Status
from bot.core.messages.notices import AuditNotice
from bot.store.engine.database import FILE_NAME, Database
from bot.store.files.archive_file import check_archive
from bot.store.files.backup import look_through
from bot.store.files.witness_file import Witness
from bot.store.schema.migrations import migrations
from bot.store.schema.schema_version import applied, pending
from bot.store.sealing.keyring import create_key_file, load_key_file
from bot.store.store import Store, open_store
from bot.usecases.integrity.chain_check import examine_log
from tests.long.form import sized
from tests.store.dying import ARCHIVES, COPY, HOME, KEY, WITNESS
from tests.store.earlier import take_back_to
from tests.store.neighbour import ROOT
from tests.store.samples import ENTRY, opened

SECOND = "m002_standing_and_leases"
EVERY_STEP = migrations.names
SECRETS = 3


def start(folder: Path) -> Store:
    """As the next process does."""
    keys = load_key_file(folder / KEY, home=folder / HOME)
    return open_store(folder / HOME, keys, SystemClock(), thorough=True)


def prepared(tmp_path: Path) -> Path:
    """The files before: a database in use, with its key."""
    folder = tmp_path / "before"
    create_key_file(folder / KEY)
    store = start(folder)
    for _ in range(3):
        with store.unit_of_work() as tx:
            tx.record(ENTRY)
    opened(store, "thing:one", status=Status.PENDING)
    opened(store, "thing:two", status=Status.DONE)
    for number in range(SECRETS):
        store.secrets("toy").write(f"token-{number}", {"token": number}, after=0)
    store.close()
    return folder


def killed(thing: str, tmp_path: Path, stride: int = 1) -> Iterator[Path]:
    """The folders that the kills left, and at last the one of the process that lived."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.store.dying", thing, str(tmp_path), str(stride)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=sized(600, 900),
    )
    assert done.returncode == 0, done.stderr
    count = int(done.stdout)
    assert count >= 8, f"{thing} was killed only {count} times"
    for number in range(count + 1):
        yield tmp_path / f"{number:04d}"


def untouched(store: Store) -> None:
    """What was stored before is there, the chain holds, and every secret opens."""
    assert store.audit.broken_at() is None
    assert [record.tag for record in store.audit.walk()][:3] == [ENTRY.tag] * 3
    assert store.changes.require(1002).status is Status.DONE
    for number in range(SECRETS):
        sealed = store.secrets("toy").read(f"token-{number}")
        assert sealed is not None
        assert sealed.value == {"token": number}


def all_or_none(tmp_path: Path, thing: str, seen: Callable[[Store], bool], *, stride: int = 1) -> None:
    """Whatever a kill left can be started, and both outcomes came up."""
    outcomes = []
    for folder in killed(thing, tmp_path, stride):
        store = start(folder)
        untouched(store)
        outcomes.append(seen(store))
        store.close()
        shutil.rmtree(folder)
    assert outcomes[-1] is True
    assert False in outcomes
    assert outcomes == sorted(outcomes), "once it is done it stays done"


def test_a_migration_killed_at_every_statement(tmp_path: Path) -> None:
    take_back_to(prepared(tmp_path) / HOME / FILE_NAME, SECOND)
    at_the_kill = []
    for folder in killed("migrate", tmp_path):
        database = Database(folder / HOME / FILE_NAME)
        at_the_kill.append(applied(database))
        database.close()
        store = start(folder)
        untouched(store)
        assert pending(store.database) == ()
        assert store.database.row("SELECT fence, card_id FROM changes WHERE number = 1001") == {
            "fence": 0,
            "card_id": "",
        }
        copies = list(store.backups.glob("*-before-m002_*.sqlite3"))
        assert len(copies) == (0 if SECOND in at_the_kill[-1] else 1)
        store.close()
        for copy in copies:
            assert look_through(copy, store.keys).seq == 3
    assert set(at_the_kill) == {("m001_first",), EVERY_STEP}


def test_a_rotation_killed_at_every_step(tmp_path: Path) -> None:
    prepared(tmp_path)

    def rotated(store: Store) -> bool:
        sealed = {store.keys.opener(row["box"]) for row in store.database.rows("SELECT box FROM secrets")}
        recorded = bool(store.audit.find(tag=Tag.KEY_ROTATED))
        assert sealed == {"k2" if recorded else "k1"}
        assert store.keys.ids in {("k1",), ("k2", "k1")}
        return recorded

    all_or_none(tmp_path, "rotate", rotated, stride=sized(4, 1))


def test_a_key_file_whose_writer_is_killed_at_every_step(tmp_path: Path) -> None:
    prepared(tmp_path)
    all_or_none(tmp_path, "write_keys", lambda store: store.keys.ids == ("k2", "k1"))


def test_a_backup_killed_at_every_step(tmp_path: Path) -> None:
    prepared(tmp_path)

    def copied(store: Store) -> bool:
        whole = list(store.backups.glob("b24bot-*.sqlite3"))
        for path in whole:
            assert look_through(path, store.keys).seq == 3
        store.back_up()
        assert not list(store.backups.glob(".*")), "what the kill left was swept"
        return bool(whole)

    all_or_none(tmp_path, "back_up", copied, stride=sized(4, 1))


def test_an_archiving_killed_at_every_step(tmp_path: Path) -> None:
    """The log is as it was, with a file more at most, or it is archived, and the file is whole and witnessed."""
    folder = prepared(tmp_path)
    store = start(folder)
    with store.unit_of_work() as tx:
        tx.record(Entry(tag=Tag.CHECKPOINT, actor="b24bot", subject="chain"))
        tx.outbox.put("other", AuditNotice(seq=1), at=0)
        store.database.execute("UPDATE outbox SET state = 'sent'")
    last = (store.audit.place() or START).seq
    store.close()
    outcomes = []
    for left in killed("archive", tmp_path, sized(4, 1)):
        store = start(left)
        files = list((left / ARCHIVES).glob("audit-*.jsonl"))
        assert store.audit.broken_at() is None
        known = list(list_proved_archives(store.audit, store.audit.key_of))
        outcomes.append(bool(known))
        if known:
            check = check_archive(files[0], known, store.audit.key_of, anchors=())
            assert check.is_written
            assert check.found is not None
            assert (check.found.broken_at, check.found.place.seq) == (None, last)
            assert [record.tag for record in store.audit.walk()] == [Tag.CHECKPOINT, Tag.ARCHIVED]
        else:
            assert [record.seq for record in store.audit.walk()] == list(range(1, last + 1))
        assert examine_log(store, Witness(left / WITNESS)).limit is None
        with store.unit_of_work() as tx:
            tx.record(ENTRY)
        assert store.audit.broken_at() is None
        store.close()
        shutil.rmtree(left)
    assert outcomes[-1] is True
    assert outcomes == sorted(outcomes), "once it is done it stays done"
    assert False in outcomes


def test_a_restore_killed_at_every_step(tmp_path: Path) -> None:
    folder = prepared(tmp_path)
    store = start(folder)
    shutil.copyfile(store.back_up().path, folder / COPY)
    with store.unit_of_work() as tx:
        tx.record(ENTRY)
    store.close()
    former = 5

    def restored(store: Store) -> bool:
        done = bool(store.audit.find(tag=Tag.DATABASE_RESTORED))
        last = store.audit.find(limit=1)[0]
        kept = list(store.database.path.parent.glob(f"replaced-*/{FILE_NAME}"))
        if done:
            assert [look_through(path, store.keys).seq for path in kept] == [former]
            assert store.changes.require(1001).status is Status.EXPIRED
        else:
            assert last.seq == former
        return done

    all_or_none(tmp_path, "restore", restored, stride=sized(10, 1))
