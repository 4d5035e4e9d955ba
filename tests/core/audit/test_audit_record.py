"""The audit record: its tags, its facts, and its place in the chain."""

from __future__ import annotations

import hmac
import json
import random
import re
from dataclasses import replace

import pytest

from bot.core.audit.audit_record import (
    BLOCK,
    EARLIER_TAGS,
    FACTS,
    GENESIS,
    QUIET,
    AuditRecord,
    Entry,
    Tag,
    current_tag,
    link,
    make_linker,
    stored_tags,
)
from tests.tables.rows import each_row

KEY = bytes(range(32))
ENTRY = Entry(tag=Tag.REVIEW_APPROVED, actor="T1:U1", subject="CR-1", facts={"digest": "ab", "approvals": 1})
AT = 1_700_000_000_000
OWN = link(KEY, 7, GENESIS, AT, ENTRY)

OTHERS: dict[str, bytes] = {
    "key": link(bytes(32), 7, GENESIS, AT, ENTRY),
    "seq": link(KEY, 8, GENESIS, AT, ENTRY),
    "previous": link(KEY, 7, bytes(31) + b"\x01", AT, ENTRY),
    "at": link(KEY, 7, GENESIS, AT + 1, ENTRY),
    "tag": link(KEY, 7, GENESIS, AT, replace(ENTRY, tag=Tag.REVIEW_REJECTED)),
    "actor": link(KEY, 7, GENESIS, AT, replace(ENTRY, actor="T1:U2")),
    "subject": link(KEY, 7, GENESIS, AT, replace(ENTRY, subject="CR-2")),
    "facts none": link(KEY, 7, GENESIS, AT, replace(ENTRY, facts={})),
    "facts value": link(KEY, 7, GENESIS, AT, replace(ENTRY, facts={"digest": "ac", "approvals": 1})),
    "facts type": link(KEY, 7, GENESIS, AT, replace(ENTRY, facts={"digest": "ab", "approvals": "1"})),
    "facts bool": link(KEY, 7, GENESIS, AT, replace(ENTRY, facts={"digest": "ab", "approvals": True})),
    "facts name": link(KEY, 7, GENESIS, AT, replace(ENTRY, facts={"digest": "ab", "quorum": 1})),
    "facts moved": link(KEY, 7, GENESIS, AT, replace(ENTRY, facts={"digest": 1, "approvals": "ab"})),
    "swapped": link(KEY, 7, GENESIS, AT, replace(ENTRY, actor="CR-1", subject="T1:U1")),
}


@each_row("changed", OTHERS)
def test_the_link_changes_with_each_field_and_with_its_place(changed: str) -> None:
    assert OTHERS[changed] != OWN


def test_a_link_is_the_hmac_that_the_standard_library_computes() -> None:
    """As docs/explanation/audit.md writes it out, so that others can check a log without this code."""
    dice = random.Random(1)
    for length in (*range(BLOCK + 1),):
        key, previous, seq, at = (
            dice.randbytes(length),
            dice.randbytes(32),
            dice.randrange(2**63),
            dice.randrange(2**41),
        )
        tag, actor, subject = (
            "".join(map(chr, dice.choices([*range(128), 233, 1_096, 8_222, 128_512], k=12))) for _ in range(3)
        )
        facts = '{"line":"„“\\n"}'
        content = {"actor": actor, "at": at, "facts": json.loads(facts), "subject": subject, "tag": tag}
        body = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        own = make_linker(key)(seq, previous, at, tag, actor, subject, facts)
        assert own == hmac.digest(key, seq.to_bytes(8, "big") + previous + body.encode(), "sha256")


def test_a_key_longer_than_a_block_is_refused() -> None:
    with pytest.raises(ValueError, match="65 bytes"):
        make_linker(bytes(BLOCK + 1))


def test_no_two_changes_have_one_link() -> None:
    assert len({OWN, *OTHERS.values()}) == len(OTHERS) + 1


def test_the_link_does_not_depend_on_the_order_of_the_facts() -> None:
    assert link(KEY, 7, GENESIS, AT, replace(ENTRY, facts={"approvals": 1, "digest": "ab"})) == OWN


def test_a_link_is_32_bytes_and_its_head_the_first_16_digits() -> None:
    record = AuditRecord(seq=7, at=AT, tag="t", actor="a", subject="s", facts={}, key_id="k", mac=OWN)
    assert len(OWN) == len(GENESIS) == 32
    assert record.head == OWN.hex()[:16]


@pytest.mark.parametrize("name", ["token", "access_token", "client_secret", "params", "text"])
def test_a_fact_without_a_name_on_the_list_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"may not hold {name}"):
        Entry(tag=Tag.COMMAND_RAN, actor="a", subject="s", facts={"line": "x", name: "y"})


def test_no_name_of_a_fact_is_the_name_of_a_secret() -> None:
    assert not [name for name in FACTS if re.search("token|secret|password|key|auth|param", name)]


@each_row("tag", Tag)
def test_a_tag_says_source_subject_and_action(tag: Tag) -> None:
    assert re.fullmatch("[a-z]+:[a-z]+:[a-z]+", tag)


RELEASED = {
    "bot:process:started": Tag.PROCESS_STARTED,
    "command:line:ran": Tag.COMMAND_RAN,
    "command:line:refused": Tag.COMMAND_REFUSED,
    "change:request:opened": Tag.CHANGE_REQUESTED,
    "change:request:withdrawn": Tag.CHANGE_WITHDRAWN,
    "change:request:expired": Tag.CHANGE_EXPIRED,
    "change:review:approved": Tag.REVIEW_APPROVED,
    "change:plan:confirmed": Tag.REQUEST_CONFIRMED,
    "change:review:rejected": Tag.REVIEW_REJECTED,
    "change:review:refused": Tag.REVIEW_REFUSED,
    "change:execution:stopped": Tag.EXECUTION_STOPPED,
    "change:execution:intended": Tag.EXECUTION_INTENDED,
    "change:call:answered": Tag.CALL_ANSWERED,
    "change:execution:ended": Tag.EXECUTION_ENDED,
    "change:execution:interrupted": Tag.EXECUTION_INTERRUPTED,
    "change:execution:settled": Tag.EXECUTION_RESOLVED,
    "access:grant:added": Tag.ACCESS_GRANTED,
    "access:grant:removed": Tag.ACCESS_REVOKED,
    "inbound:delivery:quarantined": Tag.DELIVERY_QUARANTINED,
    "inbound:delivery:mismatched": Tag.DELIVERY_MISMATCHED,
    "setup:place:changed": Tag.SETUP_CHANGED,
    "portal:default:set": Tag.DEFAULT_PLACE_SET,
    "portal:choice:set": Tag.OWN_PLACE_SET,
    "bot:freeze:set": Tag.FROZEN,
    "bot:freeze:lifted": Tag.UNFROZEN,
    "bot:stop:lifted": Tag.STOP_DISCARDED,
    "bot:mode:changed": Tag.MODE_CHANGED,
    "change:approval:bypassed": Tag.APPROVAL_BYPASSED,
    "change:approval:reviewed": Tag.BYPASS_REVIEWED,
    "audit:chain:checkpoint": Tag.CHECKPOINT,
    "audit:witness:cut": Tag.WITNESS_TRUNCATED,
    "audit:records:archived": Tag.ARCHIVED,
    "bot:database:copied": Tag.BACKUP_MADE,
    "bot:database:uncopied": Tag.BACKUP_FAILED,
    "bot:database:restored": Tag.DATABASE_RESTORED,
    "bot:key:rotated": Tag.KEY_ROTATED,
    "outbox:notice:died": Tag.NOTIFICATION_FAILED,
    "outbox:notice:revived": Tag.NOTIFICATION_REDELIVERED,
    "outbox:notice:dropped": Tag.NOTIFICATION_DROPPED,
}
"""Every tag that version 0.2.0 wrote of itself, and what it means. A row never changes."""


@each_row(("stored", "meant"), RELEASED.items())
def test_a_tag_of_a_release_means_what_it_meant_there(stored: str, meant: Tag) -> None:
    record = AuditRecord(seq=7, at=AT, tag=stored, actor="a", subject="s", facts={}, key_id="k", mac=OWN)
    assert record.current_tag == current_tag(stored) == meant
    assert record.tag == stored, "it is chained, and stays"
    assert stored in stored_tags(meant)


def test_no_tag_of_an_earlier_release_is_a_tag_of_today() -> None:
    assert set(EARLIER_TAGS).isdisjoint(Tag)
    assert {stored: tag for stored, tag in RELEASED.items() if stored != tag} == EARLIER_TAGS


def test_no_tag_is_the_beginning_of_another() -> None:
    """Else a filter for one would find records of the other."""
    tags = [*Tag, *EARLIER_TAGS]
    assert [(one, other) for one in tags for other in tags if one != other and other.startswith(one)] == []


def test_the_tag_that_the_schema_names_keeps_its_name() -> None:
    assert stored_tags(Tag.ARCHIVED) == ("audit:records:archived",)


def test_the_stored_names_of_several_tags_are_listed_once_each() -> None:
    names = stored_tags(Tag.ACCESS_GRANTED, Tag.ACCESS_REVOKED, "access:grant:added", "newer:thing:done")
    assert names == (
        *("access:role:granted", "access:role:revoked", "newer:thing:done"),
        *("access:grant:added", "access:grant:removed"),
    )


def test_only_reading_and_what_goes_as_it_should_stay_out_of_the_audit_channel() -> None:
    assert {Tag.COMMAND_RAN, Tag.CALL_ANSWERED, Tag.BACKUP_MADE} == QUIET
