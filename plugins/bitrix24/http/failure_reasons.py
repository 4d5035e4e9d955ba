"""Why an exchange failed, in a few words from the kind of the exception: its text may hold the address."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import TypeVar

import requests
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from plugins.bitrix24.http.guarded_connections import NotLoopback, NotPublic, Withheld

_REASONS: Mapping[type[BaseException], str] = {
    NotPublic: "its name leads to an address that is not on the open internet; BITRIX24_HOSTS lists a portal inside a "
    "network with that address, like box.example=10.0.5.7",
    NotLoopback: "its name leads off this machine",
    Withheld: "it may not be sent any more",
    requests.exceptions.ConnectTimeout: "no connection in time",
    requests.exceptions.ReadTimeout: "no answer in time",
    ReadTimeoutError: "no whole answer in time",
    requests.exceptions.SSLError: "the encrypted connection failed",
    requests.exceptions.ChunkedEncodingError: "the answer broke off",
    requests.exceptions.ConnectionError: "the connection failed or broke off",
    ProtocolError: "the answer broke off",
}


_UNKNOWN_AUTHORITY = (
    "its certificate is signed by an authority that this host does not know; a private one is named by "
    "BITRIX24_CA_FILE or `portal add --ca-file`"
)
_CERTIFICATES: Mapping[int, str] = {
    9: "its certificate is not valid yet",
    10: "its certificate has expired",
    **dict.fromkeys((18, 19, 20, 21), _UNKNOWN_AUTHORITY),
    62: "its certificate is for another name",
    64: "its certificate is for another name",
}
"""What OpenSSL's numbers of a failed verification mean."""


def reason_of(error: BaseException) -> str:
    """What people read of a failed exchange, without a full stop."""
    refused = find(error, ssl.SSLCertVerificationError)
    if refused:
        return _CERTIFICATES.get(refused.verify_code, "its certificate cannot be verified")
    for kind, words in _REASONS.items():
        if find(error, kind):
            return words
    return "the exchange failed"


_Kind = TypeVar("_Kind", bound=BaseException)


def find(error: object, kind: type[_Kind], depth: int = 8) -> _Kind | None:
    """The exception of `kind` that is wrapped in `error`; None when there is none."""
    if isinstance(error, kind):
        return error
    if not isinstance(error, BaseException) or not depth:
        return None
    inner = [*error.args, getattr(error, "reason", None), error.__cause__, error.__context__]
    return next(filter(None, (find(child, kind, depth - 1) for child in inner)), None)
