"""Audit records in the words of their reader: from the messages that they hold, or from the English beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from bot.core.audit.audit_record import AuditRecord, Fact, Tag
from bot.core.audit.audit_sentences import describe, join_details
from bot.core.audit.audit_templates import SENTENCES
from bot.core.audit.chain import CHECKPOINT_STARTS, read_anchors
from bot.core.audit.recorded_messages import MESSAGES
from bot.core.messages.notices import KINDS
from bot.core.text import one_line
from bot.language.catalogues import find_sentence, list_languages
from bot.language.recorded_facts import record_messages
from bot.language.translation import can_translate, translate
from bot.plugin import Message, Text
from tests.language.english import en
from tests.tables.rows import each_row

ENDED = Message("outcome.recorded")


def a_record(facts: Mapping[str, Fact], tag: str = Tag.EXECUTION_ENDED) -> AuditRecord:
    return AuditRecord(
        seq=7, at=0, tag=tag, actor="T1:U1", subject="CR-1", facts=facts, key_id="k1", mac=bytes(range(32))
    )


def told(record: AuditRecord) -> Text:
    return join_details(describe(record, clean=one_line, is_known=can_translate))


def test_a_record_reads_in_each_language_and_its_english_stands_beside_it() -> None:
    record = a_record(record_messages({"status": "done", "sentence": ENDED}))
    assert record.facts["sentence"] == en(ENDED)
    assert en(told(record)) == f"CR-1 ended · Status: done · {en(ENDED)}"
    assert translate(told(record), "ru") == f"Завершён запрос CR-1 · Статус: выполнен · {translate(ENDED, 'ru')}"


def test_the_start_of_a_process_names_its_parts_in_words() -> None:
    record = a_record({"version": "1.2.3", "kind": "intake+worker"}, Tag.PROCESS_STARTED)
    assert en(told(record)).endswith(" · Process: intake and worker")
    assert translate(told(record), "ru").endswith(" · Процесс: приём и выполнение запросов")


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_that_failed_names_its_kind_in_words(kind: str) -> None:
    shown = translate(told(a_record({"kind": kind}, Tag.NOTIFICATION_FAILED)), "ru")
    assert kind not in shown.partition("Вид: ")[2]


def test_a_record_from_before_there_were_messages_reads_as_it_was_recorded() -> None:
    record = a_record({"status": "done", "sentence": "Done and verified."})
    assert translate(told(record), "ru").endswith(" · Done and verified.")


@pytest.mark.parametrize(
    ("outcome", "end"),
    [
        (Message("outcome.verified"), "ended · Status: done and verified"),
        (Message("outcome.done"), "ended · Status: done and verified"),
        (Message("outcome.recorded"), "ended · Status: done and verified · Done. Nothing had to be sent."),
    ],
)
def test_an_outcome_that_only_repeats_the_status_is_told_once(outcome: Message, end: str) -> None:
    facts = record_messages({"status": "done", "result": "done_verified", "sentence": outcome})
    assert en(told(a_record(facts))).endswith(end)


@pytest.mark.parametrize(
    "stored",
    [{"key": "gone.plugin.sentence", "arguments": {}}, {"key": "outcome.call_done", "arguments": {}}, "no message"],
    ids=["of a plugin that is not loaded", "with fewer arguments", "none"],
)
def test_the_english_stands_for_a_message_that_cannot_be_put_into_words(stored: object) -> None:
    messages = json.dumps({"sentence": stored}) if isinstance(stored, dict) else str(stored)
    record = a_record({"sentence": "It is done.", MESSAGES: messages})
    assert en(told(record)) == "CR-1 ended · It is done."


def test_text_in_a_recorded_message_stays_on_its_line() -> None:
    call = Message("outcome.call_done", call="one\ntwo")
    assert "\n" not in en(told(a_record(record_messages({"sentence": call}))))


def test_details_of_an_ending_follow_each_other_in_one() -> None:
    details = (Message("outcome.call_done", call="a"), "b")
    record = a_record(record_messages({"outcome": details}))
    assert record.facts["outcome"] == "Done: a; b"
    assert en(told(record)) == "CR-1 ended · Done: a; b"


def test_a_code_of_another_release_is_shown_as_it_is() -> None:
    assert en(told(a_record({"status": "melted"}))) == "CR-1 ended · Status: melted"


@each_row("language", sorted(list_languages()))
@each_row("tag", Tag)
def test_each_tag_has_words_in_each_language(tag: Tag, language: str) -> None:
    row = SENTENCES[tag]
    every = [row.words, *row.details.values(), *(word for codes in row.codes.values() for word in codes.values())]
    assert [message.key for message in every if find_sentence(language, message.key, None) is None] == []


@pytest.mark.parametrize("language", sorted(list_languages()))
def test_the_line_of_a_checkpoint_is_found_again_in_each_language(language: str) -> None:
    """A head that was kept proves nothing where nobody can read it back."""
    line = translate(told(a_record({"seq": 41, "head": "ab" * 32}, Tag.CHECKPOINT)), language)
    assert line.startswith(CHECKPOINT_STARTS)
    assert [(one.seq, one.head) for one in read_anchors([line], "kept.txt")] == [(41, "ab" * 32)]
