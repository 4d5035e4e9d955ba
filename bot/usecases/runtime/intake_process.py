"""The scheduler of a process that only takes deliveries: the work is another process's, on the same database."""

from __future__ import annotations

import threading

from bot.usecases.context import Context
from bot.usecases.integrity.file_identity import FileWatch
from bot.usecases.runtime.worker import SCHEDULER_SECONDS, go_round

NAME = "intake-scheduler"


class Intake:
    """Looks after the files of its process, as the scheduler of a worker does."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._watch = FileWatch(ctx)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=NAME, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(timeout=SCHEDULER_SECONDS + 1)

    def _keep(self) -> None:
        while not self._stopping.is_set():
            go_round(self._ctx.threads, NAME, self._look)
            self._stopping.wait(SCHEDULER_SECONDS)

    def _look(self) -> bool:
        self._watch.run_once()
        return False
