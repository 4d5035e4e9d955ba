"""The schema comes into being completely or not at all, whoever else is doing the same."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.clock import ShiftedClock
from bot.core.audit.audit_record import Entry, Tag
from bot.core.authority.membership import Account, MembershipStatus
from bot.core.bot_errors import ConfigurationError, StoreUnavailable
from bot.core.builtin_name import BUILTIN
from bot.core.change.change_request import Status
from bot.core.messages.notices import AuditNotice
from bot.store.engine.database import Database, sqlite3
from bot.store.repositories.folded_refusals import Refusals
from bot.store.repositories.job_order import Position, Rank
from bot.store.schema.schema_version import migrate
from bot.store.sealing.keyring import Keyring
from bot.store.store import FILE_NAME, Store, open_store
from tests.language.english import en, raises
from tests.store.earlier import take_back_to
from tests.store.neighbour import ROOT, race_processes
from tests.store.samples import OLGA, opened

GUARDS = {
    *("audit_no_update", "audit_no_delete", "audit_no_replace", "changes_arrows"),
    *(f"{table}_tally_{what}" for table in ("changes", "outbox") for what in ("added", "moved", "removed")),
}
INDEXES = {
    *("changes_one_open", "changes_status", "outbox_due", "audit_subject", "audit_actor"),
    *("jobs_heads", "jobs_own", "jobs_taken", "jobs_put_off", "jobs_counted", "jobs_aside"),
    *("audit_tag", "changes_requester", "changes_shown"),
    *("outbox_waiting", "outbox_refused", "outbox_sent", "outbox_dead"),
}
TABLES = {
    *("grants", "receipts", "jobs", "changes", "reviews", "executions", "audit", "outbox", "channels"),
    *("records", "secrets", "facts", "people", "stops", "refusals", "tallies", "audit_kept"),
    "replicas",
    "_sqlite_migrations",
}
OPEN_A_STORE = """
import sys
from pathlib import Path
from bot.clock import ShiftedClock
from bot.store.sealing.keyring import Keyring
from bot.store.store import open_store
print("ready", flush=True)
sys.stdin.readline()
open_store(Path(sys.argv[1]), Keyring({"k1": bytes(32)}), ShiftedClock()).close()
"""
KILLED_AT_THE_END = """
import os, signal, sys
from pathlib import Path
from bot.store.engine.database import Database
from bot.store.schema.schema_version import migrate
database = Database(Path(sys.argv[1]))
with database.unit_of_work():
    migrate(database)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def named(path: Path, kind: str) -> set[str]:
    connection = sqlite3.connect(path)
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = ? AND name NOT LIKE 'sqlite_auto%'", [kind]
    ).fetchall()
    connection.close()
    return {name for (name,) in rows}


def test_tables_indexes_and_guards_are_there_afterwards(store: Store) -> None:
    path = store.database.path
    assert named(path, "table") == TABLES
    assert named(path, "trigger") == GUARDS
    assert named(path, "index") >= INDEXES


def test_every_table_of_ours_is_strict(store: Store) -> None:
    rows = store.database.rows("SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND schema = 'main'")
    assert {row["name"] for row in rows if not row["strict"]} == {"_sqlite_migrations", "sqlite_schema"}


def test_a_second_time_changes_nothing(store: Store) -> None:
    before = store.database.path.read_bytes()
    migrate(store.database)
    assert store.database.path.read_bytes() == before


def test_a_step_that_fails_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    """A table that is in the way of the last statements: none of the first ones is left behind."""
    database = Database(tmp_path / "file")
    with database.unit_of_work():
        database.execute("CREATE TABLE facts (theirs)")
    with raises(StoreUnavailable, match="facts already exists"):
        migrate(database)
    assert named(database.path, "table") == {"facts"}
    assert not database.in_transaction
    database.close()


def test_a_store_that_cannot_be_migrated_does_not_stay_open(tmp_path: Path) -> None:
    database = Database(tmp_path / FILE_NAME)
    with database.unit_of_work():
        database.execute("CREATE TABLE facts (theirs)")
    database.close()
    with pytest.raises(StoreUnavailable):
        open_store(tmp_path, Keyring({"k1": bytes(32)}), ShiftedClock())


def test_a_disk_that_is_full_leaves_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "file")
    database.rows("PRAGMA max_page_count = 12")
    with raises(StoreUnavailable, match="full"):
        migrate(database)
    assert named(database.path, "table") == set()
    database.rows("PRAGMA max_page_count = 100000")
    migrate(database)
    assert named(database.path, "table") == TABLES
    database.close()


def test_a_process_killed_in_the_middle_leaves_nothing_and_the_next_one_does_it_all(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    killed = subprocess.run([sys.executable, "-c", KILLED_AT_THE_END, str(path)], cwd=ROOT, check=False, timeout=30)
    assert killed.returncode == -9
    assert named(path, "table") == set()
    open_store(tmp_path, Keyring({"k1": bytes(32)}), ShiftedClock()).close()
    assert named(path, "trigger") == GUARDS


def test_processes_that_start_at_once_all_succeed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    race_processes([("-c", OPEN_A_STORE, str(home))] * 3)
    assert named(home / FILE_NAME, "table") == TABLES


def test_what_is_open_goes_through_the_step_that_brings_stops_and_ranks(tmp_path: Path) -> None:
    """Jobs find their new rank, change requests stay as they are, and what was approved can be rejected now."""
    former = open_store(tmp_path, Keyring({"k1": bytes(32)}), ShiftedClock())
    numbers = {status: opened(former, f"thing:{status}", status=status).number for status in Status}
    with former.unit_of_work() as tx:
        for kind, rank in (("inbound", 0), ("inbound", 1), ("execute", 0)):
            former.database.execute(
                "INSERT INTO jobs (kind, payload, due_steady, created_at, rank) VALUES (?, '1', 0, 0, ?)", kind, rank
            )
    former.close()
    take_back_to(tmp_path / FILE_NAME, "m003_stops_and_ranks")
    store = open_store(tmp_path, Keyring({"k1": bytes(32)}), ShiftedClock())
    assert {status: store.changes.require(number).status for status, number in numbers.items()} == {
        status: status for status in Status
    }
    ranks = store.database.rows("SELECT kind, rank FROM jobs ORDER BY id")
    assert [(row["kind"], row["rank"]) for row in ranks] == [
        ("inbound", Rank.DECIDING),
        ("inbound", Rank.PLANNING),
        ("execute", Rank.RUNNING),
    ]
    with store.unit_of_work() as tx:
        assert tx.changes.move(numbers[Status.APPROVED], Status.APPROVED, Status.REJECTED)
    store.close()


def test_a_change_of_the_bots_own_rules_goes_through_the_step_that_marks_it(tmp_path: Path) -> None:
    """Until then the name of the plugin told, and a freeze must not hold what was open."""
    former = open_store(tmp_path, Keyring({"k1": bytes(32)}), ShiftedClock())
    own, other = (opened(former, f"thing:{name}").number for name in ("own", "other"))
    with former.unit_of_work():
        former.database.execute("UPDATE changes SET plugin = ? WHERE number = ?", BUILTIN, own)
    former.close()
    take_back_to(tmp_path / FILE_NAME, "m026_local_changes")
    store = open_store(tmp_path, Keyring({"k1": bytes(32)}), ShiftedClock())
    assert {number: store.changes.require(number).local for number in (own, other)} == {own: True, other: False}
    store.close()


def test_accounts_go_through_the_step_that_brings_names(tmp_path: Path) -> None:
    """What was known stays; an account is shown by its id until Slack tells its name."""
    former = open_store(tmp_path, Keyring({"k1": bytes(32)}), ShiftedClock())
    known = Account(standing=MembershipStatus.MEMBER, at=7, locale="ru-RU")
    with former.unit_of_work() as tx:
        tx.accounts.put(OLGA, known)
    former.close()
    take_back_to(tmp_path / FILE_NAME, "m028_names")
    store = open_store(tmp_path, Keyring({"k1": bytes(32)}), ShiftedClock())
    assert (store.accounts.get(OLGA), store.accounts.names()) == (known, {})
    with store.unit_of_work() as tx:
        tx.accounts.put(OLGA, replace(known, name="Olga"))
    assert store.accounts.names() == {OLGA.id: "Olga"}
    store.close()


def test_refusals_that_were_being_folded_go_through_the_step_that_folds_others_too(tmp_path: Path) -> None:
    open_store(tmp_path, Keyring({"k1": bytes(32)}), ShiftedClock()).close()
    take_back_to(tmp_path / FILE_NAME, "m009_folded_refusals")
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as before, before:
        before.execute("""INSERT INTO refusals VALUES ('T1:U1', 'You are not “listed”.', 7, 3, '["thing list"]')""")
    store = open_store(tmp_path, Keyring({"k1": bytes(32)}), ShiftedClock())
    entry = Entry(tag=Tag.COMMAND_REFUSED, actor="T1:U1", subject="T1:U1", facts={"reason": "You are not “listed”."})
    kind = "command:line:refused You are not “listed”."
    assert store.refusals.get("T1:U1", kind) == Refusals(
        person="T1:U1", kind=kind, since=7, count=3, subjects=("thing list",), entry=entry
    )
    store.close()


def test_what_an_earlier_release_put_off_by_the_time_of_the_day_is_due_at_once(tmp_path: Path) -> None:
    former = open_store(tmp_path, Keyring({"k1": bytes(32)}), ShiftedClock())
    with former.unit_of_work() as tx:
        for rank in Rank:
            tx.jobs.add("inbound", "1", at=0, position=Position(rank=rank, person="T1:U1"), due=2**50)
        tx.outbox.put("audit:1", AuditNotice(seq=1), at=0, due=2**50)
    former.close()
    take_back_to(tmp_path / FILE_NAME, "m010_refused_last")
    store = open_store(tmp_path, Keyring({"k1": bytes(32)}), ShiftedClock())
    assert store.jobs.waiting(0)
    assert store.jobs.waiting_of("T1:U1") == 2, "the two ranks of commands were those that are counted"
    assert store.outbox.waiting(0, kind="audit")
    assert (store.outbox.longest_wait("audit") or 0) > 10**9, "for which it is not known by the steady clock"
    store.close()


def test_a_file_of_a_newer_version_is_refused_and_left_as_it_is(store: Store) -> None:
    """An older program does not know what it would break."""
    with store.unit_of_work():
        store.database.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('b24bot', 'm999_later', '')"
        )
    before = store.database.path.read_bytes()
    with raises(ConfigurationError, match=r"A newer b24bot wrote .*m999_later") as refused:
        open_store(store.database.path.parent, store.keys, store.clock)
    assert "Install that version" in en(refused.value.hint)
    assert store.database.path.read_bytes() == before
