"""What is wrong with a token, by the look of it or as Slack says, and what to do about each of ours."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.bot_errors import ConfigurationError
from bot.language.translation import translate
from bot.plugin import Text
from bot.slack.disconnect_reasons import LINK_DISABLED, disconnect_of
from bot.slack.refusals import find_refusal
from bot.usecases.chat_refusals import Subject
from bot.usecases.delivery_errors import ORG_WIDE, ORG_WIDE_HINT, DeliveryError, OrgWide

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
    cause: Text
    if error.code == LINK_DISABLED:
        disconnect = disconnect_of(LINK_DISABLED)
        cause, hint = disconnect.why, disconnect.hint
    elif find_refusal(error.code).subject is Subject.TOKEN:
        cause, hint = find_refusal(error.code).cause, _HOW[setting]
    else:
        return None
    return ConfigurationError(f"Slack refuses {setting} because {translate(cause)} ({error.code}).", hint=hint)
