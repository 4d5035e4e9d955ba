"""A line inside a line: the last argument of a command that is about another command, with that one's own options."""

from __future__ import annotations

from dataclasses import replace

from bot.core.parsing.synonyms import name_option
from bot.core.parsing.tokenizer import Line, Word, join_words
from bot.core.parsing.typed_line import AnyCommand, is_option, takes_value
from bot.plugin import Arg


class LineArg(Arg):
    """Describes an argument that takes the rest of the line as one text. Options in it belong to the inner line."""

    __slots__ = ()


def fold_nested_line(command: AnyCommand, line: Line, at: int) -> Line:
    """Make one word of the inner line, for a command that takes one; `at` is the place behind the command's words.

    The options of the command itself stand in front of it.
    """
    fixed = [parameter for parameter in command.parameters if not parameter.flag]
    if not fixed or not isinstance(fixed[-1].arg, LineArg):
        return line
    start = _find_start(command, line, at, len(fixed) - 1)
    inner = line.words[start:]
    if len(inner) < 2:
        return line
    text = join_words(word.text for word in inner)
    folded = Word(text=text, start=inner[0].start, end=inner[-1].end, is_quotation=True)
    return replace(line, words=(*line.words[:start], folded))


def _find_start(command: AnyCommand, line: Line, at: int, arguments: int) -> int:
    while at < len(line.words):
        name, equals, _ = name_option(command, line.words[at].text).partition("=")
        if is_option(name):
            at += 1 if equals or not takes_value(command, name) else 2
        elif arguments:
            at, arguments = at + 1, arguments - 1
        else:
            break
    return at
