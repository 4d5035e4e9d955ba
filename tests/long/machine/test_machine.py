"""The life of change requests in any order of events: what the bot does is what the rules say (docs/safety.md M1)."""

from __future__ import annotations

import logging
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.long.form import sized
from tests.long.machine.machine import Machine
from tests.long.rig import Rig, scratch

SHARDS = 16
STEPS = sized(100_000, 5_000_000)
PER_EXAMPLE = 60
AT_ONCE = 600
"""Steps of one run of hypothesis, which goes on from what it has tried: many short runs get around more evenly."""
SHRINKING = () if os.environ.get("B24BOT_MACHINE_SHRINK") == "off" else (Phase.shrink,)
"""Making a failure short takes minutes; whoever only wants to know whether there is one switches it off."""
SETTINGS = settings(
    stateful_step_count=PER_EXAMPLE,
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, *SHRINKING),
)

MUST_BE_MET = {
    *(
        "done",
        "failed",
        "expired",
        "FORGED",
        "OWN",
        "OPEN_ALREADY",
        "MUST_END",
        "NOT_APPROVER",
        "NO_MEMBER",
        "TOO_LATE_DONE",
    ),
    *(
        "change:review:approved",
        "change:request:confirmed",
        "change:review:refused",
        "change:execution:stopped",
        "change:execution:intended",
    ),
}
"""What a shard meets a dozen times. The table of stories holds that each answer and each status is met at all."""


@pytest.fixture
def rig() -> Iterator[Rig]:
    """A core bot whose log is silent: thousands of planned faults say nothing to anybody."""
    logging.disable(logging.CRITICAL)
    with scratch() as folder:
        made = Rig(Path(folder))
        try:
            yield made
        finally:
            made.close()
            logging.disable(logging.NOTSET)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_bot_does_what_the_rules_say_whatever_happens_in_whatever_order(
    shard: int, rig: Rig, record_property: Callable[[str, object], None]
) -> None:
    """Counted: this many steps are made, however many of hypothesis' examples that takes."""
    share = STEPS // SHARDS
    first = int(os.environ.get("B24BOT_MACHINE_SEED", random.SystemRandom().randrange(2**32)))

    class Shard(Machine):
        steps = wrong_at = 0

    Shard.rig, Shard.met = rig, Counter()
    run = 0
    while Shard.steps < share:
        wanted = min(share - Shard.steps, AT_ONCE)
        try:
            run_state_machine_as_test(
                seed(first + run)(Shard),
                settings=settings(SETTINGS, max_examples=max(1, wanted // PER_EXAMPLE)),
            )
        except BaseException as error:
            error.add_note(f"first wrong after {Shard.wrong_at:,} steps; again with B24BOT_MACHINE_SEED={first + run}")
            raise
        run += 1
    record_property("steps", Shard.steps)
    assert Shard.steps >= share
    assert MUST_BE_MET - Shard.met.keys() == set()
