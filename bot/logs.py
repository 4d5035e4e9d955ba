"""Logs: one line each, with a machine name, and with every known secret taken out of the finished text."""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Callable, Iterable
from types import TracebackType

from bot.core.redact import redact

NOISY = ("urllib3", "slack_sdk", "waitress", "werkzeug", "websockets")


class LineFormatter(logging.Formatter):
    """JSON, one object a line, so that nothing in a message can pretend to be another line."""

    def __init__(self, secrets: Callable[[], Iterable[str]]) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "action": getattr(record, "action", ""),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        hidden = {name: redact(text, self._secrets()) for name, text in line.items() if text}
        return json.dumps(hidden, ensure_ascii=False)


def set_up_logs(level: str, secrets: Callable[[], Iterable[str]]) -> None:
    """Send everything to stderr through the formatter, uncaught exceptions of every thread too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter(secrets))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    # At DEBUG these print requests with their headers and addresses, which are not ours to write down.
    for name in NOISY:
        logging.getLogger(name).setLevel(max(logging.INFO, logging.getLevelName(level)))
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger("b24bot").critical("uncaught", exc_info=(kind, error, trace), extra={"action": "uncaught"})


def _log_uncaught_in_thread(found: threading.ExceptHookArgs) -> None:
    if found.exc_value is not None:
        _log_uncaught(found.exc_type, found.exc_value, found.exc_traceback)
