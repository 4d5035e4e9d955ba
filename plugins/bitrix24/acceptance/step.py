"""A step of a run as a row: the call, the facts that its answer is compared with, and the switch that it decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.plugin import Json
from bot.plugin.frozen import dataclass
from plugins.bitrix24.acceptance.answer import Answer
from plugins.bitrix24.acceptance.probe import Probe

Expectation = Callable[[Answer, Probe], bool]
"""Whether an answer is as the facts say."""
Params = Callable[[Probe], Mapping[str, Json]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The answers of a run so far, by step, and its probe."""

    probe: Probe
    answers: Mapping[str, Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """How an answer tells the position of a switch of the simulator. `read` gives "" where it does not tell."""

    switch: str
    read: Callable[[Answer, Evidence], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call. `facts` are numbers of docs/portal-behaviour.md; without any the answer only decides a switch.

    `after` names a step without whose success this one is left out. `token` is False for a call without a token.
    `server` is "body" or "query" for a request to the authorisation server, with the grant in that place.
    """

    name: str
    method: str
    params: Params = lambda _probe: {}
    facts: tuple[str, ...] = ()
    expects: Expectation = lambda _answer, _probe: True
    decides: Decision | None = None
    after: str = ""
    token: bool = True
    server: str = ""


def refused(status: int, code: str, argument: str | None = None) -> Expectation:
    """Expect an error with this HTTP status and code, and this `argument` where one is given."""

    def expects(answer: Answer, _probe: Probe) -> bool:
        named = argument is None or answer.argument == argument
        return answer.status == status and answer.error == code and named

    return expects


def succeeded(result: Any = True) -> Expectation:
    """Expect HTTP 200 with exactly this `result` and without an error."""
    return lambda answer, _probe: (
        answer.status == 200 and not answer.error and type(answer.result) is type(result) and answer.result == result
    )


def has_status(*, configured: bool, working: bool, error: bool = False) -> Expectation:
    """Expect the three words of `imconnector.status`."""

    def expects(answer: Answer, _probe: Probe) -> bool:
        found = answer.result if isinstance(answer.result, Mapping) else {}
        told = (found.get("CONFIGURED"), found.get("STATUS"), found.get("ERROR"))
        return answer.status == 200 and told == (configured, working, error)

    return expects


OFF = has_status(configured=False, working=False)
ON = has_status(configured=True, working=True)
NESTED_YES = succeeded({"result": True})
