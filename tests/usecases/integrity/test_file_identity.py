"""A lock file or a database that is not the one held: said, and nothing runs until somebody has looked."""

from __future__ import annotations

from bot.core.authority.limits import Mode, strictest_mode
from bot.core.change.change_request import Status
from bot.plugin import Message
from bot.usecases.integrity.active_limits import list_limits
from bot.usecases.integrity.file_identity import CHECK_SECONDS, FILES, FileWatch, note_files
from bot.usecases.integrity.startup_checks import run_startup_checks
from tests.language.english import en
from tests.usecases.core_bot import OLGA, CoreBot


def test_a_displaced_lock_file_limits_the_bot_to_reading_and_is_lifted_by_itself(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    core_bot.ctx.files.compare_with(lambda: Message("store.file.gone", path="/srv/b24bot/worker.lock"))
    note_files(core_bot.ctx)
    assert strictest_mode(list_limits(core_bot.ctx)) is Mode.READ_ONLY
    core_bot.work()
    assert core_bot.now(change).status is not Status.DONE
    assert core_bot.toy.calls == []
    assert "/srv/b24bot/worker.lock was deleted or moved." in en(core_bot.now(change).outcome)
    core_bot.type(OLGA, "thing remove two")
    assert "Stop every b24bot of that folder" in core_bot.last_private_notice
    core_bot.ctx.files.compare_with(lambda: None)
    note_files(core_bot.ctx)
    assert list_limits(core_bot.ctx) == []


def test_it_is_looked_at_before_the_first_job(core_bot: CoreBot) -> None:
    core_bot.ctx.files.compare_with(lambda: Message("store.file.linked", path="/srv/b24bot/b24bot.sqlite3"))
    assert [limit.name for limit in run_startup_checks(core_bot.ctx)] == ["files"]


def test_the_files_are_compared_again_each_minute(core_bot: CoreBot) -> None:
    watch = FileWatch(core_bot.ctx)
    watch.run_once()
    core_bot.ctx.files.compare_with(lambda: Message("store.file.gone", path="/srv/b24bot/intake.lock"))
    core_bot.clock.advance(CHECK_SECONDS - 1)
    watch.run_once()
    assert FILES not in core_bot.ctx.limits
    core_bot.clock.advance(1)
    watch.run_once()
    assert FILES in core_bot.ctx.limits
