"""Whether a click can arrive here and be decided: each condition by name, and what it means where it does not hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from bot.core.bot_errors import ConfigurationError, StoreUnavailable
from bot.plugin import Message
from bot.plugin.frozen import dataclass
from bot.store.sealing.keyring import Keyring
from bot.usecases.context import Context
from bot.usecases.integrity.file_identity import FILES
from bot.usecases.leases.worker_beat import is_beating

REASONS: Mapping[str, Message] = {
    "store": Message("status.unready.store"),
    "keys": Message("status.unready.keys"),
    "slack": Message("status.unready.slack"),
    "intake": Message("status.unready.intake"),
    "socket": Message("status.unready.socket"),
    "files": Message("status.unready.files"),
    "worker": Message("status.unready.worker"),
}
"""Why this process is not ready, for each condition that does not hold."""


class Living(Protocol):
    """A connection, or a worker, that knows whether it is alive."""

    @property
    def alive(self) -> bool:
        """Whether it does its work now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyParts:
    """The parts of a process that its readiness depends on, as they are now."""

    ctx: Context
    stopping: bool
    takes: bool
    """Whether it takes what Slack sends."""
    accepted: bool
    """Whether Slack accepts the bot token."""
    keys: Callable[[], Keyring]
    """Reads the key file. Raises ConfigurationError."""
    socket: Living | None
    """The Socket Mode connection; None without one."""
    worker: Living | None
    """The worker of this process; None where the work is another one's."""


def find_conditions(parts: ReadyParts) -> Mapping[str, bool]:
    """Each condition and whether it holds. To look writes to the database."""
    here = not parts.stopping
    store = here and parts.ctx.store.writable()
    conditions = {"store": store, "keys": _can_read(parts.keys), "slack": parts.accepted}
    if parts.takes:
        conditions |= {"intake": here, "socket": parts.socket is None or parts.socket.alive}
    if parts.takes and parts.worker is None:
        conditions["files"] = FILES not in parts.ctx.limits
    return conditions | {"worker": here and (parts.worker is None or parts.worker.alive) and _is_worked(parts.ctx)}


def _can_read(keys: Callable[[], Keyring]) -> bool:
    """Whether a process that started now would get its keys."""
    try:
        keys()
    except ConfigurationError:
        return False
    return True


def _is_worked(ctx: Context) -> bool:
    try:
        return is_beating(ctx)
    except StoreUnavailable:
        return False
