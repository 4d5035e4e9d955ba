"""What is stored, as JSON objects for programs: ids, numbers, booleans and ISO times. Their keys are a promise."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.core.audit.audit_record import AuditRecord, Fact
from bot.core.audit.recorded_messages import MESSAGES
from bot.core.principals import Grant
from bot.plugin import Json, iso

Object = Mapping[str, Json]


def grant_row(grant: Grant) -> Object:
    """One row of the allow-list."""
    return {
        "principal": grant.principal.id,
        "role": grant.role,
        "granted_by": grant.granted_by,
        "granted_at": iso(grant.granted_at),
    }


_JSON_FACTS = ("decision", MESSAGES)
"""Facts that are recorded as JSON in a text."""


def audit_row(record: AuditRecord) -> Object:
    """One audit record with its place in the chain, its facts as data."""
    facts = {name: _parsed(fact) if name in _JSON_FACTS else fact for name, fact in record.facts.items()}
    return {**exported_row(record), "facts": facts}


def _parsed(fact: Fact) -> Json:
    try:
        found: Json = json.loads(str(fact))
    except ValueError:
        return fact
    return found


def exported_row(record: AuditRecord, previous: bytes | None = None) -> Object:
    """The same with the facts exactly as they are chained, so that the chain can be recomputed from it.

    `previous` is the head before the record, for one whose predecessor stands in no line.
    """
    return {
        "seq": record.seq,
        "at": iso(record.at),
        "tag": record.tag,
        "actor": record.actor,
        "subject": record.subject,
        "facts": dict(record.facts),
        "key_id": record.key_id,
        "mac": record.mac.hex(),
        **({"previous": previous.hex()} if previous is not None else {}),
    }
