"""A line to type is stored in English, and shown in the words that the commands declare for the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

from bot.core import mentions
from bot.core.parsing.synonyms import list_option_words
from bot.language.translation import translate, translate_argument
from bot.plugin import CommandLine, Message, TypedWords
from bot.plugin.message import write_text
from bot.usecases.admin.builtin_plugin import make_registry
from plugins.bitrix24.plugin import plugin

REGISTRY = make_registry((plugin,))
LINE = "connector remove x --reason why"
CATALOGUES = [
    *Path("bot/locale/ru/LC_MESSAGES").glob("*.po"),
    *Path("plugins/bitrix24/locale/ru/LC_MESSAGES").glob("*.po"),
]
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def lines_in(words: str) -> list[str]:
    """The lines to type that stand in a sentence, without their marks."""
    return re.findall("«(.*?)»", mentions.unmark(words, command_line=lambda line: f"«{line}»"))


def test_a_line_is_stored_in_english_and_shown_in_the_words_of_the_reader() -> None:
    details = Message("card.details", command=CommandLine(command_line="request show CR-1001"))
    assert "request show CR-1001" in str(write_text(details))
    assert lines_in(translate(details)) == ["request show CR-1001"]
    assert lines_in(translate(details, "ru")) == ["запрос показать CR-1001"]


def test_a_line_that_tells_its_languages_itself_is_shown_as_it_tells() -> None:
    told = CommandLine(command_line=TypedWords(typed_words={"en": LINE}))
    assert lines_in(translate_argument(told, "ru")) == [LINE]


def test_a_line_of_no_known_command_stays_as_it_is() -> None:
    assert lines_in(translate_argument(CommandLine(command_line="bicycle ride"), "ru")) == ["bicycle ride"]


def russian_options() -> dict[str, str]:
    """The options of the declared commands that have a Russian name."""
    options = [each for command in REGISTRY for each in list_option_words(command).items()]
    return {option: f"--{words['ru'][0]}" for option, words in options if "ru" in words}


def english_options(known: dict[str, str]) -> Iterator[str]:
    for path in CATALOGUES:
        with path.open("rb") as file:
            for message in read_po(file):
                for option in set(_OPTION.findall(str(message.string))) & known.keys() if message.id else ():
                    yield f"{message.id}: {option} is {known[option]}"


def test_a_russian_sentence_names_an_option_by_its_russian_name() -> None:
    assert list(english_options(russian_options())) == []
