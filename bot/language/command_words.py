"""Lines to type in the words of a language: those that the commands declare, which the host has made known.

What is stored, compared and recorded has a line in English; what a person reads has it as they type it.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.parsing.command_table import Commands
from bot.core.parsing.typed_line import AnyCommand
from bot.core.parsing.usage import rewrite_line
from bot.language.catalogues import ENGLISH, list_languages
from bot.plugin import TypedWords


class _KnownCommands:
    """The commands of every registry of this process, by their words: a later one stands for an earlier one."""

    def __init__(self) -> None:
        self._by_path: dict[str, AnyCommand] = {}
        self._table: Commands | None = None

    def add(self, commands: Iterable[AnyCommand]) -> None:
        self._by_path |= {command.path: command for command in commands}
        self._table = None

    @property
    def table(self) -> Commands:
        """They are put in order when the first line is rewritten: most runs of the terminal have none."""
        table = self._table
        if table is None:
            table = self._table = Commands.of(self._by_path.values())
        return table


_KNOWN = _KnownCommands()


def bind_commands(commands: Iterable[AnyCommand]) -> None:
    """Make commands known, whose words stand in lines to type."""
    _KNOWN.add(commands)


def translate_line(line: str, language: str) -> str:
    """Write a line in the words of a language. One of no known command stays as it is."""
    return line if language == ENGLISH else rewrite_line(_KNOWN.table, line, language)


def tell_line(line: str) -> TypedWords:
    """Tell a line in every language, for a sentence in which something else than usual stands in front of it."""
    spelt = {language: translate_line(line, language) for language in sorted(list_languages())}
    return TypedWords(typed_words={each: words for each, words in spelt.items() if each == ENGLISH or words != line})
