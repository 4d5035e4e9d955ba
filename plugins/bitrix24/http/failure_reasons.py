"""Why an exchange failed, as a message from the kind of the exception: its text may hold the address."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import TypeVar

import requests
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from bot.plugin import Message
from plugins.bitrix24.http.guarded_connections import NotLoopback, NotPublic, Withheld

_REASONS: Mapping[type[BaseException], Message] = {
    NotPublic: Message("bitrix24.call.failure_not_public"),
    NotLoopback: Message("bitrix24.call.failure_not_loopback"),
    Withheld: Message("bitrix24.call.failure_withheld"),
    requests.exceptions.ConnectTimeout: Message("bitrix24.call.failure_connect_timeout"),
    requests.exceptions.ReadTimeout: Message("bitrix24.call.failure_read_timeout"),
    ReadTimeoutError: Message("bitrix24.call.failure_whole_timeout"),
    requests.exceptions.SSLError: Message("bitrix24.call.failure_tls"),
    requests.exceptions.ChunkedEncodingError: Message("bitrix24.call.failure_broken_off"),
    requests.exceptions.ConnectionError: Message("bitrix24.call.failure_connection"),
    ProtocolError: Message("bitrix24.call.failure_broken_off"),
}


_UNKNOWN_AUTHORITY = Message("bitrix24.call.failure_unknown_authority")
_CERTIFICATES: Mapping[int, Message] = {
    9: Message("bitrix24.call.failure_certificate_not_yet_valid"),
    10: Message("bitrix24.call.failure_certificate_expired"),
    **dict.fromkeys((18, 19, 20, 21), _UNKNOWN_AUTHORITY),
    **dict.fromkeys((62, 64), Message("bitrix24.call.failure_certificate_name")),
}
"""What OpenSSL's numbers of a failed verification mean."""


def reason_of(error: BaseException) -> Message:
    """What people read of a failed exchange, without a full stop."""
    refused = find(error, ssl.SSLCertVerificationError)
    if refused:
        return _CERTIFICATES.get(refused.verify_code, Message("bitrix24.call.failure_certificate"))
    for kind, words in _REASONS.items():
        if find(error, kind):
            return words
    return Message("bitrix24.call.failure_other")


_Kind = TypeVar("_Kind", bound=BaseException)


def find(error: object, kind: type[_Kind], depth: int = 8) -> _Kind | None:
    """The exception of `kind` that is wrapped in `error`; None when there is none."""
    if isinstance(error, kind):
        return error
    if not isinstance(error, BaseException) or not depth:
        return None
    inner = [*error.args, getattr(error, "reason", None), error.__cause__, error.__context__]
    return next(filter(None, (find(child, kind, depth - 1) for child in inner)), None)
