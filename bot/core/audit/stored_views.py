"""What is stored, as data for programs. The fields are the keys of `--json`: a promise."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bot.core.audit.audit_record import AuditRecord, Fact
from bot.core.audit.recorded_card import CARD
from bot.core.audit.recorded_messages import MESSAGES
from bot.core.principals import Grant, Role
from bot.plugin import Json, Time, iso, time_or_none
from bot.plugin.frozen import dataclass

Object = Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRow:
    """One row of the allow-list."""

    principal: str
    """Whose role it is, for example `T0001:U0002`."""
    role: Role
    """The role."""
    granted_by: str
    """Who gave the role: a person's id, or the setting that did."""
    granted_at: Time
    """When the role was given."""
    until: Time | None
    """When the role ends by itself; null for a lasting one."""


def grant_row(grant: Grant) -> GrantRow:
    """One row of the allow-list, as data."""
    return GrantRow(
        principal=grant.principal.id,
        role=grant.role,
        granted_by=grant.granted_by,
        granted_at=Time(time=grant.granted_at),
        until=time_or_none(grant.ends_at),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One audit record, with its place in the chain."""

    seq: int
    """The number of the record, counted from 1."""
    at: Time
    """When the record was written."""
    tag: str
    """What kind of event it is, for example `change:review:approved`."""
    actor: str
    """Who did it: a person's id, or `b24bot`."""
    subject: str
    """What it is about, for example `CR-1001`."""
    facts: Mapping[str, Json]
    """What else is known of the event, by name. Which names there are depends on the tag."""
    key_id: str
    """The id of the key that the record is chained with."""
    mac: str
    """The record's head in the chain, as hex digits."""


_JSON_FACTS = ("decision", MESSAGES, CARD)
"""Facts that are recorded as JSON in a text."""


def audit_row(record: AuditRecord) -> AuditRow:
    """One audit record with its place in the chain, its facts as data."""
    facts = {name: _parsed(fact) if name in _JSON_FACTS else fact for name, fact in record.facts.items()}
    return AuditRow(
        seq=record.seq,
        at=Time(time=record.at),
        tag=record.tag,
        actor=record.actor,
        subject=record.subject,
        facts=facts,
        key_id=record.key_id,
        mac=record.mac.hex(),
    )


def _parsed(fact: Fact) -> Json:
    try:
        found: Json = json.loads(str(fact))
    except ValueError:
        return fact
    return found


def exported_row(record: AuditRecord, previous: bytes | None = None) -> Object:
    """A line of an export: the facts exactly as they are chained, so that the chain can be recomputed from it.

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
