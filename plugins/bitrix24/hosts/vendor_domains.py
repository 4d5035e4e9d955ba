"""The host names that belong to Bitrix24 itself: portals in its cloud, and its token endpoints."""

from __future__ import annotations

import re

WORLD = "https://oauth.bitrix.info/oauth/token/"
EAST = "https://oauth.bitrix24.tech/oauth/token/"
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
"""One part of a host name, between its dots."""
_COUNTRY = r"com|com\.br|com\.tr|eu|de|es|fr|it|pl|uk|ru|by|kz|ua|uz|am|az|ge|kg|in|id|jp|cn|mx|co|vn|tw|tech"
_PORTAL = re.compile(rf"{LABEL}\.bitrix24\.(?:{_COUNTRY})")
_OWN = re.compile(rf"\A(?:{LABEL}\.)*(?:bitrix24\.(?:{_COUNTRY})|bitrix\.info)")


def list_other_servers(token_url: str) -> tuple[str, ...]:
    """List the vendor's token endpoints beside one of them; none for an endpoint that is not the vendor's."""
    both = (WORLD, EAST)
    return tuple(url for url in both if url != token_url) if token_url in both else ()


def is_portal(host: str) -> bool:
    """Whether a host name is one that the vendor gives to portals."""
    return _PORTAL.fullmatch(host) is not None


def owns(host: str) -> bool:
    """Whether a host name is under a domain of the vendor's."""
    return _OWN.fullmatch(host) is not None
