"""A line of which arguments may be missing: what stands in it for each argument, and the whole line once all are there.

A form is filled in from the one and writes the other, so a command of a form is a line that somebody could have typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.core.parsing.command_table import Commands
from bot.core.parsing.invocation import (
    check_length,
    check_words,
    name_people,
    parse_arguments,
    recognize,
    take_host_options,
)
from bot.core.parsing.synonyms import map_values
from bot.core.parsing.tokenizer import join_words, split_words
from bot.core.parsing.typed_line import AnyCommand, TypedLine, is_option
from bot.plugin import Arg, BadArgument, Message, Parameter, PluginError, quote
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialLine:
    """A command, the words that stand for its arguments by their names, and the options of every command."""

    command: AnyCommand
    words: Mapping[str, tuple[str, ...]]
    options: Mapping[str, str]

    @property
    def missing(self) -> tuple[Parameter, ...]:
        """The arguments that have to be given still. Secrets are none of a form."""
        return tuple(
            each
            for each in self.command.parameters
            if each.required and not each.arg.secret and not any(self.words.get(each.name, ()))
        )


def read_partial_line(commands: Iterable[AnyCommand], text: str) -> PartialLine:
    """Read a line of which arguments may be missing. Raises BadArgument for one with which anything else is wrong."""
    check_length(text)
    typed = recognize(Commands.of(commands), text)
    check_words(typed.command, _plain_words(typed))
    return _read(typed)


def lacks_words(typed: TypedLine) -> bool:
    """Whether so few words stand in a line that arguments are missing for certain: then no place is read for it."""
    words = [word.text for word in typed.line.words[typed.at :]]
    options = {word.partition("=")[0] for word in words}
    required = [each for each in typed.command.parameters if each.required and not each.arg.secret]
    flags = [each.option for each in required if each.flag]
    return len(words) < len(required) - len(flags) or not options.issuperset(flags)


def _plain_words(typed: TypedLine) -> list[str]:
    return [name_people(typed.command, word) for word in typed.words()]


def _read(typed: TypedLine) -> PartialLine:
    """The words by their arguments, without a look at the values."""
    command = typed.command
    words, options = take_host_options(command, _plain_words(typed))
    found = parse_arguments(_unparsed(command), words, options, whole=False)
    return PartialLine(command=command, words={name: _words(value) for name, value in found.items()}, options=options)


def _unparsed(command: AnyCommand) -> AnyCommand:
    """The command with its words for values."""
    plain = tuple(replace(each, arg=replace(each.arg, parse=str)) for each in command.parameters)
    return replace(command, parameters=plain)


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(map(str, value))
    return ("yes",) if value is True else (str(value),)


def write_line(command: AnyCommand, fields: Mapping[str, str], options: Iterable[str] = ()) -> str:
    """Write the line for what was filled in, by the names of arguments and of options of every command.

    Raises FieldError for what cannot stand in a line. `options` are words that come at the end as they are.
    """
    words = [command.path]
    left_out: Parameter | None = None
    for each in command.parameters:
        written = _write_argument(each, fields.get(each.name, "").strip())
        if not each.flag and left_out is not None and written:
            # In a line it would stand for the argument in front of it.
            raise FieldError(left_out.name, BadArgument(Message("form.command.gap")))
        if not each.flag and not written:
            left_out = left_out or each
        words += written
    own = {each.name for each in command.parameters}
    given = {name: value.strip() for name, value in fields.items() if name not in own}
    words += [_write_option(name, value) for name, value in given.items() if value]
    return " ".join([*words, *options])


class FieldError(BadArgument):
    """What stands in a field cannot be taken."""

    def __init__(self, field: str, error: PluginError) -> None:
        super().__init__(error.sentence, hint=error.hint)
        self.field = field


def _write_argument(parameter: Parameter, value: str) -> list[str]:
    if not value:
        return []
    if parameter.switch:
        return [parameter.option]
    if parameter.flag:
        return [_write_option(parameter.option, value)]
    try:
        words = split_words(value) if parameter.many and not parameter.arg.free else [value]
    except BadArgument as error:
        raise FieldError(parameter.name, error) from None
    if any(map(is_option, words)):
        # In a line it would be read as an option, also in quotation marks.
        raise FieldError(parameter.name, BadArgument(Message("form.command.option_in_field")))
    return list(map(quote, words))


def _write_option(option: str, value: str) -> str:
    return f"{option} {quote(value)}" if not value.startswith("-") else quote(f"{option}={value}")


def find_field_errors(commands: Iterable[AnyCommand], line: str) -> Mapping[str, PluginError]:
    """What is wrong with the values of a line, by the name of the argument."""
    partial = _read(recognize(Commands.of(commands), line))
    found: dict[str, PluginError] = {}
    for each in partial.command.parameters:
        for word in partial.words.get(each.name, ()) if not each.switch else ():
            try:
                each.arg.parse(word)
            except PluginError as error:
                found.setdefault(each.name, error)
    return found


def correct_first(typed: TypedLine, meant: str) -> str:
    """The line with another value for its first argument; the other words stay. Raises WordsError."""
    first = next((each.arg for each in typed.command.parameters if not each.flag), None)
    wrong: list[str] = []

    def correct(arg: Arg, word: str) -> str:
        if arg is not first or wrong:
            return word
        wrong.append(word)
        return meant

    return join_words([*typed.path, *map_values(typed.command, typed.words(), correct)])
