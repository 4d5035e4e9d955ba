"""What this process has committed last, and the question whether the server still has it.

The question is part of the first round trip of every unit of work. A pooler may lead to another server without a new
connection, so a question after each reconnect would not be enough.
"""

from __future__ import annotations

import logging
from typing import Any

from bot import clock as ids
from bot.plugin import Message

READ_MARK = "SELECT mark FROM commits WHERE owner = ?"
READ_HEAD = "SELECT seq, encode(mac, 'hex') FROM audit ORDER BY seq DESC LIMIT 1"
_MARK = (
    "INSERT INTO commits (owner, mark, at) VALUES ('{owner}', {mark}, now()) "
    "ON CONFLICT (owner) DO UPDATE SET mark = excluded.mark, at = excluded.at; "
)
_ASK_MARK = "EXISTS (SELECT 1 FROM commits WHERE owner = '{owner}' AND mark = {mark})"
_ASK_HEAD = (
    "EXISTS (SELECT 1 FROM audit WHERE seq = {seq} AND mac = decode('{mac}', 'hex')) OR EXISTS ("
    "SELECT 1 FROM audit WHERE tag = 'audit:records:archived' AND seq > {seq} "
    "AND (facts::jsonb->>'seq')::bigint >= {seq})"
)
"""The record, or another process has archived it meanwhile."""
_LOG = logging.getLogger(__name__)


class CommitRecord:
    """Numbers the commits of one process, and notices when the last one is gone. What was noticed stays."""

    def __init__(self) -> None:
        self.owner = ids.token()
        self.mark = 0
        """The number of the commit that is under way, or was the last one."""
        self.lost: Message | None = None
        """What the server does not have any more; None while it has everything."""
        self._kept = 0
        self._head: tuple[int, str] | None = None

    def question(self) -> str:
        """Return a query of one column, true while the last commit is there; empty before the first commit."""
        if not self._kept:
            return ""
        asks = [_ASK_MARK.format(owner=self.owner, mark=self._kept)]
        if self._head is not None:
            seq, mac = self._head
            asks.append(_ASK_HEAD.format(seq=seq, mac=mac))
        return "SELECT " + " AND ".join(f"({one})" for one in asks)

    def hear(self, there: bool) -> None:
        """Take the answer to the question."""
        if there or self.lost is not None:
            return
        record = str(self._head[0] if self._head else 0)
        _LOG.critical(
            "the server does not have the last commit of this process any more (audit record #%s): nothing is changed "
            "until a restart",
            record,
            extra={"action": "commit_lost"},
        )
        self.lost = Message("store.postgres.commit_lost", record=record)

    def number_next(self) -> str:
        """Return the statements in front of the next COMMIT: its mark, and the head that the log has with it."""
        self.mark += 1
        return self.mark_again()

    def mark_again(self) -> str:
        """Return the same statements with the mark that stands already."""
        return _MARK.format(owner=self.owner, mark=self.mark) + READ_HEAD + "; "

    def tell_others(self, channel: str) -> str:
        """Return the statement in front of COMMIT that tells other processes of it."""
        return f"NOTIFY {channel}, '{self.owner}'; "

    def keep(self, head: tuple[Any, ...] | None) -> None:
        """Remember that the commit of the last number happened, with this head of the audit log."""
        self._kept = self.mark
        self._head = (int(head[0]), str(head[1])) if head else None
