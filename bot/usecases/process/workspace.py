"""The workspace of the chat that this bot belongs to, which the chat tells after the start."""

from __future__ import annotations


class Workspace:
    """Remembers which workspace is ours. Both ids are empty until the chat has answered."""

    def __init__(self, team: str = "", enterprise: str = "") -> None:
        self._team = team
        self._enterprise = enterprise

    @property
    def team(self) -> str:
        return self._team

    @property
    def enterprise(self) -> str:
        """The organisation that our team belongs to; empty where it belongs to none."""
        return self._enterprise

    def identify(self, team: str, enterprise: str = "") -> bool:
        """Remember the team and its organisation; returns whether the team is another one than was known."""
        is_news = team != self._team
        # Whoever sees the team acts by it, so the organisation is there before.
        self._enterprise = enterprise
        self._team = team
        return is_news
