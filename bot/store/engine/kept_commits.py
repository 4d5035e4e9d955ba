"""What becomes of a commit that was acknowledged, when the database fails: what each kind of database promises."""

from __future__ import annotations

from enum import StrEnum

from bot.plugin import Message


class Durability(StrEnum):
    """Where an acknowledged commit is, and so what can lose it."""

    FILE = "file"
    """In a file of this host: only whoever puts back a copy of it loses a commit."""
    SYNCHRONOUS = "synchronous"
    """On the disk of a server and of a standby that the server waits for: a failover loses none."""
    WAITING = "waiting"
    """Nowhere: the server waits for a standby, and none is connected. A commit is not acknowledged."""
    SINGLE = "single"
    """On the disk of a server that reports no standby. A standby that it does not report may be behind."""
    ASYNCHRONOUS = "asynchronous"
    """On the disk of a server with a standby that may be behind: a failover may lose the latest."""
    VOLATILE = "volatile"
    """In the memory of a server: a crash of its host may lose the latest."""


WITNESSED_FIRST = frozenset({Durability.SINGLE, Durability.ASYNCHRONOUS, Durability.VOLATILE})
"""Where the witness file, if one is set, gets the head of an intent before the call."""
MAY_LOSE = frozenset({Durability.ASYNCHRONOUS, Durability.VOLATILE})
"""Where changes need a witness file, for an acknowledged commit may be lost."""


class KeptCommits:
    """What an engine promises whose rows are in a file of this host."""

    def durability(self) -> Durability:
        return Durability.FILE

    def find_lost_commit(self) -> Message | None:
        return None
