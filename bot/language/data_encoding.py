"""Data as JSON for programs: dataclasses as objects, times as ISO 8601, and texts for people with their keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import UnionType
from typing import Any, Union, assert_never, get_args, get_origin, get_type_hints

from bot.core import mentions
from bot.language.catalogues import ENGLISH
from bot.language.translation import translate, translate_argument
from bot.plugin import (
    Argument,
    Channel,
    CommandLine,
    Data,
    DataObject,
    Duration,
    Json,
    Lines,
    Message,
    Person,
    Text,
    Time,
    TypedWords,
    iso,
)


def to_json(value: Data, kind: Any = None) -> Json:
    """Encode data as JSON. `kind` is its declared type, which tells a text for people from an id."""
    if isinstance(value, Message) or (isinstance(value, str) and is_text(kind)):
        return encode_text(value)
    if isinstance(value, Time):
        return iso(value.time)
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(name): to_json(each, item_kind(kind)) for name, each in value.items()}
    if isinstance(value, Sequence):
        return [to_json(each, item_kind(kind)) for each in value]
    return {name: to_json(getattr(value, name), each) for name, each in field_kinds(type(value)).items()}


def encode_text(text: Text) -> Mapping[str, Json]:
    """Encode a text for people: the key and the arguments of its message, and the sentence in English.

    What is in no language of ours, as the words of others, has no key.
    """
    if isinstance(text, str):
        return {"key": None, "arguments": {}, "text": mentions.unmark(text)}
    return {
        "key": text.key,
        "arguments": {name: _encode_argument(each) for name, each in text.arguments.items()},
        "text": mentions.unmark(translate(text), command_line=lambda line: f"b24bot {line}"),
    }


def _encode_argument(value: Argument) -> Json:
    match value:
        case Message():
            return encode_text(value)
        case str():
            return mentions.unmark(value)
        case int():
            return value
        case Person():
            return value.person
        case Channel():
            return value.channel
        case Time():
            return iso(value.time)
        case Duration():
            return value.duration
        case CommandLine():
            return translate_argument(value.command_line)
        case TypedWords():
            return _encode_argument(value.typed_words[ENGLISH])
        case Lines():
            return [_encode_argument(line) for line in value.lines]
        case tuple():
            return [_encode_argument(each) for each in value]
        case _:
            assert_never(value)


_RECURSIVE = {
    "Json": Json,
    "Data": Data,
    "DataObject": DataObject,
    "Message": Message,
    "Sequence": Sequence,
    "Mapping": Mapping,
}
"""What the types that are written in terms of themselves are made of; a module with such a field need not import it."""


@cache
def field_kinds(kind: Any) -> Mapping[str, Any]:
    """The declared types of a dataclass's fields, in their order."""
    hints = get_type_hints(kind, localns=_RECURSIVE)
    return {name: hints[name] for name in kind.__dataclass_fields__}


def is_text(kind: Any) -> bool:
    """Whether a type is that of a text for people, perhaps beside None."""
    return kind is Message or (Message in get_args(kind) and DataObject not in get_args(kind))


def item_kind(kind: Any) -> Any:
    """The type of what a list or a mapping of this type holds; None where it declares nothing."""
    for each in get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,):
        inner = [one for one in get_args(each) if one is not Ellipsis]
        if inner:
            return inner[-1]
    return None
