"""Whoever lost the lease of what it runs writes nothing more and makes no further call, whatever the clock says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.outcome import INTERRUPTED, INTERRUPTED_BETWEEN
from bot.plugin import Call, CallVerdict
from bot.store.repositories.jobs import Job
from bot.store.repositories.replication.leases import LEASE_MS
from bot.store.schema.schema_version import migrate
from bot.usecases.authority import card_token
from bot.usecases.execution.executor import execute
from bot.usecases.execution.recovery import Reconciler
from bot.usecases.process.process_identity import ProcessIdentity
from tests.language.english import en
from tests.usecases.core_bot import OLGA, CoreBot
from tests.usecases.execution.test_recovery import Killed, died_in_the_call
from tests.usecases.toy import LONGEST, SETTLE_AFTER_MS, Script

TWO = "thing swap one two"
BLIND_TWO = "thing wave one two"


def during(core_bot: CoreBot, number: int, act: object) -> None:
    """Let `act` happen while the portal works on the call of this number, from 0."""

    def called(call: Call) -> None:
        if len(core_bot.toy.calls) - 1 == number and callable(act):
            act()

    core_bot.toy.on_call = called


def another(core_bot: CoreBot) -> Reconciler:
    """The scheduler of another process, for which this one's owners are strangers."""
    return Reconciler(replace(core_bot.ctx, process=ProcessIdentity()))


def taken_over(core_bot: CoreBot) -> None:
    """Another process finds that the lease has run out."""
    core_bot.clock.now += LEASE_MS
    another(core_bot).take_over()


def methods(core_bot: CoreBot) -> list[str]:
    return [str(call.params["ID"]) for call in core_bot.toy.calls]


def answers(core_bot: CoreBot, change: ChangeRequest) -> list[CallVerdict | None]:
    return [step.verdict for step in core_bot.store.changes.steps(change.number)]


@pytest.mark.parametrize("line", ["thing remove one", TWO])
def test_a_runner_that_was_taken_over_in_its_call_writes_nothing_and_makes_no_other(
    core_bot: CoreBot, line: str
) -> None:
    change = core_bot.approved(line)
    during(core_bot, 0, lambda: taken_over(core_bot))
    core_bot.do_jobs(1)
    found = core_bot.now(change)
    assert found.status is Status.UNKNOWN
    assert en(found.outcome).startswith(en(INTERRUPTED))
    assert methods(core_bot) == ["one"]
    assert answers(core_bot, change) == [None]
    assert core_bot.records(Tag.CALL_ANSWERED) == []
    assert core_bot.records(Tag.EXECUTION_ENDED) == []
    assert core_bot.store.engine.row("SELECT count(*) AS n FROM jobs") == {"n": 0}
    core_bot.wait(120)
    ended = core_bot.now(change)
    assert ended.status is (Status.DONE if line == "thing remove one" else Status.FAILED)
    assert methods(core_bot) == ["one"]


def test_a_runner_that_was_taken_over_between_two_calls_does_not_make_the_second(core_bot: CoreBot) -> None:
    """Its answer was stored in time; before the second intent it finds the fence moved."""
    change = core_bot.approved(TWO)
    with core_bot.store.unit_of_work() as store:
        store.engine.execute(
            "CREATE TRIGGER taken_over AFTER UPDATE OF verdict ON executions "
            "BEGIN UPDATE changes SET fence = fence + 1 WHERE number = NEW.number; END"
        )
    core_bot.do_jobs(1)
    assert methods(core_bot) == ["one"]
    assert answers(core_bot, change) == [CallVerdict.DONE]


def test_each_step_renews_the_lease(core_bot: CoreBot) -> None:
    """Three calls of nearly a lease each are one execution."""
    change = core_bot.approved(TWO)
    core_bot.toy.on_call = lambda call: core_bot.wait((LEASE_MS - 1_000) / 1000, step=30)
    core_bot.toy.on_verify = lambda: core_bot.wait((LEASE_MS - 1_000) / 1000, step=30)
    core_bot.do_jobs(1)
    assert core_bot.now(change).status is Status.DONE
    assert methods(core_bot) == ["one", "two"]


@pytest.mark.parametrize("jump", [3_600, -3_600])
@pytest.mark.parametrize("line", ["thing remove one", TWO])
def test_a_clock_that_jumps_in_the_call_makes_no_second_execution(core_bot: CoreBot, jump: int, line: str) -> None:
    """Leases are measured by the steady clock."""
    change = core_bot.approved(line)

    def set_the_clock() -> None:
        core_bot.clock.set_by += jump * 1_000
        core_bot.recovery.run_once()
        another(core_bot).run_once()

    during(core_bot, 0, set_the_clock)
    core_bot.do_jobs(1)
    core_bot.wait(300)
    assert core_bot.now(change).status is Status.DONE
    assert core_bot.records(Tag.EXECUTION_INTERRUPTED) == []
    assert len(core_bot.records(Tag.EXECUTION_INTENDED)) == len(core_bot.toy.calls) == (2 if line == TWO else 1)


@pytest.mark.parametrize("steps", [0, 600, -600])
def test_an_execution_whose_thread_lives_is_never_adopted_by_its_own_process(core_bot: CoreBot, steps: int) -> None:
    """However long its call is rate limited, and whatever the wall clock does meanwhile."""
    change = core_bot.approved(TWO)

    def rate_limited(call: Call) -> None:
        core_bot.clock.set_by += steps * 1_000
        core_bot.clock.now += LEASE_MS + 1_000
        core_bot.recovery.run_once()

    core_bot.toy.on_wait = rate_limited
    core_bot.do_jobs(1)
    assert core_bot.now(change).status is Status.DONE
    assert core_bot.records(Tag.EXECUTION_INTERRUPTED) == []
    assert methods(core_bot) == ["one", "two"]


@pytest.mark.parametrize("line", ["thing remove one", TWO])
def test_a_call_that_waits_to_be_sent_is_not_sent_once_the_fence_has_moved(core_bot: CoreBot, line: str) -> None:
    change = core_bot.approved(line)
    core_bot.toy.on_wait = lambda call: taken_over(core_bot)
    core_bot.do_jobs(1)
    assert core_bot.toy.calls == []
    assert core_bot.now(change).status is Status.UNKNOWN
    core_bot.wait(120)
    assert core_bot.now(change).status is Status.FAILED
    assert core_bot.toy.calls == []


def test_nobody_adopts_what_is_being_sent_before_its_longest_time_out_has_passed(core_bot: CoreBot) -> None:
    """The permit renews a lease that would end earlier. So a process that was paused right after it finds the lease
    lost, or the time-out of its call is over."""
    change = core_bot.approved()
    waited = LEASE_MS - round(LONGEST * 1_000) + 1_000
    looks: list[Status] = []

    def paused() -> None:
        for _ in range(round(LONGEST)):
            core_bot.clock.advance(1)
            another(core_bot).run_once()
            looks.append(core_bot.now(change).status)

    core_bot.toy.on_wait = lambda call: core_bot.clock.advance(waited / 1_000)
    during(core_bot, 0, paused)
    core_bot.do_jobs(1)
    assert set(looks) == {Status.RUNNING}
    assert core_bot.now(change).status is Status.DONE


@pytest.mark.parametrize("late", [10, 59, 74])
def test_what_a_paused_process_sends_after_another_took_its_place_is_waited_for(core_bot: CoreBot, late: int) -> None:
    """Somebody has taken the lock file away, so a second worker takes the first one for dead: its fence comes between
    the check and the first byte. Nothing ends as unchanged while the call can still have its effect."""
    change = core_bot.approved()

    def overtaken() -> None:
        second = another(core_bot)
        second.start()
        for second_passed in range(late):
            core_bot.clock.advance(1)
            second.run_once()
            assert core_bot.now(change).status is Status.UNKNOWN, second_passed

    during(core_bot, 0, overtaken)
    core_bot.do_jobs(1)
    core_bot.wait(20)
    assert core_bot.now(change).status is Status.DONE
    assert methods(core_bot) == ["one"]


@pytest.mark.parametrize("steps", [600, -600])
@pytest.mark.parametrize("restarted", [False, True])
def test_a_clock_that_steps_after_a_lost_answer_shortens_no_wait_for_its_effect(
    core_bot: CoreBot, steps: int, restarted: bool
) -> None:
    """Nor does it lengthen the wait, also when the process that knew of the step is gone."""
    change = core_bot.approved()
    core_bot.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=False))
    core_bot.do_jobs(1)
    core_bot.wait(5)
    core_bot.clock.set_by += steps * 1_000
    if restarted:
        core_bot.restart()
    core_bot.wait(65)
    assert core_bot.now(change).status is Status.UNKNOWN
    core_bot.wait(25)
    assert core_bot.now(change).status is Status.FAILED


def test_after_a_restart_of_the_machine_the_wait_for_a_late_effect_begins_anew(core_bot: CoreBot) -> None:
    """Its steady clock does, too: what it showed before says nothing now."""
    change = core_bot.approved()
    core_bot.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=False))
    core_bot.do_jobs(1)
    booted = core_bot.clock.now - 1_000
    core_bot.clock.set_by += booted
    core_bot.clock.now -= booted
    core_bot.restart()
    core_bot.wait(70)
    assert core_bot.now(change).status is Status.UNKNOWN
    core_bot.wait(25)
    assert core_bot.now(change).status is Status.FAILED


def test_open_executions_of_the_release_before_go_through_the_upgrade(core_bot: CoreBot) -> None:
    """It measured leases and waits by the wall clock, which says nothing of how long anybody waited."""
    interrupted = died_in_the_call(core_bot, effect=False)
    core_bot.toy.scripts.clear()
    lost = core_bot.approved("thing paint two --colour blue")
    core_bot.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=False))
    core_bot.do_jobs(1)
    with core_bot.store.unit_of_work() as store:
        for statement in (
            "ALTER TABLE changes DROP COLUMN sent_steady",
            "ALTER TABLE changes RENAME COLUMN seen_steady TO seen_at",
            "ALTER TABLE secrets DROP COLUMN lease_from",
            "DELETE FROM _sqlite_migrations WHERE name = 'm004_steady_clock'",
            f"UPDATE changes SET lease_until = {core_bot.clock.now_ms() + 240_000} WHERE status = 'running'",
        ):
            store.engine.execute(statement)
    migrate(core_bot.store.database)
    core_bot.restart()
    assert [core_bot.now(change).status for change in (interrupted, lost)] == [Status.UNKNOWN] * 2
    core_bot.wait(70)
    assert [core_bot.now(change).status for change in (interrupted, lost)] == [Status.UNKNOWN] * 2
    core_bot.wait(25)
    assert [core_bot.now(change).status for change in (interrupted, lost)] == [Status.FAILED] * 2
    assert len(core_bot.toy.calls) == 2


def test_a_clock_set_forward_does_not_shorten_the_time_a_portal_has_for_a_late_effect(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    core_bot.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=False))
    core_bot.do_jobs(1)
    core_bot.wait(10)
    core_bot.clock.set_by += 3_600_000
    core_bot.wait(50)
    assert core_bot.now(change).status is Status.UNKNOWN
    del core_bot.toy.things["one"]
    core_bot.wait(20)
    assert core_bot.now(change).status is Status.DONE


def test_a_clock_set_back_does_not_hold_up_the_settling(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    core_bot.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=False))
    core_bot.do_jobs(1)
    sent = core_bot.clock.now
    core_bot.wait(10)
    core_bot.clock.set_by -= 3_600_000
    core_bot.wait(120)
    assert core_bot.now(change).status is Status.FAILED
    assert (core_bot.now(change).ended_at or 0) + 3_600_000 - sent <= 120_000


def test_a_second_job_for_what_is_running_does_nothing_to_it(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    during(
        core_bot, 0, lambda: execute(core_bot.ctx, Job(id=99, kind="execute", payload="", attempts=1), change.number)
    )
    core_bot.do_jobs(1)
    assert core_bot.now(change).status is Status.DONE
    assert len(core_bot.toy.calls) == 1


def killed_in(core_bot: CoreBot, line: str, call: int, *, effect: bool) -> ChangeRequest:
    """The process dies when the portal has had this call and before its answer is read; then another starts."""
    change = core_bot.approved(line)

    def die() -> None:
        if effect:
            core_bot.toy.things[methods(core_bot)[-1]] = "green"
        raise Killed

    during(core_bot, call, die)
    with pytest.raises(Killed):
        core_bot.do_jobs(1)
    core_bot.toy.on_call = lambda call: None
    core_bot.restart()
    return change


def test_killed_in_the_second_call_both_calls_are_told_as_they_were(core_bot: CoreBot) -> None:
    change = killed_in(core_bot, TWO, 1, effect=False)
    assert core_bot.now(change).outcome == f"{en(INTERRUPTED)}\n• Done: Paint one.\n• Possibly done: Paint two."
    core_bot.wait(120)
    assert core_bot.now(change).status is Status.FAILED
    assert core_bot.now(change).outcome == "Verified twice: the change was only partly applied.\n• one is: red → green"
    assert methods(core_bot) == ["one", "two"]


def test_killed_in_the_second_call_that_had_its_effect_all_is_done(core_bot: CoreBot) -> None:
    change = killed_in(core_bot, TWO, 1, effect=True)
    core_bot.wait(20)
    assert core_bot.now(change).status is Status.DONE


def between(core_bot: CoreBot, line: str) -> ChangeRequest:
    """The process dies after the answer to the first of two calls is stored and before the second is intended."""
    change = core_bot.approved(line)
    core_bot.toy.things["one"] = "green"
    with core_bot.store.unit_of_work() as store:
        lease = store.leases.begin(change.number, "dead:1", at=core_bot.clock.now_ms(), steady=core_bot.clock.now)
        assert lease is not None
        store.changes.intend(change.number, 0, "thing.paint", at=core_bot.clock.now_ms())
        services = core_bot.ctx.services("toy", may_send=lambda _: True)
        outcome = core_bot.toy.perform(services, change.place, change.plan.calls[0])
        store.changes.answer(change.number, 0, outcome, at=core_bot.clock.now_ms(), steady=core_bot.clock.now)
    core_bot.restart()
    return change


def test_killed_between_two_calls_what_was_not_sent_is_told_and_never_sent(core_bot: CoreBot) -> None:
    change = between(core_bot, TWO)
    assert core_bot.now(change).outcome == f"{en(INTERRUPTED_BETWEEN)}\n• Done: Paint one.\n• Not sent: Paint two."
    core_bot.wait(120)
    assert core_bot.now(change).status is Status.FAILED
    assert "one is: red → green\n• Not sent: Paint two." in en(core_bot.now(change).outcome)
    assert methods(core_bot) == ["one"]


def test_killed_between_two_calls_that_nothing_shows_the_answers_are_the_ending(core_bot: CoreBot) -> None:
    """Nothing was under way: there is nothing to ask a person about."""
    change = between(core_bot, BLIND_TWO)
    ended = core_bot.now(change)
    assert ended.status is Status.FAILED
    assert ended.outcome == (
        "Some calls were not made. The calls that were made stay in effect.\n• Done: Paint one.\n• Not sent: Paint two."
    )
    assert ended.asked_at is None


@pytest.mark.sampled(2)
@pytest.mark.parametrize("down", [0, 5, 30])
@pytest.mark.parametrize("effect", [True, False])
def test_after_a_kill_it_is_settled_within_two_minutes_of_the_call(core_bot: CoreBot, down: int, effect: bool) -> None:
    """With the default settings, for a bot that is back within half a minute."""
    change = core_bot.approved()

    def die() -> None:
        raise Killed

    during(core_bot, 0, die)
    with pytest.raises(Killed):
        core_bot.do_jobs(1)
    sent = core_bot.clock.now
    core_bot.toy.on_call = lambda call: None
    core_bot.clock.now += down * 1_000
    if effect:
        del core_bot.toy.things["one"]
    core_bot.restart()
    core_bot.wait(130, step=0.5)
    ended = core_bot.now(change)
    assert ended.status is (Status.DONE if effect else Status.FAILED)
    assert (ended.ended_at or 0) - sent <= 120_000


@pytest.mark.parametrize("took", [0, 20, 65])
@pytest.mark.parametrize("late", [None, 1, 59])
def test_a_lost_answer_is_settled_within_two_minutes_of_the_call(
    core_bot: CoreBot, took: int, late: int | None
) -> None:
    """However long it was waited for, and whenever within its minute the portal carries it out after all."""
    change = core_bot.approved()
    sent = core_bot.clock.now
    core_bot.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=False, took=took))

    def pass_time(seconds: int) -> None:
        end = core_bot.clock.now + seconds * 1_000
        while core_bot.clock.now < end:
            core_bot.clock.now += 500
            if late is not None and core_bot.clock.now - sent >= late * 1_000:
                core_bot.toy.things.pop("one", None)

    core_bot.toy.on_call = lambda call: pass_time(took)
    core_bot.do_jobs(1)
    core_bot.toy.on_verify = lambda: pass_time(0)
    while core_bot.now(change).status is Status.UNKNOWN and core_bot.clock.now < sent + 180_000:
        pass_time(1)
        core_bot.run_once()
    ended = core_bot.now(change)
    assert ended.status is (Status.FAILED if late is None else Status.DONE)
    assert (ended.ended_at or 0) - sent <= 120_000


def test_the_wait_for_a_late_effect_counts_from_the_sending_and_not_from_the_intent(core_bot: CoreBot) -> None:
    """A call may queue for a minute at a full portal before it goes out."""
    change = core_bot.approved()
    core_bot.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=False))
    core_bot.toy.on_call = lambda call: core_bot.clock.advance(60)
    core_bot.do_jobs(1)
    answered = core_bot.clock.now
    core_bot.toy.on_call = lambda call: None
    while core_bot.now(change).status is Status.UNKNOWN:
        core_bot.wait(1)
    assert (core_bot.now(change).ended_at or 0) - answered >= SETTLE_AFTER_MS


def test_an_approval_that_runs_out_while_it_is_planned_again_is_not_used(core_bot: CoreBot) -> None:
    change = core_bot.approved()
    core_bot.toy.on_open = lambda: core_bot.clock.advance(601)
    core_bot.do_jobs(1)
    assert core_bot.now(change).status is Status.EXPIRED
    assert core_bot.toy.calls == []
    assert core_bot.store.engine.row("SELECT count(*) AS n FROM jobs") == {"n": 0}


def test_a_stored_plan_that_is_not_the_approved_one_is_not_run(core_bot: CoreBot) -> None:
    """Somebody changed the file between the card and the click, and the portal too, so that nothing differs."""
    change = core_bot.approved("thing paint one --colour blue")
    with core_bot.store.unit_of_work() as store:
        store.engine.execute(
            "UPDATE changes SET plan = replace(plan, 'blue', 'pink'), line = replace(line, 'blue', 'pink')"
        )
    core_bot.do_jobs(1)
    ended = core_bot.now(change)
    assert (ended.status, ended.outcome) == (
        Status.FAILED,
        "Nothing was sent: the stored plan is not the one that was confirmed.",
    )
    assert core_bot.toy.calls == []


def test_a_store_that_fails_once_the_call_is_made_does_not_keep_it_running_for_long(core_bot: CoreBot) -> None:
    """The lease is let go when the job comes back, not minutes later when it runs out."""
    change = core_bot.ask("thing paint one --colour blue")
    core_bot.press(OLGA, change, card_token.CONFIRM)
    core_bot.deliver()

    def break_store() -> None:
        with core_bot.store.unit_of_work() as store:
            store.engine.execute(
                "CREATE TRIGGER no_lease BEFORE UPDATE OF lease_until ON changes "
                "BEGIN SELECT RAISE(ABORT, 'disk on fire'); END"
            )

    during(core_bot, 0, break_store)
    core_bot.do_jobs(1)
    assert core_bot.now(change).status is Status.RUNNING
    with core_bot.store.unit_of_work() as store:
        store.engine.execute("DROP TRIGGER no_lease")
    core_bot.wait(20)
    assert core_bot.now(change).status is Status.DONE
    assert len(core_bot.toy.calls) == 1
