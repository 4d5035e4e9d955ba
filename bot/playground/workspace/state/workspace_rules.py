"""The rules of the workspace that its owners and the owners of the app can change."""

from __future__ import annotations

from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """`messages_tab`: people get direct messages of the app. `edit_seconds`: how long a message can be edited."""

    messages_tab: bool = True
    edit_seconds: float | None = None

    def edits_are_over(self, posted: float, now: float) -> bool:
        return self.edit_seconds is not None and now - posted > self.edit_seconds
