"""The id of one delivery from Slack, carried by the thread that works on it, so that logs and records name it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256

_CURRENT: ContextVar[str] = ContextVar("request_id", default="")


def make_request_id(key: str) -> str:
    """The id of a delivery by its key: a repeated delivery has the same one, in whichever process."""
    return f"R-{sha256(key.encode()).hexdigest()[:12]}"


def current_request_id() -> str:
    """The id of what this thread works on; empty for what nobody sent."""
    return _CURRENT.get()


@contextmanager
def working_on(request_id: str) -> Iterator[None]:
    """Let this thread work on a delivery for as long as this lasts."""
    token = _CURRENT.set(request_id)
    try:
        yield
    finally:
        _CURRENT.reset(token)
