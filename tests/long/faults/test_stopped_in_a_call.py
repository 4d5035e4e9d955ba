"""Told to stop while a portal does not reply: the process ends, and the next one finds out what became of the call."""

from __future__ import annotations

import signal
from pathlib import Path

from bot.plugin.loopback import wait_until
from tests.long.processes.test_kill import approve, ask, effects, ended, fragile, registered, status
from tests.stories.fragile import HANGING
from tests.stories.processes import outside

LEFT_BUSY = "stopped while these were still busy"
MOST_SECONDS = 120
"""Only so that a process that never ends fails this test."""


def test_a_call_without_a_reply_keeps_nobody_from_stopping_and_is_made_once(tmp_path: Path) -> None:
    with outside(tmp_path) as scene:
        more = fragile(scene, HANGING)
        bot = scene.serve(more=more)
        ask(scene)
        approve(scene)
        assert wait_until(lambda: (scene.folder / "died").exists()), scene.logs()
        bot.send_signal(signal.SIGTERM)
        assert bot.wait(timeout=MOST_SECONDS) == 0, scene.logs()
        assert LEFT_BUSY in scene.logs()
        assert status(scene)["status"] == "running"
        scene.serve(more=more)
        assert ended(scene, "Verified: the change is done")["status"] == "done"
        assert effects(scene) == 1
        assert not registered(scene)
