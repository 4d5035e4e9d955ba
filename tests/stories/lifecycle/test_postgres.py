"""The whole bot with its rows on a PostgreSQL server: as with a file, and no file of rows is made."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.core.change.change_request import Status
from bot.language.translation import PSEUDO
from bot.playground.environment import Playground
from bot.plugin.loopback import wait_until
from bot.store.files.backup import latest_copy
from bot.store.postgres.engine import PostgresEngine
from bot.store.store import FILE_NAME
from bot.testing.conversation import APPROVALS
from tests.cli.cli_bot import CliBot
from tests.stories.processes import Outside, outside
from tests.stories.scene import Scene


@pytest.fixture
def scene(tmp_path: Path, database_url: str) -> Iterator[Scene]:
    settings = {"B24BOT_DATABASE_URL": database_url, "B24BOT_ALLOW_ASYNC_DATABASE": "on"}
    with Playground(tmp_path, settings=settings, pace=False, known=True) as playground:
        yield Scene(playground)
    assert not (tmp_path / "home" / FILE_NAME).exists()


@pytest.fixture
def processes(tmp_path: Path, database_url: str) -> Iterator[Outside]:
    with outside(tmp_path, database_url) as made:
        yield made


def test_a_removal_is_approved_done_and_undone(scene: Scene) -> None:
    card = scene.ask_removal()
    assert scene.press("Anton", card, "Approve").ok
    scene.wait_status(Status.DONE)
    assert not scene.registered()
    scene.card_says(card, "Undo…]")
    assert scene.press("Olga", scene.workspace.message(APPROVALS, card.ts), "Undo…").ok
    back = scene.card("CR-1002")
    scene.card_says(back, "waiting for")
    scene.press("Olga", back, "Confirm")
    scene.wait_status(Status.DONE, number=1002)
    assert scene.registered()
    assert scene.playground.store.audit.broken_at() is None


def test_another_process_goes_on_with_what_the_server_has(scene: Scene) -> None:
    card = scene.ask_removal()
    scene.playground.stop_bot()
    scene.playground.start_bot()
    assert scene.press("Anton", card, "Approve").ok
    scene.wait_status(Status.DONE)
    assert scene.effects() == 1


def test_a_server_that_has_lost_the_last_commit_gets_no_call(scene: Scene) -> None:
    card = scene.ask_removal()
    engine = scene.playground.store.engine
    assert isinstance(engine, PostgresEngine)
    with psycopg.connect(engine.address.url) as server:
        # Between two units of work, as a failover that cuts the one that is open.
        server.execute(f"SELECT pg_advisory_xact_lock({engine.address.lock})".encode())
        server.execute(f"DELETE FROM {engine.address.schema}.commits".encode())
    assert wait_until(lambda: engine.find_lost_commit() is not None)
    scene.press("Anton", card, "Approve")
    scene.workspace.wait_for(lambda: scene.workspace.ephemerals("Anton"), what="the refusal")
    (told,) = map(scene.workspace.transcript, scene.workspace.ephemerals("Anton"))
    assert "no longer has the last commit of this process" in told
    assert scene.change().status is Status.PENDING
    assert scene.effects() == 0


def test_the_terminal_works_on_the_same_rows(processes: Outside) -> None:
    """What a command cannot do with a server is said, and nothing is changed."""
    terminal = CliBot(processes.folder, {**processes.environment, "B24BOT_LANGUAGE": PSEUDO})
    assert terminal.run("access", "grant", "T0123456:U0123456", "viewer").exit_code == 0
    assert "U0123456" in terminal.run("access", "list").stdout
    assert terminal.run("portal", "list").exit_code == 0
    verified = terminal.json("audit", "verify")
    assert verified["broken_at"] is None
    assert verified["seq"] > 0
    checked = {check["name"]: check for check in _doctor(terminal)}
    assert checked["database"]["ok"], checked["database"]
    assert checked["database"]["says"]["key"] == "store.postgres.serves"
    assert checked["commits"]["says"]["key"] == "check.commits.allowed"
    assert all(checked[name]["ok"] for name in ("keys", "audit-log", "allow-list", "backups")), checked


PROMISES: Mapping[str, tuple[bool, Mapping[str, str]]] = {
    "check.commits.allowed": (True, {"B24BOT_ALLOW_ASYNC_DATABASE": "on"}),
    "check.commits.witnessed": (True, {"B24BOT_ALLOW_ASYNC_DATABASE": "off", "B24BOT_WITNESS_FILE": "{witness}"}),
    "limit.async_database": (False, {"B24BOT_ALLOW_ASYNC_DATABASE": "off"}),
}
"""What doctor says of a server that may lose a commit, with these settings."""


@pytest.mark.parametrize("key", PROMISES)
def test_doctor_says_what_keeps_the_commits_of_this_server(processes: Outside, key: str) -> None:
    holds, settings = PROMISES[key]
    witness = processes.folder / "elsewhere" / "witness.jsonl"
    witness.parent.mkdir()
    more = {name: value.format(witness=witness) for name, value in settings.items()}
    terminal = CliBot(processes.folder, {**processes.environment, "B24BOT_LANGUAGE": PSEUDO, **more})
    check = {check["name"]: check for check in _doctor(terminal)}["commits"]
    assert (check["ok"], check["says"]["key"]) == (holds, key)


def test_a_backup_is_a_file_that_can_be_verified_without_the_server(processes: Outside) -> None:
    terminal = CliBot(processes.folder, {**processes.environment, "B24BOT_LANGUAGE": PSEUDO})
    made = terminal.json("backup")
    copy = latest_copy(processes.folder / "home" / "backups")
    assert str(copy) == made["path"]
    alone = CliBot(processes.folder, {**processes.environment, "B24BOT_DATABASE_URL": ""})
    verified = alone.json("audit", "verify", "--database", made["path"])
    assert (verified["seq"], verified["head"][:16]) == (made["seq"], made["head"])


def test_a_key_is_rotated_and_everything_can_still_be_read(processes: Outside) -> None:
    terminal = CliBot(processes.folder, {**processes.environment, "B24BOT_LANGUAGE": PSEUDO})
    assert terminal.run("key", "rotate").exit_code == 0
    assert [key["id"] for key in terminal.json("key", "list")] == ["k2", "k1"]
    assert terminal.json("audit", "verify")["broken_at"] is None


def test_a_host_with_a_database_file_does_not_begin_with_an_empty_server(tmp_path: Path, database_url: str) -> None:
    with outside(tmp_path) as made:
        terminal = CliBot(made.folder, {**made.environment, "B24BOT_DATABASE_URL": database_url})
        refused = terminal.run("access", "list")
        assert refused.exit_code == 78
        assert str(tmp_path / "home" / FILE_NAME) in refused.stderr
        (tmp_path / "home" / FILE_NAME).rename(tmp_path / "former")
        assert terminal.run("access", "grant", "T0123456:U0123456", "viewer").exit_code == 0


def test_an_address_that_is_none_is_refused_and_not_shown(tmp_path: Path) -> None:
    terminal = CliBot(tmp_path, {"B24BOT_DATABASE_URL": "mysql://b24bot:hunter2@db/b24bot"})
    terminal.make_key()
    refused = terminal.run("access", "list")
    assert refused.exit_code == 78
    assert "B24BOT_DATABASE_URL" in refused.stderr
    assert "hunter2" not in refused.stderr


def _doctor(terminal: CliBot) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(terminal.run("doctor", "--json").stdout)
    return found
