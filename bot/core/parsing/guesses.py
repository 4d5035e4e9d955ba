"""What was probably meant by words that no command takes: said beside the refusal, never done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from bot.core.bot_errors import WordsError
from bot.core.parsing.command_table import Commands
from bot.core.parsing.suggestion import find_nearest
from bot.core.parsing.synonyms import ENGLISH, fold, language_of, list_option_words, option_words, spell_option
from bot.core.parsing.tokenizer import join_words
from bot.core.parsing.typed_line import AnyCommand, host_options, offered_options
from bot.core.parsing.usage import (
    describe_option,
    describe_usage_line,
    spell_own_option,
    spell_own_path,
    tell_by_language,
)
from bot.core.redaction.redactor import abbreviate
from bot.plugin import BadArgument, CommandLine, Message, Parameter, PluginError, Risk, Text, TypedWords, quote

SEE_HELP = Message("typed.see_help", command=CommandLine(command_line="help"))
MOST_ECHOED = 60
"""Characters of typed words that a refusal names."""
MOST_MEANT = 4
"""Commands that are named where a word may be of several."""
ALIKE_VERBS = 0.75
"""How much of a misspelt subcommand without a noun has to be right."""
LEAST_ALIKE = 0.45
"""How much of two words has to be the same for the help of one to be offered for the other."""
CouldBe = Callable[[AnyCommand, Sequence[str]], bool]
"""Whether a command takes words like these."""


def unknown_command(commands: Commands, words: Sequence[str], could_be: CouldBe) -> WordsError:
    """The refusal of words that begin with no command, with the line that was probably meant, in the same language."""
    noun, verb, *_ = [*map(fold, words[:2]), ""]
    turned = commands.find([verb, noun]) if verb else None
    if turned is not None and turned[1] == 2:
        line = _line(turned[0], [verb, noun], words[2:], could_be)
        return WordsError(Message("typed.noun_first", command=noun), suggestion=line)
    if noun in commands.by_verb and noun not in commands.nouns:
        return _noun_missing(commands, noun, words, could_be)
    meant = noun if noun in commands.nouns else find_nearest(noun, commands.guessed_nouns)
    if meant is None:
        return _one_too_many(commands, words, could_be)
    alone = commands.by_path.get((commands.name_noun(meant), ""))
    if alone is not None:
        line = _line(alone, [meant], words[1:], could_be)
        return WordsError(Message("typed.unknown_command", command=shorten_typed(words[0])), suggestion=line)
    of_noun = commands.verbs[commands.nouns[meant]]
    listed = tuple(commands.list_verbs(meant))
    if not verb:
        return WordsError(Message("typed.subcommand_missing", command=meant, subcommands=listed))
    verb_meant = verb if verb in of_noun else find_nearest(verb, of_noun)
    if verb_meant is None:
        return WordsError(
            Message("typed.unknown_subcommand", subcommand=shorten_typed(words[1])),
            hint=Message("typed.subcommands", command=meant, subcommands=listed),
        )
    wrong = shorten_typed(words[0] if meant != noun else " ".join(words[:2]))
    command = commands.by_path[commands.name_path(meant, verb_meant)]
    line = _line(command, [meant, verb_meant], words[2:], could_be)
    return WordsError(Message("typed.unknown_command", command=wrong), suggestion=line)


def _one_too_many(commands: Commands, words: Sequence[str], could_be: CouldBe) -> WordsError:
    """The refusal of a first word that is like none, with the command behind it, as in “/b24 site list”."""
    sentence = Message("typed.unknown_command", command=shorten_typed(words[0]))
    behind = commands.find(words[1:])
    if behind is None or not words[1:]:
        verb = find_nearest(fold(words[0]), commands.by_verb, alike=ALIKE_VERBS)
        if verb is not None:
            return _noun_missing(commands, verb, words, could_be)
        return WordsError(sentence, hint=SEE_HELP, suggestion=_far_guess(commands, fold(words[0])))
    command, own = behind
    line = _line(command, [*map(fold, words[1 : own + 1])], words[own + 1 :], could_be)
    return WordsError(sentence, suggestion=line)


def _noun_missing(commands: Commands, verb: str, words: Sequence[str], could_be: CouldBe) -> WordsError:
    """The refusal of a subcommand without the noun in front of it, with the commands that were probably meant."""
    known = sorted(commands.by_verb[verb], key=lambda one: not _is_whole(one, words[1:]))
    fitting = [one for one in known if could_be(one, words[1:])] or known
    meant = [one for one in fitting if _is_readable(one, words[1:])] or fitting
    lines = [_line(one, _path_in_language(one, verb), words[1:], could_be) for one in meant[:MOST_MEANT]]
    others = tuple(CommandLine(command_line=line) for line in lines[1:])
    hint = Message("typed.or_one_of", lines=others) if others else ""
    return WordsError(Message("typed.noun_missing", word=shorten_typed(words[0])), hint=hint, suggestion=lines[0])


def _is_whole(command: AnyCommand, words: Sequence[str]) -> bool:
    """Whether nothing that the command needs is missing among the words behind it."""
    needed = [one for one in command.parameters if one.required and not one.arg.secret]
    plain = [word for word in words if not word.startswith("-")]
    return all(one.option in words for one in needed if one.flag) and sum(not one.flag for one in needed) <= len(plain)


def _is_readable(command: AnyCommand, words: Sequence[str]) -> bool:
    """Whether the first word behind the command can be its first argument, as a number cannot be the id of a site."""
    first = next((one for one in command.parameters if not one.flag), None)
    plain = next((word for word in words if not word.startswith("-")), None)
    if first is None or plain is None:
        return True
    try:
        first.arg.parse(plain)
    except PluginError:
        return False
    return True


def _path_in_language(command: AnyCommand, verb: str) -> list[str]:
    """The words of a command, in the language of the word for its verb where it has a noun in it."""
    language = language_of(command.words, verb)
    nouns = () if language == ENGLISH else command.noun_words.get(language, ())
    return [nouns[0], verb] if nouns else command.path.split()


def _far_guess(commands: Commands, word: str) -> str:
    """The help of the word that is the most alike, else the overview: nothing that acts is named by so wide a guess."""
    meant = find_nearest(word, commands.guessed_nouns, alike=LEAST_ALIKE)
    if meant is None:
        return "help"
    # Of an English word that stands for a command, the command's own word is told: "info" names nothing in the help.
    return join_words(["help", commands.nouns[meant] if meant.isascii() else meant])


def shorten_typed(typed: str) -> str:
    """Cut typed words that a refusal names, and mark the cut; short words stay as they are."""
    return abbreviate(typed, MOST_ECHOED)


def _line(command: AnyCommand, path: Sequence[str], rest: Sequence[str], could_be: CouldBe) -> str:
    """The path of the command with the words behind it, which are left out where it takes nothing like them."""
    return join_words([*path, *(rest if could_be(command, rest) else ())])


def unknown_option(command: AnyCommand, name: str) -> WordsError:
    """The refusal of an option that a command does not have."""
    if name in command.hidden_options:
        return WordsError(
            Message("typed.secret_option", option=name),
            hint=Message("typed.secret_option_hint", command=spell_own_path(command)),
        )
    known = _options(command)
    meant = _option_like(name, _spellings(command))
    return WordsError(
        Message("typed.unknown_option", command=spell_own_path(command), option=shorten_typed(name)),
        hint=_meant(meant) or _list_options(command, known),
    )


def _meant(option: str | None) -> Message | None:
    return Message("typed.did_you_mean", meant=option) if option else None


def _list_options(command: AnyCommand, known: Sequence[str]) -> Message:
    options = tuple(spell_own_option(command, option) for option in known)
    return Message("typed.options", options=options) if options else Message("typed.no_options")


def _options(command: AnyCommand) -> list[str]:
    return [
        *(each.option for each in command.parameters if each.flag and not each.arg.secret),
        *offered_options(command),
    ]


def _spellings(command: AnyCommand) -> list[str]:
    """The options of a command by every name that they have."""
    known = _options(command)
    return [*known, *(name for name, option in option_words(command).items() if option in known)]


def _option_like(name: str, known: Sequence[str]) -> str | None:
    # The dashes are alike in all of them.
    return find_nearest(name, known, alike=0.8)


def unexpected_words(command: AnyCommand, words: Sequence[str], given: Collection[str]) -> WordsError:
    """The refusal of words that are no arguments. Where only options are left to take a value, it names them."""
    typed = shorten_typed(" ".join(words))
    unexpected = Message("typed.unexpected_words", command=spell_own_path(command), words=typed)
    first = words[0]
    option_meant = _option_like(f"--{first.lstrip('-')}", _spellings(command)) if first.startswith("-") else None
    if option_meant:
        return WordsError(unexpected, hint=Message("typed.did_you_mean", meant=option_meant))
    one_by_one = _one_by_one(command, words, given)
    if one_by_one is not None:
        return WordsError(unexpected, hint=one_by_one)
    free = {name: label for name, label in _valued(command).items() if name not in given}
    if not free or not all(parameter.flag for parameter in command.parameters):
        return WordsError(unexpected, hint=Message("typed.usage", usage=describe_usage_line(command)))
    option = next(iter(free))
    if len(free) > 1 or len(words) > 1 or not _takes(command, option, words[0]):
        choices = tuple(_describe_choice(command, name, label) for name, label in free.items())
        return WordsError(
            Message("typed.option_missing", command=spell_own_path(command), words=typed),
            hint=Message("typed.option_choice", options=choices),
        )
    line = f"{command.path} {option} {quote(words[0])}"
    # What else was typed is not in that line, so it is offered only where it can do no harm.
    named = spell_own_option(command, option)
    sentence = Message("typed.this_option_missing", command=spell_own_path(command), words=typed, option=named)
    if command.risk is Risk.READ and not given:
        return WordsError(sentence, suggestion=line)
    return WordsError(sentence, hint=Message("typed.type_line", line=CommandLine(command_line=line)))


def _describe_choice(command: AnyCommand, option: str, label: Text) -> TypedWords:
    words = list_option_words(command)[option]
    return tell_by_language(command, lambda language: describe_option(spell_option(option, words, language), label))


def _one_by_one(command: AnyCommand, words: Sequence[str], given: Collection[str]) -> Message | None:
    """The hint that a command takes one thing at a time; None where the words are no further things."""
    fixed = [one for one in command.parameters if not one.flag]
    if len(fixed) != 1 or given or not all(_is_value(fixed[0], word) for word in words):
        return None
    return Message("typed.one_by_one", line=CommandLine(command_line=f"{command.path} {quote(words[0])}"))


def _is_value(parameter: Parameter, word: str) -> bool:
    try:
        parameter.arg.parse(word)
    except BadArgument:
        return False
    return True


def _valued(command: AnyCommand) -> Mapping[str, Text]:
    """The options of a command that take a value and say what it acts on, with their labels."""
    own: dict[str, Text] = {
        each.option: each.label for each in command.parameters if each.flag and not (each.switch or each.arg.secret)
    }
    option = command.place_term.option
    shared = {name: label for name, label in host_options(command).items() if name == option}
    return {**own, **shared}


def _takes(command: AnyCommand, option: str, word: str) -> bool:
    """Whether an option can be read with this value."""
    try:
        return all(each.arg.parse(word) is not None for each in command.parameters if each.option == option)
    except BadArgument:
        return False
