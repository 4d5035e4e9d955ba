"""What comes in from Slack, as values: a command, a click, a submitted form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from bot.core.encoding import encode, fields_of
from bot.core.principals import Principal
from bot.core.redaction.sanitizer import sanitize
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SlashCommand:
    """`/b24 …`, typed by a person in a channel; or the same line in a message to the bot."""

    key: str
    """Names this delivery; a redelivery has the same."""
    person: Principal
    channel: str
    text: str
    answer_url: str = ""
    trigger: str = ""
    """What opens a form, for a few seconds."""
    workspace: str = ""
    """Where it was done, when that is not the person's own workspace. Its organisation, on Enterprise Grid."""
    enterprise: str = ""
    pressed: bool = False
    """Whether a button stood for it. Its acknowledgement shows no words; all else is as if it was typed."""
    message: str = ""
    """The message that the line was written in; empty where it came another way. Its acknowledgement shows no words."""
    thread: str = ""
    """The thread that the message is in."""
    direct: bool = False
    """Whether nobody but the bot sees the message."""
    form: bool = False
    """Whether its button opens the form of the line. The line itself is never run."""
    about: str = ""
    """The address of a message that the command is about: changes that are offered have it as their reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """A button pressed on a card."""

    key: str
    person: Principal
    channel: str
    button: str
    value: str
    answer_url: str = ""
    trigger: str = ""
    workspace: str = ""
    enterprise: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A modal that was sent off. `fields` are its answers by name; `value` is what the modal carried along."""

    key: str
    person: Principal
    value: str
    fields: Mapping[str, str]
    workspace: str = ""
    enterprise: str = ""


Inbound = SlashCommand | Click | Form
_KINDS: Mapping[str, type[SlashCommand | Click | Form]] = {
    "slash": SlashCommand,
    "click": Click,
    "form": Form,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def inbound_to_json(inbound: Inbound) -> str:
    """For the store."""
    return encode(inbound_fields(inbound))


def inbound_fields(inbound: Inbound) -> Mapping[str, object]:
    """What is stored, by name, sanitized: nobody can type a mention, nor a character that cannot be stored."""
    clean = sanitize(inbound)
    return {"kind": _NAMES[type(inbound)], **fields_of(clean), "person": fields_of(clean.person)}


def inbound_from_json(text: str) -> Inbound:
    """What another version has put in besides is left out: jobs wait through an upgrade."""
    data: dict[str, Any] = json.loads(text)
    kind = _KINDS[data["kind"]]
    known = {field.name: data[field.name] for field in fields(kind) if field.name in data}
    return kind(**{**known, "person": Principal(**data["person"])})


def inbound_or_none(text: str) -> Inbound | None:
    """The same; None for what cannot be read, such as what another version wrote."""
    try:
        return inbound_from_json(text)
    except (ValueError, KeyError, TypeError):
        return None
