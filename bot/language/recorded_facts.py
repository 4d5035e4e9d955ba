"""Facts of audit records: what is a message is recorded in English, and as the message in a fact beside it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.audit.audit_record import Fact
from bot.core.audit.recorded_messages import MESSAGES, write_messages
from bot.core.redaction.redactor import shorten
from bot.language.translation import translate
from bot.plugin import Message, Text

RecordedFact = Fact | Message | tuple[Text, ...]
"""A fact, or what is to be recorded in words: one text, or several that follow each other."""
MOST: Mapping[str, int] = {"summary": 200, "outcome": 500, "happened": 500, "missing": 500}
"""Characters of the English of a fact that may become long."""


def record_messages(facts: Mapping[str, RecordedFact]) -> dict[str, Fact]:
    """Make facts that a record may hold of facts and messages."""
    plain = {name: _in_english(name, told) for name, told in facts.items()}
    messages = {
        name: told
        for name, told in facts.items()
        if isinstance(told, Message) or (isinstance(told, tuple) and any(isinstance(one, Message) for one in told))
    }
    written = write_messages(messages)
    return {**plain, MESSAGES: written} if written else plain


def _in_english(name: str, told: RecordedFact) -> Fact:
    if isinstance(told, Message | tuple):
        words = translate(told) if isinstance(told, Message) else "; ".join(map(translate, told))
    elif isinstance(told, str):
        words = told
    else:
        return told
    return shorten(words, MOST[name]) if name in MOST else words
