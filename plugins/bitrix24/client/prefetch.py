"""Reads asked for together, in one request, before they are needed one by one. Each answer counts as if asked alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Protocol

from bot.plugin import Json, PluginError, TargetRefused
from plugins.bitrix24.client import not_sent
from plugins.bitrix24.client.rest_client import CallResult, make_error
from plugins.bitrix24.rest import batch, methods, protocol
from plugins.bitrix24.rest.batch import Item, ItemAnswer
from plugins.bitrix24.rest.error_codes import RetryHint


class Reader(Protocol):
    """What reads of a portal, one method or up to 50 at once."""

    def read(self, name: str, params: Mapping[str, Json]) -> Any: ...

    def batch(self, items: Sequence[Item]) -> Sequence[ItemAnswer]: ...


class Prefetch:
    """Answers that came before somebody needed them; each is used once."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._answers: dict[str, ItemAnswer] = {}

    def ask(self, items: Sequence[Item]) -> None:
        """Ask for all of them in one batch. Raises as a read does when nothing came of it.

        A single one is left to whoever needs it, and so are all when the portal has blocked `batch` itself.
        """
        written = ((item, batch.command(item)) for item in items if batch.can_be_sent(item))
        wanted = list(islice((one for one in written if one[1] not in self._answers), batch.SIZE))
        if len(wanted) < 2:
            return
        try:
            answers = self._reader.batch([item for item, _ in wanted])
        except TargetRefused as error:
            if error.code != not_sent.BLOCKED:
                raise
        else:
            self._answers |= zip((command for _, command in wanted), answers, strict=True)

    def take(self, item: Item) -> ItemAnswer | None:
        """The answer of an item that was asked for ahead; None when it was not."""
        return self._answers.pop(batch.command(item), None) if self._answers and batch.can_be_sent(item) else None

    def read(self, item: Item) -> Any:
        """The result of one read. What its answer in the batch does not decide for good, it is asked for alone."""
        answer = self.take(item)
        if answer is not None and not answer.problem:
            return answer.value
        refusal = _refusal(item, answer) if answer is not None else None
        if refusal is not None:
            raise refusal
        return self._reader.read(item.method, item.params)


def _refusal(item: Item, answer: ItemAnswer) -> PluginError | None:
    """The error that the same refusal of a single call ends with; None when a single call would be repeated."""
    if answer.error is None or answer.code == not_sent.BLOCKED:
        return None
    judgement = protocol.refused_item(methods.find(item.method), answer.error)
    if judgement.again in (RetryHint.WAIT, RetryHint.REFRESH):
        return None
    return make_error(CallResult(method=item.method, judgement=judgement, facts={}, sent_ms_ago=None))
