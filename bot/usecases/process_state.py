"""What one process knows for as long as it runs, in owners of their own: of the audit log, and of people's accounts."""

from __future__ import annotations

from dataclasses import field

from bot.core.audit.chain import START, Place
from bot.core.principals import Principal
from bot.plugin.frozen import dataclass

RECOMPUTED_AT_ONCE = 10_000
"""A log up to this long is recomputed as a whole by whoever looks, in some 50 ms; a longer one has a mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UncheckedLog:
    """The audit log of a process that has not recomputed all of it yet."""

    covered: bool
    """Whether a mark tells that an earlier process has, and what came after the mark was recomputed at the start."""
    since: float
    """When the process began to work, by the steady clock."""


@dataclass(slots=True, kw_only=True)
class ChainState:
    """How far this process has recomputed the audit chain."""

    verified: Place = START
    """How far it was recomputed, and held."""
    keys: tuple[str, ...] = ()
    """The keys that those records are chained with."""
    unchecked: UncheckedLog | None = None
    """What a start left for later, until it is recomputed."""
    at_start: int = RECOMPUTED_AT_ONCE
    """Records that a start recomputes before the first job; a longer log gets a mark."""


@dataclass(slots=True, kw_only=True)
class AccountLookups:
    """When and with what answer this process asked the chat about accounts."""

    asked: dict[Principal, float] = field(default_factory=dict)
    """When it asked about each account last, by the steady clock."""
    refused: dict[Principal, str] = field(default_factory=dict)
    """Why it was refused an answer about an account when it asked last; nothing where it got one, or none came."""
