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
from tests.language.english import en
from tests.usecases.core_bot import OLGA, CoreBot
from tests.usecases.fragile import FragileDatabase
from tests.usecases.toy import SETTLE_AFTER_MS, Script


class Killed(BaseException):
    """The process is gone: nothing of it handles this."""


def died_in_the_call(core_bot: CoreBot, *, effect: bool, line: str = "thing remove one") -> ChangeRequest:
    """The process dies when the portal has had the call and before its answer is read."""
    change = core_bot.approved(line)
    core_bot.toy.scripts.append(Script(effect=effect))

    def die(call: object) -> None:
        raise Killed

    core_bot.toy.on_call = die
    with pytest.raises(Killed):
        core_bot.do_jobs(1)
    core_bot.toy.on_call = lambda call: None
    if effect:
        core_bot.toy.things.pop("one", None)
    assert core_bot.now(change).status is Status.RUNNING
    return change


def unknown(core_bot: CoreBot, *, effect: bool = False, line: str = "thing remove one") -> ChangeRequest:
    """The portal's answer was lost, and the first look showed no effect."""
    change = core_bot.approved(line)
    core_bot.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=effect))
    core_bot.toy.unreadable = TargetUnreachable("It does not answer.")
    core_bot.do_jobs(1)
    core_bot.toy.unreadable = None
    assert core_bot.now(change).status is Status.UNKNOWN
    return core_bot.now(change)


def sent_at(core_bot: CoreBot) -> int:
    (step,) = core_bot.store.changes.steps(1001)
    return step.intended_at


def test_what_a_dead_process_was_running_becomes_unknown_and_is_told(core_bot: CoreBot) -> None:
    change = died_in_the_call(core_bot, effect=False)
    core_bot.restart()
    found = core_bot.now(change)
    assert (found.status, found.outcome, found.ended_at) == (Status.UNKNOWN, en(INTERRUPTED), None)
    (record,) = core_bot.records(Tag.EXECUTION_INTERRUPTED)
    assert (record.actor, record.subject) == (SYSTEM, change.id)
    core_bot.deliver()
    assert (
        core_bot.threads[-1] == f"CR-1001 {mentions.person(OLGA)} Status: outcome not verified yet. {en(INTERRUPTED)}"
    )
    assert core_bot.messenger.cards[-1][1] is Status.UNKNOWN


@pytest.mark.parametrize("effect", [True, False])
def test_after_a_death_in_the_call_the_ending_is_what_is_true_and_the_call_is_not_repeated(
    core_bot: CoreBot, effect: bool
) -> None:
    change = died_in_the_call(core_bot, effect=effect)
    core_bot.restart()
    core_bot.wait(SETTLE_AFTER_MS / 1000 + 30)
    assert core_bot.now(change).status is (Status.DONE if effect else Status.FAILED)
    assert len(core_bot.toy.calls) == 1
    (record,) = core_bot.records(Tag.EXECUTION_RESOLVED)
    assert record.facts["status"] == core_bot.now(change).status
    assert core_bot.store.engine.row("SELECT count(*) AS n FROM jobs") == {"n": 0}


def test_after_a_death_in_the_first_of_two_calls_the_second_is_not_made(core_bot: CoreBot) -> None:
    """What was approved was all of it; half of it is told, and somebody asks anew."""
    change = died_in_the_call(core_bot, effect=False, line="thing swap one two")
    core_bot.toy.things["one"] = "green"
    core_bot.restart()
    core_bot.wait(120)
    assert core_bot.now(change).status is Status.FAILED
    assert core_bot.now(change).outcome == (
        "Verified twice: the change was only partly applied.\n• one is: red → green\n• Not sent: Paint two."
    )
    assert len(core_bot.toy.calls) == 1


def test_an_effect_that_is_seen_ends_it_at_once(core_bot: CoreBot) -> None:
    """A late or cached answer could only show what was before, never what was wanted."""
    change = unknown(core_bot, effect=True)
    core_bot.run_once()
    ended = core_bot.now(change)
    assert (ended.status, ended.ended_at) == (Status.DONE, core_bot.clock.now_ms())
    assert core_bot.toy.reads == 2


def test_no_effect_is_believed_after_two_agreeing_reads_and_not_before_the_portal_has_had_its_time(
    core_bot: CoreBot,
) -> None:
    change = unknown(core_bot)
    earliest = sent_at(core_bot) + SETTLE_AFTER_MS
    while core_bot.now(change).status is Status.UNKNOWN:
        assert core_bot.clock.now_ms() < earliest + 60_000
        core_bot.wait(0.5, step=0.5)
    ended = core_bot.now(change)
    assert ended.status is Status.FAILED
    assert ended.ended_at is not None
    assert earliest + READS_APART_MS <= ended.ended_at <= earliest + READS_APART_MS + 2_000
    assert ended.outcome == "Verified twice: nothing changed."
    assert len(core_bot.toy.calls) == 1


def test_a_call_that_takes_effect_at_the_last_moment_is_done(core_bot: CoreBot) -> None:
    """Cloud portals may work for a minute on a request that we have given up on."""
    change = unknown(core_bot)
    core_bot.wait(59)
    assert core_bot.now(change).status is Status.UNKNOWN
    del core_bot.toy.things["one"]
    core_bot.wait(20)
    assert core_bot.now(change).status is Status.DONE


def test_reads_that_do_not_agree_decide_nothing(core_bot: CoreBot) -> None:
    change = unknown(core_bot, line="thing paint one")
    core_bot.wait(SETTLE_AFTER_MS / 1000 - 1)
    colours = ["red", "grey"] * 50

    def flicker() -> None:
        core_bot.toy.things["one"] = colours.pop()

    core_bot.toy.on_verify = flicker
    core_bot.wait(120)
    assert core_bot.now(change).status is Status.UNKNOWN
    core_bot.toy.on_verify = lambda: None
    core_bot.toy.things["one"] = "grey"
    core_bot.wait(12)
    assert core_bot.now(change).status is Status.FAILED
    assert en(core_bot.now(change).outcome).startswith("Verified twice: the change was only partly applied.")


@pytest.mark.parametrize("step", [0, -3_600_000, 3_600_000])
def test_two_reads_close_together_are_one_also_where_somebody_sets_the_clock_between(
    core_bot: CoreBot, step: int
) -> None:
    change = unknown(core_bot)
    core_bot.clock.now = sent_at(core_bot) + SETTLE_AFTER_MS
    core_bot.recovery.run_once()
    core_bot.clock.set_by = step
    for _ in range(3):
        core_bot.restart()
        core_bot.clock.now += READS_APART_MS // 4
        core_bot.recovery.run_once()
        assert core_bot.now(change).status is Status.UNKNOWN
    core_bot.clock.now += READS_APART_MS // 4
    core_bot.restart()
    core_bot.recovery.run_once()
    assert core_bot.now(change).status is Status.FAILED


def test_what_was_seen_early_does_not_count_as_one_of_the_two(core_bot: CoreBot) -> None:
    change = unknown(core_bot)
    core_bot.wait(SETTLE_AFTER_MS / 1000 - 2)
    assert core_bot.store.changes.seen(change.number) is None


def test_what_cannot_be_read_stays_unknown_however_long_and_is_settled_when_it_can(core_bot: CoreBot) -> None:
    change = unknown(core_bot)
    core_bot.toy.unreadable = TargetUnreachable("It does not answer.")
    core_bot.wait(86_400, step=600)
    assert core_bot.now(change).status is Status.UNKNOWN
    core_bot.toy.unreadable = None
    core_bot.wait(20)
    assert core_bot.now(change).status is Status.FAILED


def test_reading_back_keeps_a_pace(core_bot: CoreBot) -> None:
    """Every fifteen seconds at first, then every five: a portal in trouble is left in peace."""
    unknown(core_bot)
    core_bot.toy.unreadable = TargetUnreachable("It does not answer.")
    core_bot.toy.reads = 0
    core_bot.wait(70, step=0.5)
    assert core_bot.toy.reads <= 6
    core_bot.wait(60, step=0.5)
    assert core_bot.toy.reads <= 6 + 14


@pytest.mark.parametrize("back", [3_600, 30, 10])
def test_a_clock_that_goes_back_decides_nothing_too_early_and_ends_when_it_has_caught_up(
    core_bot: CoreBot, back: int
) -> None:
    change = unknown(core_bot)
    core_bot.clock.now = sent_at(core_bot) + SETTLE_AFTER_MS + 1_000
    core_bot.run_once()
    core_bot.clock.now -= back * 1_000
    core_bot.restart()
    core_bot.wait(4, step=0.5)
    assert core_bot.now(change).status is Status.UNKNOWN
    core_bot.wait(back + 120, step=5)
    assert core_bot.now(change).status is Status.FAILED
    assert len(core_bot.toy.calls) == 1


def test_what_this_process_is_running_is_not_taken_for_interrupted(core_bot: CoreBot) -> None:
    """The scheduler looks while a runner waits for the portal."""
    during: list[Status] = []

    def look(call: object) -> None:
        core_bot.recovery.run_once()
        during.append(core_bot.change(1001).status)

    change = core_bot.approved()
    core_bot.toy.on_call = look
    core_bot.do_jobs(1)
    assert during == [Status.RUNNING]
    assert core_bot.now(change).status is Status.DONE
    assert core_bot.records(Tag.EXECUTION_INTERRUPTED) == []


def test_one_that_cannot_be_read_back_does_not_hold_up_the_others(core_bot: CoreBot) -> None:
    """Whatever a plugin raises, and also when it is not loaded any more."""
    other = unknown(core_bot)
    change = died_in_the_call(core_bot, effect=False, line="thing remove two")
    with core_bot.store.unit_of_work() as store:
        store.engine.execute("UPDATE changes SET plugin = 'gone' WHERE number = ?", change.number)
    core_bot.restart()
    core_bot.wait(120)
    assert core_bot.now(other).status is Status.FAILED
    assert core_bot.now(change).status is Status.UNKNOWN


def test_a_plugin_that_breaks_in_reading_back_does_not_hold_up_the_others(core_bot: CoreBot) -> None:
    first, second = unknown(core_bot), died_in_the_call(core_bot, effect=False, line="thing remove two")
    core_bot.restart()
    reads: list[int] = []

    def every_other_breaks() -> None:
        reads.append(1)
        if len(reads) % 2:
            raise ZeroDivisionError("in the toy")

    core_bot.toy.on_verify = every_other_breaks
    core_bot.wait(300)
    assert {core_bot.now(first).status, core_bot.now(second).status} == {Status.FAILED}


def test_a_store_that_cannot_be_written_is_no_fault_of_the_plugin(core_bot: CoreBot) -> None:
    """Nothing is decided that cannot be stored, and the scheduler hears of it."""
    unknown(core_bot, effect=True)
    database = FragileDatabase(core_bot.store.database.path)
    database.fails = lambda number: True
    core_bot.configure(store=Store(database, core_bot.store.keys, core_bot.clock))
    with pytest.raises(StoreUnavailable):
        core_bot.recovery.run_once()
    database.close()
    assert core_bot.change(1001).status is Status.UNKNOWN
    core_bot.configure(store=core_bot.store)
    core_bot.run_once()
    assert core_bot.change(1001).status is Status.DONE


def test_jobs_and_notices_of_a_dead_process_are_taken_over(core_bot: CoreBot) -> None:
    core_bot.take(core_bot.typed(OLGA, "thing remove one"))
    with core_bot.store.unit_of_work() as store:
        assert store.outbox.claim(core_bot.clock.now_ms()) is not None
        store.jobs.add("inbound", "{}", at=0)
        assert store.jobs.claim(core_bot.clock.now_ms()) is not None
    core_bot.restart()
    assert "sending" not in core_bot.store.outbox.counts()
    assert core_bot.store.jobs.waiting(core_bot.clock.now_ms())


def test_the_time_for_reading_back_can_be_set(make_core_bot: Callable[..., CoreBot]) -> None:
    core_bot = make_core_bot()
    core_bot.configure(settle_after_ms=1_000)
    change = unknown(core_bot)
    core_bot.wait(20)
    assert core_bot.now(change).status is Status.FAILED


def test_the_start_of_a_process_is_recorded(core_bot: CoreBot) -> None:
    note_start(core_bot.ctx, "1.2.3", "intake+worker")
    (record,) = core_bot.records(Tag.PROCESS_STARTED)
    assert (record.actor, record.subject) == (SYSTEM, "intake+worker")
    assert record.facts == {"version": "1.2.3", "kind": "intake+worker"}
    core_bot.deliver()
    assert core_bot.messenger.audit == [[record.seq]]


def test_an_unknown_that_nothing_can_show_is_left_to_people(core_bot: CoreBot) -> None:
    """It is neither read back, nor settled, nor called again, however long it stands and however often we start."""
    change = core_bot.approved("thing wave one two")
    core_bot.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=False))
    core_bot.do_jobs(1)
    reads = core_bot.toy.reads
    core_bot.wait(200, step=10)
    core_bot.restart()
    core_bot.wait(200, step=10)
    assert core_bot.now(change).status is Status.UNKNOWN
    assert "Check the result yourself" in en(core_bot.now(change).outcome)
    assert core_bot.toy.reads == reads
    assert len(core_bot.toy.calls) == 1


def test_what_a_dead_process_was_running_and_nothing_can_show_asks_a_person_to_look(core_bot: CoreBot) -> None:
    change = died_in_the_call(core_bot, effect=False, line="thing wave one two")
    core_bot.restart()
    core_bot.wait(200, step=10)
    assert core_bot.now(change).status is Status.UNKNOWN
    told = core_bot.now(change).outcome
    assert told == f"{en(INTERRUPTED_BLIND)}\n• Possibly done: Paint one.\n• Not sent: Paint two."
    assert len(core_bot.toy.calls) == 1
