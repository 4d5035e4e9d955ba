"""Other words that stand for those of a command, in any language: what is read is the command's own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, repeat

from bot.core.parsing.tokenizer import Line, Word
from bot.core.parsing.typed_line import HOST_OPTION_WORDS, AnyCommand, is_option, takes_value
from bot.plugin import Arg, Words
from bot.plugin.quoting import DASHES

_DASH = re.escape("".join(sorted(DASHES)))
ENGLISH = "en"
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


def other_paths(command: AnyCommand) -> Iterator[str]:
    """The words of a command with other English words, then in each language that has a word for its noun."""
    yield from (f"{command.noun} {word}" for word in command.words.get(ENGLISH, ()) if command.verb)
    if not command.verb:
        yield from command.noun_words.get(ENGLISH, ())
    yield from translated_paths(command)


def translated_paths(command: AnyCommand) -> Iterator[str]:
    """The words of a command in each language that has one for its noun."""
    yield from (spell_path(command, language) for language in command.noun_words if language != ENGLISH)


def spell_word(word: str, words: Words, language: str) -> str:
    """The first word of a language that stands for an English one; the English one where it has none."""
    return word if language == ENGLISH else next(iter(words.get(language, ())), word)


def spell_path(command: AnyCommand, language: str) -> str:
    """The words of a command in a language."""
    noun, verb = (command.noun, command.noun_words), (command.verb, command.words)
    return " ".join(filter(None, (spell_word(*one, language) for one in (noun, verb))))


def spell_option(option: str, words: Words, language: str) -> str:
    """An option as a language names it, with its hyphens."""
    return f"--{spell_word(option.removeprefix('--'), words, language)}"


def spell_words(command: AnyCommand, words: Sequence[str], language: str) -> list[str]:
    """The words behind those of a command, its options and values as a language names them; the rest as they are."""
    values = map_values(command, words, lambda arg, word: spell_word(word, arg.values.get(word, {}), language))
    names = list_option_words(command)
    return [_spell_head(word, names, language) for word in values]


def _spell_head(word: str, names: Mapping[str, Words], language: str) -> str:
    """A word with the name of a language for the option that it begins with, if it begins with one."""
    option, equals, value = word.partition("=")
    return f"{spell_option(option, names[option], language)}{equals}{value}" if option in names else word


def list_option_words(command: AnyCommand) -> Mapping[str, Words]:
    """The other names of the options that a line of this command is read with, by option."""
    declared = {each.option: each.arg.words for each in command.parameters if each.flag}
    return {command.place_term.option: command.place_term.words, **HOST_OPTION_WORDS, **declared}


def option_words(command: AnyCommand) -> Mapping[str, str]:
    """The other names of the options that a line of this command is read with, each with the name it stands for."""
    named = list_option_words(command).items()
    return {f"--{word}": option for option, words in named for word in list_words(words)}


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
    named = [name_option(command, word) for word in words]
    return map_values(command, named, lambda arg, word: name_value(arg.values, word))


def map_values(command: AnyCommand, words: Sequence[str], change: Callable[[Arg, str], str]) -> list[str]:
    """The words behind those of a command, each value as `change` makes it of its declaration and the word."""
    fixed = [each.arg for each in command.parameters if not each.flag] or [_NO_ARG]
    flags = {each.option: each.arg for each in command.parameters if each.flag}
    found: list[str] = []
    awaited, places = "", iter(chain(fixed, repeat(fixed[-1])))
    for word in words:
        option, equals, value = word.partition("=")
        if is_option(word):
            word = f"{option}={change(flags.get(option, _NO_ARG), value)}" if equals else word
            awaited = option if not equals and takes_value(command, option) else ""
        elif awaited:
            word, awaited = change(flags.get(awaited, _NO_ARG), word), ""
        else:
            word = change(next(places), word)
        found.append(word)
    return found


_NO_ARG = Arg(help="", label="")


def name_command(command: AnyCommand, line: Line, at: int) -> Line:
    """A line with the command's own words instead of those in front of the place `at`, and its options' own names."""
    path = command.path.split()
    front, behind = line.words[:at], line.words[at:]
    typed = [word.text for word in behind]
    named = name_words(command, typed) if behind else typed
    own_front = [fold(word.text) for word in front] == path
    if own_front and named == typed:
        # Most lines have the command's own words, and a line is read before its command is acknowledged.
        return line
    if not own_front:
        longer = (*front, *[replace(front[-1], start=front[-1].end)] * (len(path) - len(front)))
        front = tuple(replace(word, text=own) for word, own in zip(longer, path, strict=False))
    words = (*front, *(_renamed(word, own) for word, own in zip(behind, named, strict=True)))
    return replace(line, words=words, faulty=max(0, line.faulty - at + len(front)))


def _renamed(word: Word, own: str) -> Word:
    return word if own == word.text else replace(word, text=own)
