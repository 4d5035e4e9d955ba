"""How far this process has got with the audit log: recomputed, witnessed, and awaited in the audit channel."""

from __future__ import annotations

from collections.abc import Collection

from bot.core.audit.chain import START, Place
from bot.plugin.frozen import dataclass
from bot.store.files.witness_file import Witness

RECOMPUTED_AT_ONCE = 10_000
"""A log up to this long is recomputed as a whole by whoever looks, in some 50 ms; a longer one has a mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UncheckedLog:
    """The audit log of a process that has not recomputed all of it yet."""

    covered: bool
    """Whether a mark tells that an earlier process has, and what came after the mark was recomputed at the start."""
    since: float
    """When the process began to work, by the steady clock."""


class ChainState:
    """How far this process has recomputed the audit chain.

    `at_start` is the number of records that a start recomputes before the first job; a longer log gets a mark.
    """

    def __init__(self, *, at_start: int = RECOMPUTED_AT_ONCE) -> None:
        self.at_start = at_start
        self._verified = START
        self._keys: tuple[str, ...] = ()
        self._unchecked: UncheckedLog | None = None

    @property
    def verified(self) -> Place:
        """How far it was recomputed, and held."""
        return self._verified

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that those records are chained with."""
        return self._keys

    @property
    def unchecked(self) -> UncheckedLog | None:
        """What a start left for later, until it is recomputed."""
        return self._unchecked

    def record_verified(self, place: Place, keys: Collection[str]) -> None:
        """Remember that the chain holds up to a place, and with which keys the records before it are chained."""
        self._verified = place
        self._keys = tuple(dict.fromkeys((*self._keys, *keys)))

    def defer_check(self, rest: UncheckedLog) -> None:
        """Leave the rest of the log for later; what changes something may have to wait for it."""
        self._unchecked = rest

    def finish_check(self) -> None:
        """Let what waited for the rest of the log go on."""
        self._unchecked = None


class AuditProgress:
    """Remembers what this process has seen of the audit log, its witness file and its channel."""

    def __init__(self, *, witness: Witness | None = None, chain: ChainState | None = None) -> None:
        self.witness = witness
        """The file that gets the heads of the log; None where none is set."""
        self.chain = chain or ChainState()
        self._witnessed_at: float | None = None
        self._awaited: dict[int, int] = {}

    @property
    def witnessed_at(self) -> float | None:
        """When the witness file had got all heads last, by the steady clock; None before this process has seen that."""
        return self._witnessed_at

    def record_witnessed(self, at: float) -> None:
        """Remember that the witness file has all heads now."""
        self._witnessed_at = at

    def await_line(self, number: int, seq: int) -> None:
        """Remember that the job of a change request waits until the line of an audit record is in the channel."""
        self._awaited[number] = seq

    def forget_awaited(self, number: int) -> None:
        """Forget that the job of a change request waits."""
        self._awaited.pop(number, None)

    def find_ready(self, seqs: Collection[int]) -> list[int]:
        """Return the change requests that wait for the line of one of these records."""
        return [number for number, seq in list(self._awaited.items()) if seq in seqs]
