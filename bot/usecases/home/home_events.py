"""What happened lately, for people who read it: the newest records about changes, blocks and places."""

from __future__ import annotations

from bot.core import mentions
from bot.core.audit.audit_record import QUIET, AuditRecord, Tag
from bot.core.audit.audit_sentences import describe, join_details
from bot.core.text import one_line
from bot.language.translation import can_translate
from bot.plugin import Message, Time
from bot.store.repositories.audit_query import Wanted
from bot.usecases.context import Context

TOLD = frozenset(
    {
        *(Tag.EXECUTION_ENDED, Tag.EXECUTION_RESOLVED, Tag.APPROVAL_BYPASSED, Tag.REVIEW_REJECTED),
        *(Tag.FROZEN, Tag.UNFROZEN, Tag.MODE_CHANGED, Tag.ACCESS_GRANTED, Tag.ACCESS_REVOKED),
    }
)
"""Beside the events of plugins."""
LOOKED_AT, MOST_SHOWN = 60, 5


def list_events(ctx: Context) -> list[Message]:
    """List the newest events, each with its time."""
    records = ctx.store.audit.search(Wanted(), limit=LOOKED_AT).records
    return [_describe(ctx, record) for record in records if _is_told(ctx, record)][:MOST_SHOWN]


def _is_told(ctx: Context, record: AuditRecord) -> bool:
    event = ctx.registry.events.get(record.tag)
    return record.current_tag in TOLD or (event is not None and not event.quiet and record.tag not in QUIET)


def _describe(ctx: Context, record: AuditRecord) -> Message:
    told = join_details(describe(record, clean=_clean, is_known=can_translate, events=ctx.registry.events))
    return Message("home.event", time=Time(time=record.at), sentence=told)


def _clean(text: str) -> str:
    return one_line(mentions.remove_marks(text))
