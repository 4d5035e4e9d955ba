"""The audit log as it is stored: a chain that can be recomputed, filters, and pages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from bot.core.audit.audit_record import Entry, Tag
from bot.core.bot_errors import ConfigurationError
from bot.core.messages.notices import AuditNotice
from bot.store.postgres.engine import PostgresEngine
from bot.store.repositories.audit_log import AuditLog
from bot.store.repositories.audit_query import Wanted, in_page, newest, page_end
from bot.store.sealing.keyring import Keyring
from bot.store.store import Store, audit_key
from tests.language.english import raises
from tests.store.chain import first_broken, raw_key
from tests.store.samples import ANTON, OLGA

ENTRIES = [
    Entry(tag=Tag.COMMAND_RAN, actor=OLGA.id, subject=OLGA.id, facts={"line": "thing list"}),
    Entry(tag=Tag.CHANGE_REQUESTED, actor=OLGA.id, subject="CR-1001", facts={"line": "thing remove „ein“ 50%"}),
    Entry(tag=Tag.REVIEW_REFUSED, actor=OLGA.id, subject="CR-1001", facts={"reason": "your own"}),
    Entry(tag=Tag.REVIEW_APPROVED, actor=ANTON.id, subject="CR-1001", facts={"approvals": 1, "quorum": 1}),
    Entry(tag=Tag.REVIEW_APPROVED, actor=ANTON.id, subject="CR-1002", facts={"approvals": None, "before": True}),
]


@pytest.fixture
def written(store: Store) -> Store:
    with store.unit_of_work() as tx:
        for entry in ENTRIES:
            tx.record(entry)
    return store


@pytest.fixture
def keys(tmp_path: Path, written: Store) -> dict[str, bytes]:
    return {"k1": raw_key((tmp_path / "keys" / "key").read_text())}


def rewrite(store: Store, statement: str) -> None:
    """As somebody who owns the database can: without the guards."""
    with store.unit_of_work():
        if isinstance(store.engine, PostgresEngine):
            store.engine.execute("ALTER TABLE audit DISABLE TRIGGER USER")
            store.engine.execute(statement.replace("zeroblob(32)", r"'\x00'"))
            return
        for guard in ("audit_no_update", "audit_no_delete", "audit_no_replace"):
            store.engine.execute(f"DROP TRIGGER {guard}")
        store.engine.execute(statement)


def test_the_chain_can_be_recomputed_from_the_key_file(written: Store, keys: dict[str, bytes]) -> None:
    assert first_broken(written, keys) is None


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit SET actor = 'T1:UNOBODY' WHERE seq = 3", 3),
        ("UPDATE audit SET subject = 'CR-1003' WHERE seq = 5", 5),
        ("UPDATE audit SET tag = 'change:review:approved' WHERE seq = 3", 3),
        ("UPDATE audit SET at = at + 1 WHERE seq = 1", 1),
        ("UPDATE audit SET facts = '{}' WHERE seq = 2", 2),
        ("UPDATE audit SET mac = zeroblob(32) WHERE seq = 4", 4),
        ("DELETE FROM audit WHERE seq = 2", 2),
        ("UPDATE audit SET seq = CASE seq WHEN 2 THEN 30 ELSE seq END", 2),
    ],
)
def test_whatever_is_changed_in_the_file_breaks_the_chain_there(
    written: Store, keys: dict[str, bytes], statement: str, broken: int
) -> None:
    rewrite(written, statement)
    assert first_broken(written, keys) == broken


def test_another_key_does_not_fit(written: Store) -> None:
    assert first_broken(written, {"k1": bytes(32)}) == 1


def test_numbers_have_no_gap_also_after_a_unit_that_failed(written: Store, keys: dict[str, bytes]) -> None:
    def fail() -> None:
        with written.unit_of_work() as tx:
            tx.record(ENTRIES[0])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with written.unit_of_work() as tx:
        assert tx.record(ENTRIES[0]) == len(ENTRIES) + 1
    assert first_broken(written, keys) is None


def test_a_new_first_key_goes_on_with_the_chain(written: Store, keys: dict[str, bytes]) -> None:
    """After a rotation the new records name the new key, and the old ones still hold with the old one."""
    rotated = Keyring({"k2": bytes(32), "k1": keys["k1"]})
    log = AuditLog(written.engine, rotated)
    with written.unit_of_work():
        seq = log.append(ENTRIES[0], at=1)
    record = log.get(seq)
    assert record is not None
    assert record.key_id == "k2"
    assert first_broken(written, {**keys, "k2": bytes(32)}) is None


def test_a_key_that_was_taken_out_of_the_file_is_missed_by_name(store: Store) -> None:
    with raises(ConfigurationError, match="“k9” is used in the database and missing"):
        store.keys.audit_key("k9")


def test_a_record_comes_back_as_it_was_written(written: Store) -> None:
    record = written.audit.get(2)
    assert record is not None
    assert (record.seq, record.tag, record.actor, record.subject) == (2, ENTRIES[1].tag, OLGA.id, "CR-1001")
    assert record.facts == ENTRIES[1].facts
    assert record.head == record.mac.hex()[:16]
    assert abs(written.clock.now_ms() - record.at) < 60_000
    assert written.audit.get(99) is None


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [5, 4, 3, 2, 1]),
        ({"actor": ANTON.id}, [5, 4]),
        ({"subject": "CR-1001"}, [4, 3, 2]),
        ({"tag": "change:review"}, [5, 4, 3]),
        ({"tag": "change:review:approved"}, [5, 4]),
        ({"tag": "review"}, []),
        ({"tag": "%"}, []),
        ({"text": "„ein“"}, [2]),
        ({"text": "50%"}, [2]),
        ({"actor": ANTON.id, "subject": "CR-1001", "tag": "change:"}, [4]),
        ({"actor": OLGA.id, "tag": "change:review:approved"}, []),
        ({"tag": "change:r", "text": '"'}, [5, 4, 3, 2]),
        ({"subject": "CR-1001", "text": "quorum"}, [4]),
    ],
)
def test_find_gives_the_newest_that_match_all_that_is_given(
    written: Store, wanted: dict[str, str], found: list[int]
) -> None:
    records = written.audit.search(Wanted(**wanted), limit=20).records
    assert [record.seq for record in records] == found


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ({"subject": "CR-1001"}, "audit_subject (subject=?)"),
        ({"subject": "CR-1001", "tag": Tag.REVIEW_APPROVED}, "audit_subject (subject=?)"),
        ({"subject": "CR-1001", "tag": "change:", "actor": OLGA.id, "text": "x"}, "audit_subject (subject=?)"),
        ({"actor": OLGA.id, "tag": Tag.REVIEW_APPROVED}, "audit_actor (actor=?)"),
        ({"tag": Tag.APPROVAL_BYPASSED}, "audit_tag (tag=?)"),
    ],
)
def test_find_looks_in_the_index_that_leaves_the_fewest_records(
    written: Store, wanted: dict[str, str], index: str
) -> None:
    """It is asked for each change request that is run, while nobody else can write."""
    plan = plan_of(written, *newest(Wanted(**wanted), 20))
    assert plan == [f"SEARCH audit USING INDEX {index}"], "the index gives them in their order"


def plan_of(store: Store, sql: str, *values: str | int) -> list[str]:
    return [row["detail"] for row in store.engine.rows(f"EXPLAIN QUERY PLAN {sql}", *values)]


@pytest.mark.parametrize(
    ("wanted", "end", "page"),
    [
        ({"text": "x"}, "INTEGER PRIMARY KEY (rowid<?)", "INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ({"tag": "change:", "text": "x"}, "INTEGER PRIMARY KEY (rowid<?)", "INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        (
            {"actor": OLGA.id, "tag": "change:"},
            "COVERING INDEX audit_actor (actor=? AND seq<?)",
            "INDEX audit_actor (actor=? AND seq>? AND seq<?)",
        ),
        (
            {"subject": "CR-1001", "actor": OLGA.id},
            "COVERING INDEX audit_subject (subject=? AND seq<?)",
            "INDEX audit_subject (subject=? AND seq>? AND seq<?)",
        ),
        (
            {"tag": Tag.REVIEW_APPROVED, "text": "x"},
            "COVERING INDEX audit_tag (tag=? AND seq<?)",
            "INDEX audit_tag (tag=? AND seq>? AND seq<?)",
        ),
    ],
)
def test_a_page_of_a_search_is_no_more_than_a_part_of_an_index(
    written: Store, wanted: dict[str, str], end: str, page: str
) -> None:
    assert plan_of(written, *page_end(Wanted(**wanted), 9, 3)) == [f"SEARCH audit USING {end}"]
    assert plan_of(written, *in_page(Wanted(**wanted), 1, 9, 3)) == [f"SEARCH audit USING {page}"]


def test_the_beginning_of_a_tag_is_looked_up_tag_by_tag(written: Store) -> None:
    plan = plan_of(written, *newest(Wanted(tag="change:"), 20))
    assert "SEARCH one USING COVERING INDEX audit_tag (tag=? AND seq>?)" in plan
    assert not any(line.startswith("SCAN") and line != "SCAN known" for line in plan)


RENAMED = "access:grant:added"


@pytest.fixture
def renamed(store: Store) -> Store:
    """A log in which a role was given under the earlier tag and under that of today, in turn, among other things."""
    with store.unit_of_work() as tx:
        for at in range(4):
            tx.record(replace(ENTRIES[0], tag=cast("Tag", (RENAMED, Tag.ACCESS_GRANTED)[at % 2]), subject=f"T1:U{at}"))
            tx.record(ENTRIES[0])
    return store


@pytest.mark.parametrize("tag", [Tag.ACCESS_GRANTED, RENAMED, "access:role", "access:grant", "access:g", "access:r"])
def test_a_filter_by_any_name_of_a_tag_finds_records_with_each(renamed: Store, tag: str) -> None:
    assert [record.seq for record in renamed.audit.find(tag=tag)] == [7, 5, 3, 1]
    assert [record.seq for record in renamed.audit.find(tag=tag, limit=3)] == [7, 5, 3]
    assert [record.seq for record in renamed.audit.find(tag=tag, subject="T1:U2")] == [5]
    assert [record.tag for record in renamed.audit.find(tag=tag, actor=OLGA.id, limit=2)] == [
        Tag.ACCESS_GRANTED,
        RENAMED,
    ]
    last = renamed.audit.newest(Tag.ACCESS_GRANTED)
    assert last is not None
    assert last.seq == 7


@pytest.mark.parametrize("page", [1, 2, 3, 100])
@pytest.mark.parametrize("tag", [Tag.ACCESS_GRANTED, RENAMED])
def test_a_search_with_a_text_goes_through_both_names_in_pages(renamed: Store, tag: str, page: int) -> None:
    wanted = Wanted(tag=tag, text="thing list")
    got = renamed.audit.search(wanted, limit=9, page=page)
    assert ([record.seq for record in got.records], got.older) == ([7, 5, 3, 1], False)
    got = renamed.audit.search(wanted, limit=9, most=3, page=page)
    assert ([record.seq for record in got.records], got.older) == ([7, 5, 3], True)


def test_the_last_word_about_somebody_is_the_newest_under_either_name(renamed: Store) -> None:
    with renamed.unit_of_work() as tx:
        seq = tx.record(Entry(tag=Tag.ACCESS_REVOKED, actor=OLGA.id, subject="T1:U0"))
    last = renamed.audit.last_words(Tag.ACCESS_GRANTED, Tag.ACCESS_REVOKED)
    assert [record.seq for record, believed in last if believed] == [seq, 3, 5, 7]


@pytest.mark.parametrize("tag", [Tag.ACCESS_GRANTED, RENAMED, "access:role"])
def test_each_name_of_a_tag_is_looked_up_in_the_index(written: Store, tag: str) -> None:
    plan = plan_of(written, *newest(Wanted(tag=tag), 20))
    assert "SEARCH one USING COVERING INDEX audit_tag (tag=? AND seq>?)" in plan
    assert {line for line in plan if line.startswith("SCAN")} == {"SCAN known", "SCAN CONSTANT ROW"}


def test_a_page_of_a_search_by_a_renamed_tag_reads_the_index_in_its_order(written: Store) -> None:
    wanted = Wanted(tag=Tag.ACCESS_GRANTED, text="x")
    ends = plan_of(written, *page_end(wanted, 9, 3))
    assert ends.count("SEARCH audit USING COVERING INDEX audit_tag (tag=? AND seq<?)") == 2
    assert not any("TEMP B-TREE" in line or "SCAN" in line for line in ends)
    page = plan_of(written, *in_page(wanted, 1, 9, 3))
    assert page[0] == "SEARCH audit USING INDEX audit_tag (tag=? AND seq>? AND seq<?)"


QUOTED = Wanted(tag="change:r", text='"')
"""The records 5 to 2 match it, and each is tested for it."""


@pytest.mark.parametrize("page", [1, 2, 3, 5, 100])
@pytest.mark.parametrize(
    ("most", "found", "older"),
    [(1, [5], True), (3, [5, 4, 3], True), (4, [5, 4, 3, 2], True), (5, [5, 4, 3, 2], False)],
)
def test_a_search_looks_at_so_many_and_tells_whether_there_are_older_ones(
    written: Store, page: int, most: int, found: list[int], older: bool
) -> None:
    got = written.audit.search(QUOTED, limit=9, most=most, page=page)
    assert ([record.seq for record in got.records], got.older) == (found, older)


@pytest.mark.parametrize("page", [1, 2, 100])
def test_a_search_ends_with_the_last_one_that_is_wanted(written: Store, page: int) -> None:
    got = written.audit.search(QUOTED, limit=2, page=page)
    assert ([record.seq for record in got.records], got.older) == ([5, 4], False)


def test_a_search_of_a_person_counts_the_records_of_that_person(written: Store) -> None:
    wanted = Wanted(actor=OLGA.id, text="thing list")
    assert [record.seq for record in written.audit.search(wanted, limit=9, most=3).records] == [1]
    got = written.audit.search(wanted, limit=9, most=2)
    assert (got.records, got.older) == ([], True)


def test_find_gives_no_more_than_asked(written: Store) -> None:
    assert [record.seq for record in written.audit.find(limit=2)] == [5, 4]


@pytest.mark.parametrize("page", [1, 2, 4, 5, 6, 500])
def test_walking_in_pages_of_any_size_meets_every_record_once(written: Store, page: int) -> None:
    assert [record.seq for record in written.audit.walk(page=page)] == [1, 2, 3, 4, 5]
    assert [record.seq for record in written.audit.walk(after=3, page=page)] == [4, 5]


def test_a_record_is_queued_for_the_audit_channel_unless_it_is_a_quiet_one(written: Store) -> None:
    assert written.outbox.state_of(audit_key(1)) is None
    assert [written.outbox.state_of(audit_key(seq)) for seq in (2, 3, 4, 5)] == ["new"] * 4
    with written.unit_of_work() as tx:
        envelope = tx.outbox.claim(written.clock.now_ms())
    assert envelope is not None
    assert envelope.notice == AuditNotice(seq=2)
