"""The single-use tickets with which an app may open one Socket Mode connection (docs/slack-behaviour.md S37)."""

from __future__ import annotations

from bot.playground.workspace.base.installation import APP_ID
from bot.playground.workspace.base.workspace_clock import Ids


class Tickets:
    """`base` is the address of the socket server, for example `ws://127.0.0.1:40002`."""

    def __init__(self, ids: Ids) -> None:
        self.base = ""
        self._ids = ids
        self._open: set[str] = set()

    def issue(self) -> str:
        """A complete address with a fresh ticket."""
        ticket = self._ids.random(36)
        self._open.add(ticket)
        return f"{self.base}/link/?ticket={ticket}&app_id={APP_ID}"

    def redeem(self, ticket: str) -> bool:
        """Whether the ticket was good; it is not any more."""
        good = ticket in self._open
        self._open.discard(ticket)
        return good
