"""Reasons that were left out because a secret of the bot stands in them: kept in English, told in any language."""

from __future__ import annotations

from bot.plugin import Message, Text

WITHHELD = "the reason was left out because it looks like "
"""How a reason begins that stands in place of one with a secret. What it looks like follows, in English."""


def is_withheld(reason: str) -> bool:
    """Whether a kept reason stands in place of one with a secret."""
    return reason.startswith(WITHHELD)


def describe_reason(reason: str) -> Text:
    """Describe a kept reason: as it was typed, or that it was left out."""
    if not is_withheld(reason):
        return reason
    return Message("request.reason_withheld", secret=reason.removeprefix(WITHHELD))
