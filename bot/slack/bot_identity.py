"""Who the bot is, as Slack's auth.test tells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from slack_sdk import WebClient

from bot.plugin.frozen import dataclass
from bot.slack.refusals import INVALID_RESPONSE
from bot.slack.slack_errors import require_ok, translate_errors
from bot.usecases.chat.delivery_errors import Lost, OrgWide

ADDRESS = re.compile(r"https://[a-z0-9.-]{1,200}/")
"""The address of a workspace, as it may stand in a link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the bot is, as auth.test tells."""

    team: str
    user: str
    bot: str
    enterprise: str | None
    at: int | None = None
    """When Slack answered, by its own clock in UTC epoch milliseconds; None where it does not say."""
    scopes: frozenset[str] | None = None
    """What the token was granted; None where Slack does not say."""
    address: str = ""
    """Where the workspace is in a browser, with a slash at its end; empty where Slack does not say."""

    workspace: str = ""
    """The name of the workspace; empty where Slack does not say."""

    def message_address(self, channel: str, message: str) -> str:
        """The permalink of a message, as chat.getPermalink gives it; empty where it is not known."""
        return f"{self.address}archives/{channel}/p{message.replace('.', '')}" if self.address else ""


def _moment(headers: Mapping[str, Any]) -> int | None:
    """The time in an HTTP answer's Date header."""
    dates = [value for name, value in headers.items() if name.lower() == "date"]
    text = dates[0] if dates else ""
    try:
        return round(parsedate_to_datetime(text if isinstance(text, str) else text[0]).timestamp() * 1000)
    except (ValueError, IndexError):
        return None


def _scopes(headers: Mapping[str, Any]) -> frozenset[str] | None:
    """The granted scopes in an HTTP answer's X-OAuth-Scopes header."""
    found = [value for name, value in headers.items() if name.lower() == "x-oauth-scopes"]
    if not found:
        return None
    text = found[0] if isinstance(found[0], str) else ",".join(found[0])
    return frozenset(word.strip() for word in text.split(",") if word.strip())


def ask_identity(client: WebClient) -> Identity:
    """Ask Slack whose token this is. Raises DeliveryError."""
    with translate_errors():
        answer: Any = require_ok(client.auth_test())
        if answer.get("is_enterprise_install") or str(answer.get("team_id") or "").startswith("E"):
            raise OrgWide
        if not answer.get("team_id"):
            raise Lost(INVALID_RESPONSE, "auth.test: team_id")
        return Identity(
            team=answer["team_id"],
            user=answer.get("user_id") or "",
            bot=answer.get("bot_id") or "",
            enterprise=answer.get("enterprise_id"),
            at=_moment(answer.headers),
            scopes=_scopes(answer.headers),
            address=address if isinstance(address := answer.get("url"), str) and ADDRESS.fullmatch(address) else "",
            workspace=name if isinstance(name := answer.get("team"), str) else "",
        )
