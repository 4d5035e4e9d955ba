"""Call → HTTP request, answer → verdict. No I/O: `http/transport.py` carries what this module makes and judges.

A change is done only where `True` itself stands in its method's place, failed only where the portal provably refused,
and unknown in every other case. What proves a refusal depends on the HTTP status and on the shape of the error:

    status              a code in `error`       words in another shape    neither
    200                 refused                 unknown                   by the method's place
    4xx but 408, 499    refused                 refused                   unknown
    any other           by the code's row       unknown                   unknown

An answer with anything but blanks around its JSON proves nothing of a change.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

from bot.plugin import CallVerdict, Json, Message, Text
from bot.plugin.frozen import dataclass
from plugins.bitrix24.http import redirects
from plugins.bitrix24.http.exchange import Exchange, HttpAnswer, HttpRequest, Undelivered
from plugins.bitrix24.http.redirects import Target
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.rest import decoding, error_codes, message_errors, response
from plugins.bitrix24.rest.confirmation import read_confirmation, says_true
from plugins.bitrix24.rest.decoding import Flaw
from plugins.bitrix24.rest.error_codes import RetryHint, Row
from plugins.bitrix24.rest.methods import Effect, Method, VerdictLocation
from plugins.bitrix24.rest.reported_error import ReportedError
from plugins.bitrix24.rest.response import Body, Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one exchange proves.

    For a read DONE means that `result` holds the answer. `again` says whether the same request may be repeated;
    for a change only together with a verdict of NOT_SENT.
    """

    verdict: CallVerdict
    sentence: Text
    hint: Text = ""
    code: str = ""
    status: int = 0
    again: RetryHint = RetryHint.NO
    result: Any = None
    time: Mapping[str, Any] = field(default_factory=dict)
    """What the portal tells of how long it worked, as it came."""
    moved_to: str = field(repr=False, default="")
    """Scheme and host that a redirect points to which proves a renamed portal."""
    remark: Message | None = None
    """What is wrong with the bytes of an answer that was read all the same."""


def encode(base: str, method: Method, params: Mapping[str, Json], token: Secret) -> HttpRequest:
    """A POST of JSON with the token in the body. `base` ends in `/rest/`."""
    body = json.dumps({**params, "auth": token.reveal()}, ensure_ascii=False)
    return HttpRequest(
        verb="POST",
        url=f"{base}{method.name}.json",
        content_type="application/json; charset=utf-8",
        body=Secret(body),
    )


def judge(method: Method, exchange: Exchange, *, asked: str = "") -> Judgement:
    """The verdict of one exchange of `method`. `asked` is the address that it went to, by which a redirect is told."""
    if isinstance(exchange, Undelivered):
        return _undelivered(method, exchange)
    if 300 <= exchange.status < 400:
        return _redirected(method, exchange, asked)
    body = response.read(
        exchange.body, nested=method.verdict is not VerdictLocation.VALUE, failed=exchange.status != 200
    )
    if isinstance(body, Unreadable):
        return _unreadable(method, exchange.status, body)
    remark = body.around.flaw.says if body.around and body.around.flaw else None
    if remark and method.effect is not Effect.READ:
        return _unknown(method, exchange.status, remark, words=_words_of(body), do=_flaw_of(body).do)
    if body.error and not _says_no(method, exchange.status, body):
        return replace(_refused(method, exchange.status, body, body.error), remark=remark)
    if exchange.status != 200:
        return _unknown(method, exchange.status, Message("bitrix24.call.no_reason"))
    return replace(_answered(method, body), time=_map(body.values.get("time")), remark=remark)


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def refused_item(method: Method, error: ReportedError) -> Judgement:
    """What an error proves that came for one read inside a batch, whose own answer was HTTP 200."""
    return _refused(method, 200, None, error)


def _flaw_of(body: Body) -> Flaw:
    return (body.around.flaw if body.around else None) or decoding.NOT_JSON


def _words_of(body: Body) -> str:
    """What the portal's PHP wrote, and what the answer itself says."""
    said_by_php = body.around.words if body.around else ""
    return "; ".join(filter(None, (body.error.words if body.error else "", said_by_php)))


def _says_no(method: Method, status: int, body: Body) -> bool:
    """Whether False stands in the method's place beside words without a code: the place decides, the words tell why."""
    if status != 200 or method.verdict is VerdictLocation.VALUE or body.error is None or body.error.code:
        return False
    return not body.error.documented and read_confirmation(method.verdict, body.values.get("result")).yes is False


def _proves_refusal(status: int) -> bool:
    """Whether a status means that the call was turned away before the method ran, whoever turned it away.

    408 and 499 are said by whoever gave up waiting.
    """
    return 400 <= status < 500 and status not in (408, 499)


def _unreadable(method: Method, status: int, body: Unreadable) -> Judgement:
    if body.flaw is decoding.PLAIN_TEXT and _proves_refusal(status):
        return _refused(method, status, None, ReportedError(words=body.words))
    what = Message("bitrix24.call.reply_unusable", flaw=body.flaw.says)
    return _unknown(method, status, what, words=body.words, do=body.flaw.do)


def _undelivered(method: Method, exchange: Undelivered) -> Judgement:
    if exchange.sent:
        return Judgement(
            verdict=CallVerdict.UNKNOWN,
            sentence=Message("bitrix24.call.no_reply", reason=exchange.reason),
            hint=_next(method, error_codes.AGAIN_SOON),
            again=RetryHint.WAIT,
        )
    return Judgement(
        verdict=CallVerdict.NOT_SENT,
        sentence=Message("bitrix24.call.unreachable", reason=exchange.reason),
        hint=error_codes.AGAIN_LATER,
        again=RetryHint.WAIT,
    )


def _redirected(method: Method, exchange: HttpAnswer, asked: str) -> Judgement:
    """A redirect without a body proves that the call was not carried out; one with a body proves nothing."""
    if not exchange.location:
        return _unknown(method, exchange.status, Message("bitrix24.call.redirect_without_address"))
    redirect = redirects.read(exchange.location, asked)
    if exchange.body.strip():
        what = Message("bitrix24.call.redirect_with_text", redirect=redirect.says)
        return _unknown(method, exchange.status, what, do=redirect.do)
    moved = redirect.target is Target.MOVED and exchange.status == 302
    return Judgement(
        verdict=CallVerdict.NOT_SENT,
        sentence=Message("bitrix24.call.redirected", redirect=redirect.says),
        hint=redirect.do,
        status=exchange.status,
        again=RetryHint.LATER,
        moved_to=redirect.origin if moved else "",
    )


def _refused(method: Method, status: int, body: Body | None, error: ReportedError) -> Judgement:
    row = message_errors.row(error.code) if error.code else error_codes.WORDS_ONLY
    if (body and _yes_beside(method, body)) or not _proves_nothing_ran(row, status, error):
        verdict = CallVerdict.UNKNOWN
    elif row.again in (RetryHint.WAIT, RetryHint.REFRESH, RetryHint.LATER):
        verdict = CallVerdict.NOT_SENT
    else:
        verdict = CallVerdict.FAILED
    if verdict is CallVerdict.UNKNOWN and not error.documented:
        told = bool(error.words or error.code)
        what = Message("bitrix24.call.error_reported") if told else Message("bitrix24.call.error_without_code")
        return _unknown(method, status, what, words=error.words, code=error.code)
    again = row.again
    if verdict is CallVerdict.UNKNOWN and again is not RetryHint.WAIT:
        again = RetryHint.WAIT if row.ran is None else RetryHint.NO
    reading = method.effect is Effect.READ
    known = reading or verdict is not CallVerdict.UNKNOWN
    return Judgement(
        verdict=verdict,
        sentence=error_codes.describe_error(row, error.words),
        hint=error_codes.advice(row, repeated=reading or verdict is CallVerdict.NOT_SENT, known=known),
        code=error_codes.safe_code(error.code) if error.code else "",
        status=status,
        again=again,
    )


def _yes_beside(method: Method, body: Body) -> bool:
    """Whether a yes stands beside the error. Of a read, that is a result beside an error without a code."""
    if method.verdict is not VerdictLocation.VALUE:
        return says_true(body.values.get("result"))
    return "result" in body.values and body.error is not None and not body.error.documented


def _proves_nothing_ran(row: Row, status: int, error: ReportedError) -> bool:
    if row.ran is True:
        return False
    if not error.documented:
        return _proves_refusal(status) and bool(error.code or error.words)
    return row.ran is False or _proves_refusal(status) or status == 200


def _answered(method: Method, body: Body) -> Judgement:
    if method.verdict is VerdictLocation.VALUE:
        if "result" not in body.values:
            return _unknown(method, 200, Message("bitrix24.call.no_result"))
        return Judgement(
            verdict=CallVerdict.DONE, sentence=Message("bitrix24.call.read"), status=200, result=body.values["result"]
        )
    found = read_confirmation(method.verdict, body.values.get("result"))
    if found.yes:
        return Judgement(verdict=CallVerdict.DONE, sentence=Message("bitrix24.call.done"), status=200, result=True)
    if found.yes is False:
        words = body.error.words if body.error else ""
        plain = Message("bitrix24.call.said_no") if words else Message("bitrix24.call.said_no_without_reason")
        sentence = error_codes.portal_says(found.why or plain, words)
        return Judgement(verdict=CallVerdict.FAILED, sentence=sentence, status=200)
    return _unknown(method, 200, Message("bitrix24.call.neither_yes_nor_no"))


def _unknown(
    method: Method, status: int, what: Message, *, words: str = "", code: str = "", do: Message = error_codes.AGAIN_SOON
) -> Judgement:
    return Judgement(
        verdict=CallVerdict.UNKNOWN,
        sentence=error_codes.portal_says(
            Message("bitrix24.call.with_status", sentence=what, status=str(status)), words
        ),
        hint=_next(method, do),
        code=error_codes.safe_code(code) if code else "",
        status=status,
        again=RetryHint.WAIT if status == 200 or status >= 500 else RetryHint.NO,
    )


def _next(method: Method, do: Message) -> Message:
    """What to do about an answer that proves nothing: after a change, first look at what came of it."""
    if method.effect is Effect.READ:
        return do
    return error_codes.LOOK if do == error_codes.AGAIN_SOON else error_codes.with_advice(error_codes.LOOK, do)
