"""How this process is told from others: its name in leases, and those of its threads that are at work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot import clock as ids
from bot.store.repositories.replication.replicas import DEAD_AFTER_MS

_STEADY = ids.SystemClock().monotonic


class ProcessIdentity:
    """Names the owners of leases, and knows which of its own are at work."""

    def __init__(self, steady: Callable[[], float] = _STEADY) -> None:
        self.name = ids.token()
        """Its owner token: of its row among the replicas, of its leases, and of what it has taken."""
        self.steady = steady
        """The clock of its beats, in seconds. Other replicas count the same seconds, by the clock of the server."""
        self._at_work: set[str] = set()
        self._beat_at: float | None = None

    def note_beat(self, at: float) -> None:
        """Note that this replica has beaten: it began to at this moment of `steady`."""
        self._beat_at = at

    def is_silent(self) -> bool:
        """Whether another replica may have taken this one for dead. False where no other host can be."""
        return self._beat_at is not None and self.steady() - self._beat_at >= DEAD_AFTER_MS / 1000

    def make_owner(self, try_of: str) -> str:
        """Name the owner of a lease: this process, and one try at one change request."""
        return f"{self.name}:{try_of}"

    @staticmethod
    def process_of(owner: str) -> str:
        """Return the name of the process in the name of an owner."""
        return owner.partition(":")[0]

    def is_own(self, owner: str) -> bool:
        """Whether a thread of this process held, or holds, leases as this owner."""
        return owner.startswith(f"{self.name}:")

    def is_at_work(self, owner: str) -> bool:
        """Whether the thread of this owner still works in this process."""
        return owner in self._at_work

    @contextmanager
    def keep_at_work(self, owner: str) -> Iterator[None]:
        """Count the owner as at work while this lasts."""
        self._at_work.add(owner)
        try:
            yield
        finally:
            self._at_work.discard(owner)
