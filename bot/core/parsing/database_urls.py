"""The address of a database server, as settings and commands name one."""

from __future__ import annotations

from urllib.parse import SplitResult, unquote, urlsplit

_SCHEMES = ("postgresql", "postgres")


def is_database_url(text: str) -> bool:
    """Whether it is an address of a PostgreSQL server. Whether one is there is another question."""
    parts = _split(text)
    return parts is not None and parts.scheme in _SCHEMES


def list_passwords(text: str) -> tuple[str, ...]:
    """List the password in an address as it stands there and as it is, for an error may quote it alone."""
    parts = _split(text)
    password = parts.password if parts is not None else None
    return tuple(sorted({password, unquote(password)})) if password else ()


def _split(text: str) -> SplitResult | None:
    try:
        return urlsplit(text.strip())
    except ValueError:
        return None
