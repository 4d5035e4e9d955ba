"""A trouble that lasts is logged when it begins, when it changes and when it is over, and not each second."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bot.core.bot_errors import StoreUnavailable
from bot.usecases.integrity.maintenance import Maintenance
from bot.usecases.process.trouble_log import OVER_SECONDS
from bot.usecases.runtime.worker import Worker
from tests.usecases.core_bot import CoreBot

FULL = "The database cannot be written now (database or disk is full)."


def fill(core_bot: CoreBot) -> None:
    """From here on the disk is full: no page can be added, and none is free."""
    database = core_bot.store.database
    database.rows(f"PRAGMA max_page_count = {database.rows('PRAGMA page_count')[0]['page_count']}")
    with suppress(StoreUnavailable):
        while write(core_bot):
            """Up to the last page."""


def write(core_bot: CoreBot) -> bool:
    """What every thread of the worker does in one way or another."""
    with core_bot.store.unit_of_work() as store:
        store.facts.put(f"fact-{len(store.engine.rows('SELECT 1 FROM facts'))}", "x" * 500)
    return True


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.WARNING, logger="b24bot"):
        yield caplog


def test_a_full_disk_is_logged_once_in_a_plain_sentence_and_once_when_there_is_room(
    tmp_path: Path, logged: pytest.LogCaptureFixture
) -> None:
    """Whichever threads meet it, for a minute, and without a traceback."""
    core_bot = CoreBot(tmp_path)
    worker, maintenance = Worker(core_bot.ctx), Maintenance(core_bot.ctx)
    fill(core_bot)
    for _ in range(60):
        for thread in ("scheduler", "runner-0", "witness"):
            assert worker.go_round(thread, lambda: write(core_bot)) is None
        assert worker.go_round("dispatcher", lambda: False) is False
        maintenance.run_once()
        core_bot.clock.advance(1)
    (only,) = logged.records
    assert (only.levelname, only.exc_info) == ("ERROR", None)
    assert only.getMessage().startswith(
        f"{FULL} Nothing was done. Free some space on that disk; b24bot then continues by itself"
    )
    core_bot.store.engine.rows("PRAGMA max_page_count = 100000")
    for _ in range(round(OVER_SECONDS) + 5):
        assert worker.go_round("scheduler", lambda: write(core_bot))
        core_bot.clock.advance(1)
    assert [record.getMessage() for record in logged.records[1:]] == [f"no longer: {FULL}"]
    core_bot.close()


def test_another_trouble_of_the_database_is_news(core_bot: CoreBot, logged: pytest.LogCaptureFixture) -> None:
    for sentence in ("It is full.", "It is full.", "It is locked.", "It is locked."):
        core_bot.ctx.threads.troubles.met("scheduler", StoreUnavailable(sentence))
    assert [record.getMessage()[:13] for record in logged.records] == ["It is full. I", "It is locked."]


def test_a_fault_of_one_thread_is_logged_once_with_where_it_was(
    core_bot: CoreBot, logged: pytest.LogCaptureFixture
) -> None:
    """Another thread's going round does not end it."""

    def broken() -> bool:
        raise ZeroDivisionError("in the scheduler")

    worker = Worker(core_bot.ctx)
    for _ in range(30):
        assert worker.go_round("scheduler", broken) is None
        assert worker.go_round("dispatcher", lambda: False) is False
        core_bot.clock.advance(1)
    (only,) = logged.records
    assert only.exc_info is not None
    assert only.getMessage().startswith("scheduler met a fault (E-")
    core_bot.clock.advance(OVER_SECONDS)
    assert worker.go_round("scheduler", lambda: False) is False
    assert logged.records[-1].getMessage() == "no longer: ZeroDivisionError: in the scheduler"
