"""A typed line and the command it is for: which of its words are options, values and free text, and what was meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, takewhile
from typing import Any

from bot.core.bot_errors import WordsError
from bot.core.parsing.tokenizer import Line, join_words
from bot.plugin import Command, Message, PluginError, Risk, Words
from bot.plugin.frozen import dataclass
from bot.plugin.quoting import is_blank

AnyCommand = Command[Any]
HOST_OPTIONS: Mapping[str, str] = {"--reason": "TEXT", "--dry-run": "", "--break-glass": ""}
"""Options of every command that changes something: why, only showing what would happen, and not waiting for others.

A command that only reads takes the first two and makes nothing of them. Those of the terminal alone take none."""
HOST_OPTION_WORDS: Mapping[str, Words] = {
    "--reason": {"ru": ("причина",)},
    "--dry-run": {"ru": ("пробно", "пробный-запуск")},
    "--break-glass": {"ru": ("экстренно",)},
}
MOST_GUESSES = 12
IN_MARKS = Message("typed.in_quotation_marks")


def read_options(command: AnyCommand) -> Mapping[str, str]:
    """The options that are read in a line of any command, the one that names the place first.

    A command whose own argument has that option reads it itself.
    """
    own, option = command.place_parameter, command.place_term.option
    return HOST_OPTIONS if own is not None and own.option == option else {option: "NAME", **HOST_OPTIONS}


def host_options(command: AnyCommand) -> Mapping[str, str]:
    """Those that this command takes."""
    if command.terminal:
        return {}
    return HOST_OPTIONS if command.everywhere or command.placeless else read_options(command)


def offered_options(command: AnyCommand) -> Mapping[str, str]:
    """Those that help and completion name: all that it takes, but of a command that only reads the place alone.

    The option for the place is not among them where an argument of the command names the place.
    """
    taken = dict(host_options(command))
    if command.place_parameter is not None:
        taken.pop(command.place_term.option, None)
    return {name: taken[name] for name in taken if command.risk is not Risk.READ or name not in HOST_OPTIONS}


def is_option(word: str) -> bool:
    """Whether a word names an option. What has a blank in front of any equals sign is a value that was quoted."""
    name = word.partition("=")[0]
    return name.startswith("--") and bool(name.strip("-")) and not any(map(is_blank, name))


def takes_value(command: AnyCommand, name: str) -> bool:
    """Whether a value comes with this option of a command."""
    flags = {parameter.option: not parameter.switch for parameter in command.parameters if parameter.flag}
    return flags.get(name, bool(read_options(command).get(name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """An option with its value, if it takes one, and the plain words up to the next option; or those before any."""

    option: str = ""
    value: tuple[int, ...] = ()
    """The place of the word that its value is, or begins in."""
    plain: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedLine:
    """A line whose command was found; `at` is the place of the first word behind the command's own.

    `exact`: a shell has split it into its words, so what stood around and between them is the shell's.
    """

    command: AnyCommand
    line: Line
    at: int
    exact: bool = False

    @property
    def path(self) -> list[str]:
        return [word.text for word in self.line.words[: self.at]]

    def words(self) -> list[str]:
        """The words behind those of the command, of which a free text is one. Raises WordsError.

        In a free text a quotation mark may be left open: it is a text.
        """
        free = self.free
        if self.line.fault is not None and self.line.faulty not in free:
            raise self.line.fault
        self._refuse_split(free)
        further = frozenset(free[1:])
        return [
            self._text(free) if free and place == free[0] else word.text
            for place, word in enumerate(self.line.words)
            if place >= self.at and place not in further
        ]

    def meant(self, reads: Callable[[list[str]], object]) -> str:
        """The line with the words that an option's value leaves over inside it; empty where no such line is read.

        `reads` raises PluginError for words that are not.
        """
        for guess in self._guesses():
            try:
                reads(guess)
            except PluginError:
                continue
            return join_words([*self.path, *guess])
        return ""

    def _parts(self) -> Iterator[_Part]:
        places = range(self.at, len(self.line.words))
        text = {place: self.line.words[place].text for place in places}
        start = self.at
        part = _Part()
        while True:
            plain = tuple(takewhile(lambda place: not is_option(text[place]), range(start, len(self.line.words))))
            yield _Part(option=part.option, value=part.value, plain=plain)
            following = start + len(plain)
            if following not in text:
                return
            name, equals, _ = text[following].partition("=")
            value: tuple[int, ...] = ()
            start = following + 1
            if equals:
                value = (following,)
            elif takes_value(self.command, name) and start in text and not is_option(text[start]):
                value, start = (start,), start + 1
            part = _Part(option=name, value=value)

    def _text(self, places: Sequence[int]) -> str:
        return " ".join(self.line.words[at].text for at in places) if self.exact else self.line.as_typed(places)

    @property
    def free(self) -> tuple[int, ...]:
        """The places of the words of a free text."""
        fixed = [parameter for parameter in self.command.parameters if not parameter.flag]
        if not (fixed and fixed[-1].many and fixed[-1].arg.free):
            return ()
        return tuple(chain.from_iterable(part.plain for part in self._parts()))[len(fixed) - 1 :]

    def _refuse_split(self, free: Sequence[int]) -> None:
        """Refuse a text with a value in its midst: whose the words behind that are, only their person can tell."""
        text = frozenset(free)
        for part in self._parts():
            behind = [place for place in part.plain if place in text]
            if part.value and behind and behind[0] != free[0] and not self._names_place(part):
                raise WordsError(
                    Message("typed.words_unclear", words=self._text(behind), option=part.option),
                    hint=Message("typed.text_in_quotation_marks"),
                    suggestion=join_words([*self.path, *self._with_whole({part.option: len(behind)})]),
                )

    def _names_place(self, part: _Part) -> bool:
        """Whether it is the option that names the place, whose value never has a blank in it."""
        return part.option == self.command.place_term.option

    def _guesses(self) -> Iterator[list[str]]:
        """What may have been meant: first every option takes all behind it, then each alone, the last one first.

        Of an option that stands there many times, the same guess is made once.
        """
        tried: set[frozenset[tuple[str, int]]] = set()
        for sizes in self._sizes():
            key = frozenset(sizes.items())
            if key not in tried:
                tried.add(key)
                yield self._with_whole(sizes)

    def _sizes(self) -> Iterator[Mapping[str, int]]:
        """How many of the plain words behind it each option takes into its value."""
        open_ones = [part for part in self._parts() if part.value and part.plain and not self._names_place(part)]
        if len(open_ones) > 1:
            yield {part.option: len(part.plain) for part in open_ones}
        for part in reversed(open_ones):
            for size in range(len(part.plain), max(0, len(part.plain) - MOST_GUESSES), -1):
                yield {part.option: size}

    def _with_whole(self, sizes: Mapping[str, int]) -> list[str]:
        """The words, with so many plain ones behind an option inside its value."""
        words: list[str] = []
        free = frozenset(self.free)
        for part in self._parts():
            size = sizes.get(part.option, 0)
            words += self._option(part, part.plain[:size])
            words += self._plain(part.plain[size:], free)
        return words

    def _plain(self, places: Sequence[int], free: frozenset[int]) -> Iterator[str]:
        text = [place for place in places if place in free]
        yield from (self.line.words[place].text for place in places if place not in free)
        if text:
            yield self._text(text)

    def _option(self, part: _Part, more: Sequence[int]) -> list[str]:
        if not part.option:
            return []
        if not part.value:
            return [part.option]
        first = self.line.words[part.value[0]]
        if not more:
            return [first.text] if is_option(first.text) else [part.option, first.text]
        if is_option(first.text):
            return [f"{first.text} {self._text(more)}"]
        return [part.option, self._text([*part.value, *more])]
