"""A list in a sentence is joined as the language does it; the sentence of the catalogue says by which word."""

from __future__ import annotations

from typing import Literal

import pytest
from babel.lists import format_list

from bot.language.lists import AND, OR, WordList, join_words

LISTS = (["a"], ["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"])


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(("joint", "style"), [(AND, "standard"), (OR, "or")])
def test_words_are_joined_as_the_language_does_it(language: str, joint: str, style: Literal["standard", "or"]) -> None:
    for words in LISTS:
        assert join_words(words, joint, language) == format_list(words, style=style, locale=language)


def test_a_sentence_says_how_its_list_is_joined() -> None:
    lines = WordList(["Sales", "Support"], "ru")
    assert "{lines}; {lines:and}; {lines:or}".format_map({"lines": lines}) == (
        "Sales, Support; Sales и Support; Sales или Support"
    )


def test_no_words_and_an_unknown_language_are_joined_too() -> None:
    assert join_words([], AND) == ""
    assert join_words(["a", "b"], AND, "de") == "a and b"
