"""Bad input gets a clear sentence and a way on, and loses nothing."""

from __future__ import annotations

import pytest

from tests.stories.scene import Scene

WORDS = {
    "an open quotation mark": ('connector remove "my connector', "quotation mark"),
    "a dot": ("connector remove my.connector", "."),
    "a space": ("connector remove 'my connector'", "space"),
    "a Cyrillic look-alike": ("connector remove myсonnector", "CYRILLIC SMALL LETTER ES"),
    "four thousand characters": (f"connector remove {'a' * 4000}", "characters"),
    "no such connector": ("connector remove nosuchthing", "nosuchthing"),
    "a built-in channel": ("connector remove livechat", "a built-in channel"),
    "a misspelt noun": ("conector remove myconnector", "Did you mean"),
    "a misspelt verb": ("connector remvoe myconnector", "Did you mean"),
    "a wrong value, and another missing": ("connector register my.shop", "."),
    "too much": ("connector remove myconnector now", "does not take"),
    "an unknown option": ("connector remove myconnector --force", "--force"),
    "an unknown portal": ("connector list --portal nowhere", "nowhere"),
    "an option without its value": ("connector remove myconnector --reason", "--reason"),
    "markup": ("connector remove «<!channel>»", "Understood as"),
}


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_the_answer_says_what_was_wrong(scene: Scene, words: tuple[str, str]) -> None:
    line, expected = words
    result = scene.ask("Olga", line)
    assert result.status == 200
    answer = scene.answer("Olga", expected)
    assert "Traceback" not in answer
    assert [one for one in scene.workspace.mentions if one.calls.startswith("<!")] == []
    assert scene.playground.store.changes.get(1001) is None


def test_capitals_are_understood(scene: Scene) -> None:
    """The portal keeps ids in lower case, so capitals are what a person meant (docs/portal-behaviour.md P25)."""
    scene.ask("Olga", "connector remove MyConnector")
    scene.card("myconnector")


def test_what_slack_escapes_is_shown_as_it_was_typed(scene: Scene) -> None:
    scene.ask("Olga", "connector remove myconnector --reason 'R&D <x> asked @Anton'")
    assert "R&D <x> asked @Anton" in scene.card_says(scene.card(), "waiting")


def test_curly_quotes_and_ticks_are_cleaned(scene: Scene) -> None:
    scene.ask("Olga", "connector remove `myconnector` --reason “old number”")
    assert "old number" in scene.card_says(scene.card(), "waiting")
