"""Warnings of the log as sentences, for a person who waits for a short command at a terminal."""

from __future__ import annotations

import logging

from bot.cli.output import plain
from bot.core.text import one_line
from bot.logs import LineFormatter, read_message
from bot.plugin import Message


class SentenceFormatter(LineFormatter):
    """Writes a warning or an error as one sentence. What has a trace, or is less, stays a line for programs."""

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info or record.levelno < logging.WARNING:
            return super().format(record)
        text = one_line(self.redact(read_message(record, plain)))
        if record.levelno >= logging.ERROR:
            return plain(Message("cli.log.error", text=text))
        return plain(Message("cli.log.warning", text=text))
