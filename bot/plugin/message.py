"""What is said to people, as a value: a key of a catalogue and what the sentence is about.

A plugin and the use cases write no sentences. They give a `Message`, which is stored, compared and sent as key and
arguments, and is put into words where it is shown, in the language of whoever reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeAlias

from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An account, by its whole id (`T0001:U0002`): a mention where the surface has mentions."""

    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel, by its id."""

    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """A time in UTC epoch milliseconds, shown in the reader's time zone where the surface knows it."""

    time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """A length of time in milliseconds."""

    duration: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    """A line to type, without what stands in front of it: `/b24` in Slack, `b24bot` in a terminal.

    A message is a line with labels in it, as a usage line has them.
    """

    command_line: Text | TypedWords


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedWords:
    """What people type, by language: `{"en": "site list", "ru": "сайт список"}`. English is always among them.

    A reader of another language is shown the English words.
    """

    typed_words: Mapping[str, Argument]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Several texts below each other, each with a bullet in front."""

    lines: tuple[Text, ...]


class Message:
    """A sentence of the catalogues: an immutable value that is equal to another by its key and its arguments.

    `key` begins with its catalogue's name: `request.status.pending`. A key is never used again for another meaning. The
    argument `count`, where there is one, chooses the plural form. What is text of others, a name or an id is a `str`
    and stands in the sentence as it is; a number that is no count of things, like that of a line, is such an id.
    """

    __slots__ = ("arguments", "key")
    key: str
    arguments: Mapping[str, Argument]

    def __init__(self, key: str, /, **arguments: Argument) -> None:
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "arguments", arguments)

    def __setattr__(self, name: str, _: object) -> NoReturn:
        raise AttributeError(f"a message is not changed: {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a message is not changed: {name}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Message):
            return NotImplemented
        return (self.key, self.arguments) == (other.key, other.arguments)

    def __hash__(self) -> int:
        return hash((self.key, tuple(sorted(self.arguments))))

    def __reduce__(self) -> tuple[Callable[..., Message], tuple[object, ...]]:
        return _make, (self.key, self.arguments)

    def __repr__(self) -> str:
        return f"Message({', '.join([repr(self.key), *(f'{name}={one!r}' for name, one in self.arguments.items())])})"

    def __str__(self) -> str:
        return spell_out(self.key, self.arguments)


def _make(key: str, arguments: Mapping[str, Argument]) -> Message:
    return Message(key, **arguments)


Argument: TypeAlias = (
    "str | int | Message | Person | Channel | Time | Duration | CommandLine | TypedWords | Lines | tuple[Argument, ...]"
)

Text: TypeAlias = Message | str
"""A message, or a name, an id or words of others, which are in no language of ours and are shown as they are."""


def spell_out(key: str, arguments: Mapping[str, Any]) -> str:
    """What stands for a message that nothing can put into words: its key and its arguments."""
    told = ", ".join(f"{name}: {value}" for name, value in arguments.items())
    return f"{key} ({told})" if told else key


def read_text(value: Any) -> Text:
    """Read what was stored as JSON: text as it is, a message as the value it was. Raises ValueError for another."""
    found = read_argument(value)
    if isinstance(found, str | Message):
        return found
    raise ValueError(f"neither a text nor a message: {type(found).__name__}")


def write_text(text: Text) -> Any:
    """Write a text as JSON, as a plugin's own record may hold it: what `read_text` reads."""
    return text if isinstance(text, str) else _write(text)


def _write(value: Argument) -> Any:
    match value:
        case Message():
            return {"key": value.key, "arguments": {name: _write(one) for name, one in value.arguments.items()}}
        case Lines():
            return {"lines": [_write(one) for one in value.lines]}
        case tuple():
            return [_write(one) for one in value]
        case str() | int():
            return value
        case CommandLine():
            return {"command_line": _write(value.command_line)}
        case TypedWords():
            return {"typed_words": {language: _write(one) for language, one in value.typed_words.items()}}
        case _:
            return {name: getattr(value, name) for name, kind in _KINDS.items() if isinstance(value, kind)}


def read_argument(value: Any) -> Argument:
    """The same for whatever may stand in a message."""
    if isinstance(value, str | int):
        return value
    if isinstance(value, list | tuple):
        return tuple(read_argument(one) for one in value)
    if isinstance(value, Mapping):
        if "key" in value:
            return Message(value["key"], **{name: read_argument(one) for name, one in value["arguments"].items()})
        if "command_line" in value:
            return CommandLine(command_line=_read_line(value["command_line"]))
        if "typed_words" in value:
            return TypedWords(typed_words={name: read_argument(one) for name, one in value["typed_words"].items()})
        for name, kind in _KINDS.items():
            if name in value:
                return kind(**{name: value[name]})
        if "lines" in value:
            return Lines(lines=tuple(map(read_text, value["lines"])))
    raise ValueError("no argument of a message")


def _read_line(value: Any) -> Text | TypedWords:
    found = read_argument(value)
    return found if isinstance(found, TypedWords) else read_text(value)


def is_argument(value: object) -> bool:
    """Whether a value may stand in a message, to its last part."""
    if isinstance(value, tuple):
        return all(map(is_argument, value))
    if isinstance(value, Message):
        return all(map(is_argument, value.arguments.values()))
    if isinstance(value, Lines):
        return all(map(is_argument, value.lines))
    if isinstance(value, CommandLine):
        return is_argument(value.command_line)
    if isinstance(value, TypedWords):
        return all(map(is_argument, value.typed_words.values()))
    return type(value) in (str, int, *_KINDS.values())


_KINDS: Mapping[str, type[Person | Channel | Time | Duration | CommandLine]] = {
    "person": Person,
    "channel": Channel,
    "time": Time,
    "duration": Duration,
    "command_line": CommandLine,
}
"""The kinds of arguments by the one field that each has in JSON."""


def fill_message(template: Message, values: Mapping[str, Argument]) -> Message:
    """Make a message of one whose arguments are names: each is replaced by the value of that name."""
    return Message(template.key, **{name: values[str(named)] for name, named in template.arguments.items()})


_NONE: Mapping[Message, Text] = {}


def map_text(text: Text, change: Callable[[str], str], *, instead: Mapping[Message, Text] = _NONE) -> Text:
    """Apply `change` to every piece of text of others in it; keys, people and numbers stay as they are.

    A message that is a key of `instead`, also inside another, is replaced by the value there.
    """
    if isinstance(text, str):
        return change(text)
    if text in instead:
        return instead[text]
    return Message(text.key, **{name: _map(one, change, instead) for name, one in text.arguments.items()})


def _map(value: Argument, change: Callable[[str], str], instead: Mapping[Message, Text]) -> Argument:
    if isinstance(value, str | Message):
        return map_text(value, change, instead=instead)
    if isinstance(value, CommandLine):
        line = _map(value.command_line, change, instead)
        return CommandLine(command_line=line if isinstance(line, str | Message | TypedWords) else value.command_line)
    if isinstance(value, TypedWords):
        return TypedWords(typed_words={name: _map(one, change, instead) for name, one in value.typed_words.items()})
    if isinstance(value, Lines):
        return Lines(lines=tuple(map_text(one, change, instead=instead) for one in value.lines))
    return tuple(_map(one, change, instead) for one in value) if isinstance(value, tuple) else value
