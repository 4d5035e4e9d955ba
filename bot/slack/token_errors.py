"""What it means that Slack does not take a token, and what to do: a row a code."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.errors import ConfigurationError
from bot.slack.disconnects import LINK_DISABLED, disconnect_of
from bot.usecases.undelivered import ORG_WIDE, ORG_WIDE_HINT, DeliveryError, OrgWide

BOT_TOKEN, APP_TOKEN = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"
WHY: Mapping[str, str] = {
    "invalid_auth": "Slack does not know this token",
    "bad_token": "Slack does not know this token",
    "not_authed": "no token was sent",
    "missing_args": "no token was sent",
    "token_expired": "the token has expired",
    "token_revoked": "the token was revoked, by an uninstallation of the app or by a person",
    "account_inactive": "the app was uninstalled, or its workspace was deactivated",
    "user_removed_from_team": "the app's user was removed from the workspace",
    "team_disabled": "the workspace was deactivated",
    "forbidden_team": "the workspace may not use Socket Mode",
    "not_allowed_token_type": "this is another kind of token",
    "missing_scope": "the token lacks a scope",
    LINK_DISABLED: "Socket Mode is switched off for the Slack app",
}
"""Nothing passes by itself: somebody has to set another token."""
_HOW: Mapping[str, str] = {
    BOT_TOKEN: "Reinstall the Slack app from manifest.yml, and copy the bot token (xoxb-…) from OAuth & Permissions.",
    APP_TOKEN: "Make an app-level token (xapp-…) with connections:write under Basic Information of the Slack app.",
}


def token_refused(setting: str, error: DeliveryError) -> ConfigurationError | None:
    """What to say when Slack refused the token itself; None for any other fault, which may pass."""
    if isinstance(error, OrgWide):
        return ConfigurationError(ORG_WIDE, hint=ORG_WIDE_HINT)
    why = WHY.get(error.code)
    if why is None:
        return None
    hint = disconnect_of(error.code).hint or _HOW[setting]
    return ConfigurationError(f"Slack refuses {setting} because {why} ({error.code}).", hint=hint)
