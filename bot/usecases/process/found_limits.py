"""Limits that start-up and the scheduler found. What takes less time is looked at whenever somebody asks."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterator, Mapping

from bot.core.authority.limits import Limit

log = logging.getLogger("b24bot")


class FoundLimits(Mapping[str, Limit]):
    """What was found that keeps the bot from doing everything, by name. It is read as a mapping."""

    def __init__(self) -> None:
        self._limits: dict[str, Limit] = {}
        self._allow_list: tuple[Hashable, Limit | None] | None = None

    def __getitem__(self, name: str) -> Limit:
        return self._limits[name]

    def __iter__(self) -> Iterator[str]:
        # A copy: other threads find and lift limits meanwhile.
        return iter(tuple(self._limits))

    def __len__(self) -> int:
        return len(self._limits)

    def list_all(self) -> list[Limit]:
        """Return all that hold now, in the order in which they were found."""
        return list(self._limits.values())

    def keep_limit(self, name: str, limit: Limit | None) -> None:
        """Keep what was found, or lift the limit of this name; what changes is in the log."""
        before = self._limits.get(name)
        if limit is not None:
            self.note_limit(name, limit)
            if before != limit:
                log.error("%s: %s", limit.mode, limit.why, extra={"action": "limit_set"})
        elif before is not None:
            self._limits.pop(name, None)
            log.warning("no longer: %s", before.why, extra={"action": "limit_lifted"})

    def note_limit(self, name: str, limit: Limit) -> None:
        """Keep what was found, without a word in the log: for whoever shows it to a person."""
        self._limits[name] = limit

    def cache_allow_list_limit(self, version: Hashable, limit: Limit | None) -> None:
        """Remember what the comparison of the allow-list with the log gave at a version of the store."""
        self._allow_list = version, limit

    def cached_allow_list_limit(self) -> tuple[Hashable, Limit | None] | None:
        """Return what the last comparison gave, with the version of the store; None before the first."""
        return self._allow_list
