"""How far a host can be reached: its name, its port and its certificate, one after the other. Nothing is sent.

What needs the HTTP library is imported where it is used: a process that makes no call does not load the library.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from bot.plugin import Message, Time
from bot.plugin.frozen import dataclass
from plugins.bitrix24.hosts.ip_addresses import is_public

TIMEOUT = 5.0
"""Seconds for each step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Where to connect to. `address` is the only one that the name may lead to; empty: any that is allowed."""

    name: str
    port: int
    tls: bool
    address: str = ""
    authorities: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The certificate that a host showed, after it was verified."""

    issuer: str
    ends_at: Time
    protocol: str


def host_of(base: str, *, address: str = "", authorities: str = "") -> Host:
    """Read the host of a web address."""
    parts = urlsplit(base)
    tls = parts.scheme == "https"
    return Host(
        name=parts.hostname or "",
        port=parts.port or (443 if tls else 80),
        tls=tls,
        address=address,
        authorities=authorities,
    )


def resolve(host: Host) -> Sequence[str]:
    """List the addresses that a host's name leads to. Raises OSError; NotPublic, NotLoopback for a forbidden one."""
    from plugins.bitrix24.http.guarded_connections import NotLoopback, NotPublic

    if host.address:
        return (host.address,)
    found = socket.getaddrinfo(host.name, host.port, type=socket.SOCK_STREAM)
    addresses = tuple(dict.fromkeys(str(each[4][0]) for each in found))
    if host.tls and not all(map(is_public, addresses)):
        raise NotPublic
    if not host.tls and not all(ipaddress.ip_address(each).is_loopback for each in addresses):
        raise NotLoopback
    return addresses


def connect(host: Host, addresses: Sequence[str]) -> str:
    """Connect to the first address that answers, and return it. Raises OSError when none does."""
    failed: OSError = OSError()
    for address in addresses:
        try:
            with socket.create_connection((address, host.port), timeout=TIMEOUT):
                return address
        except OSError as error:
            failed = error
    raise failed


def shake_hands(host: Host, address: str) -> Certificate:
    """Verify the certificate of the host at this address. Raises OSError when it cannot be verified."""
    from plugins.bitrix24.http.transport import make_tls

    with (
        socket.create_connection((address, host.port), timeout=TIMEOUT) as plain,
        make_tls(host.authorities).wrap_socket(plain, server_hostname=host.name) as secured,
    ):
        shown: Mapping[str, Any] = secured.getpeercert() or {}
        protocol = secured.version() or ""
    issuer = [value for part in shown.get("issuer", ()) for key, value in part if key in _ISSUER]
    ends_at = int(ssl.cert_time_to_seconds(str(shown["notAfter"])) * 1000)
    return Certificate(issuer=str(next(iter(issuer), "")), ends_at=Time(time=ends_at), protocol=protocol)


def find_obstacle(host: Host, seconds: float = TIMEOUT) -> Message | None:
    """Say why a host takes no connection from here, after so many seconds at the most; None when it takes one.

    A name server may be slow to answer, and looking up a name has no time limit of its own: it happens in a thread.
    """
    found: list[Message | None] = []

    def look() -> None:
        try:
            connect(host, resolve(host))
        except OSError as error:
            found.append(describe_failure(error))
        else:
            found.append(None)

    looking = threading.Thread(target=look, name="look-up", daemon=True)
    looking.start()
    looking.join(seconds)
    return found[0] if found else describe_failure(TimeoutError())


_ISSUER = ("organizationName", "commonName")


def describe_failure(error: OSError) -> Message:
    """Say why a step failed, without the words of the library."""
    from plugins.bitrix24.http.failure_reasons import reason_of

    if isinstance(error, socket.gaierror):
        return Message("bitrix24.call.failure_name")
    if isinstance(error, TimeoutError):
        return Message("bitrix24.call.failure_connect_timeout")
    if isinstance(error, ConnectionRefusedError):
        return Message("bitrix24.call.failure_refused")
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLCertVerificationError):
        return Message("bitrix24.call.failure_tls")
    return reason_of(error)
