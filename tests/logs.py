"""The logs of this process, put back after something that sets them up for itself."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bot.logs import NOISY, read_message
from bot.usecases.process.fault_details import FaultDetails


class EnglishRecord(logging.LogRecord):
    """A record whose messages pytest shows in English, as the lines for programs have them."""

    def getMessage(self) -> str:
        return read_message(self)


@contextmanager
def kept_logs() -> Iterator[None]:
    """Put levels, handlers and hooks for uncaught exceptions back in the end.

    What something left on b24bot's own logger is an error: every later test in this process would log differently.
    """
    loggers = [logging.getLogger(), *map(logging.getLogger, NOISY)]
    ours = logging.getLogger("b24bot")
    before = ours.level, _list_handlers(ours)
    levels = [logger.level for logger in loggers]
    handlers, hooks = list(loggers[0].handlers), (sys.excepthook, threading.excepthook)
    try:
        yield
    finally:
        loggers[0].handlers[:] = handlers
        for logger, level in zip(loggers, levels, strict=True):
            # Setting a level makes every logger of the process forget what it had worked out.
            if logger.level != level:
                logger.setLevel(level)
        sys.excepthook, threading.excepthook = hooks
        after = ours.level, _list_handlers(ours)
        ours.handlers[:] = [*before[1], *(one for one in ours.handlers if isinstance(one, FaultDetails))]
        if ours.level != before[0]:
            ours.setLevel(before[0])
        assert after == before, "the level or the handlers of b24bot's logger were not put back"


def _list_handlers(logger: logging.Logger) -> list[logging.Handler]:
    """Its handlers without those of bots that run: one of a fixture that outlives a test may begin anew in the test."""
    return [one for one in logger.handlers if not isinstance(one, FaultDetails)]
