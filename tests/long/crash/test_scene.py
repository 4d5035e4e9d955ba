"""A scene is over when nothing more comes of what was done in it."""

from __future__ import annotations

from pathlib import Path

from tests.long.crash import scenario
from tests.long.crash.harness.forked import ForkServer


def test_it_does_not_rest_before_the_scheduler_has_noted_what_was_done(
    server: ForkServer, beginning: Path, tmp_path: Path
) -> None:
    with scenario.REMOVE.scene(server, tmp_path / "run", beginning) as scene:
        scene.up()
        scene.quiesce()
        assert scene.terminal("run", "freeze for a while") == 0
        scene.quiesce()
        assert scene.problems == []
        modes = scene.rows("SELECT seq FROM audit WHERE tag = 'bot:mode:changed'")
        waiting = scene.rows("SELECT key FROM outbox WHERE state != 'sent'")
    assert len(modes) == 1
    assert waiting == []
