"""What was probably meant by words that no command takes: said beside the refusal, never done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from bot.core.bot_errors import WordsError
from bot.core.parsing.suggestion import find_nearest
from bot.core.parsing.tokenizer import join_words
from bot.core.parsing.typed_line import AnyCommand, host_options
from bot.plugin import BadArgument, Risk, quote

Table = Mapping[tuple[str, str], AnyCommand]
"""Commands by noun and verb; the second may be empty."""
CouldBe = Callable[[AnyCommand, Sequence[str]], bool]
"""Whether a command takes words like these."""


def unknown_command(table: Table, words: Sequence[str], could_be: CouldBe) -> WordsError:
    """The refusal of words that begin with no command, with the line that was probably meant."""
    noun, verb = words[0].lower(), words[1].lower() if len(words) > 1 else ""
    nouns = {known for known, _ in table}
    if (verb, noun) in table:
        line = _line(table[verb, noun], words[2:], could_be)
        return WordsError(f"There is no command “{noun}”: the noun comes first.", suggestion=line)
    meant = noun if noun in nouns else find_nearest(noun, nouns)
    if meant is None:
        return _one_too_many(table, words, could_be)
    verbs = sorted(known for known_noun, known in table if known_noun == meant and known)
    if not verbs:
        line = _line(table[meant, ""], words[1:], could_be)
        return WordsError(f"There is no command “{noun}”.", suggestion=line)
    if not verb:
        return WordsError(f"“{meant}” needs a verb.", hint=f"One of: {', '.join(verbs)}.")
    verb_meant = verb if verb in verbs else find_nearest(verb, verbs)
    if verb_meant is None:
        return WordsError(f"“{meant}” has no verb “{verb}”.", hint=f"It has: {', '.join(verbs)}.")
    wrong = f"no “{noun}”" if meant != noun else f"no “{noun} {verb}”"
    return WordsError(f"There is {wrong}.", suggestion=_line(table[meant, verb_meant], words[2:], could_be))


def _one_too_many(table: Table, words: Sequence[str], could_be: CouldBe) -> WordsError:
    """The refusal of a first word that is like none, with the command behind it, as in “/b24 connector list”."""
    sentence = f"There is no command “{words[0].lower()}”."
    second, third = [*(word.lower() for word in words[1:3]), "", ""][:2]
    for path, rest in (((second, third), words[3:]), ((second, ""), words[2:])):
        if second and path in table:
            return WordsError(sentence, suggestion=_line(table[path], rest, could_be))
    return WordsError(sentence, hint="Type help to see what you can do.")


def _line(command: AnyCommand, rest: Sequence[str], could_be: CouldBe) -> str:
    """The command with the words behind it, which are left out where it takes nothing like them."""
    return join_words([*command.path.split(), *(rest if could_be(command, rest) else ())])


def unknown_option(command: AnyCommand, name: str) -> WordsError:
    """The refusal of an option that a command does not have."""
    known = _options(command)
    meant = _option_like(name, known)
    hint = f"Did you mean {meant}?" if meant else f"It takes {', '.join(known) or 'none'}."
    return WordsError(f"“{command.path}” has no option {name}.", hint=hint)


def _options(command: AnyCommand) -> list[str]:
    return [*(each.option for each in command.parameters if each.flag and not each.arg.secret), *host_options(command)]


def _option_like(name: str, known: Sequence[str]) -> str | None:
    # The dashes are alike in all of them.
    return find_nearest(name, known, alike=0.8)


def unexpected_words(command: AnyCommand, words: Sequence[str], given: Collection[str]) -> WordsError:
    """The refusal of words that are no arguments. Where only options are left to take a value, it names them."""
    sentence = f"“{command.path}” does not take “{' '.join(words)}”"
    option_meant = _option_like(f"--{words[0].lstrip('-')}", _options(command)) if words[0].startswith("-") else None
    if option_meant:
        return WordsError(f"{sentence}.", hint=f"Did you mean {option_meant}?")
    free = {name: label for name, label in _valued(command).items() if name not in given}
    if not free or not all(parameter.flag for parameter in command.parameters):
        return WordsError(f"{sentence}.", hint=f"Usage: {command.usage}")
    option = next(iter(free))
    if len(free) > 1 or len(words) > 1 or not _takes(command, option, words[0]):
        named = " or ".join(f"{name} {label}" for name, label in free.items())
        return WordsError(f"{sentence} without an option in front of it.", hint=f"Type {named}.")
    line = f"{command.path} {option} {quote(words[0])}"
    # What else was typed is not in that line, so it is offered only where it can do no harm.
    offered = {"suggestion": line} if command.risk is Risk.READ and not given else {"hint": f"Type {line}"}
    return WordsError(f"{sentence} without {option} in front of it.", **offered)


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
