"""The English of the catalogues is plain: short sentences, the field's words, few passives, no stacked negatives."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from scripts.catalogues import ENGLISH, HOMES, read_catalogue
from tests.language.readability import PASSIVES_MOST, find_faults, is_passive, sentences_of

ALLOWED: Mapping[str, str] = {
    "card.settle_line": "it is a line to type, and the command is called so",
    "host.contract.settling": "it names the member of a plugin that is called so",
    "host.contract.settling_negative": "the same",
    "host.plugin.noun_taken": "its reader writes a plugin, and a plugin declares nouns (docs/plugins.md)",
    "host.plugin.place_word_taken": "the same",
}
"""The keys whose sentences break a rule, each with its reason."""
CATALOGUES = sorted(path for home in HOMES for path in (home.locale / ENGLISH / "LC_MESSAGES").glob("*.po"))
SENTENCES = {key: forms for path in CATALOGUES for key, forms in read_catalogue(path, ENGLISH).items()}
"""Every message in English by its key: one form, or two."""


def test_every_message_in_english_is_plain_but_for_the_few_that_have_a_reason() -> None:
    faults = {key: found for key, forms in SENTENCES.items() if (found := [*map(_faults, forms)]) != [()] * len(forms)}
    assert {key: found for key, found in faults.items() if key not in ALLOWED} == {}
    assert set(ALLOWED) <= set(faults), "these need no reason any more"


def _faults(text: str) -> tuple[str, ...]:
    return tuple(find_faults(text))


def test_few_sentences_are_in_the_passive_voice() -> None:
    sentences = [sentence for forms in SENTENCES.values() for text in forms for sentence in sentences_of(text)]
    assert len(sentences) > 2000
    assert sum(map(is_passive, sentences)) / len(sentences) < PASSIVES_MOST


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("One two three. Four " + "more " * 25, "26 words"),
        ("Given up on: 0 notices", "Given up"),
        ("What waits, and what failed; the latter is kept for 30 days.", "the latter"),
        ("“{noun}” needs a verb.", "verb"),
        ("The portal's answer proves nothing.", "proves nothing"),
        ("Nobody can do this without an admin.", "two negations"),
        ("{connector} was registered by this bot.", "whose actor is named"),
        ("It was changed after it was written.", "two passive voices"),
    ],
)
def test_what_is_hard_to_read_is_found(text: str, fault: str) -> None:
    (found,) = find_faults(text)
    assert fault in found


@pytest.mark.parametrize(
    "text",
    [
        "Nothing was sent: the command makes no plan any more.",
        "Set --no-ca-file, not `the latter, given up`, for “what was said to be a verb”.",
        "The change is checked by hand. The result is verified by reading.",
        "The former values are lost. “{word}” stands for two names.",
        "{first} " * 25,
    ],
)
def test_what_is_plain_is_let_through(text: str) -> None:
    assert list(find_faults(text)) == []


def test_a_sentence_ends_where_the_next_begins() -> None:
    text = "No “{name}” here. `b24bot x. Y` helps: {hint} Write 172.16.–172.31. or\nthe like."
    assert sentences_of(text) == ["No X here.", "X helps: X Write 172.16.–172.31. or", "the like."]
