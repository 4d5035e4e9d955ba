"""Killed with SIGKILL at failpoints while the rows are on a PostgreSQL server: as with a file, nothing is lost, nothing
doubled, nothing told wrongly.

The next process of the host finds the row of the dead one among the replicas, and goes on in its place.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.long.crash import scenario
from tests.long.crash.harness.forked import ForkServer
from tests.long.crash.kills import SEED, Note, conclude, kill_at_each
from tests.long.crash.matrix import Matrix, Totals, a_part, after_first_kills, failpoints, main_failpoints, some
from tests.long.crash.scenario import Scenario
from tests.long.form import LONG
from tests.store.server.postgres_server import Server

IN_A_FILE = (scenario.LOCKED, scenario.KEPT)
"""One locks the file as another program does. The other adds a key, which is refused while a replica is live."""
STORIES = tuple(story for story in scenario.ALL if story not in IN_A_FILE)
PART = 4
"""In the short form one story of so many is played, and others with each seed."""
PLAYED = STORIES if LONG else STORIES[SEED % PART :: PART]
EACH = 2
"""Failpoints of a story that the bot is killed at in the short form."""


@pytest.fixture
def matrix(server: ForkServer, beginning: Path, postgres_server: Server, tmp_path: Path) -> Matrix:
    return Matrix(server, tmp_path / "crash", beginning, postgres_server)


@pytest.mark.parametrize("story", PLAYED, ids=lambda story: story.name)
def test_killed_at_failpoints_it_is_as_if_nothing_had_been(
    matrix: Matrix, story: Scenario, record_property: Note
) -> None:
    """A few of those that the story passes, and each one in the long form."""
    passes = matrix.rehearse(story)
    later = after_first_kills(passes)
    names = list(failpoints(later)) if LONG else some(later, SEED, EACH)
    totals = Totals()
    kill_at_each(matrix, {story.name: passes}, story, names, totals)
    conclude(totals, record_property, of="crash on a server")


def test_killed_around_the_call_it_ends_as_the_portal_is(matrix: Matrix, record_property: Note) -> None:
    """The failpoints from the last approval to the ending, the faults in turn; in the short form a part of them."""
    passes = matrix.rehearse(scenario.REMOVE)
    every = main_failpoints(passes)
    assert len(every) >= 16
    names = every if LONG else a_part(every, SEED)
    totals = Totals()
    kill_at_each(matrix, {scenario.REMOVE.name: passes}, scenario.REMOVE, names, totals)
    conclude(totals, record_property, of="crash on a server")
