"""Lines of the audit channel: what happened, by whom, and where the chain stands."""

from __future__ import annotations

import re

from bot.core.audit import AuditRecord
from bot.core.principals import LOCAL_TEAM
from bot.core.words import one_line
from bot.slack.render.text import Block, cut, escape, plain, sections, when

SHOWN = (
    *("line", "status", "reason", "role", "sentence", "outcome", "method", "approvals", "quorum", "version"),
    *("seq", "head", "count", "fingerprint", "schema"),
)
FACTS_MOST = 300
"""Twenty lines go into one message, which Slack refuses above 13,200 characters."""
_PERSON = re.compile(r"\A[TE][A-Z0-9]+:([UW][A-Z0-9]+)\Z")


def audit_line(record: AuditRecord) -> str:
    """One record in one line, ending with its number and the head of the chain."""
    facts = " · ".join(f"{name} {_word(record.facts[name])}" for name in SHOWN if record.facts.get(name))
    subject = _named(record.subject) if record.subject != record.actor else ""
    parts = [f"`{record.tag}`", subject, f"by {_named(record.actor)}", cut(facts, FACTS_MOST)]
    parts += [when(record.at), f"`#{record.seq} {record.head}`"]
    return " · ".join(part for part in parts if part)


def audit_blocks(records: list[AuditRecord]) -> list[Block]:
    return sections([audit_line(record) for record in records])


def _word(value: object) -> str:
    return escape(cut(one_line(plain(str(value))), 200))


def _named(text: str) -> str:
    found = _PERSON.match(text)
    if found:
        return f"<@{found[1]}>"
    shell = " (shell)" if text.startswith(f"{LOCAL_TEAM}:") else ""
    return cut(escape(one_line(text.removeprefix(f"{LOCAL_TEAM}:"))), 60) + shell
