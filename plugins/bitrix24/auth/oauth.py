"""The token endpoint without I/O: a request for tokens in both its forms, and what an answer to it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from bot.plugin import Message, Text
from bot.plugin.frozen import dataclass
from plugins.bitrix24.http import redirects
from plugins.bitrix24.http.exchange import Exchange, HttpRequest, Undelivered
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.rest import error_codes, response
from plugins.bitrix24.rest.reported_error import ReportedError
from plugins.bitrix24.rest.response import Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """A new pair, with what the server said of it; what it left out is empty.

    `endpoint` is the REST address of the portal, `server` that of the authorisation server; `user` is the id of whoever
    the tokens act as, `source` the token endpoint that was asked.
    """

    access: Secret
    refresh: Secret
    member_id: str = ""
    endpoint: str = ""
    server: str = ""
    user: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshFailure:
    """Why there is no new pair.

    `final`: asking again with the same refresh token is useless, unless somebody renewed it meanwhile: that is also
    what a race looks like to its loser. `other_form`: the server did not read the body of the POST.
    """

    sentence: Text
    hint: Text = ""
    code: str = ""
    final: bool = False
    other_form: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What new tokens are asked for with: a refresh token, or the code that an authorise page handed out."""

    client_id: str
    client_secret: Secret
    refresh: Secret | None = None
    code: Secret | None = None

    @property
    def form(self) -> Secret:
        """The request's parameters, as a form is written."""
        return Secret(
            urlencode(
                {
                    "grant_type": "refresh_token" if self.refresh else "authorization_code",
                    "client_id": self.client_id,
                    "client_secret": self.client_secret.reveal(),
                    **({"refresh_token": self.refresh.reveal()} if self.refresh else {}),
                    **({"code": self.code.reveal()} if self.code else {}),
                }
            )
        )

    @property
    def secrets(self) -> tuple[Secret, ...]:
        return tuple(secret for secret in (self.client_secret, self.refresh, self.code) if secret)


def token_request(url: str, grant: Grant) -> HttpRequest:
    """The form in the body, so that no secret is in an address."""
    return HttpRequest(verb="POST", url=url, content_type="application/x-www-form-urlencoded", body=grant.form)


def token_request_in_query(url: str, grant: Grant) -> HttpRequest:
    """For servers that read the query only (docs/portal-behaviour.md P80). The address must not be shown."""
    return HttpRequest(verb="GET", url=url, query=grant.form)


def judge_refresh(exchange: Exchange, *, asked: str = "") -> Tokens | RefreshFailure:
    """What came of a request for tokens at the address `asked`. A code counts in HTTP 200 as well."""
    if isinstance(exchange, Undelivered):
        return _no_answer(exchange.reason)
    status = str(exchange.status)
    if 300 <= exchange.status < 400 and exchange.location and not exchange.body.strip():
        return _no_answer(
            Message("bitrix24.token.redirected", status=status, address=redirects.read(exchange.location, asked).shown)
        )
    body = response.read(exchange.body, failed=exchange.status != 200)
    if isinstance(body, Unreadable):
        return _no_answer(Message("bitrix24.token.reply_unusable", status=status, flaw=body.flaw.says), body.words)
    if body.error and body.error.documented and body.error.code:
        return _refused(exchange.status, body.error)
    if body.error:
        return _no_answer(Message("bitrix24.token.error_without_code", status=status), body.error.words)
    if exchange.status != 200:
        return _no_answer(Message("bitrix24.token.no_reason", status=status))
    return _pair(body.values)


def _no_answer(reason: Text, words: str = "") -> RefreshFailure:
    return RefreshFailure(
        sentence=error_codes.server_says(Message("bitrix24.token.no_reply", reason=reason), words),
        hint=error_codes.AGAIN_LATER,
    )


def _refused(status: int, error: ReportedError) -> RefreshFailure:
    row = error_codes.token_row(error.code)
    return RefreshFailure(
        sentence=error_codes.describe_error(row, error.words, error_codes.server_says),
        hint=error_codes.advice(row, repeated=False),
        code=error_codes.safe_code(error.code),
        final=status < 500,
        other_form=row.code == "invalid_request" and status < 500,
    )


def _pair(values: Mapping[str, Any]) -> Tokens | RefreshFailure:
    access, refresh = values.get("access_token"), values.get("refresh_token")
    if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
        return _no_answer(Message("bitrix24.token.no_pair"))
    member, endpoint, server = (_text(values.get(name)) for name in ("member_id", "client_endpoint", "server_endpoint"))
    user = values.get("user_id")
    return Tokens(
        access=Secret(access),
        refresh=Secret(refresh),
        member_id=member,
        endpoint=endpoint,
        server=server,
        user=str(user) if isinstance(user, str | int) and not isinstance(user, bool) else "",
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
