"""Certificate authorities of one's own: read from a file, checked, and added to those of the system.

A portal on somebody's own premises may have a certificate that a private authority signed. Certificates are always
verified: an authority is added, and nothing is ever switched off.
"""

from __future__ import annotations

import functools
import ssl
from collections.abc import Mapping
from pathlib import Path

from bot.plugin import Refusal
from plugins.bitrix24.redaction.excerpt import excerpt

SETTING = "BITRIX24_CA_FILE"
LARGEST = 256 * 1024
_BEGIN = "-----BEGIN CERTIFICATE-----"
_HINT = "Export the authority's certificate alone, in PEM (Base64) form."


def read(path: str) -> str:
    """The certificates in a file, as PEM. Raises Refusal, saying what is wrong with the file."""
    try:
        raw = Path(path).expanduser().read_bytes()
    except (OSError, ValueError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "it cannot be a path"
        raise _refusal(path, f"it cannot be read ({why})", "Look at the path and at who may read the file.") from None
    if len(raw) > LARGEST:
        raise _refusal(path, "it is larger than 256 KiB", "Name a file with the private authority alone.")
    text = raw.decode("ascii", "replace")
    if "PRIVATE KEY-----" in text:
        raise _refusal(path, "it holds a private key", f"Keep that key elsewhere. {_HINT}")
    if _BEGIN not in text:
        binary = raw[:1] == b"\x30"
        hint = "Turn it into PEM: openssl x509 -inform der -in FILE -out FILE.pem" if binary else _HINT
        raise _refusal(path, "it holds no certificate in PEM form", hint)
    if not subjects(text):
        raise _refusal(path, "its certificate is not one of an authority", _HINT)
    return text


def of_settings(settings: Mapping[str, str]) -> str:
    """The authorities that the setting names, for every connection; empty when it names none. Raises Refusal."""
    path = settings.get(SETTING, "").strip()
    if not path:
        return ""
    try:
        known = Path(path).expanduser().stat()
    except (OSError, ValueError, RuntimeError):
        return read(path)
    return _read_once(path, known.st_mtime_ns, known.st_size)


@functools.lru_cache(maxsize=8)
def _read_once(path: str, _changed: int, _size: int) -> str:
    return read(path)


def subjects(pem: str) -> tuple[str, ...]:
    """What the authorities in a PEM text are called; empty when it cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError):
        return ()
    return tuple(_name(found) for found in context.get_ca_certs())


def _name(certificate: Mapping[str, object]) -> str:
    """The common name, else the last part of the subject, with the day until which it holds."""
    parts = certificate.get("subject")
    named = [value for part in parts for _, value in part] if isinstance(parts, tuple) else []
    common = [value for part in parts for key, value in part if key == "commonName"] if isinstance(parts, tuple) else []
    name = next(iter([*common, *reversed(named)]), "without a name")
    return f"{name}, until {certificate.get('notAfter', 'an unknown day')}"


def _refusal(path: str, why: str, hint: str) -> Refusal:
    return Refusal(f"The file “{excerpt(path, 120)}” cannot be used as a certificate authority: {why}.", hint=hint)
