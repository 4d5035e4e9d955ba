"""The file of the policy table, read and checked. The only module that knows time zones of the host."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.core.authority.rules.rule_table import RuleTable
from bot.core.authority.rules.table_reader import read_table
from bot.core.bot_errors import ConfigurationError
from bot.plugin import Message, Text


def read_policy_file(path: Path | None) -> RuleTable:
    """Read a policy file; without one the table has no rows. Raises BrokenTable, or ConfigurationError."""
    if path is None:
        return RuleTable()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        cause: Text = getattr(error, "strerror", None) or Message("rules.file.not_utf8")
        raise ConfigurationError(
            Message("rules.file.unreadable", file=str(path), cause=cause), hint=Message("rules.file.mend")
        ) from None
    return read_table(text, find_zone)


def find_zone(name: str) -> tzinfo | None:
    """Find a time zone of the host; None for one that it does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
