"""The documents are in plain English: short sentences, the field's words, few passives, no stacked negatives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.language.readability import find_faults
from tests.tables.rows import each_row

ROOT = Path(__file__).parent.parent
PAGES = {
    str(path.relative_to(ROOT)): path.read_text("utf-8")
    for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("examples/*/*.md")])
    if path.name != "README.ru.md"
}
ALLOWED: Mapping[str, str] = {
    "Methods: auth.test, chat.postMessage": "a list of names",
    "had 21,000 commands, 7,397 change requests": "a list of numbers",
}
"""The beginnings or parts of sentences that break a rule, each with its reason."""
TABLES_OF_CODE = frozenset({"docs/testing/mutations.md", "docs/testing/performance.md"})
"""The pages whose tables a script writes, from names and notes in the code of tests and measures."""
_FENCE = re.compile(r"^ *```.*?^ *```|^<!-- rooms:.*?^<!-- end of the rooms -->", re.MULTILINE | re.DOTALL)
"""Code, and what a script writes from the code."""
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_TAG = re.compile(r"<[^>]+>|^\[[^\]]+\]: .*$", re.MULTILINE)
"""A mark of HTML, or the address of a link."""
_STRONG = re.compile(r"\*\*([^*]+)\*\*")
_QUOTED = re.compile(r"\*[^*\s](?:[^*]*[^*\s])?\*")
"""What the bot says or shows, a status or a file: words that the page quotes and does not choose."""
_ITEM = re.compile(r"^(?:[*-]|\d+\.|#+) +")
_CELL = re.compile(r"(?<!\\)\|")


def paragraphs_of(page: str, *, cells: bool = True) -> Iterator[str]:
    """The prose of a page: each paragraph, list item, heading and table cell, without code, links and emphasis."""
    text = _STRONG.sub(r"\1", _TAG.sub("", _LINK.sub(r"\1", _FENCE.sub("", page))))
    paragraph: list[str] = []
    for line in [*map(str.strip, text.splitlines()), ""]:
        if paragraph and (not line or line.startswith("|") or _ITEM.match(line)):
            yield _QUOTED.sub("X", " ".join(paragraph))
            paragraph = []
        if line.startswith("|"):
            yield from (_QUOTED.sub("X", cell.strip()) for cell in _CELL.split(line) if cells and cell.strip(" -:"))
        elif line:
            paragraph.append(_ITEM.sub("", line, count=1))


def faults_of(page: str, *, cells: bool = True) -> list[str]:
    return [fault for paragraph in paragraphs_of(page, cells=cells) for fault in find_faults(paragraph)]


@each_row("name", sorted(PAGES))
def test_every_sentence_of_a_document_is_plain(name: str) -> None:
    found = faults_of(PAGES[name], cells=name not in TABLES_OF_CODE)
    assert [fault for fault in found if not any(words in fault for words in ALLOWED)] == []


def test_every_exception_is_still_needed() -> None:
    faults = [fault for page in PAGES.values() for fault in faults_of(page)]
    assert [words for words in ALLOWED if not any(words in fault for fault in faults)] == []
    assert [name for name in TABLES_OF_CODE if not faults_of(PAGES[name])] == []


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("Short. One two " + "more " * 25 + "words.", "28 words"),
        ("* An item\n  with a digest in it\n\nText.", "“digest”"),
        ("| Column |\n|---|\n| The house does it |\n", "“house”"),
        ("A [link to the seat](docs/safety.md) follows.", "“seat”"),
        ("Nobody can do this without an admin.", "two negations"),
    ],
)
def test_what_is_hard_to_read_is_found_in_text_lists_tables_and_links(page: str, fault: str) -> None:
    (found,) = faults_of(page)
    assert fault in found


@pytest.mark.parametrize(
    "page", ["```\nthe house and the seat\n```\n", "The message *given up on* appears.", "The table `seat` has rows."]
)
def test_code_and_quoted_words_are_left_alone(page: str) -> None:
    assert faults_of(page) == []
