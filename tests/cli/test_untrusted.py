"""A log that cannot be trusted: the terminal writes nothing on it, as the bot does, and says what helps."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.audit.chain import Place, witness_line
from bot.store.engine.database import FILE_NAME, sqlite3
from tests.cli.cli_bot import CliBot

WRITING = (
    ("access", "grant", "T0001:U0009", "viewer"),
    ("access", "revoke", "T0001:U0001"),
    ("freeze", "enough"),
    ("key", "rotate"),
    ("key", "retire", "k1"),
    ("backup",),
    ("outbox", "retry", "all"),
    ("outbox", "drop", "1"),
    ("request", "settle", "CR-1001", "done"),
    ("request", "withdraw", "CR-1001"),
    ("connector", "remove", "myconnector", "--yes"),
    ("run", "access grant T0001:U0009 viewer", "--yes"),
)
READING = (
    ("access", "list"),
    ("request", "list"),
    ("outbox", "list"),
    ("key", "list"),
    ("audit", "find"),
    ("connector", "list"),
    ("connector", "remove", "myconnector", "--dry-run"),
    ("status",),
    ("whoami",),
)


def database(cli_bot: CliBot) -> Path:
    return cli_bot.home / FILE_NAME


def change_a_record(cli_bot: CliBot) -> str:
    connection = sqlite3.connect(database(cli_bot))
    connection.executescript("DROP TRIGGER audit_no_update; UPDATE audit SET actor = 'x' WHERE seq = 2")
    connection.close()
    return "The audit log is broken at record #2"


def put_an_old_copy_back(cli_bot: CliBot) -> str:
    old = cli_bot.folder / "old.sqlite3"
    shutil.copyfile(database(cli_bot), old)
    assert cli_bot.run("access", "grant", "T0001:U0003", "viewer").exit_code == 0
    with cli_bot.store() as store:
        place = store.audit.place()
    assert isinstance(place, Place)
    line = witness_line(Tag.ACCESS_GRANTED, place, at="2026-01-01T00:00:00.000Z", key_id="k1")
    Path(cli_bot.settings["B24BOT_WITNESS_FILE"]).write_text(f"{line}\n")
    Path(cli_bot.settings["B24BOT_WITNESS_FILE"]).chmod(0o600)
    shutil.copyfile(old, database(cli_bot))
    return f"and the witness file has seen #{place.seq}"


@pytest.fixture(params=[change_a_record, put_an_old_copy_back])
def untrusted(connected_cli_bot: CliBot, request: pytest.FixtureRequest) -> tuple[CliBot, str]:
    """A bot whose log was changed, or is an old one, and what is said of it."""
    for person in ("T0001:U0001", "T0001:U0002"):
        assert connected_cli_bot.run("access", "grant", person, "admin").exit_code == 0
    spoil: Callable[[CliBot], str] = request.param
    return connected_cli_bot, spoil(connected_cli_bot)


def test_nothing_is_written_and_the_reason_is_told_with_what_helps(untrusted: tuple[CliBot, str]) -> None:
    cli_bot, why = untrusted
    tags, key = cli_bot.tags(), cli_bot.key_file.read_bytes()
    for words in WRITING:
        result = cli_bot.run(*words)
        assert result.exit_code == 78, (words, result.output)
        assert why in result.stderr, words
        assert "b24bot audit verify" in result.stderr
        assert "b24bot restore" in result.stderr
    assert cli_bot.tags() == tags
    assert cli_bot.key_file.read_bytes() == key
    assert not (cli_bot.home / "backups").exists()


def test_what_only_reads_goes_on_and_leaves_no_record(untrusted: tuple[CliBot, str]) -> None:
    cli_bot, _ = untrusted
    tags = cli_bot.tags()
    for words in READING:
        result = cli_bot.run(*words)
        assert result.exit_code == 0, (words, result.output)
    assert cli_bot.tags() == tags


def test_the_status_says_that_the_bot_only_reads_and_why(untrusted: tuple[CliBot, str]) -> None:
    cli_bot, why = untrusted
    told = cli_bot.json("status")["data"]
    assert told["mode"] == "read-only"
    assert any(why in limit["why"]["text"] for limit in told["limits"])
    shown = cli_bot.run("status").stdout
    assert "read-only: " in shown
    assert "Reason" in shown


def test_the_first_admins_are_not_written_on_it_either(untrusted: tuple[CliBot, str]) -> None:
    cli_bot, _ = untrusted
    tags = cli_bot.tags()
    assert cli_bot.run("status", B24BOT_ADMINS="T0001:U0007").exit_code == 0
    assert cli_bot.tags() == tags


def test_a_restore_mends_it_and_the_terminal_writes_again(connected_cli_bot: CliBot) -> None:
    assert connected_cli_bot.run("access", "grant", "T0001:U0001", "admin").exit_code == 0
    assert connected_cli_bot.run("access", "grant", "T0001:U0002", "admin").exit_code == 0
    copy = connected_cli_bot.run("backup").stdout.partition(": up to")[0]
    change_a_record(connected_cli_bot)
    assert connected_cli_bot.run("access", "revoke", "T0001:U0002").exit_code == 78
    restored = connected_cli_bot.run("restore", copy)
    assert restored.exit_code == 0, restored.output
    assert connected_cli_bot.run("access", "revoke", "T0001:U0002").exit_code == 0


def test_a_witness_that_cannot_be_read_keeps_nobody_from_the_allow_list(connected_cli_bot: CliBot) -> None:
    witness = Path(connected_cli_bot.settings["B24BOT_WITNESS_FILE"])
    connected_cli_bot.settings["B24BOT_WITNESS_FILE"] = str(witness.parent / "key" / "witness.jsonl")
    assert connected_cli_bot.run("access", "grant", "T0001:U0001", "admin").exit_code == 0


def test_the_status_of_no_database_makes_none(fresh_cli_bot: CliBot) -> None:
    result = fresh_cli_bot.run("status")
    assert result.exit_code == 78
    assert f"There is no database in {fresh_cli_bot.home}" in result.stderr
    assert not database(fresh_cli_bot).exists()


def test_the_status_of_a_damaged_database_is_that_it_is_damaged(connected_cli_bot: CliBot) -> None:
    for number in range(1, 5):
        assert connected_cli_bot.run("access", "grant", f"T0001:U000{number}", "viewer").exit_code == 0
    content = bytearray(database(connected_cli_bot).read_bytes())
    connection = sqlite3.connect(database(connected_cli_bot))
    (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'grants'").fetchone()
    connection.close()
    content[(root - 1) * 4096 : root * 4096] = b"\xff" * 4096
    database(connected_cli_bot).write_bytes(content)
    result = connected_cli_bot.run("status")
    assert result.exit_code == 78, result.output
    assert "is damaged" in result.stderr
    assert database(connected_cli_bot).read_bytes() == bytes(content)
