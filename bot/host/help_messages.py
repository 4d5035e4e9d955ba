"""The help of commands as messages: its English is what stands in the code, the other languages are in a catalogue.

The key is made of the catalogue's prefix and the path of the command: `help.access_grant` for the first line of its
docstring, `help.access_grant.details` for the rest, `help.access_grant.argument.role` for the help of an argument,
`help.access_grant.raises` for when it is a greater risk, and `help.access.group` for the help of its group. A label of
arguments has one key wherever it stands: `help.word.role`. The commands of a plugin have its name in front
of `help`.
scripts/catalogues.py takes the English of these keys from the declarations.

A form has titles of its own: `help.access_grant.title`, and `help.field.access.role` for a field, which has the same
title in each command of a noun. Their English is written in the catalogue; until then it is made of the names in the
code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.core.parsing.typed_line import AnyCommand
from bot.language.catalogues import ENGLISH, find_sentence
from bot.plugin import Group, Parameter, PlaceTerm, Risk, Text
from bot.plugin.message import read_text, write_text

HOST_PREFIX = "help"
_LINKS = re.compile("[-:]")
"""What joins the words of a label."""
PLACE_OPTION, PLACE_LABEL = PlaceTerm().option, "Place: "
"""Stand in the help of the host's own commands for the option of the plugin's places, and for what people call one."""
_ARGUMENTS: Mapping[str, Text] = {"option": PLACE_OPTION, "term": PlaceTerm().label}


def prefix_of(plugin: str) -> str:
    """The prefix of the keys for the commands of a plugin; those of the host where it is none."""
    return f"{plugin}.{HOST_PREFIX}" if plugin else HOST_PREFIX


def group_texts(prefix: str, groups: Iterable[Group[Any]]) -> Iterator[tuple[str, str]]:
    """Yield each key of declared groups and their commands with its English as a sentence of a catalogue."""
    for group in groups:
        yield from _sentences({_group_key(prefix, group.noun): group.help})
        for command in group:
            yield from help_texts(prefix, command)


def help_texts(prefix: str, command: AnyCommand) -> Iterator[tuple[str, str]]:
    """Yield each key of a declared command with its English as a sentence of a catalogue."""
    key = _key(prefix, command)
    texts = {key: command.help, f"{key}.details": command.description, f"{key}.raises": command.raises}
    texts |= {f"{key}.argument.{each.name}": each.arg.help for each in command.parameters}
    texts |= {_label_key(prefix, label): label for each in command.parameters if is_label(label := each.arg.label)}
    yield from _sentences(texts)


def title_texts(prefix: str, command: AnyCommand) -> Mapping[str, str]:
    """The keys of the titles in a command's form, each with the English that is made of names in the code."""
    typed = command.in_slack
    fields = typed.parameters if typed is not None else ()
    if command.risk is Risk.READ and not any(each.required for each in fields):
        return {}
    titles = {_title_key(prefix, command): command.title} if fields else {}
    titles |= {_field_key(prefix, command, each): each.title for each in fields}
    return {key: str(title) for key, title in titles.items()}


def _sentences(texts: Mapping[str, Text]) -> Iterator[tuple[str, str]]:
    """Those that are there. What is a message already has a key of its own."""
    yield from ((key, _sentence(text)) for key, text in texts.items() if text and isinstance(text, str))


def help_arguments(sentence: str) -> Mapping[str, Text]:
    """The arguments of such a message, as for a place that is called place."""
    return {name: text for name, text in _ARGUMENTS.items() if f"{{{name}}}" in sentence}


def say_term(text: Text, term: PlaceTerm) -> Text:
    """Put what people call a place of a plugin into a text of the host's own help."""
    label = term.label
    if isinstance(text, str):
        said = text.replace(PLACE_OPTION, term.option)
        return said.replace(PLACE_LABEL, f"{label}: ") if isinstance(label, str) else said
    said_as: Mapping[str, Text] = {"option": term.option, "term": label}
    if not text.arguments.keys() <= said_as.keys():
        return text
    arguments = {name: write_text(said_as[name]) for name in text.arguments}
    return read_text({"key": text.key, "arguments": arguments})


def with_messages(prefix: str, command: AnyCommand) -> AnyCommand:
    """The command with a message for each text of its help that the catalogue has. The other texts stay."""
    key = _key(prefix, command)
    return replace(
        command,
        help=_message(key, command.help),
        description=_message(f"{key}.details", command.description),
        raises=_message(f"{key}.raises", command.raises),
        title=_message(_title_key(prefix, command), command.title),
        parameters=tuple(_parameter_with_messages(prefix, command, each) for each in command.parameters),
    )


def is_label(label: str) -> bool:
    """Whether a reader's language has other words for a label: `NAME` and `NAME:USER`, and not `on|off`."""
    return _LINKS.sub("", label).isalpha() and label.isupper()


def _parameter_with_messages(prefix: str, command: AnyCommand, parameter: Parameter) -> Parameter:
    key, label = _key(prefix, command), parameter.arg.label
    return replace(
        parameter,
        arg=replace(parameter.arg, help=_message(f"{key}.argument.{parameter.name}", parameter.arg.help)),
        shown_label=_message(_label_key(prefix, label), label) if is_label(label) else "",
        shown_title=_message(_field_key(prefix, command, parameter), parameter.title),
    )


def group_help(prefix: str, group: Group[Any]) -> Text:
    """The help of a group, as a message where the catalogue has it."""
    return _message(_group_key(prefix, group.noun), group.help)


def _key(prefix: str, command: AnyCommand) -> str:
    return f"{prefix}.{_word(command.path)}"


def _group_key(prefix: str, noun: str) -> str:
    return f"{prefix}.{_word(noun)}.group"


def _label_key(prefix: str, label: str) -> str:
    return f"{prefix}.word.{_LINKS.sub('_', label.lower())}"


def _title_key(prefix: str, command: AnyCommand) -> str:
    return f"{_key(prefix, command)}.title"


def _field_key(prefix: str, command: AnyCommand, parameter: Parameter) -> str:
    return f"{prefix}.field.{_word(command.noun)}.{parameter.name.rstrip('_')}"


def _word(path: str) -> str:
    return path.replace(" ", "_").replace("-", "_")


def _sentence(text: str) -> str:
    paragraphs = "\n\n".join(" ".join(each.split()) for each in text.split("\n\n"))
    return (
        paragraphs.replace("{", "{{")
        .replace("}", "}}")
        .replace(PLACE_OPTION, "{option}")
        .replace(PLACE_LABEL, "{term}: ")
    )


def _message(key: str, text: Text) -> Text:
    sentence = find_sentence(ENGLISH, key, None) if text and isinstance(text, str) else None
    if sentence is None:
        return text
    arguments = {name: write_text(said) for name, said in help_arguments(sentence).items()}
    return read_text({"key": key, "arguments": arguments})
