"""Every file of the tests says in its first sentence what it is about."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.source import ROOT

FOLDERS = ("tests", "examples")
BEHIND = "\nfrom __future__ import"
"""Stands behind the docstring of most modules: the rest is not parsed."""
SENTENCE = re.compile(r"[A-Z0-9`“].*[.:?]")


def first_sentence(text: str) -> str:
    """Return the first paragraph of a module's docstring as one line; empty unless it is punctuated as a sentence."""
    docstring = ast.get_docstring(ast.parse(text.partition(BEHIND)[0])) or ""
    paragraph = " ".join(docstring.partition("\n\n")[0].split())
    return paragraph if SENTENCE.fullmatch(paragraph) else ""


def test_every_file_of_the_tests_begins_with_a_sentence() -> None:
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    assert len(paths) > 300
    silent = [str(path.relative_to(ROOT)) for path in paths if not first_sentence(path.read_text(encoding="utf-8"))]
    assert silent == []


@pytest.mark.parametrize("text", ["", "import os\n", '"""what a desk does."""\n', '"""What a desk does"""\n'])
def test_what_is_no_sentence_is_found(text: str) -> None:
    assert first_sentence(text) == ""
