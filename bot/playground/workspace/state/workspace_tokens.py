"""The tokens of the one installed application: what they may do, and what Slack says about those that may not."""

from __future__ import annotations

import secrets
from dataclasses import replace

from bot.playground.workspace.base.simulator_values import Refusal, WorkspaceError
from bot.plugin.frozen import dataclass

DEFAULT_BOT_SCOPES = (
    *("commands", "chat:write", "files:write", "users:read", "app_mentions:read", "im:history"),
    "usergroups:read",
)

BROKEN_STATES = ("token_revoked", "account_inactive", "token_expired", "invalid_auth", "not_authed", "team_disabled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """`kind` is `bot` (xoxb-) or `app` (xapp-); `broken` is the error it answers, empty while it works."""

    value: str
    kind: str
    scopes: frozenset[str]
    broken: str = ""

    def require(self, any_of: tuple[str, ...]) -> None:
        """Refuse with `missing_scope` unless one of the scopes is held; no scopes means none is needed."""
        if any_of and not self.scopes.intersection(any_of):
            raise Refusal("missing_scope", needed=",".join(any_of), provided=",".join(sorted(self.scopes)))


class Tokens:
    """The bot token and the app token."""

    def __init__(self, bot_scopes: tuple[str, ...]) -> None:
        self.bot = Token(value=f"xoxb-1000-2000-{secrets.token_hex(12)}", kind="bot", scopes=frozenset(bot_scopes))
        self.app = Token(
            value=f"xapp-1-A0001-3000-{secrets.token_hex(24)}",
            kind="app",
            scopes=frozenset({"connections:write"}),
        )

    def check(self, value: str, *, kind: str) -> Token:
        """The token, or the refusal Slack gives: `not_authed`, `invalid_auth`, `token_revoked`, …"""
        if not value:
            raise Refusal("not_authed")
        token = next((one for one in (self.bot, self.app) if one.value == value), None)
        if token is None:
            raise Refusal("invalid_auth")
        if token.broken:
            raise Refusal(token.broken)
        if token.kind != kind:
            raise Refusal("not_allowed_token_type")
        return token

    def grant(self, scopes: tuple[str, ...]) -> None:
        """Reinstall the application with exactly these bot scopes."""
        self.bot = replace(self.bot, scopes=frozenset(scopes))

    def break_token(self, error: str, *, kind: str = "bot") -> None:
        """Make the bot token, or the app token, answer `error`; an empty string mends it."""
        if error and error not in BROKEN_STATES:
            raise WorkspaceError(f"a token cannot be {error!r}; it can be {', '.join(BROKEN_STATES)}")
        if kind == "bot":
            self.bot = replace(self.bot, broken=error)
        else:
            self.app = replace(self.app, broken=error)
