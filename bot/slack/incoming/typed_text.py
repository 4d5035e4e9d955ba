"""What a person typed, out of the form in which Slack hands it over (docs/slack-behaviour.md S20)."""

from __future__ import annotations

import re

from bot.core import mentions
from bot.slack.ids import SHAPES

_REFERENCE = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
"""Slack escapes these three and no other; the ampersand comes last, or `&amp;lt;` would become `<`."""


def restore_typed_text(text: str) -> str:
    """Links become their address, channels their name with its sign, entities their character.

    People stay as they are: which of id and name is wanted, only the command can tell.
    """
    text = _REFERENCE.sub(_reference, text)
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text


def _reference(found: re.Match[str]) -> str:
    sign, target, label = found[1], found[2], found[3]
    if not sign:
        return _address(target, label)
    if sign == "@":
        return mentions.typed(target, label) if SHAPES["user"].match(target) else found[0]
    if sign == "!":
        return label or f"@{target.partition('^')[0]}"
    return f"{sign}{label or target}"


_ADDED = ("mailto:", "tel:", "http://", "https://")
"""What Slack puts before an address that was typed without it."""


def _address(target: str, label: str | None) -> str:
    """The address as it was typed: the label, where the target is that with something put before it."""
    bare = next((target.removeprefix(scheme) for scheme in _ADDED if target.startswith(scheme)), target)
    if target.startswith(_ADDED[:2]):
        return label or bare
    return label if label and bare.rstrip("/") == label.rstrip("/") else target
