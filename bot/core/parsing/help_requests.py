"""Typed words that ask what a command does, in place of the command: `--help`, `-h`, `?`, and `help` behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.parsing.command_table import Commands
from bot.core.parsing.synonyms import fold, list_words
from bot.core.parsing.tokenizer import Line, Word
from bot.plugin import Words
from bot.plugin.quoting import DASHES

HELP = "help"
HELP_WORDS: Words = {"en": ("commands", "man", "feedback"), "ru": ("помощь", "справка", "команды", "отзыв")}
"""Other words for `help`."""
OPTION = "--help"
SHORT_OPTION = "-h"
SIGNS = frozenset({OPTION, SHORT_OPTION, "-?", "/?", "?"})
"""What asks for help without being a word of a command."""
_HELP_WORDS = frozenset({HELP, *list_words(HELP_WORDS)})
_DASHES = "".join(DASHES)
_QUOTED = "\0"
"""Stands for a word in quotation marks, which is a value."""


def name_help(commands: Commands, line: Line) -> Line:
    """A line that asks for help as the line of `help` that it stands for; any other line as it is."""
    words = line.words
    kept = (
        None if line.fault else find_asked_words(commands, [_QUOTED if one.is_quotation else one.text for one in words])
    )
    if kept is None:
        return line
    start = words[0].start
    return replace(line, words=(Word(text=HELP, start=start, end=start), *(words[at] for at in kept)))


def find_asked_words(commands: Commands, words: Sequence[str]) -> list[int] | None:
    """The places of the words about which a line asks for help in another way than `help` does; None for other lines.

    `help` and `?` ask right behind the words of a command, `-h` at the end and `--help` anywhere. A text may end in any
    word: of a command that takes one, only `--help` asks, and `-h` right behind the command.
    """
    help_words = commands.help_words
    folded = [_name_sign(fold(word), help_words) for word in words]
    if not help_words or not any(word in SIGNS or word in help_words for word in folded):
        return None
    if folded[0] in SIGNS or folded[0] in help_words:
        kept = [at for at, word in enumerate(folded) if word not in SIGNS and (at or word not in help_words)]
        return None if folded[0] in help_words and len(kept) == len(words) - 1 else kept
    found = commands.find(words)
    own = found[1] if found is not None else min(2, len(words) - 1)
    takes_text = found is not None and any(one.arg.free for one in found[0].parameters)
    behind, last = folded[own:], folded[-1]
    asks = (
        OPTION in behind
        or (last == SHORT_OPTION and (len(behind) == 1 or not takes_text))
        or (len(behind) == 1 and not takes_text and (last in SIGNS or last in help_words))
    )
    return [at for at in range(own) if folded[at] not in SIGNS and folded[at] not in help_words] if asks else None


def is_asking(word: str) -> bool:
    """Whether a value would ask for help where it stands without quotation marks."""
    return _name_sign(fold(word), _HELP_WORDS) in SIGNS | _HELP_WORDS


def _name_sign(word: str, help_words: frozenset[str]) -> str:
    """`--help` for the option in another language: `--помощь`."""
    return OPTION if word[:1] in DASHES and word.lstrip(_DASHES) in help_words else word
