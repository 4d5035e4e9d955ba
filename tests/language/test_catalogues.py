"""The catalogues and the code say the same: every key has its sentence, with its arguments, in every language."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.language.catalogues import bind_catalogue, choose_language, find_sentence, list_languages

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "catalogues.py"


def test_every_key_of_the_code_has_its_sentence_in_every_language() -> None:
    found = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("ru-RU", "ru"),
        ("ru_RU.UTF-8", "ru"),
        ("RU", "ru"),
        ("en-GB", "en"),
        ("C", "en"),
        ("", "en"),
        ("de-DE", "en"),
        ("../ru", "en"),
    ],
)
def test_a_locale_names_a_language(locale: str, language: str) -> None:
    assert choose_language(locale) == language


def test_english_and_russian_are_spoken() -> None:
    assert list_languages() == {"en", "ru"}


def test_a_catalogue_that_is_not_there_has_no_sentence(tmp_path: Path) -> None:
    bind_catalogue("nowhere", tmp_path)
    assert find_sentence("en", "nowhere.sentence", None) is None
