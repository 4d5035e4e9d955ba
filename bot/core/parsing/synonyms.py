"""Words of other languages that stand for those of a command: what is read is the command's own, in English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.core.parsing.tokenizer import Line, Word
from bot.core.parsing.typed_line import HOST_OPTION_WORDS, AnyCommand
from bot.plugin import Parameter, Words
from bot.plugin.quoting import DASHES

_DASH = re.escape("".join(sorted(DASHES)))
_OPTION = re.compile(rf"\A([{_DASH}]+)([^\W\d_][\w{_DASH}]*)(=.*)?", re.DOTALL)


def fold(word: str) -> str:
    """The form in which words are compared: small letters, each composed as keyboards write it."""
    small = word.lower()
    return small if small.isascii() else unicodedata.normalize("NFC", small)


def list_words(words: Words) -> Iterator[str]:
    """Every word of every language, as it is compared."""
    return (fold(word) for of_language in words.values() for word in of_language)


def language_of(words: Words, word: str) -> str:
    """The language that has this word; empty where none has it."""
    return next((language for language, own in words.items() if fold(word) in map(fold, own)), "")


def translated_paths(command: AnyCommand) -> Iterator[str]:
    """The words of a command in each language that has one for its noun."""
    for language, (noun, *_) in command.noun_words.items():
        verb = next(iter(command.words.get(language, ())), command.verb)
        yield f"{noun} {verb}".strip()


def translated_usage(parameter: Parameter) -> str:
    """How an argument is typed, with the other names of an option behind its own."""
    return ", ".join([parameter.usage, *(f"--{names[0]}" for names in parameter.arg.words.values() if names)])


def option_words(command: AnyCommand) -> Mapping[str, str]:
    """The other names of the options that a line of this command is read with, each with the name it stands for."""
    declared = [(each.option, each.arg.words) for each in command.parameters if each.flag]
    shared = [(command.place_term.option, command.place_term.words), *HOST_OPTION_WORDS.items()]
    return {f"--{word}": option for option, words in (*shared, *declared) for word in list_words(words)}


def name_option(command: AnyCommand, word: str) -> str:
    """A typed word with the option's own name, where it begins with another name of it; else the word as it is."""
    found = _OPTION.fullmatch(word)
    if not found or (found[1] != "--" and found[1].isascii()):
        return word
    option = option_words(command).get(f"--{fold(found[2])}")
    return word if option is None else f"{option}{found[3] or ''}"


def name_command(command: AnyCommand, line: Line, at: int) -> Line:
    """A line with the command's own words instead of those in front of the place `at`, and its options' own names."""
    path = command.path.split()
    front = line.words[:at]
    if [fold(word.text) for word in front] != path:
        front = [replace(word, text=own) for word, own in zip(front, path, strict=False)]
    words = (*front, *(_named(command, word) for word in line.words[at:]))
    return replace(line, words=words, faulty=max(0, line.faulty - at + len(front)))


def _named(command: AnyCommand, word: Word) -> Word:
    named = name_option(command, word.text)
    return word if named == word.text else replace(word, text=named)
