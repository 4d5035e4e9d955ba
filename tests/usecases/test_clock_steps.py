"""A wait is as long as it was meant, whatever the time of the day is set to: by NTP, by hand, after a paused machine.

Each row of `WAITS` is begun, then the clock is set, and it is counted how many seconds pass until it is over. The time
until which people may decide is by the time of the day, and no row here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.authority.policy import Terms
from bot.core.change.change_request import Status
from bot.plugin import CallVerdict
from bot.store.files.witness_file import Witness
from bot.usecases.authority import card_token
from bot.usecases.chat.delivery_errors import Busy, Lost
from bot.usecases.integrity.audit_gate import find_audit_channel_limit
from bot.usecases.integrity.witness_writer import WitnessWriter, find_witness_limit
from tests.usecases.core_bot import ANTON, GLEB, OLGA, CoreBot
from tests.usecases.toy import Script

MINUTES, HOUR = 600_000, 3_600_000
STEPS = (-HOUR, -MINUTES, MINUTES, HOUR)
LONGEST = 400
LAG = 1_800.0
"""Seconds after which an audit line, or a head for the witness, has waited too long."""
Over = Callable[[CoreBot], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Something that waits for so many seconds. `begin` returns what tells that it is over."""

    begin: Callable[[CoreBot], Over]
    seconds: int
    sooner: bool = False
    """Whether a clock that is set may end it at once: where nothing is lost by that."""


def _asked_again(core_bot: CoreBot) -> Over:
    asked = len(core_bot.messenger.asked)
    return lambda now: len(now.messenger.asked) > asked


def a_stop_that_slack_does_not_confirm(core_bot: CoreBot) -> Over:
    core_bot.messenger.fail("account", Lost("timeout"))
    core_bot.take(core_bot.typed(OLGA, "freeze"))
    return _asked_again(core_bot)


def a_run_whose_people_slack_does_not_tell_of(core_bot: CoreBot) -> Over:
    change, asked = core_bot.approved(), _asked_again(core_bot)
    core_bot.clock.advance(61)
    core_bot.messenger.fail("account", Lost("timeout"))
    core_bot.do_jobs()
    asked = _asked_again(core_bot)
    return lambda now: asked(now) or now.now(change).status is not Status.APPROVED


def a_run_that_met_a_fault(core_bot: CoreBot) -> Over:
    core_bot.approved()
    core_bot.toy.scripts.append(Script(error=RuntimeError("a fault")))
    core_bot.do_jobs()
    return lambda now: not now.store.engine.rows("SELECT 1 FROM jobs")


def _said_again(core_bot: CoreBot, kind: str) -> Over:
    before = core_bot.messenger.tried.count(kind)
    return lambda now: now.messenger.tried.count(kind) > before


def an_answer_that_slack_puts_off(core_bot: CoreBot) -> Over:
    core_bot.messenger.fail("whisper", Busy(30.0))
    core_bot.take(core_bot.typed(OLGA, "whoami"))
    core_bot.deliver(most=1)
    return _said_again(core_bot, "whisper")


def a_card_that_slack_puts_off(core_bot: CoreBot) -> Over:
    core_bot.messenger.fail("post", Busy(30.0))
    core_bot.take(core_bot.typed(OLGA, "thing remove one"))
    while "post" not in core_bot.messenger.tried:
        core_bot.deliver(most=1)
    return _said_again(core_bot, "post")


def an_audit_line_that_slack_puts_off(core_bot: CoreBot) -> Over:
    core_bot.messenger.fail("audit", Busy(30.0))
    core_bot.take(core_bot.typed(OLGA, "freeze"))
    core_bot.deliver(most=1)
    return _said_again(core_bot, "audit")


def an_outcome_that_is_read_back(core_bot: CoreBot) -> Over:
    change = core_bot.approved()
    core_bot.toy.scripts.append(Script(verdict=CallVerdict.UNKNOWN, effect=False))
    core_bot.do_jobs()
    assert core_bot.now(change).status is Status.UNKNOWN
    return lambda now: now.now(change).status is Status.FAILED


def a_freeze_that_nobody_can_confirm(core_bot: CoreBot) -> Over:
    core_bot.messenger.fail("account", *[Lost("timeout")] * 1_000)
    core_bot.take(core_bot.typed(OLGA, "freeze"))
    core_bot.stops.run_once()
    return lambda now: bool(now.records(Tag.FROZEN))


def a_card_that_somebody_deletes(core_bot: CoreBot) -> Over:
    core_bot.ask()
    return _said_again(core_bot, "rewrite")


def refusals_that_are_folded(core_bot: CoreBot) -> Over:
    for _ in range(3):
        core_bot.take(core_bot.typed(GLEB, "thing list"))
    return lambda now: len(now.records(Tag.COMMAND_REFUSED)) == 2


WAITS = {
    "a job: a stop that Slack does not confirm": Wait(begin=a_stop_that_slack_does_not_confirm, seconds=5),
    # An approval goes stale by the time of the day.
    "a job: a run whose people Slack does not tell of": Wait(
        begin=a_run_whose_people_slack_does_not_tell_of, seconds=5, sooner=True
    ),
    "a job: a run that met a fault": Wait(begin=a_run_that_met_a_fault, seconds=5),
    "a notice: an answer": Wait(begin=an_answer_that_slack_puts_off, seconds=30),
    "a notice: a card": Wait(begin=a_card_that_slack_puts_off, seconds=30),
    "a notice: an audit line": Wait(begin=an_audit_line_that_slack_puts_off, seconds=30),
    "an outcome that is read back": Wait(begin=an_outcome_that_is_read_back, seconds=80),
    "a freeze that nobody can confirm": Wait(begin=a_freeze_that_nobody_can_confirm, seconds=60),
    "a card that somebody may have deleted": Wait(begin=a_card_that_somebody_deletes, seconds=301, sooner=True),
    "refusals that are folded": Wait(begin=refusals_that_are_folded, seconds=60, sooner=True),
}


def seconds_until(core_bot: CoreBot, over: Over) -> int:
    """How many seconds pass until it is over, with a round of everything in each."""
    for seconds in range(LONGEST):
        if over(core_bot):
            return seconds
        core_bot.wait(1)
    return LONGEST


@pytest.mark.sampled(3)
@pytest.mark.parametrize("step", [0, *STEPS])
@pytest.mark.parametrize("name", WAITS)
def test_no_step_of_the_clock_makes_a_wait_longer(make_core_bot: Callable[..., CoreBot], name: str, step: int) -> None:
    wait, core_bot = WAITS[name], make_core_bot(terms=Terms(expires_in=24 * HOUR))
    over = wait.begin(core_bot)
    core_bot.clock.set_by = step
    took = seconds_until(core_bot, over)
    assert took == wait.seconds or (wait.sooner and took < wait.seconds)


@pytest.mark.parametrize("step", STEPS)
def test_an_audit_line_has_waited_as_long_as_it_really_has(core_bot: CoreBot, step: int) -> None:
    core_bot.messenger.fail("audit", *[Lost("timeout")] * 10_000)
    core_bot.take(core_bot.typed(OLGA, "freeze"))
    core_bot.clock.set_by = step
    core_bot.clock.advance(LAG - 1)
    assert find_audit_channel_limit(core_bot.ctx) is None, (
        "a clock set forward bars nothing that a living channel will take"
    )
    core_bot.clock.advance(2)
    assert find_audit_channel_limit(core_bot.ctx) is not None, "and one set back hides no dead one"


def test_after_a_restart_of_the_machine_the_time_of_the_day_tells_how_long_a_line_has_waited(core_bot: CoreBot) -> None:
    core_bot.take(core_bot.typed(OLGA, "freeze"))
    with core_bot.store.unit_of_work() as store:
        later = round(core_bot.clock.monotonic() * 1000) + HOUR
        store.engine.execute("UPDATE outbox SET created_steady = ?, created_at = created_at - ?", later, HOUR)
    assert find_audit_channel_limit(core_bot.ctx) is not None


@pytest.mark.parametrize("step", STEPS)
def test_the_witness_has_waited_as_long_as_it_really_has(core_bot: CoreBot, tmp_path: Path, step: int) -> None:
    core_bot.ctx.audit.witness = Witness(tmp_path / "witness.jsonl")
    witness_writer = WitnessWriter(core_bot.ctx)
    for _ in range(3):
        witness_writer.run_once()
    core_bot.take(core_bot.typed(OLGA, "freeze"))
    core_bot.clock.set_by = step
    core_bot.clock.advance(LAG - 1)
    assert find_witness_limit(core_bot.ctx) is None
    core_bot.clock.advance(2)
    assert find_witness_limit(core_bot.ctx) is not None
    witness_writer.run_once()
    assert find_witness_limit(core_bot.ctx) is None


def test_what_was_put_off_is_due_at_once_for_a_worker_that_starts(core_bot: CoreBot) -> None:
    """The steady clock begins anew with the machine: a moment of the last one may never come."""
    a_stop_that_slack_does_not_confirm(core_bot)
    with core_bot.store.unit_of_work() as store:
        store.engine.execute("UPDATE jobs SET due_steady = ?", 2**52)
    core_bot.restart()
    assert core_bot.do_jobs() == 1
    assert core_bot.records(Tag.FROZEN)


def test_the_time_until_which_people_may_decide_is_by_the_time_of_the_day(core_bot: CoreBot) -> None:
    change = core_bot.ask()
    core_bot.clock.set_by = HOUR
    core_bot.run_once()
    assert core_bot.now(change).status is Status.EXPIRED
    assert core_bot.press(ANTON, change, card_token.APPROVE) != ""
