"""Reasons that were left out because a secret of the bot stands in them: kept in English, told in any language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.plugin import Message, Text

WITHHELD = "the reason was left out because it looks like "
"""How a reason begins that stands in place of one with a secret. What it looks like follows, in English."""
_FIXED: Mapping[str, Message] = {
    "a key of the key file": Message("store.secret.key"),
    "an access token": Message("store.secret.access_token"),
    "a refresh token": Message("store.secret.refresh_token"),
    "the client secret": Message("store.secret.client_secret"),
    "the application token": Message("store.secret.application_token"),
    "a token": Message("store.secret.token"),
    "a password": Message("store.secret.password"),
    "a secret": Message("store.secret.secret"),
}
"""How the names of secrets are kept. Stored reasons have them: a row is never changed, whatever the catalogues say."""
_KEPT = {message.key: kept for kept, message in _FIXED.items()}
_OF_PLACE = " of portal "
"""Between a secret and the place that it belongs to; a name of a secret may hold it, a name of a place cannot."""
_OF_SETTING = re.compile(r"the value of (.+)", re.DOTALL)
_FIELD = re.compile(r"the (.+)", re.DOTALL)


def write_withheld_reason(secret: Message) -> str:
    """Write what is kept in place of a reason that holds a secret of the bot; `describe_reason` tells people of it."""
    return f"{WITHHELD}{_write(secret)}"


def is_withheld(reason: str) -> bool:
    """Whether a kept reason stands in place of one with a secret."""
    return reason.startswith(WITHHELD)


def describe_reason(reason: str) -> Text:
    """Describe a kept reason: as it was typed, or that it was left out."""
    if not is_withheld(reason):
        return reason
    return Message("request.reason_withheld", secret=_read(reason.removeprefix(WITHHELD)))


def _write(secret: Text) -> str:
    if isinstance(secret, str):
        return secret
    named = {name: value for name, value in secret.arguments.items() if isinstance(value, str | Message)}
    match secret.key, named:
        case "store.secret.of_place", {"secret": inner, "place": place}:
            return f"{_write(inner)}{_OF_PLACE}{place}"
        case "store.secret.of_setting", {"setting": setting}:
            return f"the value of {setting}"
        case "store.secret.field", {"field": field}:
            return f"the {field}"
        case _:
            return _KEPT[secret.key]


def _read(kept: str) -> Text:
    """The name of a secret as a message; a name that no row and no form fits is told as it is kept."""
    if kept in _FIXED:
        return _FIXED[kept]
    secret, between, place = kept.rpartition(_OF_PLACE)
    if secret and between and place:
        return Message("store.secret.of_place", secret=_read(secret), place=place)
    if found := _OF_SETTING.fullmatch(kept):
        return Message("store.secret.of_setting", setting=found[1])
    found = _FIELD.fullmatch(kept)
    return Message("store.secret.field", field=found[1]) if found else kept
