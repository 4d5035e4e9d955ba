"""What the portal asks of the address of a handler, the same for events and for placements."""

from __future__ import annotations

from urllib.parse import urlsplit

from plugins.bitrix24.simulator.state.method_errors import RestError


def check_url(url: str) -> None:
    """The host must hold a dot and the scheme be http or https (docs/portal-behaviour.md P66)."""
    parts = urlsplit(url)
    if "." not in (parts.hostname or ""):
        raise RestError(400, "ERROR_WRONG_HANDLER_URL", "Wrong handler URL")
    if parts.scheme not in ("http", "https"):
        raise RestError(400, "ERROR_UNSUPPORTED_PROTOCOL", "Unsupported handler protocol")
