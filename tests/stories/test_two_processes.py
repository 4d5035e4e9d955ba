"""The same bot as two processes on one database, as the Procfile runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bot.plugin.loopback import wait_until
from tests.stories.processes import ROOT, answers, free_port, outside


def test_the_procfiles_two_processes_are_one_bot(tmp_path: Path) -> None:
    with outside(tmp_path) as scene:
        port = free_port()
        scene.workspace.request_url = f"http://127.0.0.1:{port}/slack/events"
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        with (tmp_path / "process-honcho.log").open("w") as log:
            runner = subprocess.Popen(
                [sys.executable, "-m", "honcho", "-f", str(ROOT / "Procfile"), "-d", str(tmp_path), "start"],
                env={**scene.environment, "PATH": path, "PORT": str(port)},
                cwd=tmp_path,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )
        scene.processes.append(runner)
        assert wait_until(lambda: answers(f"http://127.0.0.1:{port}/readyz"), within=20), scene.logs()
        assert answers(f"http://127.0.0.1:{port}/healthz")
        scene.workspace.people["Olga"].slash("/b24 connector remove myconnector")
        card = scene.workspace.wait_for(lambda: scene.workspace.find("approvals", "[*Approve]"), 15, scene.logs())
        assert scene.workspace.people["Anton"].click(card, "Approve").ok
        scene.workspace.wait_for(lambda: scene.workspace.find("approvals", "done and verified"), 15, scene.logs())
        runner.terminate()
        assert runner.wait(timeout=20) in (0, -15, 143), scene.logs()
