"""What is wrong with a token, by the look of it or as Slack says, and what to do: a row a kind, a row a code."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.errors import ConfigurationError
from bot.slack.disconnects import LINK_DISABLED, disconnect_of
from bot.usecases.undelivered import ORG_WIDE, ORG_WIDE_HINT, DeliveryError, OrgWide

BOT_TOKEN, APP_TOKEN, SIGNED_WITH = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"
KINDS: Mapping[str, tuple[str, str]] = {
    "xoxb-": ("a bot token", BOT_TOKEN),
    "xoxe.xoxb-": ("a bot token that is rotated", BOT_TOKEN),
    "xapp-": ("an app-level token", APP_TOKEN),
    "xoxp-": ("a token of a person", ""),
    "xoxe.xoxp-": ("a token of a person", ""),
    "xoxe-": ("a refresh token", ""),
    "xoxc-": ("a token of a browser", ""),
}
"""How each kind of Slack's tokens begins, and the setting it belongs in, if any."""
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
    SIGNED_WITH: "Copy the signing secret from Basic Information of the Slack app.",
}


def refuse_other_kind(setting: str, value: str) -> None:
    """Raise ConfigurationError for a token of another kind, or for what no header can carry. The value is not shown."""
    if not (value.isascii() and value.isprintable() and " " not in value):
        raise ConfigurationError(
            f"{setting} holds a blank or a character that no token has.", hint=f"Copy it again. {_HOW[setting]}"
        )
    for beginning, (kind, belongs) in KINDS.items():
        if value.startswith(beginning) and belongs != setting:
            where = f" That one belongs in {belongs}." if belongs else ""
            raise ConfigurationError(f"{setting} holds {kind} ({beginning}…).{where}", hint=_HOW[setting])


def token_refused(setting: str, error: DeliveryError) -> ConfigurationError | None:
    """What to say when Slack refused the token itself; None for any other fault, which may pass."""
    if isinstance(error, OrgWide):
        return ConfigurationError(ORG_WIDE, hint=ORG_WIDE_HINT)
    why = WHY.get(error.code)
    if why is None:
        return None
    hint = disconnect_of(error.code).hint or _HOW[setting]
    return ConfigurationError(f"Slack refuses {setting} because {why} ({error.code}).", hint=hint)
