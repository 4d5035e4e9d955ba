"""What was probably meant by words that no command takes: said beside the refusal, never done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from bot.core.bot_errors import WordsError
from bot.core.parsing.suggestion import find_nearest
from bot.core.parsing.tokenizer import join_words
from bot.core.parsing.typed_line import AnyCommand, host_options
from bot.plugin import BadArgument, Message, Risk, quote

Table = Mapping[tuple[str, str], AnyCommand]
"""Commands by noun and verb; the second may be empty."""
SEE_HELP = Message("typed.see_help")
CouldBe = Callable[[AnyCommand, Sequence[str]], bool]
"""Whether a command takes words like these."""


def unknown_command(table: Table, words: Sequence[str], could_be: CouldBe) -> WordsError:
    """The refusal of words that begin with no command, with the line that was probably meant."""
    noun, verb = words[0].lower(), words[1].lower() if len(words) > 1 else ""
    nouns = {known for known, _ in table}
    if (verb, noun) in table:
        line = _line(table[verb, noun], words[2:], could_be)
        return WordsError(Message("typed.noun_first", command=noun), suggestion=line)
    meant = noun if noun in nouns else find_nearest(noun, nouns)
    if meant is None:
        return _one_too_many(table, words, could_be)
    verbs = sorted(known for known_noun, known in table if known_noun == meant and known)
    if not verbs:
        line = _line(table[meant, ""], words[1:], could_be)
        return WordsError(Message("typed.unknown_command", command=noun), suggestion=line)
    if not verb:
        return WordsError(Message("typed.subcommand_missing", command=meant, subcommands=tuple(verbs)))
    verb_meant = verb if verb in verbs else find_nearest(verb, verbs)
    if verb_meant is None:
        return WordsError(
            Message("typed.unknown_subcommand", subcommand=verb),
            hint=Message("typed.subcommands", command=meant, subcommands=tuple(verbs)),
        )
    wrong = noun if meant != noun else f"{noun} {verb}"
    line = _line(table[meant, verb_meant], words[2:], could_be)
    return WordsError(Message("typed.unknown_command", command=wrong), suggestion=line)


def _one_too_many(table: Table, words: Sequence[str], could_be: CouldBe) -> WordsError:
    """The refusal of a first word that is like none, with the command behind it, as in “/b24 connector list”."""
    sentence = Message("typed.unknown_command", command=words[0].lower())
    second, third = [*(word.lower() for word in words[1:3]), "", ""][:2]
    for path, rest in (((second, third), words[3:]), ((second, ""), words[2:])):
        if second and path in table:
            return WordsError(sentence, suggestion=_line(table[path], rest, could_be))
    return WordsError(sentence, hint=SEE_HELP)


def _line(command: AnyCommand, rest: Sequence[str], could_be: CouldBe) -> str:
    """The command with the words behind it, which are left out where it takes nothing like them."""
    return join_words([*command.path.split(), *(rest if could_be(command, rest) else ())])


def unknown_option(command: AnyCommand, name: str) -> WordsError:
    """The refusal of an option that a command does not have."""
    known = _options(command)
    meant = _option_like(name, known)
    return WordsError(
        Message("typed.unknown_option", command=command.path, option=name), hint=_meant(meant) or _list_options(known)
    )


def _meant(option: str | None) -> Message | None:
    return Message("typed.did_you_mean", meant=option) if option else None


def _list_options(known: Sequence[str]) -> Message:
    return Message("typed.options", options=tuple(known)) if known else Message("typed.no_options")


def _options(command: AnyCommand) -> list[str]:
    return [*(each.option for each in command.parameters if each.flag and not each.arg.secret), *host_options(command)]


def _option_like(name: str, known: Sequence[str]) -> str | None:
    # The dashes are alike in all of them.
    return find_nearest(name, known, alike=0.8)


def unexpected_words(command: AnyCommand, words: Sequence[str], given: Collection[str]) -> WordsError:
    """The refusal of words that are no arguments. Where only options are left to take a value, it names them."""
    typed = " ".join(words)
    unexpected = Message("typed.unexpected_words", command=command.path, words=typed)
    option_meant = _option_like(f"--{words[0].lstrip('-')}", _options(command)) if words[0].startswith("-") else None
    if option_meant:
        return WordsError(unexpected, hint=Message("typed.did_you_mean", meant=option_meant))
    free = {name: label for name, label in _valued(command).items() if name not in given}
    if not free or not all(parameter.flag for parameter in command.parameters):
        return WordsError(unexpected, hint=Message("typed.usage", usage=command.usage))
    option = next(iter(free))
    if len(free) > 1 or len(words) > 1 or not _takes(command, option, words[0]):
        named = tuple(f"{name} {label}" for name, label in free.items())
        return WordsError(
            Message("typed.option_missing", command=command.path, words=typed),
            hint=Message("typed.option_choice", options=named),
        )
    line = f"{command.path} {option} {quote(words[0])}"
    # What else was typed is not in that line, so it is offered only where it can do no harm.
    sentence = Message("typed.this_option_missing", command=command.path, words=typed, option=option)
    if command.risk is Risk.READ and not given:
        return WordsError(sentence, suggestion=line)
    return WordsError(sentence, hint=Message("typed.type_line", line=line))


def _valued(command: AnyCommand) -> Mapping[str, str]:
    """The options of a command that take a value and say what it acts on, with their labels."""
    own = {
        each.option: each.arg.label for each in command.parameters if each.flag and not (each.switch or each.arg.secret)
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
