"""The logs of this process, put back after something that sets them up for itself."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bot.logs import NOISY


@contextmanager
def kept_logs() -> Iterator[None]:
    """Put levels, handlers and hooks for uncaught exceptions back in the end."""
    loggers = [logging.getLogger(), *map(logging.getLogger, NOISY)]
    levels = [logger.level for logger in loggers]
    handlers, hooks = list(loggers[0].handlers), (sys.excepthook, threading.excepthook)
    try:
        yield
    finally:
        loggers[0].handlers[:] = handlers
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        sys.excepthook, threading.excepthook = hooks
