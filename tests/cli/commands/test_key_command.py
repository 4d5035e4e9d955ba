"""`b24bot key`: a new key comes into use, and no key goes that something needs."""

from __future__ import annotations

from bot.core.audit.audit_record import Tag
from bot.store.disk.process_lock import KEYS, ProcessLocks
from tests.cli.cli_bot import CliBot


def seal(cli_bot: CliBot) -> None:
    with cli_bot.store() as store:
        assert store.secrets("toy").write("token", {"token": "xyzzy"}, after=0)


def test_a_key_is_brought_into_use_and_what_needs_which_is_shown(cli_bot: CliBot) -> None:
    seal(cli_bot)
    assert cli_bot.run("access", "grant", "T0001:U0001", "admin").exit_code == 0
    former = cli_bot.key_file.read_text()
    shown = cli_bot.run("key", "rotate")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("The key “k2” is in use now. 1 secret was encrypted with it.\n")
    assert cli_bot.json("key", "list") == [
        {"id": "k2", "first": True, "secrets": 1, "records": 1, "archives": 0},
        {"id": "k1", "first": False, "secrets": 0, "records": 1, "archives": 0},
    ]
    table = cli_bot.run("key", "list").stdout
    assert "new data is written with it" in table
    assert "needed to verify the audit log" in table
    for line in cli_bot.key_file.read_text().splitlines():
        assert line.partition(":")[2] not in table + shown.output, "no key is ever shown"
    assert cli_bot.key_file.read_text().endswith(former)
    assert cli_bot.tags()[-1] == Tag.KEY_ROTATED
    assert cli_bot.run("audit", "verify").exit_code == 0


def test_a_key_that_something_needs_stays(cli_bot: CliBot) -> None:
    cli_bot.run("key", "rotate")
    cli_bot.run("key", "rotate")
    for key_id, words in {"k3": "the one in use", "k2": "1 audit record", "k7": "no key “k7”"}.items():
        shown = cli_bot.run("key", "retire", key_id)
        assert (shown.exit_code, words in shown.stderr) == (4, True), shown.output
    shown = cli_bot.run("key", "retire", "k1")
    assert shown.exit_code == 0
    assert [one["id"] for one in cli_bot.json("key", "list")] == ["k3", "k2"]


def test_what_an_unused_key_is_good_for_is_said(cli_bot: CliBot) -> None:
    cli_bot.run("key", "rotate")
    assert "not needed; to remove it: b24bot key retire k1" in cli_bot.run("key", "list").stdout
    cli_bot.key_file.write_text("\n".join(reversed(cli_bot.key_file.read_text().splitlines())) + "\n")
    seal(cli_bot)
    cli_bot.key_file.write_text("\n".join(reversed(cli_bot.key_file.read_text().splitlines())) + "\n")
    assert "needed to open secrets" in cli_bot.run("key", "list").stdout


def test_two_do_not_change_keys_at_once(cli_bot: CliBot) -> None:
    with cli_bot.store():
        locks = ProcessLocks(cli_bot.home, [KEYS])
    before = cli_bot.key_file.read_text()
    try:
        assert cli_bot.run("key", "rotate").exit_code == 4
    finally:
        locks.leave()
    assert cli_bot.key_file.read_text() == before


def test_a_lost_key_is_said_to_be_lost_and_not_made_anew(cli_bot: CliBot) -> None:
    cli_bot.run("access", "grant", "T0001:U0001", "admin")
    cli_bot.key_file.unlink()
    shown = cli_bot.run("serve", SLACK_BOT_TOKEN="x", SLACK_APP_TOKEN="x")
    assert shown.exit_code == 78
    assert "There is no key file at" in shown.stderr
    assert "docs/how-to/rotate-keys.md" in shown.stderr
    assert cli_bot.run("init", "--yes").exit_code == 78
    assert not cli_bot.key_file.exists()


def test_a_rotation_can_be_read_by_a_program(cli_bot: CliBot) -> None:
    seal(cli_bot)
    assert cli_bot.json("key", "rotate") == {"id": "k2", "secrets": 1, "contents": ""}
