"""The oldest audit records go into a file: what stays, what goes on as before, and what is refused."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.audit.archive_chain import ArchiveRecord, list_proved_archives
from bot.core.audit.audit_record import Entry, Tag
from bot.core.audit.chain import START, LinkRow, read_anchors
from bot.core.authority.policy import Terms
from bot.core.bot_errors import ConfigurationError, StoreUnavailable
from bot.core.change.change_request import Status
from bot.plugin import Refusal
from bot.store.files.archive_file import check_archive
from bot.store.files.verified_head import VERIFIED, read_kept_mark
from bot.store.files.witness_file import Witness
from bot.store.repositories.audit_log import AuditReader
from bot.store.store import audit_key, open_store
from bot.usecases.admin.status_report import report_status
from bot.usecases.authority import card_token
from bot.usecases.authority.break_glass_log import is_reviewed, list_unreviewed
from bot.usecases.authority.linked_accounts import OutsideAccount, list_links, set_link
from bot.usecases.integrity.allow_list_check import find_mismatches
from bot.usecases.integrity.archiving import ArchiveOptions, archive, plan_archive, shrink
from bot.usecases.integrity.chain_check import CHAIN, WITNESSED, check_chain, examine_head, examine_log
from bot.usecases.integrity.checkpoints import EVERY_MS, count_records, write_checkpoint
from bot.usecases.integrity.witness_writer import WitnessWriter
from tests.language.english import en, en_facts, raises
from tests.usecases.core_bot import ANTON, IDA, OLGA, SHELL, VERA, CoreBot
from tests.usecases.integrity.test_chain_check import finish, start_again
from tests.usecases.integrity.test_witness_writer import rewrite
from tests.usecases.toy import ACME

DAY = 86_400
LINK_TAGS = (Tag.ACCOUNT_LINKED, Tag.ACCOUNT_UNLINKED)


def options_of(core_bot: CoreBot, folder: Path, **more: Any) -> ArchiveOptions:
    return replace(ArchiveOptions(before=core_bot.clock.now_ms(), folder=folder, by=SHELL), **more)


def archived(core_bot: CoreBot, folder: Path, **more: Any) -> ArchiveRecord:
    """Everything up to now goes into a file."""
    options = options_of(core_bot, folder, **more)
    return archive(core_bot.store, plan_archive(core_bot.store, options), options)


def numbers(core_bot: CoreBot) -> list[int]:
    return [record.seq for record in core_bot.store.audit.walk()]


def tags(core_bot: CoreBot) -> set[str]:
    return {record.tag for record in core_bot.store.audit.walk()}


def assert_holds(core_bot: CoreBot) -> None:
    """As the process that archived, one that begins anew, and one that recomputes all of it find it."""
    assert check_chain(core_bot.ctx).limit is None
    assert examine_head(core_bot.store, core_bot.ctx.audit.witness).limit is None
    assert examine_log(core_bot.store, core_bot.ctx.audit.witness).limit is None
    check = start_again(core_bot)
    finish(check)
    assert CHAIN not in core_bot.ctx.limits
    assert find_mismatches(core_bot.store) == []


@pytest.fixture
def done(core_bot: CoreBot) -> CoreBot:
    """A bot in which one change request was carried out, a day ago."""
    core_bot.approved("thing paint one")
    core_bot.work()
    core_bot.deliver()
    assert core_bot.change().status is Status.DONE
    core_bot.clock.advance(DAY)
    return core_bot


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archives"


def test_the_records_are_in_the_file_and_no_longer_in_the_database(done: CoreBot, folder: Path) -> None:
    before = {record.seq: record for record in done.store.audit.walk()}
    made = archived(done, folder)
    path = folder / made.name
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [row["seq"] for row in rows] == list(before)
    assert [row["mac"] for row in rows] == [record.mac.hex() for record in before.values()]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not list(folder.glob(".*")), "nothing else is left there"
    kept = [seq for seq in numbers(done) if seq <= made.end.seq]
    assert 0 < len(kept) == made.kept.count < len(before)
    record = done.store.audit.newest(Tag.ARCHIVED)
    assert record is not None
    assert (record.actor, record.facts["first"], record.facts["seq"]) == (SHELL.id, 1, made.end.seq)
    assert_holds(done)


def test_only_what_is_older_goes(done: CoreBot, folder: Path) -> None:
    with done.store.unit_of_work() as store:
        young = store.record(Entry(tag=Tag.COMMAND_RAN, actor=OLGA.id, subject=OLGA.id))
    made = archived(done, folder, before=done.clock.now_ms())
    assert made.end.seq == young - 1
    assert young in numbers(done)
    assert_holds(done)


def test_a_record_of_when_the_clock_was_ahead_holds_up_nothing_and_takes_nothing_along(
    done: CoreBot, folder: Path
) -> None:
    now = done.clock.now_ms()
    with done.store.unit_of_work() as store:
        last = (store.audit.place() or START).seq
        for at in (now + DAY * 365_000, now - 1_000, now + DAY * 365_000):
            store.audit.append(Entry(tag=Tag.COMMAND_RAN, actor=OLGA.id, subject=OLGA.id), at=at)
    made = archived(done, folder)
    assert made.end.seq == last + 2, "nobody can tell of the last one how old it is"
    assert_holds(done)


class Tired(Witness):
    """A witness file that takes what it gets once, and then nothing until it rested."""

    appended = 0

    def append(self, lines: Iterable[str]) -> None:
        self.appended += 1
        if self.appended == 2:
            raise OSError("the disk is full")
        super().append(lines)


def test_what_is_archived_is_told_although_the_witness_file_does_not_take_the_record_of_it(
    core_bot: CoreBot, folder: Path, tmp_path: Path
) -> None:
    witness = Tired(tmp_path / "witness.jsonl")
    core_bot.clock.advance(DAY)
    made = archived(core_bot, folder, witness=witness)
    assert witness.appended == 2
    assert core_bot.store.audit.archived().end == made.end
    core_bot.ctx.audit.witness = witness
    WitnessWriter(core_bot.ctx).run_once()
    anchors = list(read_anchors(witness.path.read_text().splitlines(), ""))
    assert anchors[-1].seq == made.end.seq + 1, "the bot writes it when it starts"


class Interrupted(AuditReader):
    """A log that somebody archives while it is recomputed, a few records at a time."""

    meanwhile: Callable[[], object] | None = None

    def links(self, *, after: int | None = None, page: int = 3) -> Iterator[LinkRow]:
        for number, link in enumerate(super().links(after=after, page=3)):
            meanwhile = self.meanwhile
            if number == 1 and meanwhile is not None:
                self.meanwhile = None
                meanwhile()
            yield link


def test_a_log_that_is_archived_while_it_is_recomputed_is_not_called_broken(done: CoreBot, folder: Path) -> None:
    with closing(open_store(done.store.database.path.parent, done.store.keys, done.clock)) as other:
        options = options_of(done, folder)
        done.store.audit = log = Interrupted(done.store.engine, done.store.keys)
        log.meanwhile = lambda: archive(other, plan_archive(other, options), options)
        found = examine_log(done.store, None)
    assert log.archived().end.seq > 3, "it was archived in the middle"
    assert found.limit is None
    assert found.verified == log.place()


def test_the_last_word_about_each_person_stays(core_bot: CoreBot, folder: Path) -> None:
    words = {record.seq: record for record in core_bot.store.audit.walk() if record.tag == Tag.ACCESS_GRANTED}
    core_bot.clock.advance(DAY)
    archived(core_bot, folder)
    assert [seq for seq in numbers(core_bot) if seq in words] == list(words)
    assert find_mismatches(core_bot.store) == []


def test_a_word_that_was_followed_by_another_goes(core_bot: CoreBot, folder: Path) -> None:
    first = core_bot.store.audit.find(subject=VERA.id, tag=Tag.ACCESS_GRANTED)[0]
    with core_bot.store.unit_of_work() as store:
        store.record(Entry(tag=Tag.ACCESS_GRANTED, actor=SHELL.id, subject=VERA.id, facts={"role": "approver"}))
    core_bot.deliver()
    core_bot.clock.advance(DAY)
    archived(core_bot, folder)
    assert first.seq not in numbers(core_bot)
    assert_holds(core_bot)


def test_the_last_word_about_each_linked_account_stays(core_bot: CoreBot, folder: Path) -> None:
    accounts = {user: OutsideAccount(plugin="toy", place=ACME, user=user) for user in ("7", "8", "9")}
    for user, people in {"7": (VERA, OLGA), "8": (ANTON, None), "9": (IDA,)}.items():
        for person in people:
            with core_bot.store.unit_of_work() as tx:
                set_link(tx, accounts[user], person, before="", by=IDA, request="CR-1")
    core_bot.deliver()
    core_bot.clock.advance(DAY)
    archived(core_bot, folder)
    assert {link.user: link.person for link in list_links(core_bot.store)} == {"7": OLGA, "9": IDA}
    kept = [record.subject for record in core_bot.store.audit.walk() if record.tag in LINK_TAGS]
    assert sorted(kept) == sorted(account.key for account in accounts.values())
    assert core_bot.store.audit.find(subject=accounts["8"].key)[0].tag == Tag.ACCOUNT_UNLINKED
    assert_holds(core_bot)


def test_an_open_change_request_is_approved_and_run_afterwards(core_bot: CoreBot, folder: Path) -> None:
    change = core_bot.ask()
    core_bot.clock.advance(60)
    archived(core_bot, folder)
    assert {record.tag for record in core_bot.store.audit.find(subject=change.id)} == {Tag.CHANGE_REQUESTED}
    core_bot.press(ANTON, change, card_token.APPROVE)
    core_bot.work()
    assert core_bot.now(change).status is Status.DONE
    assert_holds(core_bot)


def test_an_ended_change_request_goes_and_is_undone_afterwards(done: CoreBot, folder: Path) -> None:
    first = done.change()
    archived(done, folder)
    assert done.store.audit.find(subject=first.id) == []
    done.press(OLGA, first, card_token.UNDO)
    done.deliver()
    done.press(OLGA, done.change(), card_token.CONFIRM)
    done.work()
    assert done.change().status is Status.DONE
    assert done.toy.things["one"] == "red"


def test_a_break_glass_change_and_its_review_stay(tmp_path: Path, folder: Path) -> None:
    core_bot = CoreBot(tmp_path / "home", terms=Terms(break_glass=True))
    with core_bot.store.unit_of_work() as store:
        for subject in ("CR-7", "CR-8"):
            store.record(Entry(tag=Tag.APPROVAL_BYPASSED, actor=IDA.id, subject=subject))
        store.record(Entry(tag=Tag.BYPASS_REVIEWED, actor=VERA.id, subject="CR-8"))
    core_bot.deliver()
    core_bot.clock.advance(DAY)
    archived(core_bot, folder)
    assert [record.subject for record in list_unreviewed(core_bot.ctx)] == ["CR-7"]
    assert is_reviewed(core_bot.ctx, 8)
    assert_holds(core_bot)
    core_bot.close()


def test_what_the_audit_channel_has_not_got_stays_and_is_said(done: CoreBot, folder: Path) -> None:
    with done.store.unit_of_work() as store:
        waiting = store.record(Entry(tag=Tag.SETUP_CHANGED, actor=OLGA.id, subject="toy", facts={"line": "set up"}))
    done.clock.advance(1)
    archived(done, folder)
    assert done.store.outbox.state_of(audit_key(waiting)) == "new"
    done.deliver()
    assert done.store.outbox.state_of(audit_key(waiting)) == "sent"


def test_a_checkpoint_stays_and_the_next_one_counts_on(done: CoreBot, folder: Path) -> None:
    assert write_checkpoint(done.ctx)
    done.deliver()
    done.clock.advance(DAY)
    archived(done, folder)
    assert Tag.CHECKPOINT in tags(done)
    done.clock.advance(EVERY_MS / 1000)
    assert write_checkpoint(done.ctx)
    last = done.records(Tag.CHECKPOINT)[-1]
    assert last.facts["count"] == last.facts["seq"]


def test_without_a_checkpoint_what_was_archived_is_counted(done: CoreBot, folder: Path) -> None:
    archived(done, folder)
    assert Tag.CHECKPOINT not in tags(done)
    assert count_records(done.store.audit) == (done.store.audit.place() or START).seq


def test_a_second_archive_goes_on_where_the_first_one_ends(done: CoreBot, folder: Path) -> None:
    first = archived(done, folder)
    done.approved()
    done.work()
    done.clock.advance(DAY)
    second = archived(done, folder)
    assert second.start == first.end
    assert_holds(done)
    known = list(list_proved_archives(done.store.audit, done.store.audit.key_of))
    assert [one.name for one in known] == [second.name, first.name], "the record of the first one was kept"
    for one in known:
        check = check_archive(folder / one.name, known, done.store.audit.key_of, anchors=())
        assert check.is_written
        assert check.found is not None
        assert (check.found.broken_at, check.found.place) == (None, one.end)


@pytest.mark.parametrize("last", [1, 2, 3, 4, 5, 6, 7])
def test_it_holds_wherever_the_range_ends(core_bot: CoreBot, folder: Path, last: int) -> None:
    """Also where the last record of it, or the first one after it, is kept, and where a range has one record."""
    core_bot.clock.advance(DAY)
    with core_bot.store.unit_of_work() as store:
        for _ in range(3):
            store.record(Entry(tag=Tag.COMMAND_RAN, actor=OLGA.id, subject=OLGA.id))
    options = options_of(core_bot, folder, before=core_bot.clock.now_ms() + 1)
    plan = plan_archive(core_bot.store, options)
    for end in (last, last + 1, plan.end.seq):
        start = core_bot.store.audit.archived().end
        place = core_bot.store.audit.place_at(end) or START
        part = replace(plan, start=start, end=place, path=folder / f"audit-x-{end}.jsonl")
        archive(core_bot.store, part, options)
        assert_holds(core_bot)
        assert all(core_bot.store.audit.vouches(record) for record in core_bot.store.audit.walk())


# The witness


@pytest.fixture
def witnessed(done: CoreBot, tmp_path: Path) -> CoreBot:
    done.ctx.audit.witness = Witness(tmp_path / "witness.jsonl")
    return done


def heads(core_bot: CoreBot) -> dict[int, str]:
    assert core_bot.ctx.audit.witness is not None
    lines = core_bot.ctx.audit.witness.path.read_text().splitlines()
    return {anchor.seq: anchor.head for anchor in read_anchors(lines, "witness")}


def test_the_witness_has_every_head_before_its_record_goes(witnessed: CoreBot, folder: Path) -> None:
    with witnessed.store.unit_of_work() as store:
        store.facts.put(WITNESSED, "0")
    wanted = {one.seq: one.mac.hex() for one in witnessed.store.audit.walk() if one.tag == Tag.ACCESS_GRANTED}
    made = archived(witnessed, folder, witness=witnessed.ctx.audit.witness)
    assert wanted.items() <= heads(witnessed).items()
    assert heads(witnessed)[made.end.seq] == made.end.head
    assert max(heads(witnessed)) == (witnessed.store.audit.place() or START).seq


def test_a_bot_that_starts_afterwards_agrees_with_its_witness(witnessed: CoreBot, folder: Path) -> None:
    witness_writer = WitnessWriter(witnessed.ctx)
    while witness_writer.run_once():
        pass
    archived(witnessed, folder, witness=witnessed.ctx.audit.witness)
    assert witnessed.ctx.audit.witness is not None
    witnessed.ctx.audit.witness = Witness(witnessed.ctx.audit.witness.path)
    assert_holds(witnessed)
    with witnessed.store.unit_of_work() as store:
        store.record(Entry(tag=Tag.FROZEN, actor=IDA.id, subject="b24bot"))
    fresh = WitnessWriter(witnessed.ctx)
    while fresh.run_once():
        pass
    assert CHAIN not in witnessed.ctx.limits
    assert max(heads(witnessed)) == (witnessed.store.audit.place() or START).seq


def test_a_witness_that_cannot_be_read_or_written_keeps_it_from_being_done(witnessed: CoreBot, folder: Path) -> None:
    assert witnessed.ctx.audit.witness is not None
    before = numbers(witnessed)
    witnessed.ctx.audit.witness.path.mkdir()
    with raises(Refusal, match="witness file"):
        archived(witnessed, folder, witness=witnessed.ctx.audit.witness)
    witnessed.ctx.audit.witness.path.rmdir()
    options = options_of(witnessed, folder, witness=witnessed.ctx.audit.witness)
    plan = plan_archive(witnessed.store, options)
    witnessed.ctx.audit.witness.path.mkdir()
    with pytest.raises(OSError, match="directory"):
        archive(witnessed.store, plan, options)
    assert numbers(witnessed) == before


# What is refused


def refused(core_bot: CoreBot, folder: Path, match: str, **more: Any) -> None:
    before = numbers(core_bot)
    with pytest.raises((Refusal, ConfigurationError)) as caught:
        archived(core_bot, folder, **more)
    assert re.search(match, en(caught.value.sentence))
    assert numbers(core_bot) == before


def test_where_nothing_is_old_enough_nothing_is_done(done: CoreBot, folder: Path) -> None:
    refused(done, folder, "no audit record from before that", before=0)
    made = archived(done, folder)
    refused(done, folder, f"goes up to #{made.end.seq}", before=done.clock.now_ms())


def test_a_file_that_is_there_is_left_alone(done: CoreBot, folder: Path) -> None:
    plan = plan_archive(done.store, options_of(done, folder))
    folder.mkdir()
    plan.path.write_text("mine")
    refused(done, folder, "is there already. No audit record names it")
    assert plan.path.read_text() == "mine"


def test_a_log_that_does_not_hold_is_not_archived(done: CoreBot, folder: Path) -> None:
    rewrite(done, "UPDATE audit SET actor = 'T1:UOTHER' WHERE seq = 3")
    refused(done, folder, "broken at record #3")


def test_a_disk_without_room_for_the_file_or_for_the_journal_is_refused(done: CoreBot, folder: Path) -> None:
    refused(done, folder, "MB are free", free=lambda _: 1024)
    assert not folder.exists()


def test_the_file_never_becomes_larger_than_was_reckoned(done: CoreBot, folder: Path) -> None:
    with done.store.unit_of_work() as store:
        store.record(Entry(tag=Tag.COMMAND_RAN, actor="б" * 90, subject='"\\' * 90, facts={"line": "щ\x01€😀" * 40}))
    done.clock.advance(1)
    options = options_of(done, folder)
    plan = plan_archive(done.store, options)
    archive(done.store, plan, options)
    assert plan.path.stat().st_size <= plan.bytes


def test_a_file_that_does_not_read_as_it_was_written_takes_nothing_out(done: CoreBot, folder: Path) -> None:
    options = options_of(done, folder)
    plan = plan_archive(done.store, options)
    before = numbers(done)
    elsewhere = replace(plan, start=replace(START, mac=b"\1" * 32))
    with raises(StoreUnavailable, match="differs from the audit log from record #1 on"):
        archive(done.store, elsewhere, options)
    assert numbers(done) == before
    assert list(folder.iterdir()) == []


def test_what_a_process_that_died_has_left_is_swept(done: CoreBot, folder: Path) -> None:
    folder.mkdir()
    (folder / ".audit-1-99.jsonl.part").write_text("half")
    made = archived(done, folder)
    assert [path.name for path in folder.iterdir()] == [made.name]


# Afterwards


def test_a_start_begins_at_the_mark_that_it_leaves(done: CoreBot, folder: Path) -> None:
    archived(done, folder)
    mark = read_kept_mark(done.store.engine, done.store.keys)
    assert mark is not None
    assert mark.place == done.store.audit.place()


def test_without_the_mark_all_that_is_left_is_recomputed(done: CoreBot, folder: Path) -> None:
    made = archived(done, folder)
    with done.store.unit_of_work() as store:
        store.facts.put(VERIFIED, "")
    found = examine_head(done.store, None)
    assert (found.limit, found.start) == (None, made.end)
    assert_holds(done)


def test_a_glance_at_the_newest_never_begins_at_a_kept_record(done: CoreBot, folder: Path) -> None:
    archived(done, folder)
    for most in range(1, 40):
        assert examine_log(done.store, None, most=most).limit is None


def test_status_tells_how_far_the_log_was_recomputed(done: CoreBot, folder: Path) -> None:
    archived(done, folder)
    last = (done.store.audit.place() or START).seq
    assert f"recomputed up to #{last} " in str(en_facts(report_status(done.ctx)))


def test_the_database_is_written_anew_where_there_is_room(done: CoreBot, folder: Path) -> None:
    with done.store.unit_of_work() as store:
        for _ in range(600):
            store.record(Entry(tag=Tag.COMMAND_RAN, actor=OLGA.id, subject=OLGA.id, facts={"line": "x" * 400}))
    done.clock.advance(DAY)
    archived(done, folder)
    before = done.store.engine.row("PRAGMA page_count")
    assert not shrink(done.store, free=lambda _: 1024)
    assert done.store.engine.row("PRAGMA page_count") == before
    assert shrink(done.store)
    after = done.store.engine.row("PRAGMA page_count")
    assert before is not None
    assert after is not None
    assert after["page_count"] < before["page_count"] / 2
    assert_holds(done)
