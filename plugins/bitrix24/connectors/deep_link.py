"""Links from outside that open a page of b24bot in the portal (docs/portal-behaviour.md P135)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from bot.plugin import CallVerdict, public_url
from plugins.bitrix24.client.rest_client import Caller

PLACEMENT = "REST_APP_URI"
"""An application has at most one handler of this placement."""
SCOPE = "placement"
PATH = "/app"


def link_address(settings: Mapping[str, str]) -> str:
    """The one address that links are bound to; empty without a public address."""
    base = public_url(settings, "bitrix24")
    return f"{base}{PATH}" if base else ""


def read_handlers(answer: Any) -> tuple[str, ...]:
    """The addresses of links in the answer of `placement.get`: a list, which PHP may write as a map."""
    rows = answer.values() if isinstance(answer, Mapping) else answer if isinstance(answer, list) else ()
    return tuple(
        str(row.get("handler", "")) for row in rows if isinstance(row, Mapping) and row.get("placement") == PLACEMENT
    )


def bind_link(caller: Caller, handlers: Sequence[str], address: str) -> bool:
    """Bind links to the address, and unbind a former spelling of it. The address of another program stays.

    False where links do not open b24bot's page afterwards.
    """
    for handler in handlers:
        if handler != address and is_ours(handler):
            caller.change("placement.unbind", {"PLACEMENT": PLACEMENT, "HANDLER": handler})
    if address in handlers:
        return True
    if not all(map(is_ours, handlers)):
        return False
    done = caller.change("placement.bind", {"PLACEMENT": PLACEMENT, "HANDLER": address})
    return done.verdict is CallVerdict.DONE


def is_ours(address: str) -> bool:
    """Whether it is an address of b24bot's application: with another scheme or host, or a slash more."""
    try:
        return urlsplit(address).path.rstrip("/").endswith(f"/bitrix24{PATH}")
    except ValueError:
        return False


def write_link(domain: str, client_id: str, params: Mapping[str, str]) -> str:
    """The address that opens b24bot's page in the portal. `params` arrive there as texts."""
    query = urlencode({f"params[{name}]": value for name, value in params.items()})
    return f"https://{domain}/marketplace/view/{client_id}/" + (f"?{query}" if query else "")
