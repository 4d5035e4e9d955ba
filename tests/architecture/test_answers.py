"""Why something cannot be done is a value or None, never a text that may be empty."""

from __future__ import annotations

import pytest

from tests.architecture import table
from tests.architecture.answer_checks import answers
from tests.architecture.source import Module, modules

FIELD = "class Checked:\n    {}\n    {}\n"
SENTENCE, REASON, BOTH = "a sentence or an empty", "a reason or an empty", "a value or a reason"

# What a module holds, and what is said of it; nothing when it is good.
TEXTS: list[tuple[str, str]] = [
    ("def find_gap(log: Log) -> Text:\n    return '' if log.whole else Message('gap')", SENTENCE),
    ("def find_gap(log: Log) -> Text:\n    return log.whole and Message('gap') or ''", SENTENCE),
    ("def gate(log: Log) -> tuple[Gate, Text]:\n    return Gate.OPEN, ''", SENTENCE),
    ("def find_gap(log: Log) -> Text | None:\n    return None if log.whole else Message('gap')", ""),
    ("def find_gap(log: Log) -> Message:\n    return Message('gap')", ""),
    ("def check(word: str) -> str:\n    '''Say why a word is refused; empty when it is not.'''", REASON),
    ("def check(word: str) -> str:\n    '''The reason for a refusal; nothing where there is none.'''", REASON),
    ("def check(word: str) -> str | None:\n    '''Say why a word is refused; None when it is not.'''", ""),
    ("def find_colour(used: set[str]) -> str:\n    '''Find a free colour; empty when all are used.'''", ""),
    ("def observe() -> tuple[State | None, Text]: ...", BOTH),
    ("def observe() -> tuple[str | None, str]: ...", BOTH),
    ("def split() -> tuple[str, str] | None: ...", ""),
    (FIELD.format("problem: Text = ''", "kind: str = ''"), f"Checked.problem holds {REASON}"),
    (FIELD.format("limit: Text", "'''Why it is not trusted; empty when it is.'''"), REASON),
    (FIELD.format("problem: Text | None = None", "'''Why there is no value; None where there is one.'''"), ""),
    (FIELD.format("reason: Text = ''", "'''As its requester typed it.'''"), ""),
    (FIELD.format("mood: str = 'answer'", "'''One of `answer`, `refusal`.'''"), "make it an enum"),
    (FIELD.format("mood: Mood = Mood.ANSWER", "'''One of `answer`, `refusal`.'''"), ""),
]


@pytest.mark.parametrize(("text", "said"), TEXTS)
def test_the_checker_bites(text: str, said: str) -> None:
    found = list(answers(Module(name="bot.usecases.x", text=text)))
    assert bool(found) == bool(said)
    assert said in " ".join(found)


def test_no_reason_is_a_text_that_may_be_empty() -> None:
    assert [line for module in modules() for line in answers(module)] == []


def test_every_exception_is_needed() -> None:
    found = {f"{module.name}.{line.split()[1]}" for module in modules() for line in answers(module, known=frozenset())}
    assert found == table.SAYS_WHY_AS_TEXT.keys()
