"""Commands for a whole database while a replica works with it: they are refused with its name, and nothing changes."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.language.translation import PSEUDO
from bot.store.sealing.keyring import Keyring, read_key_text
from bot.store.store import open_store
from tests.cli.cli_bot import CliBot
from tests.stories.processes import Outside, outside

FIRST = "k1:" + base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def processes(tmp_path: Path, database_url: str) -> Iterator[Outside]:
    with outside(tmp_path, database_url) as made:
        yield made


def make_terminal(processes: Outside, **more: str) -> CliBot:
    """Another host, on which no bot runs."""
    elsewhere = processes.folder / "terminal"
    elsewhere.mkdir(exist_ok=True)
    settings = {**processes.environment, "B24BOT_LANGUAGE": PSEUDO, "B24BOT_HOME": str(elsewhere / "home"), **more}
    return CliBot(elsewhere, settings)


def make_sealed_terminal(processes: Outside) -> tuple[CliBot, dict[str, str]]:
    """A host whose keys are in its settings, with something sealed, and the settings of a bot beside it."""
    given = {"B24BOT_KEY_FILE": "", "B24BOT_KEYS": FIRST}
    terminal = make_terminal(processes, **given, B24BOT_DATABASE_URL=f"{processes.database_url}_given")
    _seal(terminal)
    return terminal, {**given, "B24BOT_DATABASE_URL": terminal.settings["B24BOT_DATABASE_URL"]}


def refusal_of(terminal: CliBot, *words: str) -> dict[str, Any]:
    """The sentence of a refusal."""
    refused = terminal.run(*words, "--json")
    assert refused.exit_code == 4, refused.output
    sentence: dict[str, Any] = json.loads(refused.stderr or refused.stdout)["error"]
    return sentence


def test_nobody_moves_replaces_or_seals_anew_what_a_replica_works_with(processes: Outside) -> None:
    bot = processes.serve()
    terminal = make_terminal(processes)
    copy = terminal.json("backup")["path"]
    named = [f"{socket.gethostname()}:{bot.pid}"]
    target = str(terminal.folder / "target.sqlite3")
    for words in (("restore", copy), ("database", "copy", "server", target), ("key", "rotate")):
        told = refusal_of(terminal, *words)
        assert (told["key"], told["arguments"]["replicas"]) == ("store.replicas.live", named)
    assert not Path(target).exists()
    assert [key["id"] for key in terminal.json("key", "list")] == ["k1"]
    bot.terminate()
    assert bot.wait(timeout=30) == 0
    assert terminal.run("database", "copy", "server", target).exit_code == 0
    assert terminal.run("restore", copy, "--behind").exit_code == 0
    assert terminal.run("key", "rotate").exit_code == 0
    assert terminal.json("audit", "verify")["broken_at"] is None


def test_a_new_key_is_used_once_every_replica_has_it(processes: Outside) -> None:
    terminal, serve = make_sealed_terminal(processes)
    bot = processes.serve(more=serve)
    contents = terminal.json("key", "rotate")["contents"]
    terminal.settings["B24BOT_KEYS"] = contents
    told = refusal_of(terminal, "key", "rotate")
    assert told["key"] == "store.replicas.without_key"
    assert told["arguments"] == {"key": "k2", "replicas": [f"{socket.gethostname()}:{bot.pid}"]}
    bot.terminate()
    assert bot.wait(timeout=30) == 0
    processes.serve(more={**serve, "B24BOT_KEYS": contents})
    assert terminal.json("key", "rotate")["id"] == "k2"
    assert terminal.json("audit", "verify")["broken_at"] is None


def test_a_host_without_the_new_key_restarts_in_the_middle_of_a_rotation(processes: Outside) -> None:
    terminal, serve = make_sealed_terminal(processes)
    former = processes.serve(more=serve)
    contents = terminal.json("key", "rotate")["contents"]
    terminal.settings["B24BOT_KEYS"] = contents
    processes.serve(more={**serve, "B24BOT_KEYS": contents, "B24BOT_HOME": str(processes.folder / "other")})
    assert terminal.run("access", "grant", "T0001:U0005", "operator").exit_code == 0
    assert _find_in_use(terminal) == ["k1"]
    former.kill()
    former.wait()
    former = processes.serve(more=serve)
    assert refusal_of(terminal, "key", "rotate")["arguments"]["key"] == "k2"
    former.terminate()
    assert former.wait(timeout=30) == 0
    processes.serve(more={**serve, "B24BOT_KEYS": contents})
    assert terminal.json("key", "rotate")["id"] == "k2"
    assert _find_in_use(terminal) == ["k2"]
    assert terminal.json("audit", "verify")["broken_at"] is None


def _find_in_use(terminal: CliBot) -> list[str]:
    return [key["id"] for key in terminal.json("key", "list") if key["first"]]


def _seal(terminal: CliBot) -> None:
    """Store a secret under the first key."""
    keys = Keyring(read_key_text(FIRST))
    with closing(open_store(terminal.home, keys, SystemClock(), url=terminal.settings["B24BOT_DATABASE_URL"])) as store:
        assert store.secrets("toy").write("token", {"token": "xyzzy"}, after=0)
