"""A lock file or a database that is not the one held: said, and nothing runs until somebody has looked."""

from __future__ import annotations

from bot.core.authority.limits import Mode, worst
from bot.core.change.change_request import Status
from bot.usecases.integrity.active_limits import limits
from bot.usecases.integrity.file_identity import CHECK_SECONDS, FILES, FileWatch, note_files
from bot.usecases.integrity.startup_checks import examine
from tests.usecases.office import OLGA, Office


def test_a_displaced_lock_file_limits_the_bot_to_reading_and_is_lifted_by_itself(office: Office) -> None:
    change = office.approved()
    office.ctx.find_displaced = lambda: "/srv/b24bot/worker.lock is gone."
    note_files(office.ctx)
    assert worst(limits(office.ctx)) is Mode.READ_ONLY
    office.work()
    assert office.now(change).status is not Status.DONE
    assert office.toy.calls == []
    assert "/srv/b24bot/worker.lock is gone." in office.now(change).outcome
    office.type(OLGA, "thing remove two")
    assert "Stop every b24bot of that folder" in office.last_whisper
    office.ctx.find_displaced = lambda: ""
    note_files(office.ctx)
    assert limits(office.ctx) == []


def test_it_is_looked_at_before_the_first_job(office: Office) -> None:
    office.ctx.find_displaced = lambda: "/srv/b24bot/b24bot.sqlite3 has another name too (it is hard-linked)."
    assert [limit.name for limit in examine(office.ctx)] == ["files"]


def test_the_files_are_compared_again_each_minute(office: Office) -> None:
    watch = FileWatch(office.ctx)
    watch.look()
    office.ctx.find_displaced = lambda: "/srv/b24bot/intake.lock is gone."
    office.clock.advance(CHECK_SECONDS - 1)
    watch.look()
    assert FILES not in office.ctx.limits
    office.clock.advance(1)
    watch.look()
    assert FILES in office.ctx.limits
