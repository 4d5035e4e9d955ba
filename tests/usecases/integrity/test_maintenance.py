"""Space on the disk and backups are seen to by themselves, and mend by themselves."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.authority.limits import Mode
from bot.core.change.change_request import Status
from bot.store.files.backup import HOUR_MS, HOURLY, back_up, look_through
from bot.store.store import Store, open_store
from bot.usecases.integrity.maintenance import BACKUP_FAILED, LEAST_FREE, MAINTENANCE_TASKS, Maintenance
from tests.language.english import en
from tests.store.samples import ENTRY, damage_page, put_mark
from tests.usecases.core_bot import OLGA, CoreBot

HOUR = 3_600


def copies(store: Store) -> list[Path]:
    return sorted(store.backups.glob("b24bot-*.sqlite3"))


@pytest.fixture
def maintenance(core_bot: CoreBot) -> Maintenance:
    return Maintenance(core_bot.ctx)


def after(core_bot: CoreBot, maintenance: Maintenance, seconds: float) -> None:
    core_bot.clock.advance(seconds)
    maintenance.run_once()


# Room


def test_a_disk_that_is_nearly_full_keeps_what_is_dangerous_from_running_until_there_is_room(
    core_bot: CoreBot, maintenance: Maintenance
) -> None:
    free = [LEAST_FREE - 1]
    core_bot.ctx.files.free_bytes = lambda path: free[0] if path == core_bot.store.database.path else 0
    change = core_bot.approved()
    maintenance.run_once()
    limit = core_bot.ctx.limits["disk"]
    assert (limit.mode, en(limit.why)) == (
        Mode.NO_DANGER,
        "The database's disk has only 199 MB free. b24bot needs 200 MB.",
    )
    assert "has only 199 MB free" in core_bot.type(OLGA, "thing remove two")
    core_bot.work()
    assert core_bot.toy.calls == []
    assert core_bot.now(change).status is Status.FAILED
    free[0] = LEAST_FREE
    after(core_bot, maintenance, 5)
    assert core_bot.ctx.limits == {}
    assert "waits for approval" in core_bot.type(OLGA, "thing remove two")


def test_the_room_is_that_of_the_real_disk(core_bot: CoreBot, tmp_path: Path) -> None:
    assert core_bot.ctx.files.free_bytes(core_bot.store.database.path) == pytest.approx(
        shutil.disk_usage(tmp_path).free, abs=1024**3
    )


# Pages


@pytest.fixture
def old(core_bot: CoreBot) -> CoreBot:
    """A bot that is started anew, with a log whose pages a start leaves out, one of them damaged."""
    store = core_bot.store
    with store.unit_of_work() as tx:
        for number in range(300):
            tx.audit.append(replace(ENTRY, facts={"line": f"number {number:03d}"}), at=core_bot.clock.now)
        put_mark(tx, at=store.clock.now_ms())
    store.close()
    damage_page(store.database.path, "number 100")
    home = store.database.path.parent
    return CoreBot(home, store=open_store(home, store.keys, core_bot.clock, synchronous="OFF", thorough=True))


def test_a_damaged_page_of_the_log_is_found_beside_the_work_and_keeps_what_changes_something_from_running(
    old: CoreBot,
) -> None:
    change = old.approved()
    Maintenance(old.ctx).run_once()
    limit = old.ctx.limits["pages"]
    assert limit.mode is Mode.READ_ONLY
    assert re.match(r"The database .* is damaged: .*restore the last backup", en(limit.why))
    assert "is damaged" in old.type(OLGA, "thing remove two")
    old.work()
    assert (old.toy.calls, old.now(change).status) == ([], Status.FAILED)


def test_a_page_that_is_damaged_later_is_found_within_a_day(core_bot: CoreBot, maintenance: Maintenance) -> None:
    maintenance.run_once()
    with core_bot.store.unit_of_work() as store:
        store.facts.put("needle", "hay")
    path = core_bot.store.database.path
    core_bot.store.engine.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    sound = path.read_bytes()
    damage_page(path, "needle")
    core_bot.store.engine.rows("PRAGMA shrink_memory")
    for hours, found in ((23, []), (1, ["pages"])):
        after(core_bot, maintenance, hours * HOUR)
        assert list(core_bot.ctx.limits) == found
    path.write_bytes(sound)
    after(core_bot, maintenance, 24 * HOUR)
    assert not core_bot.ctx.limits


# Backups


def test_a_bot_makes_its_first_backup_after_a_minute_and_then_one_an_hour(
    core_bot: CoreBot, maintenance: Maintenance
) -> None:
    for seconds, count in ((0, 0), (59, 0), (1, 1), (HOUR / 2, 1), (HOUR / 2 - 1, 1), (61, 2), (61, 2), (HOUR, 3)):
        after(core_bot, maintenance, seconds)
        assert len(copies(core_bot.store)) == count, seconds
    assert len(core_bot.records(Tag.BACKUP_MADE)) == 3
    assert look_through(copies(core_bot.store)[-1], core_bot.store.keys).seq > 0


def test_a_bot_that_is_started_again_does_not_make_one_because_of_that(
    core_bot: CoreBot, maintenance: Maintenance
) -> None:
    after(core_bot, maintenance, 60)
    again = Maintenance(core_bot.ctx)
    after(core_bot, again, 120)
    assert len(copies(core_bot.store)) == 1


@pytest.mark.parametrize("jump", [-3 * HOUR, 3 * HOUR])
def test_a_clock_that_jumped_does_not_keep_it_from_backups(
    core_bot: CoreBot, maintenance: Maintenance, jump: int
) -> None:
    after(core_bot, maintenance, 60)
    core_bot.clock.advance(jump)
    after(core_bot, Maintenance(core_bot.ctx), 60)
    later = Maintenance(core_bot.ctx)
    after(core_bot, later, 60)
    assert len(copies(core_bot.store)) == 2


def test_a_backup_that_fails_is_told_once_in_the_audit_channel_and_tried_again(
    core_bot: CoreBot, maintenance: Maintenance, caplog: pytest.LogCaptureFixture
) -> None:
    core_bot.store.backups.write_text("in the way")
    for seconds in (60, 600, 600):
        after(core_bot, maintenance, seconds)
    assert caplog.text.count("could not be copied to") == 3
    (record,) = core_bot.records(Tag.BACKUP_FAILED)
    assert "could not be copied to" in str(record.facts["sentence"])
    core_bot.deliver()
    assert record.seq in core_bot.messenger.audit[-1]
    core_bot.store.backups.unlink()
    after(core_bot, maintenance, 600)
    assert len(copies(core_bot.store)) == 1
    shutil.rmtree(core_bot.store.backups)
    core_bot.store.backups.write_text("in the way")
    after(core_bot, maintenance, 60)
    assert len(core_bot.records(Tag.BACKUP_FAILED)) == 2, "the next row of failures is told again"


def test_a_folder_that_cannot_be_put_in_order_is_a_backup_that_fails(
    core_bot: CoreBot, maintenance: Maintenance
) -> None:
    store, day = core_bot.store, 24 * HOUR_MS
    oldest = [
        back_up(store.engine, store.keys, store.backups, at=core_bot.clock.now_ms() - days * day).path
        for days in range(1, HOURLY + 1)
    ][-1]
    oldest.unlink()
    oldest.mkdir()
    after(core_bot, maintenance, 60)
    (record,) = core_bot.records(Tag.BACKUP_FAILED)
    assert str(record.facts["sentence"]).startswith(f"The backups in {store.backups} cannot be listed: ")
    after(core_bot, maintenance, 599)
    assert len(copies(store)) == HOURLY + 1
    oldest.rmdir()
    after(core_bot, maintenance, HOUR)
    assert store.facts.get(BACKUP_FAILED) == ""


def test_a_key_that_is_missing_is_a_backup_that_fails_and_is_not_tried_again_each_second(
    core_bot: CoreBot, maintenance: Maintenance, caplog: pytest.LogCaptureFixture
) -> None:
    with core_bot.store.unit_of_work():
        core_bot.store.engine.execute("DROP TRIGGER audit_no_update")
        core_bot.store.engine.execute("UPDATE audit SET key_id = 'k9' WHERE seq = 4")
    after(core_bot, maintenance, 60)
    for _ in range(5):
        after(core_bot, maintenance, 1)
    (record,) = core_bot.records(Tag.BACKUP_FAILED)
    assert record.facts["sentence"] == "The key “k9” is used in the database and missing from the key file."
    assert caplog.text.count("“k9” is used") == 1
    assert list(core_bot.store.backups.iterdir()) == []


def test_a_duty_that_meets_a_fault_is_not_tried_again_each_second(core_bot: CoreBot, maintenance: Maintenance) -> None:
    asked = []

    def free(path: Path) -> int:
        asked.append(path)
        raise ZeroDivisionError

    core_bot.ctx.files.free_bytes = free
    with pytest.raises(ZeroDivisionError):
        maintenance.run_once()
    for _ in range(5):
        after(core_bot, maintenance, 1)
    assert len(asked) == 1


def test_a_database_that_cannot_be_written_keeps_one_duty_waiting_and_not_the_others(
    core_bot: CoreBot, maintenance: Maintenance, caplog: pytest.LogCaptureFixture
) -> None:
    core_bot.break_audit()
    core_bot.ctx.files.free_bytes = lambda _path: 0
    after(core_bot, maintenance, 60)
    assert "disk on fire" in caplog.text
    assert "disk" in core_bot.ctx.limits
    core_bot.mend_audit()
    after(core_bot, maintenance, 5)
    assert len(core_bot.records(Tag.BACKUP_MADE)) == 0, "there is a fresh copy already"
    assert len(copies(core_bot.store)) == 1


def test_each_duty_has_a_name_of_its_own() -> None:
    assert len({duty.name for duty in MAINTENANCE_TASKS}) == len(MAINTENANCE_TASKS)
