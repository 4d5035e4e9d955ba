"""The commands that one may type, found by their words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Self

from bot.core.parsing.synonyms import fold, language_of, list_words
from bot.core.parsing.typed_line import AnyCommand

Path = tuple[str, str]
"""A noun and a verb, of which the second may be empty."""


class Commands(tuple[AnyCommand, ...]):
    """Commands in their order. To find one takes as long among two hundred as among two."""

    @classmethod
    def of(cls, commands: Iterable[AnyCommand]) -> Self:
        """The same object where it is one already."""
        return commands if isinstance(commands, cls) else cls(commands)

    @cached_property
    def by_path(self) -> Mapping[Path, AnyCommand]:
        """Each by its noun and its verb."""
        return {(command.noun, command.verb): command for command in self}

    @cached_property
    def nouns(self) -> Mapping[str, str]:
        """Every word for a noun, with the noun."""
        others = {word: command.noun for command in self for word in list_words(command.noun_words)}
        return {**others, **{command.noun: command.noun for command in self}}

    @cached_property
    def verbs(self) -> Mapping[str, Mapping[str, str]]:
        """By noun: every word for a verb of it, with the verb."""
        found: dict[str, dict[str, str]] = {}
        for command in self:
            found.setdefault(command.noun, {}).update(dict.fromkeys(list_words(command.words), command.verb))
        for command in self:
            found[command.noun][command.verb] = command.verb
        return found

    def find(self, words: Sequence[str]) -> tuple[AnyCommand, int] | None:
        """The command that these words begin with, and how many of them are its own; None where there is none."""
        first, second = [*map(fold, words[:2]), "", ""][:2]
        alone = self.by_path.get((self.name_noun(first), ""))
        if alone is not None:
            return alone, 1
        both = self.by_path.get((self.nouns.get(f"{first} {second}", ""), "")) or self.by_path.get(
            self.name_path(first, second)
        )
        return None if both is None else (both, 2)

    def name_path(self, first: str, second: str) -> Path:
        """The noun and the verb that two words stand for; a word that stands for none is itself."""
        noun, verb = self.name_noun(first), fold(second)
        return noun, self.verbs.get(noun, {}).get(verb, verb)

    def name_noun(self, word: str) -> str:
        """The noun that a word stands for; itself where it stands for none."""
        return self.nouns.get(fold(word), fold(word))

    def list_verbs(self, word: str) -> list[str]:
        """The verbs of the noun that a word stands for, in the language of the word where they have one in it."""
        of_noun = [command for command in self if command.noun == self.nouns[word] and command.verb]
        language = next(filter(None, (language_of(command.noun_words, word) for command in of_noun)), "")
        return sorted(next(iter(command.words.get(language, ())), command.verb) for command in of_noun)
