"""From typed words to an invocation: finding the command, reading its arguments."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from bot.core import mentions
from bot.core.bot_errors import LineTooLong, WordsError
from bot.core.parsing import guesses
from bot.core.parsing.command_table import Commands
from bot.core.parsing.help_requests import HELP, find_asked_words, is_asking, name_help
from bot.core.parsing.nested_line import fold_nested_line
from bot.core.parsing.synonyms import fold, name_command, name_words
from bot.core.parsing.tokenizer import Line, join_words, split_words, tokenize
from bot.core.parsing.typed_line import HOST_OPTIONS as HOST_OPTIONS
from bot.core.parsing.typed_line import IN_MARKS, TypedLine, is_option
from bot.core.parsing.typed_line import AnyCommand as AnyCommand
from bot.core.parsing.typed_line import host_options as host_options
from bot.core.parsing.typed_line import offered_options as offered_options
from bot.core.parsing.typed_line import read_options as read_options
from bot.core.parsing.usage import describe_example, describe_usage_line, spell_name, spell_own_option, spell_own_path
from bot.core.text import join_lines
from bot.plugin import BadArgument, CommandLine, Message, Parameter, PlaceTerm, quote
from bot.plugin.frozen import dataclass
from bot.plugin.quoting import enclose

LONGEST_LINE = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One use of a command: its path, the words after it, and what every command takes."""

    path: str
    words: tuple[str, ...] = ()
    place: str | None = None
    """The name of the place to act on, where the line names one."""
    place_option: str = PlaceTerm().option
    reason: str = ""
    dry_run: bool = False
    break_glass: bool = False

    @property
    def line(self) -> str:
        """What one would type for it, quoted where needed. Of the options of every command only the place is in it."""
        place = [] if self.place is None else [write_place_option(self.place_option, self.place)]
        words = [enclose(word) if is_asking(word) else quote(word) for word in self.words]
        return " ".join([self.path, *words, *place])


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """An invocation with its command and parsed arguments."""

    invocation: Invocation
    command: AnyCommand
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def named_place(self) -> str | None:
        """The name of the place as an argument of the command gives it, else as its option does."""
        parameter = self.command.place_parameter
        named = self.arguments.get(parameter.name) if parameter else None
        return str(named) if named else self.invocation.place


def write_place_option(option: str, name: str) -> str:
    """Write how a line names its place: by this option of its plugin."""
    return f"{option} {quote(name)}" if not name.startswith("--") else quote(f"{option}={name}")


def with_names(text: str) -> str:
    """A typed line as people read it: with the names of whom it mentions, instead of what is stored for them."""
    return mentions.render_typed(text, lambda user, name: f"@{name or user}")


def read_line(text: str, commands: Iterable[AnyCommand] = ()) -> str:
    """A typed line as it was read; empty where a reader of plain marks and blanks would have read the same.

    A free text is what it is only for the command it belongs to. Words of another language are what they stand for.
    """
    if len(text) > LONGEST_LINE:
        return ""
    known = Commands.of(commands)
    try:
        words = _words(text, known)
    except WordsError:
        return ""
    line = join_words(words)
    try:
        return "" if line == text.strip() or " ".join(_named(known, shlex.split(text))) == " ".join(words) else line
    except ValueError:
        return line


def _words(text: str, commands: Commands) -> list[str]:
    try:
        typed = recognize(commands, text)
        return [*typed.path, *typed.words()]
    except WordsError:
        return split_words(text)


def _named(commands: Commands, words: Sequence[str]) -> list[str]:
    """Plain words with those of another language as what they stand for."""
    asked = find_asked_words(commands, words)
    if asked is not None:
        return [HELP, *(words[at] for at in asked)]
    found = commands.find(words)
    if found is None:
        return list(words)
    command, own = found
    path = command.path.split()
    front = words[:own] if [*map(fold, words[:own])] == path else path
    return [*front, *name_words(command, words[own:])]


def check_length(text: str) -> None:
    """Raises LineTooLong for a line that is too long to be read."""
    if len(text) > LONGEST_LINE:
        raise LineTooLong(
            Message(
                "typed.too_long",
                length=Message("typed.characters", count=len(text)),
                limit=Message("typed.characters", count=LONGEST_LINE),
            ),
            hint=Message("typed.shorten"),
        )


def find_command(commands: Iterable[AnyCommand], words: Sequence[str]) -> tuple[AnyCommand, tuple[str, ...]]:
    """The command the words begin with, and the words that are left. Raises WordsError with the best suggestion."""
    known = Commands.of(commands)
    found = known.find(words)
    if found is not None:
        command, own = found
        return command, tuple(words[own:])
    if not words:
        raise WordsError(Message("typed.nothing"), hint=guesses.SEE_HELP)
    raise guesses.unknown_command(known, words, _could_be)


def _could_be(command: AnyCommand, words: Sequence[str]) -> bool:
    """Whether a command takes words like these; a value in them may be wrong, and some may be missing."""
    try:
        check_words(command, name_words(command, words))
    except WordsError:
        return False
    except BadArgument:
        return True
    return True


def read_place_option(typed: TypedLine) -> str | None:
    """The place that a line names, if it names one. Raises WordsError for an option of every command that is wrong."""
    return take_host_options(typed.command, typed.words())[1].get(typed.command.place_term.option)


def recognize(commands: Iterable[AnyCommand], text: str) -> TypedLine:
    """The line with the command it is for; its arguments are not read. Raises WordsError."""
    known = Commands.of(commands)
    line = name_help(known, tokenize(text))
    try:
        command, rest = find_command(known, [word.text for word in line.words])
    except WordsError as error:
        raise line.fault or error from None
    return type_line(command, line, len(line.words) - len(rest))


def type_line(command: AnyCommand, line: Line, at: int, *, exact: bool = False) -> TypedLine:
    """The line of a command whose own words stand in front of the place `at`, in whatever language."""
    line = fold_nested_line(command, line, at)
    named = name_command(command, line, at)
    return TypedLine(command=command, line=named, at=at + len(named.words) - len(line.words), exact=exact)


def understand(commands: Iterable[AnyCommand], text: str) -> Understood:
    """Read a whole line. Raises WordsError or BadArgument; nothing is lost, the sentence quotes what was read."""
    check_length(text)
    typed = recognize(commands, text)
    try:
        return _understood(typed.command, typed.words())
    except BadArgument as error:
        meant = "" if isinstance(error, WordsError) and error.suggestion else _meant(typed)
        if not meant:
            raise
        raise WordsError(error.sentence, hint=IN_MARKS, suggestion=meant) from None


def _meant(typed: TypedLine) -> str:
    """The line that was meant where an option's value is of several words and not in quotation marks."""
    return typed.meant(lambda words: _understood(typed.command, words))


def _understood(command: AnyCommand, rest: Sequence[str]) -> Understood:
    words, options = take_host_options(command, [name_people(command, word) for word in rest])
    refuse_host_options(command, options)
    invocation = Invocation(
        path=command.path,
        words=tuple(words),
        place=options.get(command.place_term.option),
        place_option=command.place_term.option,
        reason=join_lines(options.get("--reason", "")),
        dry_run="--dry-run" in options,
        break_glass="--break-glass" in options,
    )
    # Quoting may have made it longer, and it must still be readable when it is planned again.
    check_length(invocation.line)
    return Understood(invocation=invocation, command=command, arguments=parse_arguments(command, words, options))


def name_people(command: AnyCommand, word: str) -> str:
    """Write a mention in a typed line by its id for a command that is about a person, else by the name."""
    by_id = any(parameter.arg.person for parameter in command.parameters)
    # Taking one out may leave another around it.
    while (plain := mentions.render_typed(word, lambda user, name: f"@{user if by_id or not name else name}")) != word:
        word = plain
    return word


def take_host_options(command: AnyCommand, rest: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """The words that are left, and the options of every command that stand among them. Raises WordsError."""
    known = read_options(command)
    words: list[str] = []
    options: dict[str, str] = {}
    queue = list(rest)
    while queue:
        word = queue.pop(0)
        name, equals, value = word.partition("=")
        if name not in known:
            words.append(word)
        elif name in options:
            raise _twice(command, name)
        elif known[name]:
            options[name] = value if equals else _value_of(command, name, queue)
        else:
            options[name] = _no_value(command, name, equals)
    return words, options


def refuse_host_options(command: AnyCommand, options: Iterable[str]) -> None:
    """A command of the terminal never plans and is about no place: a --dry-run would be followed by the change."""
    taken, term = host_options(command), command.place_term
    given = tuple(name for name in options if name not in taken)
    refused = Message("typed.option_refused", command=spell_own_path(command), options=given)
    if given and command.placeless and not command.terminal:
        sentence = Message("typed.placeless", command=spell_own_path(command), place=term.word)
        raise WordsError(sentence, hint=Message("typed.leave_out", options=given))
    if given and command.everywhere:
        raise WordsError(refused, hint=Message("typed.everywhere", places=term.plural))
    if given:
        raise WordsError(refused, hint=Message("typed.acts_at_once", usage=describe_usage_line(command)))


def _value_of(command: AnyCommand, option: str, queue: list[str]) -> str:
    """The word after an option. Another option is not taken for it: a --dry-run must not be swallowed."""
    if queue and not is_option(queue[0]):
        return queue.pop(0)
    named = spell_own_option(command, option)
    if not queue:
        example = Message("typed.value_example", line=CommandLine(command_line=describe_example(command, option)))
        raise WordsError(Message("typed.value_missing", option=named), hint=example)
    following = spell_own_option(command, queue[0])
    raise WordsError(
        Message("typed.value_missing_before", option=named, following=following),
        hint=Message("typed.value_with_dashes", option=named),
    )


def _no_value(command: AnyCommand, option: str, equals: str) -> str:
    if equals:
        named = spell_own_option(command, option)
        raise WordsError(Message("typed.value_refused", option=named), hint=Message("typed.option_alone", option=named))
    return ""


def _twice(command: AnyCommand, option: str) -> WordsError:
    named = spell_own_option(command, option)
    return WordsError(Message("typed.option_twice", option=named), hint=Message("typed.leave_one_out"))


def check_words(command: AnyCommand, words: Sequence[str]) -> None:
    """Raise what is wrong with the words after the path, other than that some are missing still."""
    rest, options = take_host_options(command, words)
    refuse_host_options(command, options)
    parse_arguments(command, rest, options, whole=False)


def parse_arguments(
    command: AnyCommand, words: Sequence[str], given: Iterable[str] = (), *, whole: bool = True
) -> dict[str, Any]:
    """Parse the words after the path into values by parameter name. Raises WordsError or BadArgument.

    `given` are the options of every command that were typed beside them. Not `whole`: some may be missing.
    """
    flags = {parameter.option: parameter for parameter in command.parameters if parameter.flag}
    positional = [parameter for parameter in command.parameters if not parameter.flag]
    values: dict[str, Any] = {}
    plain: list[str] = []
    queue = list(words)
    while queue:
        word = queue.pop(0)
        name, equals, value = word.partition("=")
        if not is_option(word):
            plain.append(word)
        elif name not in flags:
            raise guesses.unknown_option(command, name)
        elif flags[name].name in values:
            raise _twice(command, name)
        elif flags[name].switch:
            values[flags[name].name] = not _no_value(command, name, equals)
        else:
            word = value if equals else _value_of(command, name, queue)
            values[flags[name].name] = _parse(command, flags[name], word)
    values.update(_positional(command, positional, plain))
    left = plain[len(positional) :] if not any(parameter.many for parameter in positional) else []
    if left:
        raise guesses.unexpected_words(
            command, left, {*given, *(each.option for each in flags.values() if each.name in values)}
        )
    if whole:
        _require(command, values)
    return values


def _positional(command: AnyCommand, parameters: Sequence[Parameter], words: Sequence[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    queue = list(words)
    for parameter in parameters:
        if parameter.many:
            values[parameter.name] = [_parse(command, parameter, word) for word in queue]
            queue = []
        elif queue:
            values[parameter.name] = _parse(command, parameter, queue.pop(0))
    return values


def _require(command: AnyCommand, values: Mapping[str, Any]) -> None:
    for parameter in command.parameters:
        if parameter.required and values.get(parameter.name) in (None, []) and not parameter.arg.secret:
            raise WordsError(
                Message(
                    "typed.argument_missing",
                    command=spell_own_path(command),
                    argument=spell_name(command, parameter),
                    help=parameter.arg.help,
                ),
                hint=_usage(command),
                incomplete=command,
            )


def _parse(command: AnyCommand, parameter: Parameter, word: str) -> Any:
    try:
        return parameter.arg.parse(word)
    except BadArgument as error:
        sentence = error.sentence
        if parameter.flag and parameter.option not in str(sentence):
            sentence = Message("typed.in_option", option=spell_own_option(command, parameter.option), sentence=sentence)
        raise BadArgument(sentence, hint=error.hint or _usage(command)) from None


def _usage(command: AnyCommand) -> Message:
    return Message("typed.usage", usage=describe_usage_line(command))
