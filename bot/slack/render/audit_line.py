"""Lines of the audit channel: what happened in words, when, and in small the tag and where the chain stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import accumulate, takewhile

from bot.core.audit.audit_record import AuditRecord
from bot.core.audit.audit_sentences import NO_EVENTS, describe, join_details
from bot.core.text import one_line
from bot.language.catalogues import ENGLISH
from bot.language.translation import can_translate
from bot.plugin import CommandLine, Event, Message
from bot.slack.render.block_kit import Block
from bot.slack.render.slack_text import cut, format_time_token, mrkdwn, plain, sections

VALUE_MOST, WORDS_MOST = 200, 420
MESSAGE_MOST = 12_000
"""Characters of lines that share a message: Slack refuses many more (docs/slack-behaviour.md S23)."""


def audit_line(record: AuditRecord, events: Mapping[str, Event] = NO_EVENTS, *, language: str = ENGLISH) -> str:
    """One record in one line, ending with its tag, its number and the head of the chain.

    `events` are those of the plugins, by tag.
    """
    told = join_details(describe(record, clean=_clean, is_known=can_translate, events=events))
    words = cut(mrkdwn(told, language), WORDS_MOST)
    return " · ".join([words, format_time_token(record.at), f"`{record.tag}`", f"`#{record.seq} {record.head}`"])


def bare_audit_line(record: AuditRecord, *, language: str = ENGLISH) -> str:
    """The line without its words, for a record of which Slack refused them: what happened, its number and the head."""
    hint = mrkdwn(Message("slack.audit_line.find_words", command=CommandLine(command_line="audit find")), language)
    return " · ".join([f"`{record.tag}`", format_time_token(record.at), hint, f"`#{record.seq} {record.head}`"])


def fitting_lines(
    records: Iterable[AuditRecord], events: Mapping[str, Event] = NO_EVENTS, *, language: str = ENGLISH
) -> int:
    """How many of these lines, from the first, fit into one message; nothing is read behind the first that does not."""
    ends = accumulate(len(audit_line(record, events, language=language)) + 1 for record in records)
    return sum(1 for _ in takewhile(lambda end: end <= MESSAGE_MOST, ends))


def audit_blocks(
    records: list[AuditRecord], events: Mapping[str, Event] = NO_EVENTS, *, language: str = ENGLISH
) -> list[Block]:
    return sections([audit_line(record, events, language=language) for record in records])


def _clean(text: str) -> str:
    return cut(one_line(plain(text)), VALUE_MOST)
