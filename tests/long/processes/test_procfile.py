"""The same bot as two processes on one database, as the Procfile runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from bot.language.translation import PSEUDO
from bot.plugin.loopback import GIVE_UP_SECONDS, wait_until
from tests.ports import free_port
from tests.stories.processes import ROOT, answers, outside


@pytest.mark.parametrize("by_socket", [False, True], ids=["HTTP", "Socket Mode"])
def test_the_procfiles_two_processes_are_one_bot_and_follow_the_settings(tmp_path: Path, by_socket: bool) -> None:
    """With an app token Slack delivers over the socket, and a bot that listens on HTTP would be deaf."""
    with outside(tmp_path) as scene:
        port = free_port(in_a_row=2)
        more = {"SLACK_APP_TOKEN": scene.workspace.app_token, "B24BOT_HEALTH_PORT": str(port)}
        if not by_socket:
            scene.workspace.request_url = f"http://127.0.0.1:{port}/slack/events"
            more = {"PORT": str(port)}
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        with (tmp_path / "process-honcho.log").open("w") as log:
            runner = subprocess.Popen(
                [sys.executable, "-m", "honcho", "-f", str(ROOT / "Procfile"), "-d", str(tmp_path), "start"],
                env={**scene.environment, "B24BOT_LANGUAGE": PSEUDO, "PATH": path, **more},
                cwd=tmp_path,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )
        scene.processes.append(runner)
        assert wait_until(lambda: answers(f"http://127.0.0.1:{port}/readyz")), scene.logs()
        assert answers(f"http://127.0.0.1:{port}/healthz")
        if by_socket:
            # The worker's port is the one after the intake's.
            assert wait_until(lambda: answers(f"http://127.0.0.1:{port + 1}/readyz")), scene.logs()
        typed = scene.workspace.people["Olga"].slash("/b24 connector remove myconnector")
        assert typed.transport == ("socket" if by_socket else "http")
        card = scene.workspace.wait_for(lambda: scene.workspace.find("approvals", "[*Approve "), what=scene.logs())
        assert scene.workspace.people["Anton"].click(card, "Approve").ok
        scene.workspace.wait_for(lambda: scene.workspace.find("approvals", "done and verified"), what=scene.logs())
        runner.terminate()
        assert runner.wait(timeout=GIVE_UP_SECONDS) in (0, -15, 143), scene.logs()


def read_command(name: str) -> str:
    """The line of a process of the Procfile."""
    lines = [line.partition(": ") for line in (ROOT / "Procfile").read_text().splitlines()]
    (command,) = [line for process, _, line in lines if process == name]
    return command


@pytest.mark.parametrize("name", ["web", "worker"])
def test_sigterm_to_the_shell_of_a_process_ends_b24bot(tmp_path: Path, name: str) -> None:
    """Some runners signal only the shell that they started."""
    with outside(tmp_path) as scene:
        port = free_port(in_a_row=2)
        more = {"SLACK_APP_TOKEN": scene.workspace.app_token, "B24BOT_HEALTH_PORT": str(port)}
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        with (tmp_path / f"process-{name}.log").open("w") as log:
            shell = subprocess.Popen(
                ["sh", "-c", read_command(name)],
                env={**scene.environment, "B24BOT_LANGUAGE": PSEUDO, "PATH": path, **more},
                cwd=tmp_path,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        scene.processes.append(shell)
        health = f"http://127.0.0.1:{port + (name == 'worker')}/healthz"
        try:
            assert wait_until(lambda: answers(health)), scene.logs()
            shell.terminate()
            assert shell.wait(timeout=GIVE_UP_SECONDS) == 0, scene.logs()
            assert not answers(health)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)


def test_on_a_server_each_process_has_an_empty_home_of_its_own(tmp_path: Path, database_url: str) -> None:
    """As on hosts that empty the disk at each start."""
    with outside(tmp_path, database_url) as scene:
        keys = ",".join(Path(scene.environment["B24BOT_KEY_FILE"]).read_text().split())
        port = free_port()
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        more = {"PATH": path, "PORT": str(port), "B24BOT_KEYS": keys, "B24BOT_KEY_FILE": ""}
        scene.workspace.request_url = f"http://127.0.0.1:{port}/slack/events"
        for name, number in (("web", 1), ("worker", 1), ("worker", 2)):
            home = tmp_path / f"{name}-{number}"
            with (tmp_path / f"process-{home.name}.log").open("w") as log:
                process = subprocess.Popen(
                    ["sh", "-c", read_command(name)],
                    env={**scene.environment, "B24BOT_LANGUAGE": PSEUDO, **more, "B24BOT_HOME": str(home)},
                    cwd=tmp_path,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    text=True,
                )
            scene.processes.append(process)
        assert wait_until(lambda: answers(f"http://127.0.0.1:{port}/readyz")), scene.logs()
        assert wait_until(lambda: "another replica works" in scene.logs()), scene.logs()
        assert scene.workspace.people["Olga"].slash("/b24 connector remove myconnector").ok
        card = scene.workspace.wait_for(lambda: scene.workspace.find("approvals", "[*Approve "), what=scene.logs())
        assert scene.workspace.people["Anton"].click(card, "Approve").ok
        scene.workspace.wait_for(lambda: scene.workspace.find("approvals", "done and verified"), what=scene.logs())
