"""Words that were given up as identifiers do not come back; the failure says which word to use."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator

from tests.architecture.source import ROOT
from tests.architecture.vocabulary import RETIRED, RETIRED_FUNCTIONS

PRODUCT = ("bot", "plugins")
EVERYWHERE = (*PRODUCT, "benchmarks", "scripts", "tests")
_WORDS = re.compile(rf"\b({'|'.join(sorted(RETIRED.keys() | RETIRED_FUNCTIONS.keys()))})\b")


def retired_in(text: str, *, product: bool) -> Iterator[str]:
    """Name each identifier of a module that was given up, with the line and the word to use."""
    if not _WORDS.search(text):
        return
    before = ""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.NAME:
            before = ""
            continue
        better = RETIRED.get(token.string) or (RETIRED_FUNCTIONS.get(token.string) if before == "def" else None)
        if better and (product or token.string in RETIRED):
            yield f"{token.start[0]}: `{token.string}` was given up; use {better}"
        before = token.string


def test_no_retired_word_is_an_identifier() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for folder in EVERYWHERE
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line in retired_in(path.read_text(encoding="utf-8"), product=folder in PRODUCT)
    ]
    assert not found, "\n".join(found)


def test_a_retired_word_is_told_with_the_word_to_use() -> None:
    text = "class Courier:\n    def sure(self, sure):\n        return 'Courier'  # Courier\n"
    assert list(retired_in(text, product=True)) == [
        "1: `Courier` was given up; use Dispatcher",
        "2: `sure` was given up; use require_ok",
    ]
    assert list(retired_in(text, product=False)) == ["1: `Courier` was given up; use Dispatcher"]


def test_no_word_is_retired_for_itself() -> None:
    retired = {**RETIRED, **RETIRED_FUNCTIONS}
    assert [word for word, better in retired.items() if word in re.split(r"\W+", better)] == []
    assert not RETIRED.keys() & RETIRED_FUNCTIONS.keys()
