"""User groups of the workspace: people who are mentioned together."""

from __future__ import annotations

from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class UserGroup:
    """One group. A switched-off one is told only to who asks for those."""

    id: str
    members: tuple[str, ...] = ()
    """Ids of people."""
    disabled: bool = False
