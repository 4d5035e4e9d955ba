"""The examples of a plugin's commands as lines that can be typed: what its trials are made with."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.parsing.invocation import AnyCommand
from bot.plugin import Risk
from bot.testing.harness import Harness


def own_commands(harness: Harness, *, terminal: bool = False) -> Sequence[AnyCommand]:
    """The plugin's commands that are no commands of the terminal, as the host has them; with `terminal` all."""
    declared = [command for group in harness.plugin.groups for command in group]
    paths = {command.path for command in declared if terminal or not command.terminal}
    return [command for command in harness.commands if command.path in paths]


def terminal_lines(harness: Harness) -> Sequence[str]:
    """The examples of the plugin's commands that only the terminal has."""
    declared = [command for group in harness.plugin.groups for command in group if command.terminal]
    return [f"{command.path} {example}".strip() for command in declared for example in command.examples]


def example_lines(harness: Harness, *, changing: bool = False) -> Sequence[str]:
    """The examples as one types them, all or those of commands that change something.

    One that names a person is left out: a mention arrives by an id.
    """
    return [
        f"{command.path} {example}".strip()
        for command in own_commands(harness)
        if not any(parameter.arg.person for parameter in command.parameters)
        if not changing or command.risk is not Risk.READ
        for example in command.examples
    ]
