"""Certificate authorities of one's own: read from a file, checked, and added to those of the system.

A portal on somebody's own premises may have a certificate that a private authority signed. Certificates are always
verified: an authority is added, and nothing is ever switched off.
"""

from __future__ import annotations

import functools
import ssl
from collections.abc import Mapping
from pathlib import Path

from bot.plugin import Message, Refusal, Text, Time
from plugins.bitrix24.redaction.excerpt import excerpt

SETTING = "BITRIX24_CA_FILE"
LARGEST = 256 * 1024
_BEGIN = "-----BEGIN CERTIFICATE-----"
_EXPORT = Message("bitrix24.portal.do_export_certificate")


def read(path: str) -> str:
    """The certificates in a file, as PEM. Raises Refusal, saying what is wrong with the file."""
    try:
        raw = Path(path).expanduser().read_bytes()
    except (OSError, ValueError, RuntimeError) as error:
        told = error.strerror if isinstance(error, OSError) else None
        why = Message("bitrix24.portal.file_unreadable", reason=told or Message("bitrix24.portal.not_a_path"))
        raise _refusal(path, why, Message("bitrix24.portal.do_check_path")) from None
    if len(raw) > LARGEST:
        raise _refusal(path, Message("bitrix24.portal.file_too_large"), _EXPORT)
    text = raw.decode("ascii", "replace")
    if "PRIVATE KEY-----" in text:
        raise _refusal(
            path, Message("bitrix24.portal.file_private_key"), Message("bitrix24.portal.do_move_private_key")
        )
    if _BEGIN not in text:
        binary = raw[:1] == b"\x30"
        hint = Message("bitrix24.portal.do_convert_to_pem") if binary else _EXPORT
        raise _refusal(path, Message("bitrix24.portal.file_no_pem"), hint)
    if not subjects(text):
        raise _refusal(path, Message("bitrix24.portal.file_no_authority"), _EXPORT)
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


def subjects(pem: str) -> tuple[Message, ...]:
    """What the authorities in a PEM text are called; empty when it cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError):
        return ()
    return tuple(_name(found) for found in context.get_ca_certs())


def _name(certificate: Mapping[str, object]) -> Message:
    """The common name, else the last part of the subject, with the day until which it holds."""
    parts = certificate.get("subject")
    named = [value for part in parts for _, value in part] if isinstance(parts, tuple) else []
    common = [value for part in parts for key, value in part if key == "commonName"] if isinstance(parts, tuple) else []
    name: Text = next(iter([*common, *reversed(named)]), Message("bitrix24.portal.authority_unnamed"))
    until = certificate.get("notAfter")
    if not isinstance(until, str):
        return Message("bitrix24.portal.authority", name=name)
    return Message("bitrix24.portal.authority_until", name=name, time=Time(time=_milliseconds(until)))


def _milliseconds(until: str) -> int:
    return int(ssl.cert_time_to_seconds(until) * 1000)


def _refusal(path: str, why: Message, hint: Message) -> Refusal:
    return Refusal(Message("bitrix24.portal.authority_refused", path=excerpt(path, 120), reason=why), hint=hint)
