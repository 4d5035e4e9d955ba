"""A certificate for 127.0.0.1 made at start. `cryptography` is imported here, and only when it is called."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A self-signed certificate: its own authority. `context` serves with it; `pem` is what a client trusts."""

    pem: str
    context: ssl.SSLContext


def make_certificate(*names: str) -> Certificate:
    """A certificate for 127.0.0.1, localhost and these host names, good for two days."""
    key, pem = _sign(names)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    with tempfile.TemporaryDirectory(prefix="portal-") as folder:
        path = Path(folder, "server.pem")
        path.touch(mode=0o600)
        path.write_text(key + pem)
        context.load_cert_chain(path)
    return Certificate(pem=pem, context=context)


def _sign(more: Sequence[str]) -> tuple[str, str]:
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Simulated portal")])
    hosts = [x509.DNSName(host) for host in ("localhost", *more)]
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1")), *hosts])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()
