"""How a command is typed, as texts for people: the labels of its arguments are words of the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from bot.core.parsing.typed_line import AnyCommand, offered_options, read_options
from bot.plugin import Message, Parameter, Text

NAME, TEXT, ROLE = Message("help.word.name"), Message("help.word.text"), Message("help.word.role")
_SHARED = {"NAME": NAME, "TEXT": TEXT}
"""The labels of the options that every command has."""


def describe_usage(command: AnyCommand) -> Text:
    """Describe how a whole command is typed: what `Command.usage` is in English."""
    return _in_a_row([command.path, *map(describe_argument, command.parameters)])


def describe_argument(parameter: Parameter) -> Text:
    """Describe one argument in a usage line: what `Parameter.usage` is in English."""
    named = describe_name(parameter)
    whole = Message("help.usage.many", word=named) if parameter.many else named
    return whole if parameter.required else _optional(whole)


def describe_name(parameter: Parameter) -> Text:
    """Describe how an argument is typed, without the marks of a usage line: `ID`, `--handler URL`."""
    if not parameter.flag:
        return parameter.label
    return describe_option(parameter.option, parameter.label)


def describe_line(*words: Text) -> Text:
    """Describe a line to type, some of whose words are labels: `place use NAME`."""
    return _in_a_row(words)


def describe_option(option: str, label: Text) -> Text:
    """Describe an option with the label of its value, if it takes one."""
    label = _SHARED.get(label, label) if isinstance(label, str) else label
    return Message("help.usage.option", option=option, label=label) if label else option


def describe_other_names(parameter: Parameter) -> Text:
    """Describe an argument with the other names of an option behind its own."""
    usage, names = describe_argument(parameter), [f"--{own[0]}" for own in parameter.arg.words.values() if own]
    return Message("help.usage.also", usage=usage, names=tuple(names)) if names else usage


def list_offered_options(command: AnyCommand) -> tuple[Text, ...]:
    """List the options of every command that help names for this one."""
    return tuple(describe_option(name, label) for name, label in offered_options(command).items())


def describe_example(command: AnyCommand, option: str) -> Text:
    """Describe a line with a value for one of its options: `thing paint … --colour COLOUR`."""
    own = {each.option: each.label for each in command.parameters if each.flag}
    label: Text = own.get(option) or read_options(command).get(option, "")
    return Message("help.usage.example", command=command.path, option=describe_option(option, label))


def _in_a_row(words: Iterable[Text]) -> Text:
    return reduce(lambda line, word: Message("help.usage.next", line=line, word=word), words)


def _optional(word: Text) -> Message:
    return Message("help.usage.optional", word=word)
