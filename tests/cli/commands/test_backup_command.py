"""`b24bot backup` and `b24bot restore`: a copy is made beside anybody, and put back only with open eyes."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli.session import Terminal
from bot.core.audit.audit_record import Tag
from bot.core.change.change_request import Status
from bot.store.disk.process_lock import INTAKE, WORKER, ProcessLocks
from bot.store.engine.database import FILE_NAME, sqlite3
from bot.store.files.verified_head import BROKEN, VERIFIED
from bot.store.sealing.keyring import create_key_file
from tests.cli.cli_bot import CliBot
from tests.language.english import en
from tests.store.samples import opened

GRANTS = [f"T0001:U000{number}" for number in range(1, 6)]


DIES_WRITING = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode=truncate")
connection.execute("PRAGMA cache_size=1")
connection.execute("BEGIN IMMEDIATE")
connection.execute("DELETE FROM grants")
for number in range(2000):
    connection.execute("INSERT INTO receipts VALUES (?, ?, 1)", [str(number), "x" * 200])
os.kill(os.getpid(), signal.SIGKILL)
"""


def grant(cli_bot: CliBot, *people: str) -> None:
    for person in people:
        assert cli_bot.run("access", "grant", person, "viewer").exit_code == 0


def _granted(cli_bot: CliBot) -> list[str]:
    with cli_bot.store() as store:
        return [grant.principal.id for grant in store.grants.all()]


def backup(cli_bot: CliBot, *words: str) -> Path:
    shown = cli_bot.run("backup", *words)
    assert shown.exit_code == 0, shown.output
    return Path(shown.stdout.partition(": ")[0])


def database(cli_bot: CliBot) -> Path:
    return cli_bot.home / FILE_NAME


@pytest.fixture
def copied(cli_bot: CliBot) -> tuple[CliBot, Path]:
    """A bot with two grants in its copy, and one more since."""
    grant(cli_bot, *GRANTS[:2])
    path = backup(cli_bot)
    grant(cli_bot, GRANTS[2])
    return cli_bot, path


# Backup


def test_a_backup_says_where_it_is_and_how_far_it_goes(cli_bot: CliBot) -> None:
    grant(cli_bot, *GRANTS[:2])
    path = backup(cli_bot)
    assert path.parent == cli_bot.home / "backups"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert cli_bot.run("audit", "verify", "--database", str(path)).stdout.startswith("The chain is intact up to #2 ")
    assert cli_bot.tags()[-1] == Tag.BACKUP_MADE


def test_a_backup_can_be_read_by_a_program(cli_bot: CliBot) -> None:
    grant(cli_bot, *GRANTS[:2])
    made = cli_bot.json("backup")
    assert Path(made["path"]).parent == cli_bot.home / "backups"
    with cli_bot.store() as store:
        place = store.audit.place_at(2)
    assert place is not None
    assert (made["seq"], made["head"]) == (2, place.head[:16])


@pytest.mark.parametrize("how", ["option", "setting"])
def test_a_backup_can_lie_elsewhere(cli_bot: CliBot, how: str) -> None:
    elsewhere = cli_bot.folder / "elsewhere"
    if how == "setting":
        cli_bot.settings["B24BOT_BACKUPS"] = str(elsewhere)
    assert backup(cli_bot, *(["--to", str(elsewhere)] if how == "option" else [])).parent == elsewhere


@pytest.mark.parametrize("how", ["option", "setting"])
def test_a_folder_that_holds_the_key_file_takes_no_backup(cli_bot: CliBot, how: str) -> None:
    """Whoever copies the folder would have both."""
    keys = str(cli_bot.key_file.parent)
    words = ["backup", "--to", keys] if how == "option" else ["backup"]
    shown = cli_bot.run(*words, **({} if how == "option" else {"B24BOT_BACKUPS": keys}))
    assert shown.exit_code == 78
    assert f"is in the same tree as the backups ({keys})" in shown.stderr
    assert not list(Path(keys).glob("*.sqlite3"))


def test_a_bot_does_not_start_with_backups_beside_its_key(cli_bot: CliBot) -> None:
    shown = cli_bot.run("serve", SLACK_BOT_TOKEN="x", SLACK_APP_TOKEN="x", B24BOT_BACKUPS=str(cli_bot.key_file.parent))
    assert shown.exit_code == 78
    assert "same tree as the backups" in shown.stderr


# Restore


def test_an_older_copy_is_refused_with_what_would_be_lost_and_nothing_is_changed(copied: tuple[CliBot, Path]) -> None:
    cli_bot, path = copied
    before = database(cli_bot).read_bytes()
    shown = cli_bot.run("restore", str(path))
    assert shown.exit_code == 4
    assert (
        "ends at audit record #2, and the log goes on to #4. Records that would be lost: 2. Of these, 1 tells"
        in shown.stderr
    )
    assert "--behind" in shown.stderr
    assert database(cli_bot).read_bytes() == before


def test_an_older_copy_is_put_back_when_that_is_wanted_and_the_former_one_is_kept(copied: tuple[CliBot, Path]) -> None:
    cli_bot, path = copied
    before = database(cli_bot).read_bytes()
    shown = cli_bot.run("restore", str(path), "--behind")
    assert shown.exit_code == 0, shown.output
    (kept,) = cli_bot.home.glob(f"replaced-*/{FILE_NAME}")
    assert kept.read_bytes() == before
    assert f"The former database is kept as {kept}" in shown.stdout
    assert "Of these, 1 tells what happened." in shown.stdout
    assert _granted(cli_bot) == GRANTS[:2]
    assert stat.S_IMODE(database(cli_bot).stat().st_mode) == 0o600
    with cli_bot.store() as store:
        record = store.audit.find(limit=1)[0]
        assert (record.tag, record.actor) == (Tag.DATABASE_RESTORED, Terminal().person.id)
        assert (record.facts["name"], record.facts["seq"], record.facts["count"]) == (path.name, 2, 1)
        assert store.outbox.state_of(f"audit:{record.seq}") == "new", "the channel hears of it"
        assert store.audit.broken_at() is None


@pytest.mark.parametrize("there", [True, False])
def test_a_database_that_root_restores_stays_its_owners(copied: tuple[CliBot, Path], there: bool) -> None:
    """The former database's, or the folder's. Whoever is not root can only restore their own."""
    cli_bot, path = copied
    owner = 12_345 if os.geteuid() == 0 else os.geteuid()
    if there:
        os.chown(database(cli_bot), owner, -1)
    else:
        database(cli_bot).unlink()
        os.chown(cli_bot.home, owner, -1)
    assert cli_bot.run("restore", str(path), "--behind").exit_code == 0
    assert database(cli_bot).stat().st_uid == owner


def test_a_copy_that_lacks_nothing_needs_no_excuse(cli_bot: CliBot) -> None:
    grant(cli_bot, *GRANTS[:2])
    shown = cli_bot.run("restore", str(backup(cli_bot)))
    assert shown.exit_code == 0, shown.output
    assert "lost" not in shown.stdout
    assert cli_bot.run("audit", "verify").exit_code == 0


def test_the_log_of_a_copy_is_recomputed_as_a_whole_whatever_its_database_noted_of_it_before(cli_bot: CliBot) -> None:
    grant(cli_bot, *GRANTS[:2])
    with cli_bot.store() as store, store.unit_of_work() as tx:
        for name in (VERIFIED, BROKEN):
            tx.facts.put(name, "yes")
    assert cli_bot.run("restore", str(backup(cli_bot))).exit_code == 0
    with cli_bot.store() as store:
        assert [store.facts.get(name) for name in (VERIFIED, BROKEN)] == ["", ""]


def test_what_lies_in_the_journal_beside_a_copy_is_put_back_with_it(copied: tuple[CliBot, Path]) -> None:
    """As a database is copied from where a bot with a newer SQLite was killed: its last records are in its WAL."""
    cli_bot, path = copied
    kept = cli_bot.folder / "kept"
    kept.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("ATTACH ? AS now", [str(database(cli_bot))])
        for table, row in (("audit", "seq"), ("grants", "person")):
            missing = f"SELECT * FROM now.{table} WHERE {row} > (SELECT max({row}) FROM main.{table})"
            connection.execute(f"INSERT INTO main.{table} {missing}")
        for name in (path.name, f"{path.name}-wal"):
            shutil.copyfile(path.with_name(name), kept / name)
    before = len(cli_bot.tags())
    done = cli_bot.run("restore", str(kept / path.name))
    assert done.exit_code == 0, done.output
    assert _granted(cli_bot) == GRANTS[:3]
    assert len(cli_bot.tags()) == before + 1
    assert cli_bot.run("audit", "verify").exit_code == 0


def test_the_restored_database_can_be_restored_again(copied: tuple[CliBot, Path]) -> None:
    """Going back to the one that was replaced."""
    cli_bot, path = copied
    assert cli_bot.run("restore", str(path), "--behind").exit_code == 0
    (kept,) = cli_bot.home.glob(f"replaced-*/{FILE_NAME}")
    refused = cli_bot.run("restore", str(kept))
    assert refused.exit_code == 4
    assert "is no earlier state of the database" in refused.stderr
    assert cli_bot.run("restore", str(kept), "--behind").exit_code == 0
    assert _granted(cli_bot) == GRANTS[:3]


def test_a_damaged_database_is_replaced_and_kept(copied: tuple[CliBot, Path]) -> None:
    cli_bot, path = copied
    database(cli_bot).write_bytes(b"\x00" * 10_000)
    refused = cli_bot.run("restore", str(path))
    assert refused.exit_code == 4
    assert "nobody can tell what" in refused.stderr
    shown = cli_bot.run("restore", str(path), "--behind")
    assert shown.exit_code == 0, shown.output
    assert "The number of lost records is not known" in shown.stdout
    (kept,) = cli_bot.home.glob(f"replaced-*/{FILE_NAME}")
    assert kept.read_bytes() == b"\x00" * 10_000
    assert _granted(cli_bot) == GRANTS[:2]


def test_the_journal_of_the_former_database_is_not_played_into_the_copy(copied: tuple[CliBot, Path]) -> None:
    cli_bot, path = copied
    died = subprocess.run([sys.executable, "-c", DIES_WRITING, str(database(cli_bot))], check=False, timeout=30)
    assert died.returncode == -9
    journal = cli_bot.home / f"{FILE_NAME}-journal"
    assert journal.read_bytes()[:8] == b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
    database(cli_bot).write_bytes(b"\x00" * 10_000)
    assert cli_bot.run("restore", str(path), "--behind").exit_code == 0
    assert not journal.exists() or not journal.read_bytes()
    assert cli_bot.run("audit", "verify").exit_code == 0
    assert _granted(cli_bot) == GRANTS[:2]


def test_a_transaction_that_was_cut_short_is_undone_before_the_former_database_is_put_aside(
    copied: tuple[CliBot, Path],
) -> None:
    """What is kept is whole by itself, and whoever is killed in the middle of the swap finds it so."""
    cli_bot, path = copied
    subprocess.run([sys.executable, "-c", DIES_WRITING, str(database(cli_bot))], check=False, timeout=30)
    assert cli_bot.run("restore", str(path), "--behind").exit_code == 0
    (kept,) = cli_bot.home.glob("replaced-*")
    assert not [one.name for one in kept.iterdir() if one.name != FILE_NAME and one.stat().st_size]
    connection = sqlite3.connect(kept / FILE_NAME)
    assert connection.execute("SELECT count(*) FROM grants").fetchone() == (3,)
    connection.close()


def test_what_would_be_lost_is_counted_also_after_a_kill_in_the_middle_of_a_transaction(
    copied: tuple[CliBot, Path],
) -> None:
    cli_bot, path = copied
    subprocess.run([sys.executable, "-c", DIES_WRITING, str(database(cli_bot))], check=False, timeout=30)
    before = database(cli_bot).read_bytes()
    refused = cli_bot.run("restore", str(path))
    assert refused.exit_code == 4
    assert "Of these, 1 tells what happened" in refused.stderr
    assert database(cli_bot).read_bytes() == before


def test_what_lies_beside_a_database_that_cannot_be_opened_is_kept_with_it(copied: tuple[CliBot, Path]) -> None:
    cli_bot, path = copied
    database(cli_bot).write_bytes(b"a shopping list" * 500)
    beside = cli_bot.home / f"{FILE_NAME}-shm"
    beside.write_bytes(b"of the former one")
    assert cli_bot.run("restore", str(path), "--behind").exit_code == 0
    (kept,) = cli_bot.home.glob(f"replaced-*/{beside.name}")
    assert kept.read_bytes() == b"of the former one"
    assert not beside.exists()
    assert _granted(cli_bot) == GRANTS[:2]


def test_on_a_new_host_the_copy_becomes_the_database(copied: tuple[CliBot, Path], tmp_path: Path) -> None:
    cli_bot, path = copied
    shutil.copyfile(path, tmp_path / "moved.sqlite3")
    shutil.rmtree(cli_bot.home)
    shown = cli_bot.run("restore", str(tmp_path / "moved.sqlite3"), "--behind")
    assert shown.exit_code == 0, shown.output
    assert "The former database" not in shown.stdout
    assert _granted(cli_bot) == GRANTS[:2]


@pytest.mark.parametrize("role", [INTAKE, WORKER])
def test_nothing_is_put_back_under_a_bot_that_runs(copied: tuple[CliBot, Path], role: str) -> None:
    cli_bot, path = copied
    locks = ProcessLocks(cli_bot.home, [role])
    try:
        shown = cli_bot.run("restore", str(path), "--behind")
    finally:
        locks.leave()
    assert shown.exit_code == 4
    assert f"already runs the {role}" in shown.stderr
    assert _granted(cli_bot) == GRANTS[:3]


def test_a_copy_that_was_changed_is_refused(copied: tuple[CliBot, Path]) -> None:
    cli_bot, path = copied
    connection = sqlite3.connect(path)
    connection.executescript("DROP TRIGGER audit_no_update; UPDATE audit SET actor = 'x' WHERE seq = 2")
    connection.close()
    shown = cli_bot.run("restore", str(path), "--behind")
    assert shown.exit_code == 78
    assert "is broken at record #2" in shown.stderr
    assert _granted(cli_bot) == GRANTS[:3]


@pytest.mark.parametrize("content", [b"", b"a shopping list" * 500])
def test_what_is_no_copy_is_refused(copied: tuple[CliBot, Path], content: bytes) -> None:
    cli_bot, path = copied
    path.write_bytes(content)
    shown = cli_bot.run("restore", str(path), "--behind")
    assert shown.exit_code == 78, shown.output
    assert "restore FILE" not in shown.stderr, "that is what was tried"
    assert _granted(cli_bot) == GRANTS[:3]


def test_a_copy_that_is_not_there_is_said_to_be_missing(cli_bot: CliBot) -> None:
    shown = cli_bot.run("restore", "nowhere.sqlite3")
    assert shown.exit_code == 78
    assert "There is no file nowhere.sqlite3." in shown.stderr


def test_a_folder_is_said_to_be_one(cli_bot: CliBot) -> None:
    shown = cli_bot.run("restore", str(cli_bot.home))
    assert shown.exit_code == 78
    assert "is a folder" in shown.stderr


def test_heads_that_are_none_are_not_taken_for_agreement(copied: tuple[CliBot, Path]) -> None:
    cli_bot, path = copied
    junk = cli_bot.folder / "junk"
    junk.write_text("a shopping list\n")
    shown = cli_bot.run("restore", str(path), "--behind", "--checkpoints", str(junk))
    assert shown.exit_code == 4
    assert f"There is no checkpoint hash in {junk}." in shown.stderr
    assert _granted(cli_bot) == GRANTS[:3]


def test_a_witness_that_the_copy_contains_stays_where_it_is(copied: tuple[CliBot, Path]) -> None:
    """Also when records that it has not seen are lost."""
    cli_bot, path = copied
    witness = cli_bot.folder / "witness"
    witness.write_text("".join(cli_bot.run("audit", "export").stdout.splitlines(keepends=True)[:2]))
    witness.chmod(0o600)
    shown = cli_bot.run("restore", str(path), "--behind", B24BOT_WITNESS_FILE=str(witness))
    assert shown.exit_code == 0, shown.output
    assert "Of these, 1 tells what happened" in shown.stdout
    assert "Move the file away" not in shown.stdout
    assert cli_bot.run("access", "list", B24BOT_WITNESS_FILE=str(witness)).exit_code == 0
    grant(cli_bot, GRANTS[3])


def test_a_copy_of_another_key_is_refused(copied: tuple[CliBot, Path]) -> None:
    cli_bot, path = copied
    cli_bot.key_file.unlink()
    create_key_file(cli_bot.key_file)
    before = database(cli_bot).read_bytes()
    shown = cli_bot.run("restore", str(path), "--behind")
    assert shown.exit_code == 78
    assert "was not written with this key file" in shown.stderr
    assert database(cli_bot).read_bytes() == before


def test_a_witness_that_has_seen_more_tells_how_much_is_lost(copied: tuple[CliBot, Path]) -> None:
    """Also where the database itself is gone."""
    cli_bot, path = copied
    witness = cli_bot.folder / "witness"
    witness.write_text(cli_bot.run("audit", "export").stdout)
    moved = cli_bot.folder / "copy.sqlite3"
    shutil.copyfile(path, moved)
    shutil.rmtree(cli_bot.home)
    shown = cli_bot.run("restore", str(moved), "--checkpoints", str(witness))
    assert shown.exit_code == 4
    assert (
        "ends at audit record #2, and the log goes on to #4. Records that would be lost: 2. Of these, 2 tell"
        in shown.stderr
    )
    assert cli_bot.run("restore", str(moved), B24BOT_WITNESS_FILE=str(witness)).exit_code == 4
    shown = cli_bot.run("restore", str(moved), "--behind", B24BOT_WITNESS_FILE=str(witness))
    assert shown.exit_code == 0
    assert f"{witness} has the hashes of the lost records" in shown.stdout
    assert "Roles, the freeze and open requests are as they were when the backup was made." in shown.stdout
    assert "Before you start b24bot, check: b24bot access list, b24bot status" in shown.stdout


def test_the_newest_copy_lacks_nothing_also_where_a_witness_has_seen_the_record_of_the_backup(
    copied: tuple[CliBot, Path],
) -> None:
    cli_bot, _ = copied
    made = cli_bot.run("backup", "--to", str(cli_bot.folder / "newest"), "--json")
    witness = cli_bot.folder / "witness"
    witness.write_text(cli_bot.run("audit", "export").stdout)
    witness.chmod(0o600)
    shown = cli_bot.run("restore", json.loads(made.stdout)["path"], "--checkpoints", str(witness))
    assert shown.exit_code == 0, shown.output
    assert "lost" not in shown.stdout
    assert "the freeze" not in shown.stdout


def test_a_copy_that_a_witness_contradicts_is_refused_even_if_it_may_be_behind(copied: tuple[CliBot, Path]) -> None:
    cli_bot, path = copied
    witness = cli_bot.folder / "witness"
    witness.write_text(f"#2 {'0' * 16}\n")
    shown = cli_bot.run("restore", str(path), "--behind", "--checkpoints", str(witness))
    assert shown.exit_code == 78
    assert "is not the one that was seen (line 1 of" in shown.stderr


def test_what_is_open_in_the_copy_is_closed_because_it_may_have_run_since(cli_bot: CliBot) -> None:
    """An approval is used once, also across a restore."""
    with cli_bot.store() as store:
        pending = opened(store, "thing:one")
        approved = opened(store, "thing:two", status=Status.APPROVED)
        running = opened(store, "thing:three", status=Status.RUNNING)
        done = opened(store, "thing:four", status=Status.DONE)
        with store.unit_of_work() as tx:
            tx.jobs.add("execute", str(approved.number), at=0)
    shown = cli_bot.run("restore", str(backup(cli_bot)))
    assert shown.exit_code == 0, shown.output
    assert "2 change requests were closed, because they may have run after the backup." in shown.stdout
    with cli_bot.store() as store:
        found = {one.number: store.changes.require(one.number) for one in (pending, approved, running, done)}
        assert [one.status for one in found.values()] == [
            Status.EXPIRED,
            Status.EXPIRED,
            Status.RUNNING,
            Status.DONE,
        ]
        assert "is not run" in en(found[approved.number].outcome)
        assert not store.jobs.waiting(2**60)
        assert len(store.audit.find(tag=Tag.CHANGE_EXPIRED)) == 2


def test_a_lost_database_is_told_and_put_back_or_begun_anew_on_purpose(cli_bot: CliBot) -> None:
    assert cli_bot.run("access", "grant", GRANTS[0], "admin").exit_code == 0
    copy = json.loads(cli_bot.run("backup", "--json").stdout)["path"]
    (cli_bot.home / FILE_NAME).write_bytes(b"")
    refused = cli_bot.run("access", "list")
    assert refused.exit_code == 78
    assert f"b24bot restore {copy}" in refused.stderr.replace("\n", " ")
    assert "There are backups of a database" in cli_bot.run("doctor").stdout
    assert "Created an empty database" in cli_bot.run("init", "--new", "--yes").stdout
    assert cli_bot.run("access", "list").exit_code == 0
    assert "The database exists already" in cli_bot.run("init", "--new", "--yes").stdout
    restored = cli_bot.run("restore", str(copy), "--behind")
    assert restored.exit_code == 0, restored.stderr
    assert GRANTS[0] in cli_bot.run("access", "list").stdout
