"""What has no proven outcome is read back until it has one, and nothing is ever called again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core import mentions
from bot.core.audit.audit_record import SYSTEM, Tag
from bot.core.bot_errors import StoreUnavailable
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.outcome import INTERRUPTED, INTERRUPTED_BLIND, READS_APART_MS
from bot.plugin import CallVerdict, TargetUnreachable
from bot.store.store import Store
from bot.usecases.execution.recovery import note_start
from tests.usecases.fragile import FragileDatabase
from tests.usecases.office import OLGA, Office
from tests.usecases.toy import SETTLE_AFTER_MS, Script


class Killed(BaseException):
    """The process is gone: nothing of it handles this."""


def died_in_the_call(office: Office, *, effect: bool, line: str = "thing remove one") -> ChangeRequest:
    """The process dies when the portal has had the call and before its answer is read."""
    change = office.approved(line)
    office.toy.scripts.append(Script(effect=effect))

    def die(call: object) -> None:
        raise Killed

    office.toy.on_call = die
    with pytest.raises(Killed):
        office.do_jobs(1)
    office.toy.on_call = lambda call: None
    if effect:
        office.toy.things.pop("one", None)
    assert office.now(change).status is Status.RUNNING
    return change


def unknown(office: Office, *, effect: bool = False, line: str = "thing remove one") -> ChangeRequest:
    """The portal's answer was lost, and the first look showed no effect."""
    change = office.approved(line)
    office.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=effect))
    office.toy.unreadable = TargetUnreachable("It does not answer.")
    office.do_jobs(1)
    office.toy.unreadable = None
    assert office.now(change).status is Status.UNKNOWN
    return office.now(change)


def sent_at(office: Office) -> int:
    (step,) = office.store.changes.steps(1001)
    return step.intended_at


def test_what_a_dead_process_was_running_becomes_unknown_and_is_told(office: Office) -> None:
    change = died_in_the_call(office, effect=False)
    office.restart()
    found = office.now(change)
    assert (found.status, found.outcome, found.ended_at) == (Status.UNKNOWN, INTERRUPTED, None)
    (record,) = office.records(Tag.EXECUTION_INTERRUPTED)
    assert (record.actor, record.subject) == (SYSTEM, change.id)
    office.deliver()
    assert office.threads[-1] == f"CR-1001 {mentions.person(OLGA)} Unknown. {INTERRUPTED}"
    assert office.messenger.cards[-1][1] is Status.UNKNOWN


@pytest.mark.parametrize("effect", [True, False])
def test_after_a_death_in_the_call_the_ending_is_what_is_true_and_the_call_is_not_repeated(
    office: Office, effect: bool
) -> None:
    change = died_in_the_call(office, effect=effect)
    office.restart()
    office.wait(SETTLE_AFTER_MS / 1000 + 30)
    assert office.now(change).status is (Status.DONE if effect else Status.FAILED)
    assert len(office.toy.calls) == 1
    (record,) = office.records(Tag.EXECUTION_SETTLED)
    assert record.facts["status"] == office.now(change).status
    assert office.store.database.row("SELECT count(*) AS n FROM jobs") == {"n": 0}


def test_after_a_death_in_the_first_of_two_calls_the_second_is_not_made(office: Office) -> None:
    """What was approved was all of it; half of it is told, and somebody asks anew."""
    change = died_in_the_call(office, effect=False, line="thing swap one two")
    office.toy.things["one"] = "green"
    office.restart()
    office.wait(120)
    assert office.now(change).status is Status.FAILED
    assert office.now(change).outcome == (
        "Read back twice: only part of it happened.\n• one is: red → green\n• Not sent: Paint two."
    )
    assert len(office.toy.calls) == 1


def test_an_effect_that_is_seen_ends_it_at_once(office: Office) -> None:
    """A late or cached answer could only show what was before, never what was wanted."""
    change = unknown(office, effect=True)
    office.round()
    ended = office.now(change)
    assert (ended.status, ended.ended_at) == (Status.DONE, office.clock.now_ms())
    assert office.toy.reads == 2


def test_no_effect_is_believed_after_two_agreeing_reads_and_not_before_the_portal_has_had_its_time(
    office: Office,
) -> None:
    change = unknown(office)
    earliest = sent_at(office) + SETTLE_AFTER_MS
    while office.now(change).status is Status.UNKNOWN:
        assert office.clock.now_ms() < earliest + 60_000
        office.wait(0.5, step=0.5)
    ended = office.now(change)
    assert ended.status is Status.FAILED
    assert ended.ended_at is not None
    assert earliest + READS_APART_MS <= ended.ended_at <= earliest + READS_APART_MS + 2_000
    assert ended.outcome == "Read back twice: nothing changed."
    assert len(office.toy.calls) == 1


def test_a_call_that_takes_effect_at_the_last_moment_is_done(office: Office) -> None:
    """Cloud portals may work for a minute on a request that we have given up on."""
    change = unknown(office)
    office.wait(59)
    assert office.now(change).status is Status.UNKNOWN
    del office.toy.things["one"]
    office.wait(20)
    assert office.now(change).status is Status.DONE


def test_reads_that_do_not_agree_decide_nothing(office: Office) -> None:
    change = unknown(office, line="thing paint one")
    office.wait(SETTLE_AFTER_MS / 1000 - 1)
    colours = ["red", "grey"] * 50

    def flicker() -> None:
        office.toy.things["one"] = colours.pop()

    office.toy.on_verify = flicker
    office.wait(120)
    assert office.now(change).status is Status.UNKNOWN
    office.toy.on_verify = lambda: None
    office.toy.things["one"] = "grey"
    office.wait(12)
    assert office.now(change).status is Status.FAILED
    assert office.now(change).outcome.startswith("Read back twice: only part of it happened.")


@pytest.mark.parametrize("step", [0, -3_600_000, 3_600_000])
def test_two_reads_close_together_are_one_also_where_somebody_sets_the_clock_between(office: Office, step: int) -> None:
    change = unknown(office)
    office.clock.now = sent_at(office) + SETTLE_AFTER_MS
    office.recovery.look()
    office.clock.set_by = step
    for _ in range(3):
        office.restart()
        office.clock.now += READS_APART_MS // 4
        office.recovery.look()
        assert office.now(change).status is Status.UNKNOWN
    office.clock.now += READS_APART_MS // 4
    office.restart()
    office.recovery.look()
    assert office.now(change).status is Status.FAILED


def test_what_was_seen_early_does_not_count_as_one_of_the_two(office: Office) -> None:
    change = unknown(office)
    office.wait(SETTLE_AFTER_MS / 1000 - 2)
    assert office.store.changes.seen(change.number) is None


def test_what_cannot_be_read_stays_unknown_however_long_and_is_settled_when_it_can(office: Office) -> None:
    change = unknown(office)
    office.toy.unreadable = TargetUnreachable("It does not answer.")
    office.wait(86_400, step=600)
    assert office.now(change).status is Status.UNKNOWN
    office.toy.unreadable = None
    office.wait(20)
    assert office.now(change).status is Status.FAILED


def test_reading_back_keeps_a_pace(office: Office) -> None:
    """Every fifteen seconds at first, then every five: a portal in trouble is left in peace."""
    unknown(office)
    office.toy.unreadable = TargetUnreachable("It does not answer.")
    office.toy.reads = 0
    office.wait(70, step=0.5)
    assert office.toy.reads <= 6
    office.wait(60, step=0.5)
    assert office.toy.reads <= 6 + 14


@pytest.mark.parametrize("back", [3_600, 30, 10])
def test_a_clock_that_goes_back_decides_nothing_too_early_and_ends_when_it_has_caught_up(
    office: Office, back: int
) -> None:
    change = unknown(office)
    office.clock.now = sent_at(office) + SETTLE_AFTER_MS + 1_000
    office.round()
    office.clock.now -= back * 1_000
    office.restart()
    office.wait(4, step=0.5)
    assert office.now(change).status is Status.UNKNOWN
    office.wait(back + 120, step=5)
    assert office.now(change).status is Status.FAILED
    assert len(office.toy.calls) == 1


def test_what_this_process_is_running_is_not_taken_for_interrupted(office: Office) -> None:
    """The keeper looks while a runner waits for the portal."""
    during: list[Status] = []

    def look(call: object) -> None:
        office.recovery.look()
        during.append(office.change(1001).status)

    change = office.approved()
    office.toy.on_call = look
    office.do_jobs(1)
    assert during == [Status.RUNNING]
    assert office.now(change).status is Status.DONE
    assert office.records(Tag.EXECUTION_INTERRUPTED) == []


def test_one_that_cannot_be_read_back_does_not_hold_up_the_others(office: Office) -> None:
    """Whatever a plugin raises, and also when it is not loaded any more."""
    other = unknown(office)
    change = died_in_the_call(office, effect=False, line="thing remove two")
    with office.store.unit_of_work() as store:
        store.database.execute("UPDATE changes SET plugin = 'gone' WHERE number = ?", change.number)
    office.restart()
    office.wait(120)
    assert office.now(other).status is Status.FAILED
    assert office.now(change).status is Status.UNKNOWN


def test_a_plugin_that_breaks_in_reading_back_does_not_hold_up_the_others(office: Office) -> None:
    first, second = unknown(office), died_in_the_call(office, effect=False, line="thing remove two")
    office.restart()
    reads: list[int] = []

    def every_other_breaks() -> None:
        reads.append(1)
        if len(reads) % 2:
            raise ZeroDivisionError("in the toy")

    office.toy.on_verify = every_other_breaks
    office.wait(300)
    assert {office.now(first).status, office.now(second).status} == {Status.FAILED}


def test_a_store_that_cannot_be_written_is_no_fault_of_the_plugin(office: Office) -> None:
    """Nothing is decided that cannot be stored, and the keeper hears of it."""
    unknown(office, effect=True)
    database = FragileDatabase(office.store.database.path)
    database.fails = lambda number: True
    office.ctx.store = Store(database, office.store.keys, office.clock)
    with pytest.raises(StoreUnavailable):
        office.recovery.look()
    database.close()
    assert office.change(1001).status is Status.UNKNOWN
    office.ctx.store = office.store
    office.round()
    assert office.change(1001).status is Status.DONE


def test_jobs_and_notices_of_a_dead_process_are_taken_over(office: Office) -> None:
    office.take(office.typed(OLGA, "thing remove one"))
    with office.store.unit_of_work() as store:
        assert store.outbox.claim(office.clock.now_ms()) is not None
        store.jobs.add("inbound", "{}", at=0)
        assert store.jobs.claim(office.clock.now_ms()) is not None
    office.restart()
    assert "sending" not in office.store.outbox.counts()
    assert office.store.jobs.waiting(office.clock.now_ms())


def test_the_time_for_reading_back_can_be_set(make_office: Callable[..., Office]) -> None:
    office = make_office()
    office.ctx.settle_after_ms = 1_000
    change = unknown(office)
    office.wait(20)
    assert office.now(change).status is Status.FAILED


def test_the_start_of_a_process_is_recorded(office: Office) -> None:
    note_start(office.ctx, "1.2.3", "intake+worker")
    (record,) = office.records(Tag.PROCESS_STARTED)
    assert (record.actor, record.subject) == (SYSTEM, "intake+worker")
    assert record.facts == {"version": "1.2.3", "kind": "intake+worker"}
    office.deliver()
    assert office.messenger.audit == [[record.seq]]


def test_an_unknown_that_nothing_can_show_is_left_to_people(office: Office) -> None:
    """It is neither read back, nor settled, nor called again, however long it stands and however often we start."""
    change = office.approved("thing wave one two")
    office.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=False))
    office.do_jobs(1)
    reads = office.toy.reads
    office.wait(200, step=10)
    office.restart()
    office.wait(200, step=10)
    assert office.now(change).status is Status.UNKNOWN
    assert "Look on the portal yourself" in office.now(change).outcome
    assert office.toy.reads == reads
    assert len(office.toy.calls) == 1


def test_what_a_dead_process_was_running_and_nothing_can_show_asks_a_person_to_look(office: Office) -> None:
    change = died_in_the_call(office, effect=False, line="thing wave one two")
    office.restart()
    office.wait(200, step=10)
    assert office.now(change).status is Status.UNKNOWN
    assert office.now(change).outcome == f"{INTERRUPTED_BLIND}\n• Perhaps done: Paint one.\n• Not sent: Paint two."
    assert len(office.toy.calls) == 1
