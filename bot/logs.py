"""Logs: one line each, with a machine name, and with every known secret taken out of the finished text."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import TextIO

from bot.core import mentions
from bot.core.redaction.redactor import redact
from bot.core.request_id import current_request_id
from bot.language.translation import translate
from bot.plugin import Message

NOISY = ("urllib3", "slack_bolt", "slack_sdk", "waitress", "websocket", "websockets", "werkzeug")
_LINE_BREAKS = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What JSON leaves as it is, and some readers of lines, or UTF-8, do not."""


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
            "action": str(getattr(record, "action", "")),
            "request_id": current_request_id(),
            "message": mentions.unmark(read_message(record)),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        hidden = {name: self.redact(text) for name, text in line.items() if text}
        return _LINE_BREAKS.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(hidden, ensure_ascii=False))

    def redact(self, text: str) -> str:
        """The text without any known secret."""
        return redact(text, self._secrets())


def read_message(record: logging.LogRecord, say: Callable[[Message], str] = translate) -> str:
    """Read what a record says; `say` puts its messages into words.

    Arguments that do not fit stand behind the text: logging would print them as they are, past every filter.
    """
    args = record.args
    if isinstance(args, tuple):
        args = tuple(say(one) if isinstance(one, Message) else one for one in args)
    try:
        return str(record.msg) % args if args else str(record.msg)
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {args}"


class LineHandler(logging.StreamHandler[TextIO]):
    """Writes lines; where it cannot, it says nothing of what was in them."""

    def handleError(self, record: logging.LogRecord) -> None:
        """logging's own way is to print the message and its arguments as they are."""
        with suppress(OSError, ValueError):
            sys.stderr.write(f'{{"level": "ERROR", "logger": "{__name__}", "action": "line_lost"}}\n')


def set_up_logs(
    level: str, secrets: Callable[[], Iterable[str]], *, formatter: type[LineFormatter] = LineFormatter
) -> None:
    """Send everything to stderr through the formatter, uncaught exceptions of every thread too."""
    handler = LineHandler(sys.stderr)
    handler.setFormatter(formatter(secrets))
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
    if found.exc_value is not None and not isinstance(found.exc_value, SystemExit):
        _log_uncaught(found.exc_type, found.exc_value, found.exc_traceback)
