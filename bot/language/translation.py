"""Messages in words: the sentence of the reader's language with its arguments in it.

People, channels, moments and lines to type become marks, of which each surface makes what it has for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from string import Formatter
from typing import assert_never

from bot.core import mentions
from bot.language.catalogues import ENGLISH, find_sentence, has_catalogue
from bot.language.command_words import translate_line
from bot.language.lists import WordList
from bot.plugin.message import (
    Argument,
    Channel,
    CommandLine,
    Duration,
    Lines,
    Message,
    Person,
    Text,
    Time,
    TypedWords,
    spell_out,
)

GROUPING = {ENGLISH: ",", "ru": "\u00a0"}
"""What stands between the thousands of a number."""
_JOINT = re.compile(r":\w+\}")
PSEUDO = "en-XA"
"""No language, but English with every message between ⟦ and ⟧: what stands outside of them is in no catalogue."""


def translate(text: Text, language: str = ENGLISH) -> str:
    """Put a text into words. What is no message is returned as it is.

    A message that no catalogue has, as of a plugin that is not loaded, is shown as its key and arguments.
    """
    if isinstance(text, str):
        return text
    count = text.arguments.get("count")
    number = count if isinstance(count, int) else None
    spoken = ENGLISH if language == PSEUDO else language
    sentence = find_sentence(spoken, text.key, number) or find_sentence(ENGLISH, text.key, number)
    words = {name: translate_argument(value, language) for name, value in text.arguments.items()}
    if sentence is None:
        return spell_out(text.key, words)
    try:
        found = sentence.format_map(words)
    except ValueError:
        # Of another release, which gave it one word and no list.
        found = _JOINT.sub("}", sentence).format_map(words)
    except KeyError:
        # Of another release, which gave it fewer arguments.
        return spell_out(text.key, words)
    return f"⟦{found}⟧" if language == PSEUDO else found


def can_translate(value: Argument) -> bool:
    """Whether the catalogues have a sentence for every message in a value, and the message all that it names."""
    return explain_gap(value) is None


def explain_gap(value: Argument) -> Message | None:
    """Say why the catalogues cannot put a value into words; None where they can."""
    match value:
        case Message():
            return _explain_message(value) or _explain_first(value.arguments.values())
        case tuple():
            return _explain_first(value)
        case Lines():
            return _explain_first(value.lines)
        case CommandLine():
            return explain_gap(value.command_line)
        case TypedWords():
            return _explain_first(value.typed_words.values())
        case _:
            return None


def _explain_first(values: Iterable[Argument]) -> Message | None:
    return next(filter(None, map(explain_gap, values)), None)


def _explain_message(message: Message) -> Message | None:
    if not has_catalogue(message.key):
        return Message("audit.gap.catalogue", plugin=message.key.partition(".")[0])
    count = message.arguments.get("count")
    sentence = find_sentence(ENGLISH, message.key, count if isinstance(count, int) else None)
    names = {name for _, name, _, _ in Formatter().parse(sentence or "")} - {None}
    return None if sentence is not None and names <= set(message.arguments) else Message("audit.gap.sentence")


def translate_argument(value: Argument, language: str = ENGLISH) -> str:
    """Put whatever may stand in a message into words."""
    match value:
        case str():
            return value
        case int():
            return f"{value:,}".replace(",", GROUPING.get(language, ","))
        case Message():
            return translate(value, language)
        case tuple():
            return WordList([translate_argument(one, language) for one in value], language)
        case Person():
            return mentions.mark_account(value.person)
        case Channel():
            return mentions.channel(value.channel)
        case Time():
            return mentions.mark_time(value.time)
        case CommandLine():
            return mentions.mark_command_line(_translate_line(value.command_line, language))
        case TypedWords():
            return translate_argument(value.typed_words.get(language, value.typed_words[ENGLISH]), language)
        case Lines():
            return "".join(f"\n• {translate(one, language)}" for one in value.lines)
        case Duration():
            return translate(describe_duration(value.duration), language)
        case _:
            assert_never(value)


def _translate_line(line: Text | TypedWords, language: str) -> str:
    """A line in the reader's words; one that was told by language already is."""
    words = translate_argument(line, language)
    return words if isinstance(line, TypedWords) else translate_line(words, language)


def describe_duration(milliseconds: int) -> Message:
    """A length of time as its largest unit that comes out even: `90 seconds`, `15 minutes`, `2 days`."""
    seconds = max(1, round(milliseconds / 1000))
    if seconds % 86_400 == 0:
        return Message("time.days", count=seconds // 86_400)
    if seconds % 3_600 == 0:
        return Message("time.hours", count=seconds // 3_600)
    if seconds % 60 == 0:
        return Message("time.minutes", count=seconds // 60)
    return Message("time.seconds", count=seconds)
