"""Answers and notices as JSON objects for programs. Their keys are a promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.core import mentions
from bot.core.audit.stored_views import Object
from bot.language.translation import translate
from bot.plugin import Json, JsonWithTexts, Message, Reply, Table, Text, iso, iso_or_none
from bot.store.repositories.outbox import OutboxEntry
from bot.usecases.chat_refusals import FindRefusal
from bot.usecases.delivery.dead_letters import describe_content, describe_subject


def outbox_row(letter: OutboxEntry, find_refusal: FindRefusal) -> Object:
    """A notice in the queue. What it says to one person stays there: `words` is the first line of it."""
    refusal = find_refusal(letter.error) if letter.error else None
    return {
        "id": letter.id,
        "state": letter.state,
        "kind": letter.kind,
        "about": describe_subject(letter),
        "words": _words(describe_content(letter)),
        "attempts": letter.attempts,
        "error": letter.error,
        "cause": _words(refusal.cause) if refusal else "",
        "remedy": _words(refusal.remedy) if refusal else "",
        "created_at": iso(letter.created_at),
        "due_at": iso(letter.due_at),
        "died_at": iso_or_none(letter.died_at),
    }


def reply_object(reply: Reply) -> Object:
    """An answer: its `data`, and the sentence and the notes that people read with it.

    A plugin that gives no data gives the words of its facts and rows.
    """
    return {
        "title": _words(reply.title),
        "notes": [_words(note) for note in reply.notes],
        "data": _in_words(reply) if reply.data is None else in_english(reply.data),
    }


def _in_words(reply: Reply) -> Json:
    if not reply.facts and reply.table is None:
        return None
    return {
        "facts": [{"name": _words(name), "value": _words(value)} for name, value in reply.facts],
        "rows": _rows(reply.table) if reply.table is not None else [],
    }


def in_english(data: JsonWithTexts) -> Json:
    """What programs are given: the same data with each text for people in English."""
    if isinstance(data, Message):
        return _words(data)
    if isinstance(data, Mapping):
        return {name: in_english(each) for name, each in data.items()}
    return data if isinstance(data, str) or not isinstance(data, Sequence) else [in_english(each) for each in data]


def _rows(table: Table) -> list[Json]:
    return [dict(zip(map(_words, table.columns), map(_words, row), strict=True)) for row in table.rows]


def _words(text: Text) -> str:
    return mentions.unmark(translate(text))
