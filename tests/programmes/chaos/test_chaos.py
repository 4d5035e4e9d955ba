"""A storm: several people type and press at once, Slack delivers twice and in any order, both sides of the network
fail, the bot's processes are killed, and clocks move. When it is over, everything is true.

`B24BOT_CHAOS_SEED` gives another seed; each failure names the one it happened with. `B24BOT_CHAOS_DEATHS` gives another
number of deaths for each storm.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from tests.programmes.chaos import storm as storms
from tests.programmes.chaos.storm import Storm
from tests.programmes.chaos.truth import check
from tests.programmes.crash.harness.forked import ForkServer
from tests.programmes.crash.harness.scene import Unsettled
from tests.programmes.form import sized

SEEDS = tuple(filter(None, os.environ.get("B24BOT_CHAOS_SEED", "").split(","))) or ("1", "2", "3")
COMMANDS = sized(300, 500)
"""In one storm. A long run is many storms, so that several processes share it and each seed stands for itself."""
DEATHS = int(os.environ.get("B24BOT_CHAOS_DEATHS") or sized(18, 40))
STORMS = sized(1, 14)
"""Of each seed."""
Note = Callable[[str, object], None]


@pytest.fixture(scope="module")
def town_hall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key file, and a database with the people of the storm on its allow-list."""
    return storms.template(tmp_path_factory.mktemp("town"))


@pytest.mark.parametrize("seed", [f"{seed}.{part}" if STORMS > 1 else seed for seed in SEEDS for part in range(STORMS)])
def test_whatever_happens_in_a_storm_what_is_left_is_true(
    server: ForkServer, town_hall: Path, tmp_path: Path, seed: str, record_property: Note
) -> None:
    # A quorum of two in every other storm.
    quorum = 1 + sum(map(ord, seed)) % 2
    with Storm(
        server, tmp_path / "storm", template=town_hall, seed=seed, commands=COMMANDS, deaths=DEATHS, quorum=quorum
    ) as storm:
        try:
            storm.blow()
            wrong = check(storm)
        except Unsettled as error:
            wrong = [*storm.problems, str(error)]
    tally = storm.tally
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
