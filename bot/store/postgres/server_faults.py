"""The psycopg of this process, and what its faults mean for whoever asked. Where it is missing, that is said here."""

from __future__ import annotations

from bot.core.bot_errors import ConfigurationError, StoreDamaged, StoreUnavailable
from bot.plugin import Message

try:
    import psycopg as psycopg
except ImportError:
    raise ConfigurationError(
        Message("store.postgres.no_driver"), hint=Message("store.postgres.install_driver")
    ) from None

FAULTS: tuple[type[Exception], ...] = (psycopg.Error, UnicodeError)


class ServerSilent(psycopg.OperationalError):
    """The server was asked and has said nothing for so many seconds. The connection is closed."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer for {seconds:.0f} s")
        self.seconds = seconds


class UnfitServer(StoreUnavailable):
    """A server was reached that this bot cannot work with. Another one may have its address later."""


UNANSWERED: tuple[type[Exception], ...] = (*FAULTS, StoreUnavailable)
"""What a statement raises, or the connection that it needs."""
_ENDED = ("08", "57P", "25P03")
"""SQLSTATEs of a connection that the network or the server ended; 25P03: a transaction was idle for too long."""
_BUSY = "55P03"
"""SQLSTATE lock_not_available: another unit of work lasted longer than this one waits."""
_DAMAGED = ("XX001", "XX002")
"""SQLSTATE data_corrupted and index_corrupted."""


def is_lost(error: Exception) -> bool:
    """Whether the connection is gone. Nothing on it can be answered any more, and what was not committed is undone."""
    if isinstance(error, psycopg.InterfaceError):
        return True
    state = sqlstate(error)
    return says_end(state) if state else isinstance(error, psycopg.OperationalError)


def says_end(state: str) -> bool:
    """Whether this SQLSTATE tells that the connection has ended."""
    return state.startswith(_ENDED)


def sqlstate(error: Exception) -> str:
    return (error.sqlstate or "") if isinstance(error, psycopg.Error) else ""


def unwritable(error: Exception) -> StoreUnavailable:
    """What to raise for a change that the server does not make."""
    hint = Message("store.database.try_again") if sqlstate(error) == _BUSY else ""
    return _trouble(error, Message("store.database.unwritable", cause=_words(error)), hint)


def unreadable(error: Exception) -> StoreUnavailable:
    """What to raise for a question that the server does not answer."""
    return _trouble(error, Message("store.database.unreadable", cause=_words(error)), "")


def unreachable(error: Exception) -> StoreUnavailable:
    """What to raise where no connection can be opened."""
    return StoreUnavailable(
        Message("store.postgres.unreachable", cause=_words(error)), hint=Message("store.postgres.check_server")
    )


def _trouble(error: Exception, sentence: Message, hint: Message | str) -> StoreUnavailable:
    if sqlstate(error) in _DAMAGED:
        return StoreDamaged(sentence, hint=Message("store.postgres.restore"))
    return StoreUnavailable(sentence, hint=hint)


def _words(error: Exception) -> Message | str:
    """The first line of what the server or the driver said: the others quote the statement and its values."""
    if isinstance(error, ServerSilent):
        return Message("store.postgres.silent", seconds=f"{error.seconds:.0f}")
    if isinstance(error, psycopg.Error) and error.diag.message_primary:
        return error.diag.message_primary
    return str(error).partition("\n")[0]
