"""A form for a command as a value: its fields with what is known already. How it looks is the chat's business."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot.core.principals import Principal
from bot.plugin import Choice, Text
from bot.plugin.frozen import dataclass


class Entry(StrEnum):
    """How a field is filled in."""

    WORD = "word"
    TEXT = "text"
    SWITCH = "switch"
    PERSON = "person"
    CHOICE = "choice"
    PICK = "pick"
    """One of many values, which are asked for while somebody types."""
    PICKS = "picks"
    """Several of them."""


SWITCHED_ON = "yes"
"""The value of a switch that is on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field. `name` is that of an argument, or an option of every command."""

    name: str
    label: Text
    hint: Text
    entry: Entry
    required: bool
    value: str = ""
    choices: tuple[Choice, ...] = ()
    previewed: bool = False
    """Whether the form says what would happen as soon as something is chosen here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandForm:
    """A form. Without fields it only says something, and nothing can be sent with it.

    `value` comes back with what was filled in.
    """

    title: Text
    note: Text
    fields: tuple[FormField, ...] = ()
    value: str = ""
    preview: tuple[Text, ...] = ()
    """What would happen by what is known, a line each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormState:
    """What stands in an open form now, after something was chosen in it. `value` and `fields` are as in a sent form."""

    person: Principal
    view: str
    """What the chat calls the open form."""
    value: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceGroup:
    """Choices under a label."""

    label: Text
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceQuestion:
    """What somebody has typed into a field that offers choices. `value` and `fields` are as in a sent form."""

    person: Principal
    value: str
    field: str
    typed: str
    fields: Mapping[str, str]
