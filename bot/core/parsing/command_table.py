"""The commands that one may type, found by their words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Self

from bot.core.parsing.synonyms import ENGLISH, fold, language_of, list_words
from bot.core.parsing.typed_line import AnyCommand
from bot.plugin import Risk

LIST = "list"
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
        plurals = {write_plural(command.noun): command.noun for command in self if command.verb}
        others = {word: command.noun for command in self for word in list_words(command.noun_words)}
        return {**plurals, **others, **{command.noun: command.noun for command in self}}

    @cached_property
    def guessed_nouns(self) -> frozenset[str]:
        """The words from which a misspelt noun is guessed: all but the plurals, which begin as the nouns do."""
        plurals = {write_plural(command.noun) for command in self}
        return frozenset(word for word, noun in self.nouns.items() if word == noun or word not in plurals)

    @cached_property
    def verbs(self) -> Mapping[str, Mapping[str, str]]:
        """By noun: every word for a verb of it, with the verb."""
        found: dict[str, dict[str, str]] = {}
        for command in self:
            found.setdefault(command.noun, {}).update(dict.fromkeys(list_words(command.words), command.verb))
        for command in self:
            found[command.noun][command.verb] = command.verb
        return found

    @cached_property
    def by_verb(self) -> Mapping[str, Sequence[AnyCommand]]:
        """By each word for a verb: the commands that it may be of, those with that very verb and little risk first."""
        found: dict[str, list[AnyCommand]] = {}
        for command in self:
            for word in {command.verb, *list_words(command.words)} if command.verb else ():
                found.setdefault(word, []).append(command)
        for word, of_word in found.items():
            of_word.sort(key=lambda one: (one.verb != word, one.risk.rank))
        return found

    @cached_property
    def bare(self) -> Mapping[str, AnyCommand]:
        """By noun: the command that the noun alone stands for, its list or the only one that reads as it is."""
        found: dict[str, AnyCommand] = {}
        for noun in {command.noun for command in self if command.verb}:
            reads = [one for one in self if one.noun == noun and _reads_alone(one)]
            listing = [one for one in reads if one.verb == LIST] or reads
            if len(listing) == 1:
                found[noun] = listing[0]
        return found

    @cached_property
    def help_words(self) -> frozenset[str]:
        """Every word for `help`; none where these commands have no help."""
        helping = self.by_path.get(("help", ""))
        return frozenset(() if helping is None else (helping.noun, *list_words(helping.noun_words)))

    def find(self, words: Sequence[str]) -> tuple[AnyCommand, int] | None:
        """The command that these words begin with, and how many of them are its own; None where there is none."""
        first, second = [*map(fold, words[:2]), "", ""][:2]
        alone = self.by_path.get((self.name_noun(first), ""))
        if alone is not None:
            return alone, 1
        both = self.by_path.get((self.nouns.get(f"{first} {second}", ""), "")) or self.by_path.get(
            self.name_path(first, second)
        )
        if both is not None:
            return both, 2
        return self._find_bare(self.name_noun(first), [*map(fold, words[1:])])

    def _find_bare(self, noun: str, behind: Sequence[str]) -> tuple[AnyCommand, int] | None:
        """What a noun alone stands for, or with options behind it and no verb among them."""
        command = self.bare.get(noun)
        alone = not behind or behind[0].startswith("--")
        if command is None or not alone or any(word in self.verbs[noun] for word in behind):
            return None
        return command, 1

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
        language = "" if language == ENGLISH else language
        return sorted(next(iter(command.words.get(language, ())), command.verb) for command in of_noun)


def write_plural(noun: str) -> str:
    """The plural of a noun, which is typed as the noun is."""
    return f"{noun}s"


def _reads_alone(command: AnyCommand) -> bool:
    return command.risk is Risk.READ and not command.terminal and not any(one.required for one in command.parameters)
