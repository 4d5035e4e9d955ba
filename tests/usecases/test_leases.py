"""Whoever lost the lease of what it runs writes nothing more and makes no further call, whatever the clock says."""

from __future__ import annotations

import pytest

from bot.core.audit import Tag
from bot.core.change import ChangeRequest, Status
from bot.core.execution import INTERRUPTED, INTERRUPTED_BETWEEN, SETTLE_AFTER_MS
from bot.plugin import Call, CallVerdict
from bot.store.jobs import Job
from bot.store.leases import LEASE_MS
from bot.usecases import buttons
from bot.usecases.execute import execute
from tests.usecases.office import OLGA, Office
from tests.usecases.test_recover import Killed
from tests.usecases.toy import Script

TWO = "thing swap one two"
BLIND_TWO = "thing wave one two"


def during(office: Office, number: int, act: object) -> None:
    """Let `act` happen while the portal works on the call of this number, from 0."""

    def called(call: Call) -> None:
        if len(office.toy.calls) - 1 == number and callable(act):
            act()

    office.toy.on_call = called


def taken_over(office: Office) -> None:
    """The keeper finds that the lease has run out."""
    office.clock.now += LEASE_MS
    office.recovery.adopt()


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
    """Forward, the keeper takes it over while it runs: the runner stops, and reading back tells what is true."""
    change = office.approved(line)

    def set_the_clock() -> None:
        office.clock.set_by += jump * 1_000
        office.recovery.look()

    during(office, 0, set_the_clock)
    office.do_jobs(1)
    office.wait(300)
    whole = jump < 0 or line == "thing remove one"
    assert office.now(change).status is (Status.DONE if whole else Status.FAILED)
    assert len(office.records(Tag.EXECUTION_INTENDED)) == len(office.toy.calls) == (2 if line == TWO and whole else 1)


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
        lease = store.leases.begin(change.number, "dead:1", at=office.clock.now_ms())
        assert lease is not None
        store.changes.intend(change.number, 0, "thing.paint", at=office.clock.now_ms())
        outcome = office.toy.perform(office.ctx.services("toy"), change.place, change.plan.calls[0])
        store.changes.answer(change.number, 0, outcome, at=office.clock.now_ms())
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
        "Nothing was sent: what is stored is not what was approved.",
    )
    assert office.toy.calls == []


def test_a_store_that_fails_once_the_call_is_made_does_not_keep_it_running_for_long(office: Office) -> None:
    """The lease is let go when the job comes back, not minutes later when it runs out."""
    change = office.ask("thing paint one --colour blue")
    office.press(OLGA, change, buttons.CONFIRM)
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
    assert office.store.leases.ownerless(office.clock.now_ms(), alone=False) == []
    office.wait(20)
    assert office.now(change).status is Status.DONE
    assert len(office.toy.calls) == 1
