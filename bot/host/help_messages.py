"""The help of commands as messages: its English is what stands in the code, the other languages are in a catalogue.

The key is made of the catalogue's prefix and the path of the command: `help.access_grant` for the first line of its
docstring, `help.access_grant.details` for the rest, `help.access_grant.argument.role` for the help of an argument.
scripts/catalogues.py takes the English of these keys from the declarations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.core.parsing.typed_line import AnyCommand
from bot.language.catalogues import ENGLISH, find_sentence
from bot.plugin import PlaceTerm, Text
from bot.plugin.message import read_text

HOST_PREFIX = "help"
PLACE_OPTION = PlaceTerm().option
"""Stands in the help of the host's own commands where a line names the option of the plugin's places."""


def prefix_of(plugin: str) -> str:
    """The prefix of the keys for the commands of a plugin; those of the host where it is none."""
    return f"{plugin}.{HOST_PREFIX}" if plugin else HOST_PREFIX


def help_texts(prefix: str, command: AnyCommand) -> Iterator[tuple[str, str]]:
    """Yield each key of a declared command with its English as a sentence of a catalogue."""
    key = _key(prefix, command)
    yield key, _sentence(command.help)
    if command.description:
        yield f"{key}.details", _sentence(command.description)
    for parameter in command.parameters:
        yield f"{key}.argument.{parameter.name}", _sentence(parameter.arg.help)


def help_arguments(sentence: str) -> Mapping[str, str]:
    """The arguments of such a message, as for a place that is called place."""
    return {"option": PLACE_OPTION} if "{option}" in sentence else {}


def with_messages(prefix: str, command: AnyCommand) -> AnyCommand:
    """The command with a message for each text of its help that the catalogue has. The other texts stay."""
    key = _key(prefix, command)
    return replace(
        command,
        help=_message(key, command.help),
        description=_message(f"{key}.details", command.description),
        parameters=tuple(
            replace(each, arg=replace(each.arg, help=_message(f"{key}.argument.{each.name}", each.arg.help)))
            for each in command.parameters
        ),
    )


def _key(prefix: str, command: AnyCommand) -> str:
    return f"{prefix}.{command.path.replace(' ', '_').replace('-', '_')}"


def _sentence(text: Text) -> str:
    return str(text).replace("{", "{{").replace("}", "}}").replace(PLACE_OPTION, "{option}")


def _message(key: str, text: Text) -> Text:
    sentence = find_sentence(ENGLISH, key, None)
    return text if sentence is None else read_text({"key": key, "arguments": help_arguments(sentence)})
