"""Reads for somebody who only looks: the same read is made once for all who ask at once, lists are kept for seconds."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from bot.plugin import Json
from plugins.bitrix24.client.prefetch import Reader
from plugins.bitrix24.rest import batch
from plugins.bitrix24.rest.batch import Item, ItemAnswer
from plugins.bitrix24.traffic.read_cache import CachedAnswer, ReadCache

LISTS = ("imconnector.list", "imopenlines.config.list.get")
"""What is kept. Statuses never are."""


class CachedReader:
    """A reader over another one. `who` names the portal and the credentials: nobody gets what others were told."""

    def __init__(
        self, reader: Reader, kept: ReadCache, who: Hashable, now: Callable[[], float], *, uses_kept: bool = True
    ) -> None:
        self._reader = reader
        self._kept = kept
        self._who = who
        self._now = now
        self._uses_kept = uses_kept
        self._oldest: float | None = None

    @property
    def age(self) -> int:
        """How many seconds ago the oldest of what was kept was asked for; 0 when all is fresh."""
        return 0 if self._oldest is None else round(self._now() - self._oldest)

    def read(self, name: str, params: Mapping[str, Json]) -> Any:
        item = Item(method=name, params=params)
        if not batch.can_be_sent(item):
            return self._reader.read(name, params)
        seen = self._find(item)
        if seen is not None:
            return self._used(seen)
        return self._kept.once((self._who, batch.command(item)), lambda: self._asked(item))

    def _asked(self, item: Item) -> Any:
        began, changes = self._now(), self._kept.changes
        value = self._reader.read(item.method, item.params)
        self._keep(item, value, began, changes)
        return value

    def batch(self, items: Sequence[Item]) -> Sequence[ItemAnswer]:
        """Kept answers stand only for all of it: where a request goes out anyhow, everything in it is read anew."""
        found = [self._find(item) for item in items]
        if items and None not in found:
            return [ItemAnswer(value=self._used(seen)) for seen in found if seen is not None]
        if not all(map(batch.can_be_sent, items)):
            return self._reader.batch(items)
        return self._kept.once((self._who, tuple(map(batch.command, items))), lambda: self._asked_together(items))

    def _asked_together(self, items: Sequence[Item]) -> Sequence[ItemAnswer]:
        began, changes = self._now(), self._kept.changes
        answers = self._reader.batch(items)
        for item, answer in zip(items, answers, strict=True):
            if not answer.problem:
                self._keep(item, answer.value, began, changes)
        return answers

    def _find(self, item: Item) -> CachedAnswer | None:
        if item.method not in LISTS or not self._uses_kept:
            return None
        return self._kept.find((self._who, batch.command(item)), self._now())

    def _used(self, seen: CachedAnswer) -> Any:
        self._oldest = seen.began if self._oldest is None else min(self._oldest, seen.began)
        return seen.value

    def _keep(self, item: Item, value: Any, began: float, changes: int) -> None:
        if item.method in LISTS:
            self._kept.keep((self._who, batch.command(item)), CachedAnswer(value=value, began=began), changes=changes)
