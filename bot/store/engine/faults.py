"""The sqlite3 of this process, and what its faults mean for whoever asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.core.bot_errors import StoreDamaged, StoreUnavailable
from bot.plugin import Message, Text

if TYPE_CHECKING:
    sqlite3: Any
else:
    # sqlite-utils takes the same one; it is imported when a step of the schema is due, and not before.
    try:
        import pysqlite3 as sqlite3
    except ImportError:
        import sqlite3

FAULTS: tuple[type[Exception], ...] = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite raises. The second is its complaint about a damaged schema, when that holds bytes that are no text."""
FILE_FAULTS: tuple[type[Exception], ...] = (*FAULTS, OSError)
_DAMAGE = ("malformed", "not a database", "corrupt")
_ADVICE = {
    "readonly": Message("store.database.check_owner"),
    "disk is full": Message("store.database.make_room"),
}
RESTORE_HINT = Message("store.database.restore")


def trouble(error: Exception, sentence: Message, *, hint: Text = "") -> StoreUnavailable:
    """What to raise: a file that is damaged does not mend itself, everything else may."""
    if isinstance(error, UnicodeDecodeError) or any(word in str(error) for word in _DAMAGE):
        return StoreDamaged(sentence, hint=RESTORE_HINT)
    known = next((advice for word, advice in _ADVICE.items() if word in str(error)), hint)
    return StoreUnavailable(sentence, hint=known)


def unwritable(error: Exception, *, hint: Text = "") -> StoreUnavailable:
    """What to raise for a change that SQLite does not make."""
    return trouble(error, Message("store.database.unwritable", cause=str(error)), hint=hint)


def unreadable(error: Exception) -> StoreUnavailable:
    """What to raise for a question that SQLite does not answer."""
    return trouble(error, Message("store.database.unreadable", cause=str(error)))


def is_no_text(error: Exception) -> bool:
    """Whether something that is no UTF-8 stands where text was read: it can still be read as something else."""
    return "decode to UTF-8" in str(error)
