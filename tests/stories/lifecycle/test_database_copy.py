"""`b24bot database copy`, and `restore` on a server: the same rows and the same head, or nothing."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.core.messages.notices import CardNotice
from bot.plugin import PluginError
from bot.store.disk.process_lock import INTAKE, WORKER, ProcessLocks
from bot.store.engine.database import FILE_NAME, Database
from bot.store.files.whole_copy import RowCounts, assert_equal
from bot.store.location import FileLocation, Location, locate
from bot.store.postgres.file_load import bot_tables
from tests.cli.cli_bot import CliBot
from tests.store.samples import opened

GRANTS = [f"T0001:U000{number}" for number in range(1, 6)]


@pytest.fixture
def filled(tmp_path: Path) -> CliBot:
    """A bot with rows in a file, and a server that is only named to commands that get `B24BOT_DATABASE_URL`."""
    cli_bot = CliBot(tmp_path)
    cli_bot.make_key()
    with cli_bot.store() as store:
        change = opened(store)
        with store.unit_of_work() as tx:
            tx.facts.put("quotes", "'\"\\\t\n$1 %s ?")
            tx.records("toy").put("record", "тест", {"name": "тест"})
            tx.outbox.put("card:1", _card(change.number), at=1)
    for person in GRANTS:
        assert cli_bot.run("access", "grant", person, "viewer").exit_code == 0
    return cli_bot


def _card(number: int) -> CardNotice:
    return CardNotice(number=number)


def all_rows(location: Location) -> dict[str, list[tuple[Any, ...]]]:
    with closing(location.open(read_only=True).engine) as engine:
        found = {}
        for table in bot_tables():
            spelled = engine.dialect.spell(" ".join(("SELECT * FROM", table, "ORDER BY {row_id}")))
            found[table] = [tuple(sorted(row.items())) for row in engine.rows(spelled)]
    return found


def test_there_and_back_every_row_and_the_head_are_the_same(filled: CliBot, database_url: str) -> None:
    back = filled.folder / "back.sqlite3"
    before = filled.json("audit", "verify")
    server = {"B24BOT_DATABASE_URL": database_url}
    there = filled.run("database", "copy", str(filled.home / FILE_NAME), "server", **server)
    assert there.exit_code == 0, there.output
    on_server = CliBot(filled.folder, {**filled.settings, **server})
    verified = on_server.json("audit", "verify")
    assert (verified["seq"], verified["head"]) == (before["seq"], before["head"])
    assert filled.run("database", "copy", "server", str(back), **server).exit_code == 0
    assert filled.json("audit", "verify", "--database", str(back))["head"] == before["head"]
    rows = all_rows(FileLocation(filled.home))
    assert rows["grants"]
    assert rows["changes"]
    assert all_rows(FileLocation(back.parent, back.name)) == rows
    assert all_rows(locate(filled.home, database_url)) == rows


def test_the_bot_goes_on_behind_what_was_copied(filled: CliBot, database_url: str) -> None:
    server = {"B24BOT_DATABASE_URL": database_url}
    before = filled.json("audit", "verify")["seq"]
    assert filled.run("database", "copy", str(filled.home / FILE_NAME), "server", **server).exit_code == 0
    assert filled.run("access", "grant", "T0001:U0009", "viewer", **server).exit_code == 0
    on_server = CliBot(filled.folder, {**filled.settings, **server})
    assert on_server.json("audit", "verify")["seq"] == before + 1
    assert on_server.json("audit", "verify")["broken_at"] is None


def test_a_place_with_a_database_is_left_as_it_is(filled: CliBot, database_url: str) -> None:
    server = {"B24BOT_DATABASE_URL": database_url}
    words = ("database", "copy", str(filled.home / FILE_NAME), "server")
    assert filled.run(*words, **server).exit_code == 0
    refused = filled.run(*words, **server)
    assert refused.exit_code == 4
    assert "already" in refused.stderr


@pytest.mark.parametrize("role", [INTAKE, WORKER])
def test_a_database_in_use_is_not_copied(filled: CliBot, database_url: str, role: str) -> None:
    locks = ProcessLocks(filled.home, [role])
    try:
        refused = filled.run(
            "database", "copy", str(filled.home / FILE_NAME), "server", B24BOT_DATABASE_URL=database_url
        )
    finally:
        locks.leave()
    assert refused.exit_code == 4
    assert locate(filled.home, database_url).empty
    # The schema has to have been used: it is filled now that nobody works on the file.
    copied = filled.run("database", "copy", str(filled.home / FILE_NAME), "server", B24BOT_DATABASE_URL=database_url)
    assert copied.exit_code == 0, copied.output


def test_a_file_elsewhere_that_a_bot_works_on_is_not_copied(filled: CliBot, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / FILE_NAME).write_bytes((filled.home / FILE_NAME).read_bytes())
    locks = ProcessLocks(other, [WORKER])
    try:
        refused = filled.run("database", "copy", str(other / FILE_NAME), str(tmp_path / "target"))
    finally:
        locks.leave()
    assert refused.exit_code == 4
    assert not (tmp_path / "target").exists()


def test_a_password_is_no_word_of_the_command(filled: CliBot) -> None:
    refused = filled.run("database", "copy", "postgresql://b24bot:hunter2@db/b24bot", "target.sqlite3")
    assert refused.exit_code == 2
    assert "hunter2" not in refused.output


class Restless(Database):
    """A file that somebody writes to after most of it was copied."""

    def tuples(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        if sql.startswith("SELECT rowid") and "FROM tallies" in sql:
            with closing(Database(self.path)) as other, other.unit_of_work():
                other.execute("INSERT OR IGNORE INTO facts (name, value) VALUES ('written meanwhile', '')")
        return super().tuples(sql, *values)


def test_a_copy_that_differs_in_the_end_is_told_and_nothing_is_left_of_it(filled: CliBot, database_url: str) -> None:
    location = locate(filled.home, database_url)
    with closing(Restless(filled.home / FILE_NAME)) as source, pytest.raises(PluginError, match=r"other_rows"):
        location.receive(source)
    assert location.empty
    with closing(Database(filled.home / FILE_NAME)) as source:
        assert location.receive(source).rows["facts"] > 0


@pytest.mark.parametrize(
    "other",
    [
        RowCounts(seq=2, head="ab", rows={"grants": 1}),
        RowCounts(seq=1, head="cd", rows={"grants": 1}),
        RowCounts(seq=1, head="ab", rows={"grants": 2}),
    ],
)
def test_another_head_or_number_of_rows_is_told_with_exit_code_1(other: RowCounts) -> None:
    with pytest.raises(PluginError):
        assert_equal(RowCounts(seq=1, head="ab", rows={"grants": 1}), other)


def test_a_backup_is_restored_into_a_schema_that_takes_the_place_of_the_former(
    filled: CliBot, database_url: str
) -> None:
    server = {"B24BOT_DATABASE_URL": database_url}
    on_server = CliBot(filled.folder, {**filled.settings, **server})
    assert filled.run("database", "copy", str(filled.home / FILE_NAME), "server", **server).exit_code == 0
    made = on_server.json("backup")["path"]
    assert on_server.run("access", "grant", "T0001:U0009", "viewer").exit_code == 0
    refused = on_server.run("restore", made)
    assert refused.exit_code == 4, refused.output
    assert "U0009" in on_server.run("access", "list").stdout
    restored = on_server.run("restore", made, "--behind", "--json")
    assert restored.exit_code == 0, restored.output
    assert "U0009" not in on_server.run("access", "list").stdout
    assert "U0005" in on_server.run("access", "list").stdout
    assert on_server.json("audit", "verify")["broken_at"] is None
    assert "_replaced_" in restored.stdout
