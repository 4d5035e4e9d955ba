"""The catalogues and the code say the same: every key has its sentence, with its arguments, in every language."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from bot.core.parsing.synonyms import option_words
from bot.language.catalogues import bind_catalogue, choose_language, find_sentence, list_languages
from bot.usecases.admin.builtin_plugin import make_registry
from plugins.bitrix24.plugin import plugin
from scripts.catalogues import read_catalogue
from tests.tables.rows import each_row

ROOT = Path(__file__).parents[2]
CATALOGUES = sorted(
    path for room in ("bot", "plugins", "examples") for path in (ROOT / room).rglob("locale/en/LC_MESSAGES/*.po")
)
TYPED = re.compile(r"(?<![\w-])--[^\W\d_][\w-]+|(?<=`)[^\W\d_]+ [^\W\d_]+(?=[ `])")
"""An option, or the words of a command behind the mark of code."""
COMMANDS = make_registry([plugin]).commands
OPTIONS = {word: option for command in COMMANDS for word, option in option_words(command).items()}
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


@each_row("path", CATALOGUES)
def test_the_sentences_of_a_key_name_the_same_commands_and_options(path: Path) -> None:
    english, russian = (
        read_catalogue(path.parents[2] / each / "LC_MESSAGES" / path.name, each) for each in ("en", "ru")
    )
    assert {key: words for key in english if (words := typed_words(english[key])) != typed_words(russian[key])} == {}


def typed_words(sentences: Iterable[str]) -> set[str]:
    """The options in sentences, and the two words that a line to type begins with, by their English words."""
    return {name_in_english(found) for sentence in sentences for found in TYPED.findall(sentence)}


def name_in_english(words: str) -> str:
    return OPTIONS.get(words, words) if words.startswith("--") else " ".join(COMMANDS.name_path(*words.split()))


def test_another_option_in_a_translation_is_found() -> None:
    assert typed_words(["Use `portal add --ca-file`."]) == {"portal add", "--ca-file"}
    assert typed_words(["Наберите `portal connect ИМЯ`."]) == {"portal connect"}
    assert typed_words(["Наберите `портал подключить ИМЯ --заменить`."]) == {"portal connect", "--replace"}
    assert typed_words(["Наберите `портал удалить ИМЯ`."]) != {"portal connect"}


def test_english_and_russian_are_spoken() -> None:
    assert list_languages() == {"en", "ru"}


def test_a_catalogue_that_is_not_there_has_no_sentence(tmp_path: Path) -> None:
    bind_catalogue("nowhere", tmp_path)
    assert find_sentence("en", "nowhere.sentence", None) is None
