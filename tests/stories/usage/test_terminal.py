"""What is asked for in the terminal takes the same way: shown, confirmed, done, verified, recorded."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.plugin.loopback import wait_until
from tests.stories.processes import Outside, outside


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Outside]:
    with outside(tmp_path) as made:
        yield made


def b24bot(scene: Outside, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        env=scene.environment,
        cwd=scene.folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_a_change_confirmed_in_the_terminal_is_carried_out_by_the_running_bot(scene: Outside) -> None:
    scene.serve()
    words = ("connector", "register", "shop", "--name", "Shop", "--handler", "https://shop.example/handler")
    assert b24bot(scene, *words).returncode == 4, "without a word of confirmation nothing is asked for"
    done = b24bot(scene, *words, "--yes")
    assert done.returncode == 0, done.stderr
    assert "CR-1001" in done.stdout
    assert "is confirmed" in done.stdout
    assert wait_until(lambda: "shop" in {row.id for row in scene.portal.portal.state.connectors.rows()})
    assert wait_until(lambda: scene.requests()[0]["status"] == "done"), scene.logs()
    card = scene.workspace.wait_for(lambda: scene.workspace.find("approvals", "done and verified"), what="the card")
    assert "Shop" in scene.workspace.transcript(card)
