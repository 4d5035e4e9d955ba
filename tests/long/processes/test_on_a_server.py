"""The bot as processes with their rows on a PostgreSQL server: replicas that take over, and one that is killed."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.language.translation import PSEUDO
from bot.plugin.loopback import wait_until
from bot.testing.conversation import APPROVALS
from tests.cli.cli_bot import CliBot
from tests.stories.processes import Outside, kill, outside
from tests.stories.scene import UNREGISTER

FRAGILE = "tests.stories.fragile:plugin"


@pytest.fixture
def processes(tmp_path: Path, database_url: str) -> Iterator[Outside]:
    with outside(tmp_path, database_url) as made:
        yield made


def test_a_second_replica_stands_by_and_works_when_the_first_one_is_dead(processes: Outside) -> None:
    """Each host has a folder of its own, so that no lock file keeps the other one out."""
    first = processes.serve()
    second = processes.serve(more={"B24BOT_HOME": str(processes.folder / "elsewhere")})
    terminal = CliBot(processes.folder, {**processes.environment, "B24BOT_LANGUAGE": PSEUDO})
    assert _replicas(terminal) == {first.pid: ["intake", "worker"], second.pid: ["intake", "standby"]}
    checks = json.loads(terminal.run("doctor", "--json").stdout)
    assert str(second.pid) in str({check["name"]: check for check in checks}["replicas"]["says"])
    workspace = processes.workspace
    assert workspace.people["Olga"].slash("/b24 connector remove myconnector").ok
    card = workspace.wait_for(lambda: workspace.find(APPROVALS, "[*Approve "), what="the card")
    kill(first)
    assert wait_until(lambda: _replicas(terminal) == {second.pid: ["intake", "worker"]}), processes.logs()
    assert workspace.people["Anton"].click(card, "Approve").ok
    assert wait_until(lambda: processes.requests()[0]["status"] == "done"), processes.logs()


def test_doctor_fails_where_no_replica_is_alive(processes: Outside) -> None:
    terminal = CliBot(processes.folder, {**processes.environment, "B24BOT_LANGUAGE": PSEUDO})
    kill(processes.serve())
    assert wait_until(lambda: _look(terminal, "replicas")["ok"] is False)
    assert _look(terminal, "replicas")["hint"]["key"] == "check.replicas.all_silent"


def _look(terminal: CliBot, name: str) -> dict[str, Any]:
    """What doctor says of one check."""
    found: dict[str, Any] = {check["name"]: check for check in json.loads(terminal.run("doctor", "--json").stdout)}[
        name
    ]
    return found


def test_a_replica_that_is_stopped_hands_over_at_once(processes: Outside) -> None:
    first = processes.serve()
    second = processes.serve(more={"B24BOT_HOME": str(processes.folder / "elsewhere")})
    first.terminate()
    assert first.wait(timeout=30) == 0
    terminal = CliBot(processes.folder, {**processes.environment, "B24BOT_LANGUAGE": PSEUDO})
    assert wait_until(lambda: _replicas(terminal) == {second.pid: ["intake", "worker"]}), processes.logs()


def test_replicas_that_differ_in_what_decides_change_nothing(processes: Outside) -> None:
    """A change that was asked for is refused with the name of the setting and the process that has another value."""
    processes.serve()
    elsewhere = {"B24BOT_HOME": str(processes.folder / "elsewhere")}
    second = processes.serve(more={**elsewhere, "B24BOT_QUORUM": "2"})
    terminal = CliBot(processes.folder, {**processes.environment, "B24BOT_LANGUAGE": PSEUDO})
    assert [limit["name"] for limit in terminal.json("status")["data"]["limits"]] == ["replicas"]
    workspace = processes.workspace
    assert workspace.people["Olga"].slash("/b24 connector remove myconnector").ok
    assert wait_until(lambda: any("B24BOT_QUORUM" in str(one) for one in workspace.ephemerals("Olga"))), (
        processes.logs()
    )
    (limit,) = terminal.json("status")["data"]["limits"]
    assert f"B24BOT_QUORUM on {socket.gethostname()}:{second.pid}" in limit["why"]["text"]
    assert _look(terminal, "replicas")["hint"]["key"] == "check.replicas.same_settings"
    assert processes.requests() == []
    second.terminate()
    assert second.wait(timeout=30) == 0
    processes.serve(more=elsewhere)
    assert terminal.json("status")["data"]["limits"] == []


def test_killed_between_the_call_and_its_outcome_it_tells_the_truth_after_a_restart(processes: Outside) -> None:
    more = {"B24BOT_PLUGINS": FRAGILE, "FRAGILE_AT": "after_call", "FRAGILE_ONCE": str(processes.folder / "died")}
    bot = processes.serve(more=more)
    workspace = processes.workspace
    assert workspace.people["Olga"].slash("/b24 connector remove myconnector").ok
    card = workspace.wait_for(lambda: workspace.find(APPROVALS, "[*Approve "), what="the card")
    assert workspace.people["Anton"].click(card, "Approve").ok
    assert bot.wait(timeout=20) == -9, processes.logs()
    assert processes.requests()[0]["status"] == "running"
    processes.serve(more=more)
    words = "Verified: the change is done"
    workspace.wait_for(lambda: workspace.find(APPROVALS, words), what=words)
    assert processes.requests()[0]["status"] == "done"
    calls = [call for call in processes.portal.portal.world.journal.calls if call.method == UNREGISTER and call.effect]
    assert len(calls) == 1


def _replicas(terminal: CliBot) -> dict[int, list[str]]:
    """What each process on the database does."""
    return {row["pid"]: row["roles"] for row in terminal.json("status")["data"]["replicas"]}
