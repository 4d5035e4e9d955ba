"""How calls are made: how long, how often, and which answers let the same request be sent again (docs/safety.md M7)."""

from __future__ import annotations

from collections.abc import Callable

from bot.plugin import CallVerdict
from bot.plugin.frozen import dataclass
from plugins.bitrix24.http.exchange import CHANGING, READING, Timeouts
from plugins.bitrix24.rest.error_codes import RetryHint
from plugins.bitrix24.rest.protocol import Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How a call is made. `repeats` says for which judgements the same request may be sent again.

    `queues`: for how many seconds to wait for a place at a portal that is asked too much. A full portal has carried
    nothing out, so that is waited for until a deadline and not counted: with a count, whoever is unlucky loses all.
    `asks`: whether the host has to permit each attempt.
    """

    attempts: int
    timeouts: Timeouts
    repeats: Callable[[Judgement], bool]
    queues: float = 120.0
    asks: bool = False


def _harmless(judgement: Judgement) -> bool:
    return judgement.again is RetryHint.WAIT


def _did_not_run(judgement: Judgement) -> bool:
    return judgement.again is RetryHint.WAIT and judgement.verdict is CallVerdict.NOT_SENT


READ = RetryPolicy(attempts=4, timeouts=READING, repeats=_harmless)
CHANGE = RetryPolicy(attempts=3, timeouts=CHANGING, repeats=_did_not_run, queues=60.0, asks=True)
