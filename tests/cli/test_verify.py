"""`b24bot audit verify`: the chain holds, or the first record that does not is named."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from tests.cli.desk import Desk

DROP = "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; DROP TRIGGER audit_no_replace;"
MUTATIONS = {
    "an actor": ("UPDATE audit SET actor = 'T0001:U0009' WHERE seq = 2", 2),
    "a fact": ("UPDATE audit SET facts = replace(facts, 'viewer', 'admin') WHERE seq = 2", 2),
    "a time": ("UPDATE audit SET at = at + 1 WHERE seq = 3", 3),
    "a tag": ("UPDATE audit SET tag = 'access:grant:removed' WHERE seq = 1", 1),
    "one taken out": ("DELETE FROM audit WHERE seq = 2", 2),
    "the first taken out": ("DELETE FROM audit WHERE seq = 1", 1),
    "two exchanged": ("UPDATE audit SET seq = seq + 10 WHERE seq = 1; UPDATE audit SET seq = 1 WHERE seq = 2", 1),
}


@pytest.fixture
def written(desk: Desk) -> Desk:
    for number in range(1, 5):
        assert desk.run("access", "grant", f"T0001:U000{number}", "viewer").exit_code == 0
    return desk


def head_in(shown: str) -> str:
    """The last head as it is typed again."""
    found = re.search(r"#[0-9]+ [0-9a-f]{16}", shown)
    assert found is not None
    return found[0].replace(" ", ":")


def database(desk: Desk) -> Path:
    return next(desk.folder.rglob("b24bot.sqlite3"))


def test_an_untouched_log_holds_and_tells_its_head(written: Desk) -> None:
    shown = written.run("audit", "verify")
    assert shown.exit_code == 0
    assert "The chain holds up to #4 " in shown.stdout
    known = written.run("audit", "verify", "--head", head_in(shown.stdout))
    assert known.exit_code == 0
    assert "It agrees with the heads kept elsewhere up to #4" in known.stdout


@pytest.mark.parametrize(("change", "seq"), MUTATIONS.values(), ids=MUTATIONS)
def test_a_quiet_change_is_found_and_named(written: Desk, change: str, seq: int) -> None:
    with sqlite3.connect(database(written)) as connection:
        connection.executescript(DROP + change)
    connection.close()
    shown = written.run("audit", "verify")
    assert shown.exit_code == 1
    assert f"broken at record #{seq}:" in shown.stdout


def test_a_tail_that_was_cut_is_found_by_a_head_known_elsewhere(written: Desk) -> None:
    head = head_in(written.run("audit", "verify").stdout)
    with sqlite3.connect(database(written)) as connection:
        connection.executescript(DROP + "DELETE FROM audit WHERE seq = 4")
    connection.close()
    assert written.run("audit", "verify").exit_code == 0
    cut = written.run("audit", "verify", "--head", head)
    assert cut.exit_code == 2
    assert "was cut" in cut.stdout


@pytest.mark.parametrize("head", ["x", "#1", "1:", "1:abc", "99:0123456789abcdef", "9" * 30])
def test_a_head_that_is_none_is_not_in_the_chain(written: Desk, head: str) -> None:
    assert written.run("audit", "verify", "--head", head).exit_code == 2
