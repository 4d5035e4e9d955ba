"""The threads of a process that only takes deliveries: the work is another process's, on the same database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from bot.usecases.context import Context
from bot.usecases.forms.choice_reading import ChoiceReader
from bot.usecases.forms.preview_drawing import PreviewDrawer
from bot.usecases.integrity.file_identity import FileWatch
from bot.usecases.runtime.worker import SCHEDULER_SECONDS, go_round

NAME = "intake-scheduler"


class Intake:
    """Looks after the files of its process, as the scheduler of a worker does, and after the forms that are open.

    What people choose in a form comes to this process, and no job stands for it.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._stopping = threading.Event()
        steps: Mapping[str, Callable[[], object]] = {
            NAME: FileWatch(ctx).run_once,
            "intake-choices": ChoiceReader(ctx).run_once,
            "intake-previews": PreviewDrawer(ctx).run_once,
        }
        self._threads = [
            threading.Thread(target=self._keep, args=(name, step), name=name, daemon=True)
            for name, step in steps.items()
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(timeout=SCHEDULER_SECONDS + 1)

    def _keep(self, name: str, step: Callable[[], object]) -> None:
        while not self._stopping.is_set():
            go_round(self._ctx.threads, name, lambda: bool(step()))
            self._stopping.wait(SCHEDULER_SECONDS)
