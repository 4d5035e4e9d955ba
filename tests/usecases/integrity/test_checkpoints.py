"""Checkpoints state the whole head: every hundred records, every day, and only when there is something new."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from bot.core.audit.audit_record import Entry, Tag
from bot.core.audit.chain import read_anchors
from bot.slack.render.audit_line import audit_line
from bot.usecases.integrity.chain_check import CHAIN, check_chain
from bot.usecases.integrity.checkpoints import EVERY_MS, EVERY_RECORDS, write_checkpoint
from tests.usecases.core_bot import CoreBot


@pytest.fixture
def fresh(core_bot: CoreBot) -> CoreBot:
    """A bot that has just written one."""
    core_bot.clock.advance(EVERY_MS / 1000)
    assert write_checkpoint(core_bot.ctx)
    return core_bot


def grow(core_bot: CoreBot, many: int) -> None:
    with core_bot.store.unit_of_work() as store:
        for _ in range(many):
            store.record(Entry(tag=Tag.PROCESS_STARTED, actor="a", subject="s"))


def test_it_states_the_head_the_number_and_the_schema_of_what_lies_before_it(fresh: CoreBot) -> None:
    (record,) = fresh.records(Tag.CHECKPOINT)
    place = fresh.store.audit.place_at(6)
    assert place is not None
    assert record.seq == 7
    assert record.facts == {
        "seq": 6,
        "head": place.head,
        "count": 6,
        "fingerprint": "k1",
        "schema": record.facts["schema"],
    }
    assert re.fullmatch("m[0-9]{3}_[a-z_]+", str(record.facts["schema"]))
    assert check_chain(fresh.ctx).limit is None


def test_the_next_one_counts_on_from_the_last(fresh: CoreBot) -> None:
    grow(fresh, 100)
    assert write_checkpoint(fresh.ctx)
    last = fresh.records(Tag.CHECKPOINT)[-1]
    assert last.facts["count"] == last.facts["seq"] == fresh.store.audit.count() - 1


def test_its_line_shows_the_whole_head_which_is_found_there(fresh: CoreBot) -> None:
    (record,) = fresh.records(Tag.CHECKPOINT)
    line = audit_line(record)
    assert f" head {record.facts['head']} " in line
    found = [(one.seq, one.head) for one in read_anchors([line], "channel")]
    assert found == [(6, record.facts["head"]), (7, record.head)]


def test_it_goes_to_the_audit_channel(fresh: CoreBot) -> None:
    fresh.deliver()
    assert fresh.messenger.audit == [[7]]


def test_after_a_hundred_records_one_is_due_and_not_before(fresh: CoreBot) -> None:
    grow(fresh, EVERY_RECORDS - 1)
    assert not write_checkpoint(fresh.ctx)
    grow(fresh, 1)
    assert write_checkpoint(fresh.ctx)
    assert fresh.records(Tag.CHECKPOINT)[-1].facts["seq"] == 7 + EVERY_RECORDS
    assert not write_checkpoint(fresh.ctx)


def test_a_day_later_one_is_due_when_there_is_something_new(fresh: CoreBot) -> None:
    fresh.clock.advance(3 * EVERY_MS / 1000)
    assert not write_checkpoint(fresh.ctx), "nothing is new"
    grow(fresh, 1)
    assert write_checkpoint(fresh.ctx)
    grow(fresh, 1)
    fresh.clock.advance(EVERY_MS / 1000 - 1)
    assert not write_checkpoint(fresh.ctx)
    fresh.clock.advance(1)
    assert write_checkpoint(fresh.ctx)


def test_a_log_without_one_gets_it_after_a_day_or_a_hundred_records(core_bot: CoreBot) -> None:
    assert not write_checkpoint(core_bot.ctx)
    grow(core_bot, EVERY_RECORDS - 6)
    assert write_checkpoint(core_bot.ctx)


def test_an_empty_log_gets_none(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot(roles={})
    core_bot.clock.advance(EVERY_MS)
    assert not write_checkpoint(core_bot.ctx)


def test_a_chain_that_is_broken_gets_none(core_bot: CoreBot) -> None:
    core_bot.clock.advance(EVERY_MS / 1000)
    with core_bot.store.unit_of_work():
        core_bot.store.engine.execute("DROP TRIGGER audit_no_update")
        core_bot.store.engine.execute("UPDATE audit SET at = 0 WHERE seq = 6")
    broken = check_chain(core_bot.ctx).limit
    assert broken is not None
    core_bot.ctx.limits.note_limit(CHAIN, broken)
    assert not write_checkpoint(core_bot.ctx)
