"""What the terminal's own commands say is in a catalogue, and questions are asked and answered in each language."""

from __future__ import annotations

import re

import pytest

from tests.cli.cli_bot import CliBot
from tests.cli.commands.test_init_command import LATER
from tests.language.pseudo import find_unmarked

LITERALS = re.compile(r"/[^\s:]+|\bT\d+:U\d+|\blocal:\w+|\b[0-9a-f]{16,}\b|--[a-z-]+|b24bot [a-z -]+|\bSHA\b")
"""Files, accounts, hashes, options and lines to type: they are the same in every language."""
CODES = ("b24bot", "OPTIONS", "FILE", "SHELL", "audit", "UTC")
"""The program, words for values, the kind of a message in the queue, and the time zone."""
SPOKEN = (
    ("init", "--yes"),
    ("access", "grant", "T0001:U0001", "admin"),
    ("access", "revoke", "T0001:U0009"),
    ("access", "revoke", "T0001:U0001"),
    ("access", "revoke", "T0001:U0001", "--last-admin"),
    ("key", "list"),
    ("key", "rotate"),
    ("outbox", "list"),
    ("outbox", "retry", "all"),
    ("outbox", "retry", "7x"),
    ("request", "show", "CR-1001"),
    ("audit", "verify"),
    ("audit", "verify", "--hash", "x"),
    ("audit", "verify", "--checkpoints", "key"),
    ("audit", "archive", "--before", "9999-01-01"),
    ("backup",),
    ("restore",),
    ("audit", "find", "--limit", "0"),
    ("audit", "export", "--format"),
    ("audit", "fnid"),
    ("zzzzzz",),
    ("--zzzzzz",),
    ("backup", "--zzzzzz"),
    ("backup", "zzzzzz"),
    ("completion", "zzzzzz"),
)


def test_every_word_that_the_terminals_own_commands_say_is_in_a_catalogue(bare: CliBot) -> None:
    unmarked = {}
    for words in SPOKEN:
        shown = bare.in_pseudo_language(*words)
        text = f"{shown.stdout}{shown.stderr}"
        assert "⟦" in text, words
        unmarked[words] = find_unmarked(LITERALS.sub(" ", text))
    assert {words: found for words, found in unmarked.items() if set(found) - {*words, *CODES}} == {}


RUSSIAN_LOCALE = {"LANG": "ru_RU.UTF-8"}


@pytest.mark.parametrize(
    ("typed", "made"), [("да\n", True), ("Y\n", True), ("\n", True), ("не знаю\nн\n", False), ("no\n", False)]
)
def test_a_question_is_answered_in_the_language_it_is_asked_in_or_in_english(
    bare: CliBot, typed: str, made: bool
) -> None:
    shown = bare.answer(f"{typed}{LATER if made else ''}", "init", **RUSSIAN_LOCALE)
    assert (shown.exit_code, bare.key_file.exists()) == (0, made)
    assert "? [Д/н]: " in shown.stderr
    assert ("Введите «д» или «н»." in shown.stderr) is typed.startswith("не")


@pytest.mark.parametrize(("locale", "said"), [({}, "Canceled."), (RUSSIAN_LOCALE, "Отменено.")])
def test_whoever_ends_the_input_at_a_question_is_told_that_the_command_is_canceled(
    bare: CliBot, locale: dict[str, str], said: str
) -> None:
    shown = bare.answer("", "init", **locale)
    assert (shown.exit_code, shown.stderr.splitlines()[-1]) == (1, said)
    assert not bare.key_file.exists()
