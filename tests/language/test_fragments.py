"""A message is a whole sentence: one that has only places for others puts a sentence together from fragments."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from scripts.catalogues import HOMES, read_catalogue

ALLOWED: Mapping[str, frozenset[str]] = {
    "whole sentences beside each other": frozenset(
        {
            "answer.sentence_and_list",
            "answer.sentences",
            "audit.line.joined",
            "audit.line.sequence",
            "bitrix24.check.problem_with_advice",
            "bitrix24.sentences",
            "change.undo",
            "delivery.to_person",
            "outcome.ended_done",
        }
    ),
    "a sentence, and the code of who said it": frozenset(
        {
            "answer.error_with_code",
            "bitrix24.call.with_code",
            "cli.outbox.refusal",
            "delivery.cause_with_code",
            "outcome.with_code",
        }
    ),
    "a line to type, and what stands in one": frozenset(
        {
            "help.line",
            "help.lines",
            "help.needs_more",
            "help.subcommands",
            "help.title",
            "help.usage.also",
            "help.usage.example",
            "help.usage.many",
            "help.usage.next",
            "help.usage.option",
            "help.usage.optional",
            "help.usage.options",
            "help.words",
        }
    ),
    "words of others in quotation marks": frozenset(
        {
            "bitrix24.message.quoted",
            "bitrix24.state.quoted",
            "playground.story.present",
        }
    ),
    "a name or a value that stands alone": frozenset(
        {
            "admin.link.to",
            "audit.detail.said",
            "audit.find.number",
            "bitrix24.audit.said",
            "bitrix24.connector.record",
            "bitrix24.portal.authority",
            "bitrix24.portal.time",
            "card.may_approve",
            "check.plugins.loaded",
            "playground.story.channel",
            "policy.role.alone",
            "request.list.id",
            "status.number",
            "store.secret.field",
            "worded.is",
        }
    ),
    "a label with its value, or a name with what belongs to it": frozenset(
        {
            "audit.change.marked",
            "audit.change.place",
            "audit.change.summary",
            "audit.change.target",
            "bitrix24.check.next",
            "bitrix24.check.problem",
            "bitrix24.choice.line",
            "bitrix24.connector.field_change",
            "bitrix24.connector.field_value",
            "bitrix24.message.customer",
            "bitrix24.state.channel",
            "change.at_place",
            "change.difference",
            "change.line_at_place",
            "change.state",
            "check.places.finding",
            "check.scopes.purpose",
            "delivery.status_and_trouble",
            "form.choices.group",
            "form.preview.detail",
            "form.preview.known",
            "home.event",
            "home.list",
            "home.list_attention",
            "home.list_entry",
            "home.list_group",
            "intake.about_request",
            "overview.own_line",
            "overview.place_line",
            "request.became",
            "request.decided_because",
            "request.label",
            "request.refused_place",
            "request.show.person_at",
            "request.show.title",
            "rules.key.wrong",
            "setting.value.unreadable",
            "status.checkpoint_at",
            "worded.coloured",
        }
    ),
}
"""By the reason why no word of a language stands in them, the keys without one."""
LANGUAGES = ("en", "ru")


def find_wordless(language: str) -> set[str]:
    """The keys with a sentence that has only placeholders and punctuation."""
    catalogues = [path for home in HOMES for path in sorted((home.locale / language / "LC_MESSAGES").glob("*.po"))]
    return {
        key
        for path in catalogues
        for key, forms in read_catalogue(path, language).items()
        if not all(map(has_word, forms))
    }


def has_word(sentence: str) -> bool:
    return re.search(r"[^\W\d_]", re.sub(r"\{[^}]*\}", "", sentence)) is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_has_words_of_its_own_but_for_the_few_that_have_a_reason(language: str) -> None:
    assert find_wordless(language) - set().union(*ALLOWED.values()) == set()


def test_each_key_that_has_a_reason_needs_it() -> None:
    allowed = [key for keys in ALLOWED.values() for key in keys]
    assert len(allowed) == len(set(allowed))
    assert set(allowed) <= set().union(*map(find_wordless, LANGUAGES))


@pytest.mark.parametrize(
    ("sentence", "words"),
    [("{why} {until}", False), ("{label}: {state}", False), ("{sentence}{why}", False), ("Read {time}.", True)],
)
def test_a_sentence_with_places_only_is_found(sentence: str, words: bool) -> None:
    assert has_word(sentence) is words
