"""Words that were given up do not come back, in no spelling; the failure says which word to use."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.architecture.source import ROOT
from tests.architecture.words import vocabulary
from tests.architecture.words.vocabulary import RETIRED, RETIRED_FUNCTIONS
from tests.architecture.words.vocabulary_checks import line_at, read_tokens, retired_in, retired_in_catalogue
from tests.tables.rows import each_row

PRODUCT = ("bot", "plugins")
EVERYWHERE = (*PRODUCT, "benchmarks", "examples", "scripts", "tests")
OWN = (
    "tests/architecture/words/vocabulary.py",
    "tests/architecture/words/test_vocabulary.py",
    "tests/language/readability.py",
)
"""Modules that have to name these words."""
_IDENTIFIERS = re.compile(rf"\b({'|'.join(sorted(RETIRED.keys() | RETIRED_FUNCTIONS.keys()))})\b")

# What a module says, and the words that are found in it.
TEXTS: list[tuple[str, list[str]]] = [
    ('"""The Courier takes a Wish to the Desk."""', ["courier", "wish", "desk"]),
    ("class TheCourier: ...", ["courier"]),
    ("def Couriers(): ...", ["courier"]),
    ("_office = 1", ["office"]),
    ("wish = 1; letter = 2; upkeep = 3", ["wish", "letter", "upkeep"]),
    ("tx.replicas.bury(dead)", ["bury"]),
    ("LAST_WHISPERS = 1", ["whisper"]),
    ("FrontDoor, front_doors = 1, 2", ["front door", "front door"]),
    ("run()  # as the town does", ["town"]),
    ('x = 1\n"""How many seats there are."""', ["seat"]),
    ("def test_a_seat_is_free(): ...", ["seat"]),
    ("class BrokenGlass: ...", ["glass"]),
    ("def break_glass(dead_letters, office_hours): ...", []),
    ('"""Break-glass outside the office hours makes no dead letters."""', []),
    ('"""A Latin letter."""', []),
    ("def test_every_letter_counts(): ...", []),
    ("say('whisper')", []),
    ('"""The kind is `whisper`, shown as “whisper”."""', []),
    ("housekeeping = 1", []),
]


def retired_identifiers(text: str, *, product: bool) -> Iterator[str]:
    """Name each identifier of a module that was given up, with the line and the word to use."""
    if not _IDENTIFIERS.search(text):
        return
    for kind, name, start in read_tokens(text):
        if kind != "name" or not (name in RETIRED or name in RETIRED_FUNCTIONS):
            continue
        defined = text.endswith("def ", 0, start)
        better = RETIRED.get(name) or (RETIRED_FUNCTIONS.get(name) if defined else None)
        if better and (product or name in RETIRED):
            yield f"{line_at(text, start)}: `{name}` was given up; use {better}"


def test_no_retired_identifier_comes_back() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for folder in EVERYWHERE
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line in retired_identifiers(path.read_text(encoding="utf-8"), product=folder in PRODUCT)
    ]
    assert not found, "\n".join(found)


@each_row("folder", EVERYWHERE)
def test_no_name_and_no_sentence_has_a_retired_word(folder: str) -> None:
    """Docstrings, comments and the English catalogues are sentences."""
    found: list[str] = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        name = str(path.relative_to(ROOT))
        found += retired_in(name, path.read_text(encoding="utf-8")) if name not in OWN else ()
    for path in sorted((ROOT / folder).rglob("locale/en/**/*.po")):
        found += retired_in_catalogue(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
    assert not found, "\n".join(found)


@each_row(("text", "words"), TEXTS)
def test_a_retired_word_is_found_in_each_spelling(text: str, words: list[str]) -> None:
    assert [line.split("“")[1].split("”")[0] for line in retired_in("bot/x.py", text)] == words


def test_the_name_of_a_module_and_a_sentence_of_a_catalogue_are_read_too() -> None:
    assert list(retired_in("bot/courier_wish.py", "")) == [
        "bot/courier_wish.py:0 “courier” was given up; use dispatcher",
        "bot/courier_wish.py:0 “wish” was given up; use request, options",
    ]
    catalogue = 'msgid "a.wish"\nmsgstr ""\n"The desk\'s "\n"couriers."\n'
    assert [line.split(" was")[0] for line in retired_in_catalogue("x.po", catalogue)] == [
        "x.po:3 “desk”",
        "x.po:4 “courier”",
    ]


def test_a_retired_identifier_is_told_with_the_word_to_use() -> None:
    text = "class Manner:\n    def sure(self, sure):\n        return 'Manner'  # Manner\n"
    assert list(retired_identifiers(text, product=True)) == [
        "1: `Manner` was given up; use RetryPolicy",
        "2: `sure` was given up; use require_ok",
    ]
    assert list(retired_identifiers(text, product=False)) == ["1: `Manner` was given up; use RetryPolicy"]


def test_no_word_is_retired_for_itself() -> None:
    retired = {**RETIRED, **RETIRED_FUNCTIONS}
    assert [word for word, better in retired.items() if word in re.split(r"\W+", better)] == []
    words = {**vocabulary.WORDS, **vocabulary.WORDS_IN_NAMES}
    assert [word for word, better in words.items() if word in better.split(", ")] == []
    assert not RETIRED.keys() & RETIRED_FUNCTIONS.keys()
    assert not vocabulary.WORDS.keys() & vocabulary.WORDS_IN_NAMES.keys()


@each_row(("path", "word"), list(vocabulary.ALLOWED))
def test_every_exception_is_still_needed(path: str, word: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert [line for line in retired_in(f"elsewhere/{path}", text) if f"“{word}”" in line]
    assert len(vocabulary.ALLOWED[path, word]) > 10
