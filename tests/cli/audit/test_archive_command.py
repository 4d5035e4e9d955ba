"""`b24bot audit archive`: asked first, refused while a bot runs, verified with the log; all else goes on as before."""

from __future__ import annotations

import gzip
import json
import stat
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli.audit.archive_verdicts import PACKED, ArchiveReport, check_archives
from bot.cli.audit.audit_command import exported
from bot.cli.audit.verify_command import sure_of_breaks
from bot.core.audit.archive_chain import BoundRecord, Chain, examine_log
from bot.core.audit.audit_record import Entry, Tag
from bot.core.audit.chain import Findings, LinkRow
from bot.plugin import Refusal
from bot.store.disk.process_lock import INTAKE, WORKER, ProcessLocks
from bot.store.files.backup import back_up
from bot.store.files.backup_reader import chain_of
from bot.store.repositories.audit_log import AuditReader
from bot.store.sealing.keyring import load_key_file
from bot.store.store import FILE_NAME, Store
from tests.cli.cli_bot import CliBot
from tests.language.english import raises

OLD = 1_700_000_000_000
"""A day in November 2023, on which all that is archived here was recorded."""
DAY = "2024-01-01"
LATER, LATER_DAY = 1_710_000_000_000, "2024-06-01"
"""The same of half a year later."""
RECORDS = 12


def record(store: Store, at: int, entry: Entry) -> None:
    with store.unit_of_work() as tx:
        tx.audit.append(entry, at=at)


@pytest.fixture
def old(cli_bot: CliBot) -> CliBot:
    """A log with some records of then, and with a grant since."""
    with cli_bot.store() as store:
        for number in range(RECORDS):
            tag = Tag.CHECKPOINT if number == 4 else Tag.COMMAND_RAN
            record(store, OLD + number, Entry(tag=tag, actor="T0001:U0002", subject=f"CR-{number}"))
    assert cli_bot.run("access", "grant", "T0001:U0001", "admin").exit_code == 0
    return cli_bot


@pytest.fixture
def path(old: CliBot) -> Path:
    """The file of the first archive."""
    return old.home / "archives" / f"audit-1-{RECORDS}.jsonl"


def archive(cli_bot: CliBot, *words: str) -> None:
    done = cli_bot.run("audit", "archive", "--before", DAY, "--yes", *words)
    assert done.exit_code == 0, done.output


def count(cli_bot: CliBot) -> int:
    with cli_bot.store() as store:
        return store.audit.count()


def test_a_dry_run_says_what_would_be_done_and_does_nothing(old: CliBot, path: Path) -> None:
    shown = old.run("audit", "archive", "--before", DAY, "--dry-run")
    assert shown.exit_code == 0
    assert f"12 audit records (#1 to #12) to archive in {path}" in shown.stdout
    assert "Removed from the database: 11. Kept in the database as well: 1." in shown.stdout
    assert "Nothing was done." in shown.stdout
    assert not path.exists()
    assert count(old) == RECORDS + 1


def test_it_is_asked_first_and_no_is_no(old: CliBot, path: Path) -> None:
    shown = old.answer("n\n", "audit", "archive", "--before", DAY)
    assert shown.exit_code == 0
    assert "12 audit records (#1 to #12)" in shown.stderr
    assert "Nothing was done." in shown.stdout
    assert not path.exists()
    assert old.answer("y\n", "audit", "archive", "--before", DAY).exit_code == 0
    assert path.exists()


def test_where_nobody_can_be_asked_it_takes_yes(old: CliBot, path: Path) -> None:
    shown = old.run("audit", "archive", "--before", DAY)
    assert shown.exit_code == 4
    assert "nobody can confirm it here" in shown.stderr
    assert "--dry-run" in shown.stderr
    assert not path.exists()


def test_what_was_done_is_told_and_recorded_with_the_reason(old: CliBot, path: Path) -> None:
    shown = old.run("audit", "archive", "--before", DAY, "--yes", "--reason", "the disk is small", "--json")
    told = json.loads(shown.stdout)
    assert (told["first"], told["last"], told["records"], told["kept"], told["shrunk"]) == (1, 12, 12, 1, True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with old.store() as store:
        last = store.audit.newest(Tag.ARCHIVED)
        assert last is not None
        assert [one.seq for one in store.audit.walk()] == [5, 13, 14]
    assert last.facts["digest"] == told["digest"]
    assert last.facts["reason"] == "the disk is small"
    found = old.run("audit", "find", "--tag", "audit:records")
    assert "archived the audit records #1 to #12" in " ".join(found.stdout.split())


@pytest.mark.parametrize("role", [INTAKE, WORKER])
def test_while_a_bot_runs_it_is_refused(old: CliBot, path: Path, role: str) -> None:
    locks = ProcessLocks(old.home, [role])
    try:
        shown = old.run("audit", "archive", "--before", DAY, "--yes")
    finally:
        locks.leave()
    assert shown.exit_code == 4
    assert f"already runs the {role}" in shown.stderr
    assert not path.exists()


@pytest.mark.parametrize(
    ("day", "said"),
    [("yesterday", "“yesterday” is not a date"), ("2024-02-30", "is not a date"), ("9999-01-01", "has not begun yet")],
)
def test_what_is_no_day_that_has_begun_is_a_mistake_in_the_words(old: CliBot, day: str, said: str) -> None:
    shown = old.run("audit", "archive", "--before", day, "--yes")
    assert shown.exit_code == 2
    assert said in shown.stderr


def test_today_is_a_day_that_has_begun(old: CliBot, path: Path) -> None:
    today = datetime.now(UTC).date().isoformat()
    assert old.run("audit", "archive", "--before", today, "--yes").exit_code == 0
    assert path.exists()


def test_a_folder_that_cannot_be_made_is_named(old: CliBot) -> None:
    (old.folder / "file").write_text("")
    shown = old.run("audit", "archive", "--before", DAY, "--yes", "--to", str(old.folder / "file" / "inside"))
    assert shown.exit_code == 78
    assert "cannot be used" in shown.stderr
    assert count(old) == RECORDS + 1


# Verifying


def test_the_log_and_its_archives_are_verified_together(old: CliBot, path: Path) -> None:
    archive(old)
    alone = old.run("audit", "verify")
    assert alone.exit_code == 0
    assert f"The records #1 to #12 are in the archive {path.name}" in alone.stdout
    both = old.run("audit", "verify", "--archive", str(path))
    assert both.exit_code == 0
    assert f"The archive {path} is intact: records #1 to #12, as audit record #14 states." in both.stdout
    assert "To verify them, add --archive FILE" not in both.stdout


def test_several_archives_are_verified_together_in_any_order(cli_bot: CliBot) -> None:
    with cli_bot.store() as store:
        for at in (OLD, OLD + 1, LATER, LATER + 1):
            record(store, at, Entry(tag=Tag.COMMAND_RAN, actor="T0001:U0002", subject="CR-1"))
    archive(cli_bot)
    archive(cli_bot, "--before", LATER_DAY)
    first, second = (cli_bot.home / "archives" / name for name in ("audit-1-2.jsonl", "audit-3-4.jsonl"))
    shown = cli_bot.json("audit", "verify", "--archive", str(second), "--archive", str(first))
    assert [(one["first"], one["result"]) for one in shown["archives"]] == [(3, "intact"), (1, "intact")]
    assert shown["archives_not_named"] == []
    assert cli_bot.json("audit", "verify", "--archive", str(second))["archives_not_named"] == [first.name]
    again = cli_bot.run("audit", "archive", "--before", LATER_DAY, "--yes")
    assert again.exit_code == 4
    assert "The last archive goes up to #4." in again.stderr


def test_a_file_of_another_log_or_a_changed_one_is_told(old: CliBot, path: Path) -> None:
    archive(old)
    text = path.read_text()
    path.write_text(text.replace("CR-7", "CR-1"))
    broken = old.run("audit", "verify", "--archive", str(path))
    assert broken.exit_code == 1
    assert f"The archive {path} is broken at record #8" in broken.stdout
    path.write_text("".join(text.splitlines(keepends=True)[:-3]))
    cut = old.run("audit", "verify", "--archive", str(path))
    assert cut.exit_code == 2
    assert "ends at #9. Audit record #14 states #12: the end of the file was removed" in cut.stdout
    path.write_text(text + "\n")
    other = old.run("audit", "verify", "--archive", str(path))
    assert other.exit_code == 2
    assert "this is not the file that was written" in other.stdout
    path.with_name("other.jsonl").write_text('{"seq": 7}')
    strange = old.run("audit", "verify", "--archive", str(path.with_name("other.jsonl")))
    assert strange.exit_code == 2
    assert "is not an archive of this log" in strange.stdout
    path.unlink()
    gone = old.run("audit", "verify", "--archive", str(path))
    assert gone.exit_code == 78
    assert "cannot be used" in gone.stderr


def test_heads_of_archived_records_are_compared_with_the_file(old: CliBot, path: Path) -> None:
    with old.store() as store:
        heads = {one.seq: one.mac.hex()[:16] for one in store.audit.walk()}
    archive(old)
    without = old.run("audit", "verify", "--hash", f"#7:{heads[7]}", "--hash", f"#5:{heads[5]}")
    assert without.exit_code == 0
    assert "1 checkpoint hash kept elsewhere could not be compared" in without.stdout
    assert "agrees with the checkpoint hashes kept elsewhere up to #5" in without.stdout
    words = ("audit", "verify", "--archive", str(path))
    assert "could not be compared" not in old.run(*words, "--hash", f"#7:{heads[7]}").stdout
    against = old.run(*words, "--hash", f"#7:{heads[6]}")
    assert against.exit_code == 2
    assert "record #7 is not the record seen earlier" in against.stdout
    kept = old.run("audit", "verify", "--hash", f"#5:{heads[6]}")
    assert kept.exit_code == 2, "a kept record is compared without the file"


def test_an_export_of_what_is_left_is_verified_with_the_archive(old: CliBot, path: Path) -> None:
    archive(old)
    export = old.folder / "export.jsonl"
    export.write_text(old.run("audit", "export").stdout)
    assert [json.loads(line)["seq"] for line in export.read_text().splitlines()] == [5, 13, 14]
    shown = old.run("audit", "verify", "--export", str(export), "--archive", str(path))
    assert shown.exit_code == 0, shown.output
    assert "The chain is intact up to #14" in shown.stdout
    assert f"The archive {path} is intact" in shown.stdout
    assert old.run("audit", "export", "--format", "csv").stdout.count("\n") == 4


def test_an_archive_alone_is_no_log_of_its_own(old: CliBot) -> None:
    archive(old)
    made = old.home / "archives" / "later.jsonl"
    lines = (old.home / "archives" / f"audit-1-{RECORDS}.jsonl").read_text().splitlines()[3:]
    made.write_text("\n".join(lines))
    shown = old.run("audit", "verify", "--export", str(made))
    assert shown.exit_code == 1
    assert "--archive FILE" in shown.stdout


@pytest.mark.parametrize("packed", PACKED)
def test_a_compressed_archive_is_told_from_a_file_of_another_log(old: CliBot, path: Path, packed: bytes) -> None:
    archive(old)
    made = path.with_name("packed")
    made.write_bytes(gzip.compress(path.read_bytes()) if packed == PACKED[0] else packed + b"...")
    shown = old.run("audit", "verify", "--archive", str(made))
    assert shown.exit_code == 2
    assert "is compressed. Unpack the file" in shown.stdout


class Interrupted(AuditReader):
    """A log that somebody archives while it is read, a few records at a time."""

    def __init__(self, store: Store, meanwhile: Callable[[], None]) -> None:
        super().__init__(store.database, store.keys)
        self._meanwhile = meanwhile

    def links(self, *, after: int | None = None, page: int = 3) -> Iterator[LinkRow]:
        for number, link in enumerate(super().links(after=after, page=3)):
            if number == 1:
                self._meanwhile()
            yield link


def test_a_log_that_is_archived_while_it_is_verified_is_not_called_broken(old: CliBot) -> None:
    seen: list[int | None] = []

    def look() -> tuple[Findings, ArchiveReport]:
        with old.store() as store:
            log = Interrupted(store, lambda: None if seen else archive(old))
            found = examine_log(log, store.audit.key_of)
            seen.append(found.broken_at)
            return found, check_archives(log, [], store.audit.key_of, [])

    found, told = sure_of_breaks(look)
    assert seen == [4, None], "the second page does not go on where the first one ended"
    assert found.place.seq == RECORDS + 2
    assert [one.name for one in told.others] == [f"audit-1-{RECORDS}.jsonl"]


class Between:
    """A log of which two records were read when something happens."""

    def __init__(self, log: Chain, happens: Callable[[], None]) -> None:
        self._log = log
        self._happens = happens

    def archivings(self) -> Iterable[BoundRecord]:
        return self._log.archivings()

    def kept(self, end: int) -> Iterable[BoundRecord]:
        return self._log.kept(end)

    def links(self, *, after: int | None = None) -> Iterator[LinkRow]:
        for number, link in enumerate(self._log.links(after=after)):
            if number == 1:
                self._happens()
            yield link


def test_a_log_whose_database_is_written_anew_while_it_is_verified_is_not_called_damaged(cli_bot: CliBot) -> None:
    """Nobody has the file open: what reads it so does not hear of whoever writes it."""
    with cli_bot.store() as store, store.unit_of_work() as tx:
        for _ in range(5_000):
            tx.audit.append(Entry(tag=Tag.COMMAND_RAN, actor="T0001:U0002", subject="CR-1"), at=OLD)
    keys = load_key_file(cli_bot.key_file)
    looks: list[str] = []

    def look() -> tuple[Findings, ArchiveReport]:
        looks.append("begun")
        with chain_of(cli_bot.home / FILE_NAME) as log:
            found = examine_log(Between(log, lambda: archive(cli_bot) if len(looks) == 1 else None), keys.audit_key)
            looks.append("whole")
            return found, check_archives(log, [], keys.audit_key, [])

    found, _ = sure_of_breaks(look)
    assert looks == ["begun", "begun", "whole"], "the first time it looks damaged"
    assert (found.broken_at, found.place.seq) == (None, 5_001)


def test_an_export_beside_an_archiving_is_not_taken_for_whole(old: CliBot) -> None:
    with old.store() as store:
        rows = exported(store.audit, after=0)
        assert next(rows)["seq"] == 1
        archive(old)
        with raises(Refusal, match="incomplete"):
            list(rows)
        assert [row["seq"] for row in exported(store.audit, after=0)] == [5, 13, 14]


# What goes on as before


def test_a_search_says_which_records_it_cannot_have(old: CliBot) -> None:
    told = "Records up to #12 were archived. Only those that were kept are here."
    assert told not in old.run("audit", "find", "--subject", "CR-3").stdout
    archive(old)
    nothing = " ".join(old.run("audit", "find", "--subject", "CR-3").stdout.split())
    assert "No audit record matches --subject CR-3" in nothing
    assert told in nothing
    assert told in " ".join(old.run("audit", "find").stdout.split())
    assert told not in " ".join(old.run("audit", "find", "--limit", "1").stdout.split()), "there are more that are here"


def test_a_backup_from_before_and_one_from_after_are_restored(old: CliBot, path: Path) -> None:
    before = Path(old.run("backup").stdout.partition(": up to")[0])
    archive(old)
    after = Path(old.run("backup").stdout.partition(": up to")[0])
    assert old.run("access", "grant", "T0001:U0003", "viewer").exit_code == 0
    assert "Of these, 1 tells what happened" in old.run("restore", str(after)).stderr
    assert old.run("restore", str(after), "--behind").exit_code == 0
    shown = old.run("audit", "verify", "--archive", str(path))
    assert shown.exit_code == 0
    assert "is intact: records #1 to #12" in shown.stdout
    refused = old.run("restore", str(before))
    assert refused.exit_code == 4
    assert "Of these, 1 tells what happened" in refused.stderr, "the restoring; and it is an earlier state of it"
    assert old.run("restore", str(before), "--behind").exit_code == 0
    assert count(old) == RECORDS + 2
    assert old.run("audit", "verify").exit_code == 0


def test_a_backup_that_ends_in_the_middle_of_what_was_archived_is_an_earlier_state(cli_bot: CliBot) -> None:
    entry = Entry(tag=Tag.COMMAND_RAN, actor="T0001:U0002", subject="CR-1")
    with cli_bot.store() as store:
        for number in range(4):
            record(store, OLD + number, entry)
        copy = back_up(store.database, store.keys, store.backups, at=OLD).path
        for number in range(5):
            record(store, OLD + 4 + number, entry)
    archive(cli_bot)
    shown = cli_bot.run("restore", str(copy))
    assert shown.exit_code == 4
    assert "Of these, 5 tell what happened" in shown.stderr, "those that were archived since are counted"
    assert cli_bot.run("restore", str(copy), "--behind").exit_code == 0
    assert count(cli_bot) == 5


def test_a_key_that_only_an_archive_needs_stays(cli_bot: CliBot) -> None:
    with cli_bot.store() as store:
        for number in range(3):
            record(store, OLD + number, Entry(tag=Tag.COMMAND_RAN, actor="T0001:U0002", subject="CR-1"))
    assert cli_bot.run("key", "rotate").exit_code == 0
    archive(cli_bot)
    shown = cli_bot.json("key", "list")
    assert {one["id"]: (one["records"] > 0, one["archives"]) for one in shown} == {"k1": (False, 1), "k2": (True, 0)}
    assert "needed to verify archives" in cli_bot.run("key", "list").stdout
    refused = cli_bot.run("key", "retire", "k1")
    assert refused.exit_code == 4
    assert "1 archive of audit records can only be verified with it" in refused.stderr
    assert (
        cli_bot.run("audit", "verify", "--archive", str(cli_bot.home / "archives" / "audit-1-3.jsonl")).exit_code == 0
    )


def test_doctor_and_status_find_it_in_order(old: CliBot) -> None:
    archive(old)
    assert "the archived records up to #12 were not checked" in old.run("doctor").stdout
    assert old.run("status").exit_code == 0
    assert old.run("access", "grant", "T0001:U0005", "viewer").exit_code == 0
    assert old.run("audit", "verify").exit_code == 0
