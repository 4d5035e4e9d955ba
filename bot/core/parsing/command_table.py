"""The commands that one may type, found by their words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Self

from bot.core.parsing.typed_line import AnyCommand


class Commands(tuple[AnyCommand, ...]):
    """Commands in their order. To find one takes as long among two hundred as among two."""

    @classmethod
    def of(cls, commands: Iterable[AnyCommand]) -> Self:
        """The same object where it is one already."""
        return commands if isinstance(commands, cls) else cls(commands)

    @cached_property
    def by_words(self) -> Mapping[tuple[str, str], AnyCommand]:
        """Each by its noun and its verb, of which the second may be empty."""
        return {(command.noun, command.verb): command for command in self}
