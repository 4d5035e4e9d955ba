"""A typed line as the record keeps it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile

from bot.core.parsing.characters import drop_invisible
from bot.core.parsing.command_table import Commands
from bot.core.parsing.invocation import LONGEST_LINE, AnyCommand, name_people, recognize, understand
from bot.core.parsing.tokenizer import join_words
from bot.core.redaction.redactor import Fingerprint, personal_mark, redact
from bot.core.text import one_line
from bot.plugin import PluginError

LONGEST_RECORDED = 200
_COMMAND_WORD = re.compile(r"[^\W\d_][\w-]{0,30}")
_CUT_MARK = re.compile("‹[^›]*$")


def make_recorded_line(
    text: str,
    secrets: Iterable[str] = (),
    *,
    commands: Iterable[AnyCommand],
    fingerprint: Fingerprint | None = None,
) -> str:
    """A typed line as the record keeps it: as it is read, on one line, without secrets, and cut.

    A line longer than one that is read is not looked through: its first words and its length are kept.

    Of what is a customer's, as the one of the `commands` declares it, a mark stands in the line. A line that none of
    them takes may have a customer's words anywhere, so only the beginning of it is kept.

    What reads as nothing, such as blanks, invisible characters or an empty pair of quotation marks, must not push the
    rest out of the record.
    """
    if len(text) > LONGEST_LINE:
        return " ".join([*_command_words(drop_invisible(text[:LONGEST_RECORDED])), personal_mark(text, fingerprint)])
    line, known = drop_invisible(text), Commands.of(commands)
    try:
        typed = recognize(known, line)
        understand(known, line)
    except PluginError:
        kept = _beginning(line, fingerprint)
    else:
        words = [name_people(typed.command, word) for word in typed.words()]
        rest = _without_personal(typed.command, words, fingerprint)
        kept = join_words([word for word in (*typed.path, *rest) if word])
    return _CUT_MARK.sub("", redact(one_line(kept), secrets, fingerprint)[:LONGEST_RECORDED])


def personal_values(text: str, commands: Iterable[AnyCommand]) -> tuple[str, ...] | None:
    """The values of a typed line that are a customer's; None for a line that no command takes, where any word may be.

    What the record does not keep of a line is what nobody but its own reader may see of it elsewhere, too.
    """
    if len(text) > LONGEST_LINE:
        return None
    line, known = drop_invisible(text), Commands.of(commands)
    try:
        typed = recognize(known, line)
        understand(known, line)
    except PluginError:
        return None
    return tuple(value for _, value, personal in _parts(typed.command, typed.words()) if personal and value)


def _beginning(line: str, fingerprint: Fingerprint | None) -> str:
    """The first two words of a line, as far as they may be those of a command, and a mark for the rest of it."""
    first = _command_words(line)
    rest = line.strip().split(maxsplit=len(first))[len(first) :]
    return " ".join([*first, *(personal_mark(words, fingerprint) for words in rest)])


def _command_words(line: str) -> list[str]:
    return list(takewhile(_COMMAND_WORD.fullmatch, line.split(maxsplit=2)[:2]))


def _without_personal(command: AnyCommand, rest: Iterable[str], fingerprint: Fingerprint | None) -> Iterator[str]:
    """The words after those of the command, with a mark for each value that is a customer's."""
    for before, value, personal in _parts(command, rest):
        yield before + (personal_mark(value, fingerprint) if personal else value)


def _parts(command: AnyCommand, rest: Iterable[str]) -> Iterator[tuple[str, str, bool]]:
    """Each word as what stands before its value, the value, and whether that is a customer's."""
    personal = {parameter.option for parameter in command.parameters if parameter.flag and parameter.arg.personal}
    awaited = False
    for word in rest:
        name, equals, value = word.partition("=")
        if awaited:
            yield "", word, True
            awaited = False
        elif name in personal and equals:
            yield f"{name}=", value, True
        else:
            awaited = word in personal
            yield "", word, False
