"""A process that only takes deliveries: the work is another process's, on the same database."""

from __future__ import annotations

import threading

from bot.core.errors import StoreUnavailable
from bot.core.inbound import Inbound
from bot.store.jobs import Receipt
from bot.usecases.context import Context
from bot.usecases.file_identity import REMEDY, FileWatch, note_files
from bot.usecases.receive import receive
from bot.usecases.worker import KEEPER_SECONDS, go_round

NAME = "intake-keeper"


class Intake:
    """Takes deliveries, and looks after the files of its process as the keeper of a worker does."""

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
            self._thread.join(timeout=KEEPER_SECONDS + 1)

    def receive(self, inbound: Inbound) -> Receipt:
        """Record one delivery, where the worker finds it. Raises StoreUnavailable where it would not.

        A worker that was started since opens the file that lies there now, and not one that was deleted or replaced.
        """
        why = self._ctx.store.database.displaced()
        if why:
            note_files(self._ctx)
            raise StoreUnavailable(f"{why} {REMEDY}")
        return receive(self._ctx, inbound)

    def _keep(self) -> None:
        while not self._stopping.is_set():
            go_round(self._ctx, NAME, self._look)
            self._stopping.wait(KEEPER_SECONDS)

    def _look(self) -> bool:
        self._watch.look()
        return False
