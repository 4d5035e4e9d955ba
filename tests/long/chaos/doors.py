"""The witness of a chaos test: several calls of one method run at a time, so it looks which intent is whose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from bot.core.change.plans import plan_from_json
from tests.long.crash.harness.outside import Intent, Witness

UNANSWERED = (
    "SELECT executions.number, step, method, plan FROM executions JOIN changes ON changes.number = executions.number "
    "WHERE verdict IS NULL AND method = ?1 AND (status = 'running' OR intended_at < ?2) "
    "ORDER BY status = 'running' DESC, intended_at DESC"
)
"""Of what the worker that lives intends it has to be running still; a dead one's call may still be on its way."""


class DiscerningWitness(Witness):
    """Counts as the intent of a call only what plans just this call. `reborn_ms`: since when the last worker lives."""

    reborn_ms = 0

    def intents(self, method: str, params: Mapping[str, Any]) -> tuple[Intent, ...]:
        sent = set(_leaves(params))
        fitting = (
            Intent(number=number, step=step, method=method)
            for number, step, method, plan in self.stored.read(UNANSWERED, method, self.reborn_ms)
            if set(_leaves(plan_from_json(plan).calls[step].params)) <= sent
        )
        return tuple(islice(fitting, 1))


def _leaves(value: object) -> Iterator[str]:
    """What parameters hold, whatever they were folded into on their way."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _leaves(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _leaves(each)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
