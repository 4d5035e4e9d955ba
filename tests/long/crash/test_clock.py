"""The clock of the day is set while a call is under way: nothing is sent once the fence has moved, and no ending is
wrong."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from bot.store.engine.database import sqlite3
from bot.store.store import FILE_NAME
from tests.long.crash.harness.forked import ForkServer
from tests.long.crash.harness.scene import Scene
from tests.long.crash.invariants import check_invariants
from tests.long.crash.scenario import RATE_LIMITED, REMOVE
from tests.long.crash.steps import APPROVE, ASK, UNREGISTER, tagged


def test_a_rate_limited_call_is_not_adopted_by_its_own_process_when_the_clock_steps(
    server: ForkServer, beginning: Path, tmp_path: Path
) -> None:
    """Five minutes on, which is longer than a lease; the portal is full, and the call is sent once more."""
    with RATE_LIMITED.scene(server, tmp_path / "run", beginning) as scene:
        RATE_LIMITED.play(scene, None)
        assert scene.status() == "done"
        assert len(scene.witness.arrivals) == 2
        assert tagged(scene, "change:execution:interrupted") == []
        assert check_invariants(scene) == []


def test_a_rate_limited_call_is_not_sent_again_once_the_fence_has_moved(
    server: ForkServer, beginning: Path, tmp_path: Path
) -> None:
    def another_takes_over(scene: Scene) -> None:
        def asked(method: str) -> None:
            if method == UNREGISTER:
                with closing(sqlite3.connect(scene.home / FILE_NAME, timeout=10)) as other, other:
                    other.execute("UPDATE changes SET fence = fence + 1, lease_owner = NULL, lease_until = 0")

        scene.fault("query_limit", UNREGISTER)
        scene.portal.watched.asked = asked

    with REMOVE.scene(server, tmp_path / "run", beginning) as scene:
        scene.up()
        scene.perform(ASK)
        another_takes_over(scene)
        scene.perform(APPROVE)
        assert scene.status() == "failed"
        assert [arrival.refused for arrival in scene.witness.arrivals] == [True]
        scene.quiesce()
        assert check_invariants(scene) == []


@pytest.mark.parametrize("seconds", [600, -600])
def test_a_clock_that_steps_at_every_point_of_an_execution_changes_nothing_of_it(
    server: ForkServer, beginning: Path, tmp_path: Path, seconds: int
) -> None:
    with REMOVE.scene(server, tmp_path / "run", beginning) as scene:
        scene.page.put("step_ms", seconds * 1_000)
        REMOVE.play(scene, None)
        assert scene.status() == "done"
        assert len(scene.witness.arrivals) == 1
        assert tagged(scene, "change:execution:interrupted") == []
        assert check_invariants(scene) == []
