"""What is wrong with a token, by the look of it or as Slack says, and what to do about each of ours."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.bot_errors import ConfigurationError
from bot.plugin import Message, Text
from bot.slack.disconnect_reasons import LINK_DISABLED, disconnect_of
from bot.slack.refusals import find_refusal
from bot.usecases.chat.chat_refusals import Subject
from bot.usecases.chat.delivery_errors import ORG_WIDE, ORG_WIDE_HINT, DeliveryError, OrgWide

BOT_TOKEN, APP_TOKEN, SIGNED_WITH = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"
_OF_PERSON = Message("slack.token.kind.person")
KINDS: Mapping[str, tuple[Message, str]] = {
    "xoxb-": (Message("slack.token.kind.bot"), BOT_TOKEN),
    "xoxe.xoxb-": (Message("slack.token.kind.rotated_bot"), BOT_TOKEN),
    "xapp-": (Message("slack.token.kind.app"), APP_TOKEN),
    "xoxp-": (_OF_PERSON, ""),
    "xoxe.xoxp-": (_OF_PERSON, ""),
    "xoxe-": (Message("slack.token.kind.refresh"), ""),
    "xoxc-": (Message("slack.token.kind.browser"), ""),
}
"""How each kind of Slack's tokens begins, and the setting it belongs in, if any."""
_HOW: Mapping[str, Message] = {
    BOT_TOKEN: Message("slack.token.get.bot"),
    APP_TOKEN: Message("slack.token.get.app"),
    SIGNED_WITH: Message("slack.token.get.signing_secret"),
}


def refuse_other_kind(setting: str, value: str) -> None:
    """Raise ConfigurationError for a token of another kind, or for what no header can carry. The value is not shown."""
    if not (value.isascii() and value.isprintable() and " " not in value):
        raise ConfigurationError(
            Message("slack.token.characters", setting=setting),
            hint=Message("slack.token.copy_again", how=_HOW[setting]),
        )
    for prefix, (kind, belongs) in KINDS.items():
        if value.startswith(prefix) and belongs != setting:
            raise ConfigurationError(_describe_other_kind(setting, prefix, kind, belongs), hint=_HOW[setting])


def require_kind(setting: str, value: str) -> None:
    """The same, and also for what has none of the beginnings of its kind. A signing secret begins in any way."""
    refuse_other_kind(setting, value)
    beginnings = tuple(prefix for prefix, (_, belongs) in KINDS.items() if belongs == setting)
    if beginnings and not value.startswith(beginnings):
        raise ConfigurationError(
            Message("slack.token.no_kind", setting=setting, prefix=beginnings[0]), hint=_HOW[setting]
        )


def _describe_other_kind(setting: str, prefix: str, kind: Message, belongs: str) -> Message:
    if belongs:
        return Message("slack.token.kind_of_other_setting", setting=setting, kind=kind, prefix=prefix, other=belongs)
    return Message("slack.token.other_kind", setting=setting, kind=kind, prefix=prefix)


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
    return ConfigurationError(Message("slack.token.refused", setting=setting, cause=cause, code=error.code), hint=hint)
