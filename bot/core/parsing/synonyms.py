"""Words of other languages that stand for those of a command: what is read is the command's own, in English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, repeat

from bot.core.parsing.tokenizer import Line, Word
from bot.core.parsing.typed_line import HOST_OPTION_WORDS, AnyCommand, is_option, takes_value
from bot.plugin import Words
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


def option_words(command: AnyCommand) -> Mapping[str, str]:
    """The other names of the options that a line of this command is read with, each with the name it stands for."""
    declared = [(each.option, each.arg.words) for each in command.parameters if each.flag]
    shared = [(command.place_term.option, command.place_term.words), *HOST_OPTION_WORDS.items()]
    return {f"--{word}": option for option, words in (*shared, *declared) for word in list_words(words)}


def name_option(command: AnyCommand, word: str) -> str:
    """A typed word with the option's own name, where it begins with another name of it; else the word as it is."""
    return replace_option(option_words(command), word) if _OPTION.fullmatch(word) else word


def replace_option(names: Mapping[str, str], word: str) -> str:
    """A typed word with the name that stands for its option in `names`, each with its hyphens, if one does."""
    found = _OPTION.fullmatch(word)
    if not found or (found[1] != "--" and found[1].isascii()):
        return word
    option = names.get(f"--{fold(found[2])}")
    return word if option is None else f"{option}{found[3] or ''}"


def name_value(values: Mapping[str, Words], word: str) -> str:
    """The value that a typed word of another language stands for, else the word as it is."""
    if not values:
        return word
    typed = "-".join(fold(word).replace("_", " ").replace("-", " ").split())
    return next((str(value) for value, words in values.items() if typed in list_words(words)), word)


def name_words(command: AnyCommand, words: Sequence[str]) -> list[str]:
    """The words behind those of a command, with its own names in place of other words for options and values."""
    fixed = [each.arg.values for each in command.parameters if not each.flag] or [_NO_VALUES]
    flags = {each.option: each.arg.values for each in command.parameters if each.flag}
    found: list[str] = []
    awaited, places = "", iter(chain(fixed, repeat(fixed[-1])))
    for typed in words:
        word = name_option(command, typed)
        option, equals, value = word.partition("=")
        if is_option(word):
            word = f"{option}={name_value(flags.get(option, _NO_VALUES), value)}" if equals else word
            awaited = option if not equals and takes_value(command, option) else ""
        elif awaited:
            word, awaited = name_value(flags.get(awaited, _NO_VALUES), word), ""
        else:
            word = name_value(next(places), word)
        found.append(word)
    return found


_NO_VALUES: Mapping[str, Words] = {}


def name_command(command: AnyCommand, line: Line, at: int) -> Line:
    """A line with the command's own words instead of those in front of the place `at`, and its options' own names."""
    path = command.path.split()
    front = line.words[:at]
    if [fold(word.text) for word in front] != path:
        front = [replace(word, text=own) for word, own in zip(front, path, strict=False)]
    behind = line.words[at:]
    named = name_words(command, [word.text for word in behind])
    words = (*front, *(_renamed(word, own) for word, own in zip(behind, named, strict=True)))
    return replace(line, words=words, faulty=max(0, line.faulty - at + len(front)))


def _renamed(word: Word, own: str) -> Word:
    return word if own == word.text else replace(word, text=own)
