"""What was asked of the portal and of the token endpoint, and what came of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEntry:
    """One REST call. `outcome` is `ok`, an error code, or `fault:KIND` when a fault kept it from happening;
    `effect` says whether any table of the portal changed; `request` is what the caller sent as X-Request-ID."""

    at: float
    method: str
    params: Any
    caller: str
    app: str
    user: int
    status: int
    outcome: str
    effect: bool
    fault: str = ""
    in_batch: bool = False
    request: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenEntry:
    """One call of the token endpoint. `via` says where the grant was read: query, body or nowhere."""

    at: float
    http_method: str
    grant_type: str
    client_id: str
    via: str
    status: int
    outcome: str
    effect: bool
    fault: str = ""


class Journal:
    """Two lists that only grow; the World's lock guards them."""

    def __init__(self) -> None:
        self.calls: list[CallEntry] = []
        self.token_calls: list[TokenEntry] = []

    def as_json(self) -> dict[str, Any]:
        return {
            "calls": [asdict(entry) for entry in self.calls],
            "token_calls": [asdict(entry) for entry in self.token_calls],
        }
