"""A chaos test: several people type and press at once, Slack delivers twice and in any order, both sides of the network
fail, the bot's processes are killed, and clocks move. When it is over, everything is true.

`B24BOT_CHAOS_SEED` gives another seed; each failure names the one it happened with. `B24BOT_CHAOS_DEATHS` gives another
number of deaths for each run.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from tests.long.chaos import chaos_run
from tests.long.chaos.chaos_run import ChaosRun
from tests.long.chaos.truth import check
from tests.long.crash.harness.forked import ForkServer
from tests.long.crash.harness.scene import Unsettled
from tests.long.form import sized

SEEDS = tuple(filter(None, os.environ.get("B24BOT_CHAOS_SEED", "").split(","))) or ("1", "2", "3")
COMMANDS = sized(300, 500)
"""In one run. The long form is many runs, so that several processes share them and each seed stands for itself."""
DEATHS = int(os.environ.get("B24BOT_CHAOS_DEATHS") or sized(18, 40))
RUNS = sized(1, 14)
"""Of each seed."""
Note = Callable[[str, object], None]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key file, and a database with the people of the run on its allow-list."""
    return chaos_run.template(tmp_path_factory.mktemp("template"))


@pytest.mark.parametrize("seed", [f"{seed}.{part}" if RUNS > 1 else seed for seed in SEEDS for part in range(RUNS)])
def test_whatever_happens_what_is_left_is_true(
    server: ForkServer, template: Path, tmp_path: Path, seed: str, record_property: Note
) -> None:
    # A quorum of two in every other run.
    quorum = 1 + sum(map(ord, seed)) % 2
    with ChaosRun(
        server, tmp_path / "chaos", template=template, seed=seed, commands=COMMANDS, deaths=DEATHS, quorum=quorum
    ) as chaos:
        try:
            chaos.run()
            wrong = check(chaos)
        except Unsettled as error:
            wrong = [*chaos.problems, str(error)]
    tally = chaos.tally
    tally.write(tmp_path / "totals.jsonl")
    for each in fields(tally):
        value = getattr(tally, each.name)
        if isinstance(value, int):
            record_property(f"chaos: {each.name.replace('_', ' ')}", value)
    for ending, number in tally.endings.items():
        record_property(f"chaos: ended {ending}", number)
    told = "\n".join(line[:3000] for line in wrong[:12])
    assert not wrong, f"B24BOT_CHAOS_SEED={seed.partition('.')[0]} ({seed}): {len(wrong)} things wrong\n{told}"
    assert tally.kills >= DEATHS * 2 // 3, f"B24BOT_CHAOS_SEED={seed}: only {tally.kills} kills"
