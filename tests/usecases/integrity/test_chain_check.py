"""A start recomputes what came after the mark of the last one; the rest follows, and what changes something waits."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.audit.audit_record import Entry, Tag
from bot.core.audit.chain import START, LinkRow, Place
from bot.core.authority.limits import Mode
from bot.core.bot_errors import ConfigurationError
from bot.core.change.change_request import Status
from bot.store.files.consistency import assert_fits
from bot.store.files.verified_head import BROKEN, VERIFIED, Mark, encode_mark, read_kept_mark, read_mark
from bot.store.files.witness_file import Witness
from bot.store.repositories.audit_log import AuditReader
from bot.store.sealing.keyring import Keyring
from bot.usecases.admin.status_report import report_status
from bot.usecases.integrity.active_limits import list_limits
from bot.usecases.integrity.chain_check import (
    CHAIN,
    CHECK_SECONDS,
    LONGEST_REST_SECONDS,
    ChainCheck,
    begin_check,
    examine_head,
    is_unchecked,
    note_chain,
)
from bot.usecases.integrity.checkpoints import EVERY_MS, write_checkpoint
from bot.usecases.integrity.witness_writer import WitnessWriter
from bot.usecases.process.audit_progress import AuditProgress, ChainState
from bot.usecases.process.found_limits import FoundLimits
from tests.language.english import en, en_facts, raises
from tests.usecases.core_bot import IDA, OLGA, CoreBot
from tests.usecases.integrity.test_witness_writer import mac, rewrite

AT_ONCE, RECORDS = 10, 40
KEYS = Keyring({"k1": bytes(32)})


class CountedLog(AuditReader):
    """Counts the records that are handed out to be recomputed: each costs one HMAC."""

    walked = 0

    def links(self, *, after: int | None = None, page: int = 2_000) -> Iterator[LinkRow]:
        for each in super().links(after=after, page=page):
            self.walked += 1
            yield each


def grow(core_bot: CoreBot, records: int) -> None:
    with core_bot.store.unit_of_work() as store:
        for _ in range(records):
            store.audit.append(Entry(tag=Tag.PROCESS_STARTED, actor="b24bot", subject="s"), at=core_bot.clock.now)


def start_again(core_bot: CoreBot) -> ChainCheck:
    """As a process that begins to work; returns what goes on in it, a page of seven records at a time."""
    store = core_bot.store
    store.audit = CountedLog(store.engine, store.keys)
    audit = AuditProgress(witness=core_bot.ctx.audit.witness, chain=ChainState(at_start=AT_ONCE))
    core_bot.ctx = replace(core_bot.ctx, audit=audit, limits=FoundLimits())
    begin_check(core_bot.ctx)
    return ChainCheck(core_bot.ctx, page=7)


def walked(core_bot: CoreBot) -> int:
    """Records recomputed since it was asked last."""
    log = core_bot.store.audit
    assert isinstance(log, CountedLog)
    before, log.walked = log.walked, 0
    return before


def finish(check: ChainCheck) -> int:
    """Let it come to its end; returns how many pages it took."""
    pages = 1
    while check.run_once():
        pages += 1
    return pages


@pytest.fixture
def old(core_bot: CoreBot) -> CoreBot:
    """A bot with a log longer than a start recomputes at once, which a process has recomputed as a whole."""
    grow(core_bot, RECORDS)
    finish(start_again(core_bot))
    assert (
        read_kept_mark(core_bot.store.engine, core_bot.store.keys) or absent()
    ).place == core_bot.store.audit.place()
    return core_bot


def absent() -> Mark:
    return Mark(place=START, keys=(), at=0)


def test_a_start_recomputes_nothing_when_nothing_came_since_the_mark_and_else_what_came(old: CoreBot) -> None:
    start_again(old)
    assert walked(old) == 0
    grow(old, 3)
    start_again(old)
    assert walked(old) == 3
    assert examine_head(old.store, None).start == START, "for a command one as short needs no mark"


def test_the_rest_is_recomputed_a_page_at_a_time_with_a_record_walked_once(old: CoreBot) -> None:
    check = start_again(old)
    length = (old.store.audit.place() or START).seq
    walked(old)
    pages = 0
    while old.ctx.audit.chain.unchecked is not None:
        check.run_once()
        pages += 1
    assert pages == length // 7 + 1
    assert old.ctx.audit.chain.verified == old.store.audit.place()
    assert not check.run_once(), "and then nothing more is looked at"


def test_a_key_is_asked_for_once_a_page_and_the_key_file_is_looked_at_once_for_it(old: CoreBot) -> None:
    looks = 0

    def stamp() -> tuple[int, int, int]:
        nonlocal looks
        looks += 1
        return 0, 0, 0

    log = AuditReader(old.store.engine, Keyring({"k1": bytes(32)}, stamp=stamp))
    looks = 0
    assert log.broken_at() is None
    assert looks == 1


def test_what_changes_something_waits_and_reading_and_a_freeze_go_on(old: CoreBot) -> None:
    check = start_again(old)
    change = old.ask()
    old.press(IDA, change)
    old.work()
    assert old.now(change).status is Status.APPROVED
    assert old.toy.calls == []
    assert old.type(OLGA, "thing list") == "Things"
    old.wait(6)
    assert any("the audit log is being verified" in words for words in old.threads)
    finish(check)
    old.wait(1)
    old.work()
    assert old.now(change).status is Status.DONE
    start_again(old)
    assert "frozen" in old.type(OLGA, "freeze enough of it").lower()
    assert any(limit.name == "frozen" for limit in list_limits(old.ctx))


def test_a_record_changed_before_the_mark_is_found_before_anything_runs(
    old: CoreBot, caplog: pytest.LogCaptureFixture
) -> None:
    change = old.ask()
    rewrite(old, "UPDATE audit SET actor = 'T1:UX' WHERE seq = 9")
    check = start_again(old)
    assert CHAIN not in old.ctx.limits
    old.press(IDA, change)
    old.work()
    finish(check)
    limit = old.ctx.limits[CHAIN]
    assert limit.mode is Mode.READ_ONLY
    assert en(limit.why).startswith("The audit log is broken at record #9:")
    old.wait(1)
    old.work()
    assert old.now(change).status is Status.FAILED
    assert en(limit.why) in en(old.now(change).outcome)
    assert old.toy.calls == []
    assert [one.levelno for one in caplog.records if getattr(one, "action", "") == "limit_set"] == [logging.ERROR]


def test_after_a_break_was_found_no_mark_counts_until_it_is_mended(old: CoreBot, tmp_path: Path) -> None:
    """Neither the one in the witness file: who only looks at the head would take the log for whole."""
    old.ctx.audit.witness = Witness(tmp_path / "witness.jsonl")
    finish(start_again(old))
    marked = read_mark(old.ctx.audit.witness.tail()[-1], KEYS)
    assert marked is not None
    grow(old, 3)
    rewrite(old, "UPDATE audit SET actor = 'T1:UX' WHERE seq = 9")
    finish(start_again(old))
    assert old.store.facts.get(BROKEN) == "yes"
    assert read_kept_mark(old.store.engine, KEYS) == marked, (
        "a log that is broken is not said to be in order up to its end"
    )
    assert read_mark(old.ctx.audit.witness.tail()[-1], KEYS) == marked
    check = start_again(old)
    assert old.ctx.audit.chain.unchecked is not None
    assert not old.ctx.audit.chain.unchecked.covered
    limit = note_chain(replace(old.ctx, limits=FoundLimits()))
    assert limit is not None, "whoever only looks at the head looks at all of it now"
    assert "record #9" in en(limit.why)
    rewrite(old, "UPDATE audit SET actor = 'b24bot' WHERE seq = 9")
    finish(check)
    assert CHAIN not in old.ctx.limits
    assert read_kept_mark(old.store.engine, KEYS) is not None


def test_it_waits_a_minute_for_a_log_with_a_mark_and_until_the_end_for_one_without(old: CoreBot) -> None:
    start_again(old)
    assert is_unchecked(old.ctx)
    old.clock.advance(LONGEST_REST_SECONDS - 1)
    assert is_unchecked(old.ctx)
    old.clock.advance(1)
    assert not is_unchecked(old.ctx)
    with old.store.unit_of_work() as store:
        store.facts.put(VERIFIED, "")
    check = start_again(old)
    old.clock.advance(100 * LONGEST_REST_SECONDS)
    assert is_unchecked(old.ctx)
    finish(check)
    assert not is_unchecked(old.ctx)


def test_after_the_minute_what_a_decision_rests_on_is_still_proved(old: CoreBot) -> None:
    """The rest is not recomputed yet, and the record of the approval was made of another one."""
    change = old.approved()
    (record,) = old.records(Tag.REVIEW_APPROVED, change.id)
    rewrite(old, f"UPDATE audit SET at = at + 1 WHERE seq = {record.seq}")
    grow(old, 2)
    with old.store.unit_of_work() as store:
        store.facts.put(VERIFIED, encode_mark(Mark(place=last(old), keys=("k1",), at=0), KEYS))
    start_again(old)
    old.clock.advance(LONGEST_REST_SECONDS)
    assert not is_unchecked(old.ctx)
    old.work()
    assert old.now(change).status is Status.FAILED
    assert "does not match" in en(old.now(change).outcome)
    assert old.toy.calls == []


def last(core_bot: CoreBot) -> Place:
    return core_bot.store.audit.place() or START


@pytest.mark.parametrize("left", [RECORDS - 5, AT_ONCE + 1, AT_ONCE - 1, 1])
def test_a_tail_cut_off_before_the_mark_is_found_at_once_without_a_witness(old: CoreBot, left: int) -> None:
    """Also of a log that is so short then that no mark is needed to recompute it."""
    rewrite(old, f"DELETE FROM audit WHERE seq > {left}")
    start_again(old)
    assert f"broken at record #{left + 1}:" in en(old.ctx.limits[CHAIN].why)


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "no json",
        "[]",
        '{"signature":7}',
        encode_mark(Mark(place=Place(seq=44, mac=bytes(32)), keys=("k1",), at=0), Keyring({"k1": bytes([7] * 32)})),
    ],
)
def test_a_mark_that_was_not_made_with_the_key_is_none(old: CoreBot, forged: str) -> None:
    with old.store.unit_of_work() as store:
        store.facts.put(VERIFIED, forged)
    start_again(old)
    assert walked(old) == AT_ONCE, "the newest, and the rest before anything is changed"
    assert old.ctx.audit.chain.unchecked is not None
    assert not old.ctx.audit.chain.unchecked.covered


def test_a_mark_that_names_another_place_is_not_that_mark(old: CoreBot) -> None:
    shown = json.loads(old.store.facts.get(VERIFIED) or "")
    assert read_mark(json.dumps(shown), KEYS) is not None
    for name, value in (("verified", 5), ("head", "00" * 32), ("keys", ["k2"]), ("at", "2030-01-01T00:00:00.000Z")):
        assert read_mark(json.dumps({**shown, name: value}), KEYS) is None, name


def test_an_old_mark_put_back_only_makes_the_tail_longer(old: CoreBot) -> None:
    kept = old.store.facts.get(VERIFIED) or ""
    grow(old, 4)
    finish(start_again(old))
    with old.store.unit_of_work() as store:
        store.facts.put(VERIFIED, kept)
    start_again(old)
    assert walked(old) == 4


def test_the_mark_stands_in_the_witness_file_too_and_serves_where_the_database_has_none(
    old: CoreBot, tmp_path: Path
) -> None:
    old.ctx.audit.witness = Witness(tmp_path / "witness.jsonl")
    grow(old, 1)
    finish(start_again(old))
    with old.store.unit_of_work() as store:
        store.facts.put(VERIFIED, "")
    start_again(old)
    assert walked(old) == 0
    other = encode_mark(Mark(place=Place(seq=last(old).seq, mac=bytes(32)), keys=("k1",), at=0), KEYS)
    assert old.ctx.audit.witness is not None
    old.ctx.audit.witness.append([other])
    start_again(old)
    assert walked(old) == 0, "one of another log is passed over: its heads are compared as they ever were"


def test_a_mark_is_no_head_so_that_it_hides_no_cut_of_the_witness_file(old: CoreBot, tmp_path: Path) -> None:
    old.ctx.audit.witness = Witness(tmp_path / "witness.jsonl")
    WitnessWriter(old.ctx).run_once()
    old.ctx.audit.witness.path.unlink()
    finish(start_again(old))
    old.type(OLGA, "thing list")
    WitnessWriter(old.ctx).run_once()
    assert len(old.records(Tag.WITNESS_TRUNCATED)) == 1


def test_a_witness_that_takes_no_mark_is_no_trouble(old: CoreBot, tmp_path: Path) -> None:
    old.ctx.audit.witness = Witness(tmp_path / "nowhere" / "witness.jsonl")
    grow(old, 1)
    finish(start_again(old))
    assert (read_kept_mark(old.store.engine, KEYS) or absent()).place == last(old)


def test_a_new_mark_is_kept_before_the_tail_is_longer_than_a_start_recomputes(old: CoreBot) -> None:
    check = start_again(old)
    finish(check)
    for _ in range(3):
        grow(old, AT_ONCE // 2 - 1)
        assert not check.run_once()
        assert old.ctx.audit.chain.verified != last(old)
        grow(old, 1)
        finish(check)
        assert (read_kept_mark(old.store.engine, KEYS) or absent()).place == last(old)


def test_every_hour_what_is_new_is_recomputed_and_marked(old: CoreBot) -> None:
    check = start_again(old)
    finish(check)
    grow(old, 2)
    old.clock.advance(CHECK_SECONDS)
    walked(old)
    finish(check)
    assert (read_kept_mark(old.store.engine, KEYS) or absent()).place == last(old)


def test_a_tail_that_is_too_long_is_left_to_the_rest(old: CoreBot) -> None:
    grow(old, AT_ONCE + 5)
    start_again(old)
    assert walked(old) == AT_ONCE
    assert old.ctx.audit.chain.unchecked is not None
    assert not old.ctx.audit.chain.unchecked.covered


def test_a_short_log_is_recomputed_as_a_whole_and_gets_no_mark(core_bot: CoreBot) -> None:
    check = start_again(core_bot)
    assert walked(core_bot) == last(core_bot).seq
    assert core_bot.ctx.audit.chain.unchecked is None
    core_bot.clock.advance(CHECK_SECONDS)
    finish(check)
    assert core_bot.store.facts.get(VERIFIED) is None


def test_no_checkpoint_is_written_before_the_end(old: CoreBot) -> None:
    check = start_again(old)
    old.clock.advance(EVERY_MS / 1000)
    assert not write_checkpoint(old.ctx)
    finish(check)
    assert write_checkpoint(old.ctx)


def test_new_heads_go_to_the_witness_meanwhile(old: CoreBot, tmp_path: Path) -> None:
    old.ctx.audit.witness = Witness(tmp_path / "witness.jsonl")
    start_again(old)
    WitnessWriter(old.ctx).run_once()
    old.ask()
    WitnessWriter(old.ctx).run_once()
    assert mac(old, last(old).seq) in old.ctx.audit.witness.tail()[-1]


def test_the_status_tells_that_it_waits_and_then_up_to_where_the_log_was_recomputed(old: CoreBot) -> None:
    check = start_again(old)
    assert "being recomputed" in dict(en_facts(report_status(old.ctx)))["Audit log"]
    finish(check)
    told = dict(en_facts(report_status(old.ctx)))["Audit log"]
    assert told.startswith(f"recomputed up to #{old.ctx.audit.chain.verified.seq} at ")


def test_the_keys_of_records_before_the_mark_are_those_in_it(old: CoreBot) -> None:
    """No record before it is read; a key that is gone is missed all the same."""
    database = old.store.database
    said: list[str] = []
    database.utils.conn.set_trace_callback(said.append)
    assert_fits(database, KEYS)
    database.utils.conn.set_trace_callback(None)
    assert not [one for one in said if "GROUP BY key_id" in one]
    assert f"seq > {last(old).seq}" in " ".join(said)
    with old.store.unit_of_work() as store:
        store.facts.put(VERIFIED, encode_mark(Mark(place=last(old), keys=("k0", "k1"), at=0), KEYS))
    with raises(ConfigurationError, match="key “k0” is used in the database and missing"):
        assert_fits(database, KEYS)
