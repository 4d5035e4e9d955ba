"""The token endpoint without I/O: the refresh request in both its forms, and what an answer to it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from plugins.bitrix24 import answer, errors
from plugins.bitrix24.secret import Secret
from plugins.bitrix24.wire import Exchange, HttpRequest, Undelivered


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """A new pair. `member_id` is empty when the server did not say whose it is."""

    access: Secret
    refresh: Secret
    member_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoTokens:
    """Why there is no new pair.

    `final`: asking again with the same refresh token is useless, unless somebody renewed it meanwhile: that is also
    what a race looks like to its loser. `other_form`: the server did not read the body of the POST.
    """

    sentence: str
    hint: str = ""
    code: str = ""
    final: bool = False
    other_form: bool = False


def refresh_request(url: str, *, client_id: str, client_secret: Secret, refresh: Secret) -> HttpRequest:
    """The form in the body, so that no secret is in an address."""
    return HttpRequest(
        verb="POST",
        url=url,
        content_type="application/x-www-form-urlencoded",
        body=_form(client_id, client_secret, refresh),
    )


def refresh_request_in_query(url: str, *, client_id: str, client_secret: Secret, refresh: Secret) -> HttpRequest:
    """For servers that read the grant from the query only (bitrix24.md 4.2). The address must not be shown."""
    return HttpRequest(verb="GET", url=url, query=_form(client_id, client_secret, refresh))


def _form(client_id: str, client_secret: Secret, refresh: Secret) -> Secret:
    return Secret(
        urlencode(
            {
                "grant_type": "refresh_token",
                "client_id": client_id,
                "client_secret": client_secret.reveal(),
                "refresh_token": refresh.reveal(),
            }
        )
    )


def judge(exchange: Exchange) -> Tokens | NoTokens:
    """What came of a refresh. A code counts in HTTP 200 as well: `wrong_client` comes so (bitrix24.md 4.5)."""
    if isinstance(exchange, Undelivered):
        return _no_answer(exchange.reason)
    body = answer.read(exchange.body)
    if body is None or body.odd:
        return _no_answer(f"HTTP {exchange.status} with an answer that cannot be read")
    if body.error:
        return _refused(exchange.status, body)
    if exchange.status != 200:
        return _no_answer(f"HTTP {exchange.status} without a reason")
    return _pair(body.values)


def _no_answer(reason: str) -> NoTokens:
    return NoTokens(
        sentence=f"The authorisation server gave no usable answer: {reason}.",
        hint="Try again in a few minutes.",
    )


def _refused(status: int, body: answer.Body) -> NoTokens:
    row = errors.token_row(body.error)
    return NoTokens(
        sentence=errors.sentence(row, body.words),
        hint=errors.advice(row, repeated=False),
        code=errors.safe_code(body.error),
        final=status < 500,
        other_form=row.code == "invalid_request" and status < 500,
    )


def _pair(values: Mapping[str, Any]) -> Tokens | NoTokens:
    access, refresh, member = (values.get(name) for name in ("access_token", "refresh_token", "member_id"))
    if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
        return _no_answer("HTTP 200 without a pair of tokens")
    return Tokens(access=Secret(access), refresh=Secret(refresh), member_id=member if isinstance(member, str) else "")
