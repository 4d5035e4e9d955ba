"""What the bot showed in a story outside of every message: only names, ids, lines to type and words of others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from bot.core.parsing.invocation import HOST_OPTIONS
from bot.core.parsing.synonyms import list_words, other_paths
from bot.core.parsing.tokenizer import split_words
from bot.core.parsing.typed_line import AnyCommand
from bot.core.principals import Role
from bot.plugin import PluginError
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS
from tests.language.pseudo import find_unmarked
from tests.stories.marked_workspace import MarkedWorkspace

NAMES = frozenset({"b24bot", "playground", "tester", "shell", "UTC", *Role})
"""Names that are in no simulator: accounts of the tests' own shells, roles as they are typed, and a time zone."""


def find_unmarked_words(portal: Any, workspace: MarkedWorkspace, usages: frozenset[str]) -> list[str]:
    """Each text with the words in it that are in no message.

    `portal` is the simulation of the remote side, `usages` are those of the bot's commands.
    """
    suspects = [text for text in dict.fromkeys(workspace.shown) if find_unmarked(text, NAMES)]
    if not suspects:
        return []
    known = {*NAMES, *usages, *_names_of(portal, workspace), *_typed_in(workspace)} - {""}
    return [f"{words} in {text!r}" for text in suspects if (words := find_unmarked(text, known))]


def list_usages(commands: Iterable[AnyCommand]) -> frozenset[str]:
    """How commands are typed, whole and by their parts."""
    found = {*TERMINAL_COMMANDS, *(f"{option} {label}".strip() for option, label in HOST_OPTIONS.items())}
    for command in commands:
        found |= {command.usage, command.path, *(one.usage for one in command.parameters), *command.examples}
        found |= {
            *other_paths(command),
            *(f"--{word}" for one in command.parameters for word in list_words(one.arg.words)),
        }
    return frozenset(found)


def _names_of(portal: Any, workspace: MarkedWorkspace) -> Iterator[str]:
    world = workspace.world
    with world.lock:
        for one in (*world.people, *world.channels):
            yield from (one.name, one.id)
    state = portal.portal.state
    with portal.portal.world.lock:
        for row in state.connectors.rows():
            yield from (row.id, row.name)
        for channel, name in state.built_in.items():
            yield from (channel, name)
        yield from (row.name for row in state.lines.rows())
    yield "default"


def _typed_in(workspace: MarkedWorkspace) -> Iterator[str]:
    """What people have typed: each line whole, and each of its words, which may be quoted words of a sentence."""
    for result in workspace.dispatches:
        line = str(result.payload.get("text", ""))
        yield str(result.payload.get("value", ""))
        yield from (line, *re.findall(r"\w+", line))
        with suppress(PluginError):
            yield from split_words(line)
        for fields in result.payload.get("view", {}).get("state", {}).get("values", {}).values():
            yield from (str(field.get("value", "")) for field in fields.values())
