"""Call → HTTP request, answer → verdict. No I/O: `client.py` carries what this module makes and judges.

The table is safety.md M7: a change is done only where `True` itself stands in its method's place, failed only
where the portal provably refused, and unknown in every other case.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.plugin import CallVerdict, Json
from plugins.bitrix24 import answer, errors, message_errors
from plugins.bitrix24.catalogue import Effect, Method, Where
from plugins.bitrix24.errors import Again
from plugins.bitrix24.secret import Secret
from plugins.bitrix24.verdict import said, says_true
from plugins.bitrix24.wire import Exchange, HttpAnswer, HttpRequest, Undelivered


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one exchange proves.

    For a read DONE means that `result` holds the answer. `again` says whether the same request may be repeated;
    for a change only together with a verdict of NOT_SENT.
    """

    verdict: CallVerdict
    sentence: str
    hint: str = ""
    code: str = ""
    status: int = 0
    again: Again = Again.NO
    result: Any = None
    time: Mapping[str, Any] = field(default_factory=dict)
    """What the portal tells of how long it worked, as it came."""
    moved_to: str = field(repr=False, default="")
    """Scheme and host that a redirect points to which proves a renamed portal."""


def encode(base: str, method: Method, params: Mapping[str, Json], token: Secret) -> HttpRequest:
    """A POST of JSON with the token in the body. `base` ends in `/rest/`."""
    body = json.dumps({**params, "auth": token.reveal()}, ensure_ascii=False)
    return HttpRequest(
        verb="POST",
        url=f"{base}{method.name}.json",
        content_type="application/json; charset=utf-8",
        body=Secret(body),
    )


def judge(method: Method, exchange: Exchange) -> Judgement:
    """The verdict of one exchange of `method`."""
    if isinstance(exchange, Undelivered):
        return _undelivered(exchange)
    if 300 <= exchange.status < 400:
        return _redirected(exchange)
    body = answer.read(exchange.body, nested=method.verdict is not Where.VALUE)
    if body is None or body.odd:
        return _unknown(exchange.status, "The portal's answer cannot be read")
    if body.error:
        return _refused(method, exchange.status, body)
    if exchange.status != 200:
        return _unknown(exchange.status, "The portal gave no reason")
    return replace(_answered(method, body), time=_map(body.values.get("time")))


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _undelivered(exchange: Undelivered) -> Judgement:
    if exchange.sent:
        return Judgement(
            verdict=CallVerdict.UNKNOWN,
            sentence=f"The portal was asked, but no answer came: {exchange.reason}.",
            hint="Look at the state before you repeat anything.",
            again=Again.WAIT,
        )
    return Judgement(
        verdict=CallVerdict.NOT_SENT,
        sentence=f"The portal cannot be reached: {exchange.reason}. Nothing was sent.",
        hint="Try again in a few minutes.",
        again=Again.WAIT,
    )


def _redirected(exchange: HttpAnswer) -> Judgement:
    if not exchange.location:
        return _unknown(exchange.status, "The portal redirects without saying where")
    if exchange.body.strip():
        return _unknown(exchange.status, "The portal redirects, and yet it answers something")
    return Judgement(
        verdict=CallVerdict.NOT_SENT,
        sentence=f"The portal has another address now: {_host(exchange.location)}. The call was not carried out.",
        hint="Store the portal again with its new address.",
        status=exchange.status,
        again=Again.LATER,
        moved_to=_ORIGIN.sub("", exchange.location) if exchange.status == 302 else "",
    )


_ORIGIN = re.compile(r"(?<=[^:/])(?<!:/)[/?#].*|^[/?#].*", re.DOTALL)


def _host(location: str) -> str:
    """The host of an address, as far as it can be shown: never its query, which may carry anything."""
    host = location.partition("://")[2] or location
    for end in "/?#":
        host = host.partition(end)[0]
    host = host.rpartition("@")[2][:80]
    return host if host and host.isascii() and host.isprintable() else "an unreadable one"


def _refused(method: Method, status: int, body: answer.Body) -> Judgement:
    row = message_errors.row(body.error)
    may_have_run = row.ran if row.ran is not None else not 400 <= status < 500 and status != 200
    if may_have_run or (method.verdict is not Where.VALUE and says_true(body.values.get("result"))):
        verdict = CallVerdict.UNKNOWN
    elif row.again in (Again.WAIT, Again.REFRESH, Again.LATER):
        verdict = CallVerdict.NOT_SENT
    else:
        verdict = CallVerdict.FAILED
    again = row.again
    if verdict is CallVerdict.UNKNOWN and again is not Again.WAIT:
        again = Again.WAIT if row.ran is None else Again.NO
    return Judgement(
        verdict=verdict,
        sentence=errors.sentence(row, body.words),
        hint=errors.advice(row, repeated=method.effect is Effect.READ or verdict is CallVerdict.NOT_SENT),
        code=errors.safe_code(body.error),
        status=status,
        again=again,
    )


def _answered(method: Method, body: answer.Body) -> Judgement:
    if method.verdict is Where.VALUE:
        if "result" not in body.values:
            return _unknown(200, "The portal's answer holds no result")
        return Judgement(verdict=CallVerdict.DONE, sentence="Read.", status=200, result=body.values["result"])
    found = said(method.verdict, body.values.get("result"))
    if found.yes:
        return Judgement(verdict=CallVerdict.DONE, sentence="The portal says it is done.", status=200, result=True)
    if found.yes is False:
        why = found.why or "The portal says no, without a reason."
        return Judgement(verdict=CallVerdict.FAILED, sentence=why, status=200)
    return _unknown(200, "The portal's answer says neither yes nor no")


def _unknown(status: int, what: str) -> Judgement:
    return Judgement(
        verdict=CallVerdict.UNKNOWN,
        sentence=f"{what} (HTTP {status}).",
        hint="Look at the state before you repeat anything.",
        status=status,
        again=Again.WAIT if status == 200 or status >= 500 else Again.NO,
    )
