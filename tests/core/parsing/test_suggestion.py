"""One good guess, or none: a wrong guess at a name is worse than none."""

from __future__ import annotations

from bot.core.parsing.suggestion import find_nearest
from tests.call_counts import count_calls
from tests.tables.rows import each_row

VERBS = ["activate", "adopt", "configure", "deactivate", "list", "register", "remove", "restore", "show", "status"]

GUESSES: dict[str, str | None] = {
    "remove": "remove",
    "rem": "remove",
    "rmeove": "remove",
    "remvoe": "remove",
    "removes": "remove",
    "REMOVE": "remove",
    "act": "activate",
    "actviate": "activate",
    "deactive": "deactivate",
    "dea": "deactivate",
    "sta": "status",
    "stauts": "status",
    "regster": "register",
    "listt": "list",
    "lst": "list",
    "shwo": "show",
    "a": None,
    "re": None,
    "s": None,
    "": None,
    "delete": None,
    "kill": None,
    "ремув": None,
}


@each_row("word", GUESSES)
def test_the_guess_is_the_one_a_person_would_make(word: str) -> None:
    assert find_nearest(word, VERBS) == GUESSES[word]


def test_without_candidates_there_is_no_guess() -> None:
    assert find_nearest("remove", []) is None


def test_the_guess_does_not_depend_on_the_order_of_the_candidates() -> None:
    assert find_nearest("lis", ["list", "line"]) == find_nearest("lis", ["line", "list"]) == "list"


def test_a_word_of_thousands_of_letters_is_not_compared_letter_by_letter() -> None:
    guesses: list[str | None] = []
    calls = count_calls(lambda: guesses.append(find_nearest("activate" * 500, VERBS)))
    assert guesses == [None]
    assert calls < 100
