"""A worker does what another process has queued on its server: told at once, or behind a pooler by looking."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.plugin.loopback import wait_until
from bot.usecases.intake.receipts import receive
from bot.usecases.process.wake_signal import Group, WakeSignal
from bot.usecases.runtime.worker import Worker
from tests.store.server.postgres_proxy import Proxy
from tests.usecases.core_bot import OLGA, CoreBot


def proxied(url: str, proxy: Proxy) -> str:
    return f"{proxy.url}&schema={url.rpartition('schema=')[2]}"


@pytest.mark.parametrize("deaf", [False, True])
def test_a_worker_does_what_another_process_has_queued(tmp_path: Path, database_url: str, deaf: bool) -> None:
    intake = CoreBot(tmp_path / "intake", url=database_url)
    with Proxy(database_url) as proxy:
        proxy.deaf = deaf
        working = CoreBot(tmp_path / "work", url=proxied(database_url, proxy))
        worker = Worker(working.ctx)
        worker.start()
        try:
            receive(intake.ctx, intake.typed(OLGA, "thing list"))
            assert wait_until(lambda: bool(working.messenger.private_notices))
        finally:
            worker.stop()
            working.close()
            intake.close()


def test_an_announcement_wakes_all_that_do_what_waits(tmp_path: Path, database_url: str) -> None:
    intake, working = (CoreBot(tmp_path / name, url=database_url) for name in ("intake", "work"))
    signals = {group: WakeSignal() for group in Group}

    def wake() -> None:
        for signal in signals.values():
            signal.wake()

    stop = working.store.engine.listen(wake)
    try:
        assert wait_until(lambda: all(signal.count == 1 for signal in signals.values()))
        receive(intake.ctx, intake.typed(OLGA, "thing list"))
        assert wait_until(lambda: all(signal.count > 1 for signal in signals.values()))
    finally:
        stop()
        working.close()
        intake.close()
