"""The `application_token` of a local application, which its events carry (docs/portal-behaviour.md P116). Pure."""

from __future__ import annotations

import hashlib
import hmac

from plugins.bitrix24.redaction.secret import Secret


def compute_token(member_id: str, app_id: int, client_secret: Secret) -> Secret:
    """Compute what the portal computes for a local application. `app_id` is `ID` of the portal's `app.info`.

    A Marketplace application has a key that only the vendor knows: its token differs from this one.
    """
    secret = client_secret.reveal()
    shared = _md5(member_id + secret)
    return Secret(_md5(f"{member_id}|{app_id}|{secret}|{shared}"))


def is_same_token(one: Secret, other: Secret) -> bool:
    """Compare in a time that does not tell how much of them is equal. Nothing equals an empty token."""
    left, right = one.reveal().encode("utf-8", "replace"), other.reveal().encode("utf-8", "replace")
    return bool(left) and bool(right) and hmac.compare_digest(left, right)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
