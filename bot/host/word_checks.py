"""Whether words of other languages can be told apart: each stands for one noun, one verb of a noun, one option."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from bot.core.parsing.command_table import write_plural
from bot.core.parsing.invocation import AnyCommand
from bot.core.parsing.synonyms import fold, list_words
from bot.core.parsing.typed_line import HOST_OPTION_WORDS, read_options
from bot.host.value_types import find_mismatch
from bot.plugin import Message, Parameter, Words
from bot.plugin.frozen import dataclass

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_WORD = re.compile(r"[^\W\d_][^\W_]*(-[^\W_]+)*")
_LONGEST = 40
TERMINAL_OPTIONS = ("--json", "--yes", "--help")
"""Options of every command of the terminal, beside those of every command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collision:
    """A word that stands for two things."""

    word: str
    first: str
    second: str


def check_words(name: str, plugin: Any) -> Iterator[Message]:
    """Words of other languages can be typed, and each stands for one thing."""
    commands = [replace(one, place_term=plugin.place_term) for group in plugin.groups for one in group]
    for subject, words, most in _declared(plugin, commands):
        wrong = find_mismatch(words, Words)
        if wrong:
            fault = wrong.inside("words").describe()
            yield Message("host.contract.words_type", plugin=name, subject=subject, fault=fault)
            return
        yield from _malformed(name, subject, words, most)
    for command in commands:
        for each in command.parameters:
            if each.arg.words and (each.arg.secret or not each.flag):
                yield Message("host.contract.words_argument", plugin=name, argument=each.name, command=command.path)
            if each.arg.values and (each.arg.secret or each.switch or each.arg.free):
                yield Message("host.contract.values_argument", plugin=name, argument=each.name, command=command.path)
    for one in find_collisions(commands):
        yield Message("host.contract.word_twice", plugin=name, word=one.word, first=one.first, second=one.second)


def _declared(plugin: Any, commands: Sequence[AnyCommand]) -> Iterator[tuple[Message, Words, int]]:
    """Each thing with other words, as a sentence calls it, and of how many words one of them may be made."""
    yield Message("host.contract.subject_places"), plugin.place_term.words, 1
    for command in commands:
        yield Message("host.contract.subject_noun", noun=command.noun), command.noun_words, 1 if command.verb else 2
        yield Message("host.contract.subject_command", command=command.path), command.words, 1
        for each in command.parameters:
            named = Message("host.contract.subject_option", option=each.named, command=command.path)
            yield named, each.arg.words, 1
            for value, words in each.arg.values.items():
                argument, path = each.named, command.path
                yield Message("host.contract.subject_value", value=value, argument=argument, command=path), words, 1


def _malformed(name: str, subject: Message, words: Words, most: int) -> Iterator[Message]:
    for language, of_language in words.items():
        if not _LANGUAGE.fullmatch(language) or not of_language:
            yield Message("host.contract.words_language", plugin=name, subject=subject, language=language)
        for word in of_language:
            if not _can_be_typed(word, most):
                yield Message("host.contract.word_form", plugin=name, subject=subject, word=word)


def _can_be_typed(word: str, most: int) -> bool:
    parts = word.split(" ")
    return len(parts) <= most and len(word) <= _LONGEST and all(map(_WORD.fullmatch, parts)) and fold(word) == word


def find_collisions(commands: Iterable[AnyCommand], reserved: Iterable[str] = ()) -> Iterator[Collision]:
    """Yield each word that two commands or options claim; `reserved` are nouns of nobody here."""
    commands = list(commands)
    nouns = {noun: noun for noun in (*reserved, *(command.noun for command in commands))}
    for command in commands:
        if command.verb:
            plural = write_plural(command.noun)
            yield from _claimed(plural, nouns.setdefault(plural, command.noun), command.noun)
    verbs: dict[tuple[str, str], str] = {(command.noun, command.verb): command.path for command in commands}
    for command in commands:
        for word in list_words(command.noun_words):
            yield from _claimed(word, nouns.setdefault(word, command.noun), command.noun)
        for word in list_words(command.words):
            yield from _claimed(word, verbs.setdefault((command.noun, word), command.path), command.path)
        yield from _option_collisions(command)
        for each in command.parameters:
            yield from _value_collisions(each)


def _option_collisions(command: AnyCommand) -> Iterator[Collision]:
    flags = [each for each in command.parameters if each.flag]
    own = {name: name for name in (*read_options(command), *TERMINAL_OPTIONS, *(each.option for each in flags))}
    shared = [*HOST_OPTION_WORDS.items(), (command.place_term.option, command.place_term.words)]
    for option, words in (*shared, *((each.option, each.arg.words) for each in flags)):
        for word in list_words(words):
            yield from _claimed(f"--{word}", own.setdefault(f"--{word}", option), option)


def _value_collisions(parameter: Parameter) -> Iterator[Collision]:
    own = {value: value for value in parameter.arg.values}
    for value, words in parameter.arg.values.items():
        for word in list_words(words):
            yield from _claimed(word, own.setdefault(word, value), value)


def _claimed(word: str, first: str, second: str) -> Iterator[Collision]:
    if first != second:
        yield Collision(word=word, first=first, second=second)
