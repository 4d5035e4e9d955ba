"""Faults that a network, a gateway or the portal adds to a call: a row a kind, and the queue of those to come."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import Any

from bot.plugin.frozen import dataclass
from bot.plugin.loopback import LoopbackReply
from plugins.bitrix24.simulator.php import answer_shapes, php_values
from plugins.bitrix24.simulator.php.answer_shapes import Shape

JSON_TYPE = {"Content-Type": "application/json; charset=utf-8"}
HTML_TYPE = {"Content-Type": "text/html; charset=UTF-8"}
HTML_PAGE = b"<html><head><title>%d</title></head><body><center><h1>%d</h1></center></body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes out instead of the true answer. `value` is JSON, `text` anything else."""

    status: int = 200
    value: Any = None
    text: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def reply(self) -> LoopbackReply:
        kind, body = (HTML_TYPE, self.text) if self.text is not None else (JSON_TYPE, php_values.encode(self.value))
        return LoopbackReply(status=self.status, headers={**kind, **self.headers}, body=body)


def _html(status: int) -> Answer:
    return Answer(status=status, text=HTML_PAGE % (status, status))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One sort of fault.

    `effect`: whether the call is carried out, unless the fault says otherwise. `answer`: what goes out instead of
    the true answer; None is the true one. `drop`: no byte goes out. `wait`: when the fault's seconds pass:
    before the call, after it, or "late": the answer is lost now and the call carried out that much later.
    `truncate`: half of the answer goes out.
    """

    name: str
    effect: bool = False
    answer: Answer | None = None
    drop: bool = False
    wait: str = ""
    truncate: bool = False
    free: bool = False
    """The fault itself brings status, body and headers."""
    shaped: bool = False
    """The fault names a shape that is put on the true answer (`answer_shapes.py`)."""
    whole: bool = False
    """The portal says it of a request, never of one item in a batch."""


KINDS = (
    Kind(name="lost_before", drop=True),
    Kind(name="lost_after", effect=True, drop=True),
    Kind(name="stall_before", effect=True, wait="before"),
    Kind(name="stall_after", effect=True, wait="after"),
    Kind(name="late_effect", effect=True, drop=True, wait="late"),
    Kind(name="unavailable", answer=_html(503)),
    Kind(
        name="query_limit",
        whole=True,
        answer=Answer(status=503, value={"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"}),
    ),
    Kind(
        name="error_json",
        answer=Answer(
            status=500, value={"error": "INTERNAL_SERVER_ERROR", "error_description": "Internal server error"}
        ),
    ),
    Kind(name="error_html", answer=_html(500)),
    Kind(name="html", answer=Answer(status=200, text=b"<!DOCTYPE html><html><body>Sign in</body></html>")),
    Kind(name="truncated", effect=True, truncate=True),
    Kind(name="false_flat", answer=Answer(value={"result": False})),
    Kind(name="false_nested", answer=Answer(value={"result": {"result": False}})),
    Kind(
        name="expired",
        whole=True,
        answer=Answer(
            status=401,
            value={"error": "expired_token", "error_description": "The access token provided has expired."},
        ),
    ),
    Kind(
        name="too_many",
        answer=Answer(
            status=429,
            value={
                "error": "OPERATION_TIME_LIMIT",
                "error_description": "Method is blocked due to operation time limit.",
            },
        ),
    ),
    Kind(name="reply", free=True),
    Kind(name="shape", shaped=True),
)

BY_NAME = {kind.name: kind for kind in KINDS}
FOREVER = -1


class UnknownFault(ValueError):
    """The control API was asked for a fault that does not exist; the text says what does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault waiting for its call. `method` is a REST method, `oauth.token`, or `*` for any; `skip` lets that
    many calls through first; `times` -1 is for ever."""

    kind: Kind
    method: str = "*"
    times: int = 1
    skip: int = 0
    seconds: float = 0.0
    effect: bool = False
    answer: Answer | None = None
    shape: Shape | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.name,
            "method": self.method,
            "times": self.times,
            "skip": self.skip,
            "seconds": self.seconds,
            "effect": self.effect,
            **({"shape": self.shape.name} if self.shape else {}),
        }


def read_fault(row: Mapping[str, Any]) -> Fault:
    """A fault from the control API's words; raises UnknownFault in a sentence."""
    name = str(row.get("kind", ""))
    kind = BY_NAME.get(name)
    if kind is None:
        raise UnknownFault(f"There is no fault {name!r}. There are: {', '.join(BY_NAME)}.")
    times = row.get("times", 1)
    shape = _shape(row) if kind.shaped else None
    return Fault(
        kind=kind,
        method=str(row.get("method", "*")).lower(),
        times=FOREVER if times == "forever" else int(times),
        skip=int(row.get("skip", 0)),
        seconds=float(row.get("seconds", 0.0)),
        effect=bool(row.get("effect", shape.effect if shape else kind.effect)),
        answer=_free_answer(row) if kind.free else kind.answer,
        shape=shape,
    )


def _shape(row: Mapping[str, Any]) -> Shape:
    name = str(row.get("shape", ""))
    if name not in answer_shapes.BY_NAME:
        raise UnknownFault(f"There is no shape {name!r}. There are: {', '.join(answer_shapes.BY_NAME)}.")
    return answer_shapes.BY_NAME[name]


def _free_answer(row: Mapping[str, Any]) -> Answer:
    body = row.get("body", "")
    text = body.encode() if isinstance(body, str) else None
    return Answer(status=int(row.get("status", 200)), value=body, text=text, headers=dict(row.get("headers") or {}))


class Faults:
    """The queue: the first fault that fits a call is used on it."""

    def __init__(self) -> None:
        self._queue: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._queue.append(fault)

    def clear(self) -> None:
        self._queue.clear()

    def waiting(self) -> list[Fault]:
        return list(self._queue)

    def take(self, method: str, *, inner: bool = False, around: bool = False) -> Fault | None:
        """The fault for this call, counted down. Inside a batch (`inner`) only a fault with an answer that is a
        JSON object and that names the method fits; every other one that names it is met by the request `around`."""
        for index, fault in enumerate(self._queue):
            if fault.method not in ((method,) if inner or around else ("*", method)):
                continue
            fits_inside = bool(fault.answer and isinstance(fault.answer.value, dict) and not fault.kind.whole)
            if (inner and not fits_inside) or (around and fits_inside):
                continue
            if fault.skip:
                self._queue[index] = replace(fault, skip=fault.skip - 1)
                continue
            self._count_down(index, fault)
            return fault
        return None

    def _count_down(self, index: int, fault: Fault) -> None:
        if fault.times == 1:
            del self._queue[index]
        elif fault.times != FOREVER:
            self._queue[index] = replace(fault, times=fault.times - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a fault needs to act: `perform` carries the call out, `skipped` notes that it was not, `pause` waits
    real seconds, `later` carries out after simulated seconds."""

    perform: Callable[[], LoopbackReply]
    skipped: Callable[[], None]
    pause: Callable[[float], None]
    later: Callable[[float, Callable[[], object]], None]


def apply(fault: Fault, means: Means) -> LoopbackReply:
    """Answer a call under a fault."""
    kind = fault.kind
    if kind.wait == "late":
        means.later(fault.seconds, means.perform)
        return LoopbackReply(drop=True)
    if kind.wait == "before":
        means.pause(fault.seconds)
    true = means.perform() if fault.effect else None
    if true is None:
        means.skipped()
    if fault.shape:
        return fault.shape.put(true or LoopbackReply.json({"result": None}))
    if kind.drop or (true is None and fault.answer is None):
        return LoopbackReply(drop=True)
    reply = fault.answer.reply() if fault.answer else true or LoopbackReply(drop=True)
    return replace(
        reply,
        stall=fault.seconds if kind.wait == "after" else reply.stall,
        truncate=len(reply.body) // 2 if kind.truncate else reply.truncate,
    )


def inner_body(fault: Fault) -> dict[str, Any]:
    """The JSON object that a fault answers with inside a batch."""
    found: dict[str, Any] = json.loads(json.dumps(fault.answer.value if fault.answer else {}))
    return found
