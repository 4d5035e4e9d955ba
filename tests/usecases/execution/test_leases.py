"""Whoever lost the lease of what it runs writes nothing more and makes no further call, whatever the clock says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.clock import token
from bot.core.audit.audit_record import Tag
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.change.outcome import INTERRUPTED, INTERRUPTED_BETWEEN
from bot.plugin import Call, CallVerdict
from bot.store.repositories.jobs import Job
from bot.store.repositories.leases import LEASE_MS
from bot.store.schema.migrations import migrate
from bot.usecases.authority import card_token
from bot.usecases.execution.executor import execute
from bot.usecases.execution.recovery import Recovery
from tests.usecases.execution.test_recovery import Killed, died_in_the_call
from tests.usecases.office import OLGA, Office
from tests.usecases.toy import LONGEST, SETTLE_AFTER_MS, Script

TWO = "thing swap one two"
BLIND_TWO = "thing wave one two"


def during(office: Office, number: int, act: object) -> None:
    """Let `act` happen while the portal works on the call of this number, from 0."""

    def called(call: Call) -> None:
        if len(office.toy.calls) - 1 == number and callable(act):
            act()

    office.toy.on_call = called


def another(office: Office) -> Recovery:
    """The keeper of another process, for which this one's owners are strangers."""
    return Recovery(replace(office.ctx, owner=token(), at_work=set()))


def taken_over(office: Office) -> None:
    """Another process finds that the lease has run out."""
    office.clock.now += LEASE_MS
    another(office).adopt()


def methods(office: Office) -> list[str]:
    return [str(call.params["ID"]) for call in office.toy.calls]


def answers(office: Office, change: ChangeRequest) -> list[CallVerdict | None]:
    return [step.verdict for step in office.store.changes.steps(change.number)]


@pytest.mark.parametrize("line", ["thing remove one", TWO])
def test_a_runner_that_was_taken_over_in_its_call_writes_nothing_and_makes_no_other(office: Office, line: str) -> None:
    change = office.approved(line)
    during(office, 0, lambda: taken_over(office))
    office.do_jobs(1)
    found = office.now(change)
    assert found.status is Status.UNKNOWN
    assert found.outcome.startswith(INTERRUPTED)
    assert methods(office) == ["one"]
    assert answers(office, change) == [None]
    assert office.records(Tag.CALL_ANSWERED) == []
    assert office.records(Tag.EXECUTION_ENDED) == []
    assert office.store.database.row("SELECT count(*) AS n FROM jobs") == {"n": 0}
    office.wait(120)
    ended = office.now(change)
    assert ended.status is (Status.DONE if line == "thing remove one" else Status.FAILED)
    assert methods(office) == ["one"]


def test_a_runner_that_was_taken_over_between_two_calls_does_not_make_the_second(office: Office) -> None:
    """Its answer was stored in time; before the second intent it finds the fence moved."""
    change = office.approved(TWO)
    with office.store.unit_of_work() as store:
        store.database.execute(
            "CREATE TRIGGER taken_over AFTER UPDATE OF verdict ON executions "
            "BEGIN UPDATE changes SET fence = fence + 1 WHERE number = NEW.number; END"
        )
    office.do_jobs(1)
    assert methods(office) == ["one"]
    assert answers(office, change) == [CallVerdict.DONE]


def test_each_step_renews_the_lease(office: Office) -> None:
    """Three calls of nearly a lease each are one execution."""
    change = office.approved(TWO)
    office.toy.on_call = lambda call: office.wait((LEASE_MS - 1_000) / 1000, step=30)
    office.toy.on_verify = lambda: office.wait((LEASE_MS - 1_000) / 1000, step=30)
    office.do_jobs(1)
    assert office.now(change).status is Status.DONE
    assert methods(office) == ["one", "two"]


@pytest.mark.parametrize("jump", [3_600, -3_600])
@pytest.mark.parametrize("line", ["thing remove one", TWO])
def test_a_clock_that_jumps_in_the_call_makes_no_second_execution(office: Office, jump: int, line: str) -> None:
    """Leases are measured by the steady clock."""
    change = office.approved(line)

    def set_the_clock() -> None:
        office.clock.set_by += jump * 1_000
        office.recovery.look()
        another(office).look()

    during(office, 0, set_the_clock)
    office.do_jobs(1)
    office.wait(300)
    assert office.now(change).status is Status.DONE
    assert office.records(Tag.EXECUTION_INTERRUPTED) == []
    assert len(office.records(Tag.EXECUTION_INTENDED)) == len(office.toy.calls) == (2 if line == TWO else 1)


@pytest.mark.parametrize("steps", [0, 600, -600])
def test_an_execution_whose_thread_lives_is_never_adopted_by_its_own_process(office: Office, steps: int) -> None:
    """However long its call is rate limited, and whatever the wall clock does meanwhile."""
    change = office.approved(TWO)

    def rate_limited(call: Call) -> None:
        office.clock.set_by += steps * 1_000
        office.clock.now += LEASE_MS + 1_000
        office.recovery.look()

    office.toy.on_wait = rate_limited
    office.do_jobs(1)
    assert office.now(change).status is Status.DONE
    assert office.records(Tag.EXECUTION_INTERRUPTED) == []
    assert methods(office) == ["one", "two"]


@pytest.mark.parametrize("line", ["thing remove one", TWO])
def test_a_call_that_waits_to_be_sent_is_not_sent_once_the_fence_has_moved(office: Office, line: str) -> None:
    change = office.approved(line)
    office.toy.on_wait = lambda call: taken_over(office)
    office.do_jobs(1)
    assert office.toy.calls == []
    assert office.now(change).status is Status.UNKNOWN
    office.wait(120)
    assert office.now(change).status is Status.FAILED
    assert office.toy.calls == []


def test_nobody_adopts_what_is_being_sent_before_its_longest_time_out_has_passed(office: Office) -> None:
    """The permit renews a lease that would end earlier. So a process that was paused right after it finds the lease
    lost, or the time-out of its call is over."""
    change = office.approved()
    waited = LEASE_MS - round(LONGEST * 1_000) + 1_000
    looks: list[Status] = []

    def paused() -> None:
        for _ in range(round(LONGEST)):
            office.clock.advance(1)
            another(office).look()
            looks.append(office.now(change).status)

    office.toy.on_wait = lambda call: office.clock.advance(waited / 1_000)
    during(office, 0, paused)
    office.do_jobs(1)
    assert set(looks) == {Status.RUNNING}
    assert office.now(change).status is Status.DONE


@pytest.mark.parametrize("late", [10, 59, 74])
def test_what_a_paused_process_sends_after_another_took_its_place_is_waited_for(office: Office, late: int) -> None:
    """Somebody has taken the lock file away, so a second worker takes the first one for dead: its fence comes between
    the check and the first byte. Nothing ends as unchanged while the call can still have its effect."""
    change = office.approved()

    def overtaken() -> None:
        second = another(office)
        second.start()
        for second_passed in range(late):
            office.clock.advance(1)
            second.look()
            assert office.now(change).status is Status.UNKNOWN, second_passed

    during(office, 0, overtaken)
    office.do_jobs(1)
    office.wait(20)
    assert office.now(change).status is Status.DONE
    assert methods(office) == ["one"]


@pytest.mark.parametrize("steps", [600, -600])
@pytest.mark.parametrize("restarted", [False, True])
def test_a_clock_that_steps_after_a_lost_answer_shortens_no_wait_for_its_effect(
    office: Office, steps: int, restarted: bool
) -> None:
    """Nor does it lengthen the wait, also when the process that knew of the step is gone."""
    change = office.approved()
    office.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=False))
    office.do_jobs(1)
    office.wait(5)
    office.clock.set_by += steps * 1_000
    if restarted:
        office.restart()
    office.wait(65)
    assert office.now(change).status is Status.UNKNOWN
    office.wait(25)
    assert office.now(change).status is Status.FAILED


def test_after_a_restart_of_the_machine_the_wait_for_a_late_effect_begins_anew(office: Office) -> None:
    """Its steady clock does, too: what it showed before says nothing now."""
    change = office.approved()
    office.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=False))
    office.do_jobs(1)
    booted = office.clock.now - 1_000
    office.clock.set_by += booted
    office.clock.now -= booted
    office.restart()
    office.wait(70)
    assert office.now(change).status is Status.UNKNOWN
    office.wait(25)
    assert office.now(change).status is Status.FAILED


def test_open_executions_of_the_release_before_go_through_the_upgrade(office: Office) -> None:
    """It measured leases and waits by the wall clock, which says nothing of how long anybody waited."""
    interrupted = died_in_the_call(office, effect=False)
    office.toy.scripts.clear()
    lost = office.approved("thing paint two --colour blue")
    office.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=False))
    office.do_jobs(1)
    with office.store.unit_of_work() as store:
        for statement in (
            "ALTER TABLE changes DROP COLUMN sent_steady",
            "ALTER TABLE changes RENAME COLUMN seen_steady TO seen_at",
            "ALTER TABLE secrets DROP COLUMN lease_from",
            "DELETE FROM _sqlite_migrations WHERE name = 'm004_steady_clock'",
            f"UPDATE changes SET lease_until = {office.clock.now_ms() + 240_000} WHERE status = 'running'",
        ):
            store.database.execute(statement)
    migrate(office.store.database)
    office.restart()
    assert [office.now(change).status for change in (interrupted, lost)] == [Status.UNKNOWN] * 2
    office.wait(70)
    assert [office.now(change).status for change in (interrupted, lost)] == [Status.UNKNOWN] * 2
    office.wait(25)
    assert [office.now(change).status for change in (interrupted, lost)] == [Status.FAILED] * 2
    assert len(office.toy.calls) == 2


def test_a_clock_set_forward_does_not_shorten_the_time_a_portal_has_for_a_late_effect(office: Office) -> None:
    change = office.approved()
    office.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=False))
    office.do_jobs(1)
    office.wait(10)
    office.clock.set_by += 3_600_000
    office.wait(50)
    assert office.now(change).status is Status.UNKNOWN
    del office.toy.things["one"]
    office.wait(20)
    assert office.now(change).status is Status.DONE


def test_a_clock_set_back_does_not_hold_up_the_settling(office: Office) -> None:
    change = office.approved()
    office.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=False))
    office.do_jobs(1)
    sent = office.clock.now
    office.wait(10)
    office.clock.set_by -= 3_600_000
    office.wait(120)
    assert office.now(change).status is Status.FAILED
    assert (office.now(change).ended_at or 0) + 3_600_000 - sent <= 120_000


def test_a_second_job_for_what_is_running_does_nothing_to_it(office: Office) -> None:
    change = office.approved()
    during(office, 0, lambda: execute(office.ctx, Job(id=99, kind="execute", payload="", attempts=1), change.number))
    office.do_jobs(1)
    assert office.now(change).status is Status.DONE
    assert len(office.toy.calls) == 1


def killed_in(office: Office, line: str, call: int, *, effect: bool) -> ChangeRequest:
    """The process dies when the portal has had this call and before its answer is read; then another starts."""
    change = office.approved(line)

    def die() -> None:
        if effect:
            office.toy.things[methods(office)[-1]] = "green"
        raise Killed

    during(office, call, die)
    with pytest.raises(Killed):
        office.do_jobs(1)
    office.toy.on_call = lambda call: None
    office.restart()
    return change


def test_killed_in_the_second_call_both_calls_are_told_as_they_were(office: Office) -> None:
    change = killed_in(office, TWO, 1, effect=False)
    assert office.now(change).outcome == f"{INTERRUPTED}\n• Done: Paint one.\n• Perhaps done: Paint two."
    office.wait(120)
    assert office.now(change).status is Status.FAILED
    assert office.now(change).outcome == "Read back twice: only part of it happened.\n• one is: red → green"
    assert methods(office) == ["one", "two"]


def test_killed_in_the_second_call_that_had_its_effect_all_is_done(office: Office) -> None:
    change = killed_in(office, TWO, 1, effect=True)
    office.wait(20)
    assert office.now(change).status is Status.DONE


def between(office: Office, line: str) -> ChangeRequest:
    """The process dies after the answer to the first of two calls is stored and before the second is intended."""
    change = office.approved(line)
    office.toy.things["one"] = "green"
    with office.store.unit_of_work() as store:
        lease = store.leases.begin(change.number, "dead:1", at=office.clock.now_ms(), steady=office.clock.now)
        assert lease is not None
        store.changes.intend(change.number, 0, "thing.paint", at=office.clock.now_ms())
        services = office.ctx.services("toy", may_send=lambda _: True)
        outcome = office.toy.perform(services, change.place, change.plan.calls[0])
        store.changes.answer(change.number, 0, outcome, at=office.clock.now_ms(), steady=office.clock.now)
    office.restart()
    return change


def test_killed_between_two_calls_what_was_not_sent_is_told_and_never_sent(office: Office) -> None:
    change = between(office, TWO)
    assert office.now(change).outcome == f"{INTERRUPTED_BETWEEN}\n• Done: Paint one.\n• Not sent: Paint two."
    office.wait(120)
    assert office.now(change).status is Status.FAILED
    assert "one is: red → green\n• Not sent: Paint two." in office.now(change).outcome
    assert methods(office) == ["one"]


def test_killed_between_two_calls_that_nothing_shows_the_answers_are_the_ending(office: Office) -> None:
    """Nothing was under way: there is nothing to ask a person about."""
    change = between(office, BLIND_TWO)
    ended = office.now(change)
    assert ended.status is Status.FAILED
    assert ended.outcome == (
        "Not every call was done. What was done stays.\n• Done: Paint one.\n• Not sent: Paint two."
    )
    assert ended.asked_at is None


@pytest.mark.parametrize("down", [0, 5, 30])
@pytest.mark.parametrize("effect", [True, False])
def test_after_a_kill_it_is_settled_within_two_minutes_of_the_call(office: Office, down: int, effect: bool) -> None:
    """With the default settings, for a bot that is back within half a minute."""
    change = office.approved()

    def die() -> None:
        raise Killed

    during(office, 0, die)
    with pytest.raises(Killed):
        office.do_jobs(1)
    sent = office.clock.now
    office.toy.on_call = lambda call: None
    office.clock.now += down * 1_000
    if effect:
        del office.toy.things["one"]
    office.restart()
    office.wait(130, step=0.5)
    ended = office.now(change)
    assert ended.status is (Status.DONE if effect else Status.FAILED)
    assert (ended.ended_at or 0) - sent <= 120_000


@pytest.mark.parametrize("took", [0, 20, 65])
@pytest.mark.parametrize("late", [None, 1, 59])
def test_a_lost_answer_is_settled_within_two_minutes_of_the_call(office: Office, took: int, late: int | None) -> None:
    """However long it was waited for, and whenever within its minute the portal carries it out after all."""
    change = office.approved()
    sent = office.clock.now
    office.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=False, took=took))

    def pass_time(seconds: int) -> None:
        end = office.clock.now + seconds * 1_000
        while office.clock.now < end:
            office.clock.now += 500
            if late is not None and office.clock.now - sent >= late * 1_000:
                office.toy.things.pop("one", None)

    office.toy.on_call = lambda call: pass_time(took)
    office.do_jobs(1)
    office.toy.on_verify = lambda: pass_time(0)
    while office.now(change).status is Status.UNKNOWN and office.clock.now < sent + 180_000:
        pass_time(1)
        office.round()
    ended = office.now(change)
    assert ended.status is (Status.FAILED if late is None else Status.DONE)
    assert (ended.ended_at or 0) - sent <= 120_000


def test_the_wait_for_a_late_effect_counts_from_the_sending_and_not_from_the_intent(office: Office) -> None:
    """A call may queue for a minute at a full portal before it goes out."""
    change = office.approved()
    office.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=False))
    office.toy.on_call = lambda call: office.clock.advance(60)
    office.do_jobs(1)
    answered = office.clock.now
    office.toy.on_call = lambda call: None
    while office.now(change).status is Status.UNKNOWN:
        office.wait(1)
    assert (office.now(change).ended_at or 0) - answered >= SETTLE_AFTER_MS


def test_an_approval_that_runs_out_while_it_is_planned_again_is_not_used(office: Office) -> None:
    change = office.approved()
    office.toy.on_open = lambda: office.clock.advance(601)
    office.do_jobs(1)
    assert office.now(change).status is Status.EXPIRED
    assert office.toy.calls == []
    assert office.store.database.row("SELECT count(*) AS n FROM jobs") == {"n": 0}


def test_a_stored_plan_that_is_not_the_approved_one_is_not_run(office: Office) -> None:
    """Somebody changed the file between the card and the click, and the portal too, so that nothing differs."""
    change = office.approved("thing paint one --colour blue")
    with office.store.unit_of_work() as store:
        store.database.execute(
            "UPDATE changes SET plan = replace(plan, 'blue', 'pink'), line = replace(line, 'blue', 'pink')"
        )
    office.do_jobs(1)
    ended = office.now(change)
    assert (ended.status, ended.outcome) == (
        Status.FAILED,
        "Nothing was sent: what is stored is not what was confirmed.",
    )
    assert office.toy.calls == []


def test_a_store_that_fails_once_the_call_is_made_does_not_keep_it_running_for_long(office: Office) -> None:
    """The lease is let go when the job comes back, not minutes later when it runs out."""
    change = office.ask("thing paint one --colour blue")
    office.press(OLGA, change, card_token.CONFIRM)
    office.deliver()

    def break_store() -> None:
        with office.store.unit_of_work() as store:
            store.database.execute(
                "CREATE TRIGGER no_lease BEFORE UPDATE OF lease_until ON changes "
                "BEGIN SELECT RAISE(ABORT, 'disk on fire'); END"
            )

    during(office, 0, break_store)
    office.do_jobs(1)
    assert office.now(change).status is Status.RUNNING
    with office.store.unit_of_work() as store:
        store.database.execute("DROP TRIGGER no_lease")
    office.wait(20)
    assert office.now(change).status is Status.DONE
    assert len(office.toy.calls) == 1
