"""Lines of the audit channel: what happened, by whom, and where the chain stands."""

from __future__ import annotations

import re

from bot.core.audit import AuditRecord
from bot.core.principals import LOCAL_TEAM
from bot.slack.render.text import Block, cut, escape, sections, when

SHOWN = ("line", "status", "reason", "role", "sentence", "outcome", "method", "approvals", "quorum", "version")
_PERSON = re.compile(r"\A[TE][A-Z0-9]+:([UW][A-Z0-9]+)\Z")


def audit_line(record: AuditRecord) -> str:
    """One record in one line, ending with its number and the head of the chain."""
    facts = " · ".join(f"{name} {escape(_word(record.facts[name]))}" for name in SHOWN if record.facts.get(name))
    parts = [f"`{record.tag}`", _named(record.subject), f"by {_named(record.actor)}", facts, when(record.at)]
    return cut(" · ".join(part for part in parts if part), 800) + f" · `#{record.seq} {record.head}`"


def audit_blocks(records: list[AuditRecord]) -> list[Block]:
    return sections([audit_line(record) for record in records])


def _word(value: object) -> str:
    return cut(" ".join(str(value).split()), 200)


def _named(text: str) -> str:
    found = _PERSON.match(text)
    if found:
        return f"<@{found[1]}>"
    return escape(text.removeprefix(f"{LOCAL_TEAM}:") + (" (shell)" if text.startswith(f"{LOCAL_TEAM}:") else ""))
