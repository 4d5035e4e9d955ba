"""Keys in a setting: everything works without a key file, and a change of the keys prints the new value."""

from __future__ import annotations

import base64
from contextlib import closing

import pytest

from bot.clock import SystemClock
from bot.core.audit.audit_record import Entry, Tag
from bot.store.disk.process_lock import WORKER, ProcessLocks
from bot.store.key_rotation import list_key_uses
from bot.store.repositories.replication.live_replicas import KEYS
from bot.store.repositories.replication.replicas import NewReplica
from bot.store.sealing.keyring import Keyring, read_key_text
from bot.store.store import open_store
from tests.cli.cli_bot import CliBot

FIRST = "k1:" + base64.b64encode(bytes(range(32))).decode()
BAD = "k1:hunter2hunter2"


@pytest.fixture
def keyless(cli_bot: CliBot) -> CliBot:
    """A bot whose keys are set, and that has no key file."""
    cli_bot.key_file.unlink()
    cli_bot.settings |= {"B24BOT_KEY_FILE": "", "B24BOT_KEYS": FIRST}
    return cli_bot


def seal(bot: CliBot) -> None:
    """Store a secret under the keys of the setting."""
    with closing(open_store(bot.home, Keyring(read_key_text(FIRST)), SystemClock())) as store:
        assert store.secrets("toy").write("token", {"token": "xyzzy"}, after=0)


def test_no_key_file_is_needed_or_made(keyless: CliBot) -> None:
    assert keyless.run("init", "--yes").exit_code == 0
    assert keyless.run("access", "grant", "T0001:U0001", "admin").exit_code == 0
    assert keyless.run("audit", "verify").exit_code == 0
    assert "B24BOT_KEYS has 1 key." in keyless.run("doctor").stdout
    assert not keyless.key_file.exists()
    assert not (keyless.folder / ".config").exists()


def test_both_a_setting_and_a_file_are_refused(keyless: CliBot) -> None:
    refused = keyless.run("access", "list", B24BOT_KEY_FILE=str(keyless.key_file))
    assert refused.exit_code == 78
    assert "B24BOT_KEYS and B24BOT_KEY_FILE are both set." in refused.stderr


def test_a_value_that_is_none_is_refused_and_not_shown(keyless: CliBot) -> None:
    refused = keyless.run("access", "list", B24BOT_KEYS=f"{FIRST},{BAD}")
    assert refused.exit_code == 78
    assert "Key number 2 in B24BOT_KEYS" in refused.stderr
    assert "hunter2" not in refused.output


def test_a_rotation_prints_the_new_value_and_with_it_encrypts_anew(keyless: CliBot) -> None:
    assert keyless.run("access", "grant", "T0001:U0001", "admin").exit_code == 0
    seal(keyless)
    made = keyless.json("key", "rotate")
    fresh, former = made["contents"].split(",")
    assert (made["id"], made["secrets"], former) == ("k2", 0, FIRST)
    assert fresh.startswith("k2:")
    assert [key["id"] for key in keyless.json("key", "list")] == ["k1"], "nothing has changed yet"
    keyless.settings["B24BOT_KEYS"] = made["contents"]
    assert keyless.json("key", "rotate") == {"id": "k2", "secrets": 1, "contents": ""}
    assert [(key["id"], key["secrets"]) for key in keyless.json("key", "list")] == [("k2", 1), ("k1", 0)]
    assert keyless.run("audit", "verify").exit_code == 0


def test_a_key_that_a_running_bot_does_not_have_encrypts_nothing(keyless: CliBot) -> None:
    """It has the keys that were set when it was started. The row of one that has ended keeps nobody from anything."""
    assert keyless.run("access", "grant", "T0001:U0001", "admin").exit_code == 0
    seal(keyless)
    running = NewReplica(owner="one", roles=(WORKER,), host="host", pid=7, version="1", settings={KEYS: "k1"})
    with (
        closing(open_store(keyless.home, Keyring(read_key_text(FIRST)), SystemClock())) as store,
        store.unit_of_work() as tx,
    ):
        tx.replicas.register(running)
    keyless.settings["B24BOT_KEYS"] = keyless.json("key", "rotate")["contents"]
    locks = ProcessLocks(keyless.home, [WORKER])
    refused = keyless.run("key", "rotate")
    assert refused.exit_code == 4
    assert "These replicas have not reported the key k2: host:7. No secret was encrypted anew." in refused.stderr
    locks.leave()
    assert keyless.json("key", "rotate")["secrets"] == 1


def test_a_key_that_nothing_needs_is_left_out_of_the_printed_value(keyless: CliBot) -> None:
    contents = keyless.json("key", "rotate")["contents"]
    keyless.settings["B24BOT_KEYS"] = contents
    shown = keyless.run("key", "retire", "k1")
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.splitlines()[-1] == contents.split(",")[0]


def test_the_former_key_is_in_use_until_the_rotation_is_recorded(keyless: CliBot) -> None:
    """Another host without the new key goes on meanwhile, and can be restarted."""
    assert keyless.run("access", "grant", "T0001:U0001", "admin").exit_code == 0
    keyless.settings["B24BOT_KEYS"] = keyless.json("key", "rotate")["contents"]
    assert keyless.run("access", "grant", "T0001:U0002", "operator").exit_code == 0
    assert find_in_use(keyless) == ["k1"]
    assert keyless.run("access", "grant", "T0001:U0003", "operator", B24BOT_KEYS=FIRST).exit_code == 0
    assert keyless.run("doctor", B24BOT_KEYS=FIRST).exit_code == keyless.run("doctor").exit_code
    assert keyless.json("key", "rotate") == {"id": "k2", "secrets": 0, "contents": ""}
    assert find_in_use(keyless) == ["k2"]
    assert keyless.run("access", "list", B24BOT_KEYS=FIRST).exit_code == 78
    assert keyless.run("audit", "verify").exit_code == 0


def find_in_use(bot: CliBot) -> list[str]:
    return [key["id"] for key in bot.json("key", "list") if key["first"]]


def test_a_process_takes_up_the_rotation_of_another_one(keyless: CliBot) -> None:
    """What it writes next has to be readable without the former key."""
    assert keyless.run("access", "grant", "T0001:U0001", "admin").exit_code == 0
    keyless.settings["B24BOT_KEYS"] = keyless.json("key", "rotate")["contents"]
    keys = Keyring(read_key_text(keyless.settings["B24BOT_KEYS"]), given=True)
    with closing(open_store(keyless.home, keys, SystemClock())) as store:
        assert store.secrets("toy").write("token", {"token": "xyzzy"}, after=0)
        assert [(key.id, key.secrets) for key in list_key_uses(store, keys)] == [("k2", 0), ("k1", 1)]
        assert keyless.json("key", "rotate")["secrets"] == 1
        assert store.secrets("toy").write("token", {"token": "plugh"}, after=1)
        assert [(key.id, key.secrets) for key in list_key_uses(store, keys)] == [("k2", 1), ("k1", 0)]


def test_a_record_after_the_rotation_of_another_process_is_signed_with_the_new_key(keyless: CliBot) -> None:
    assert keyless.run("access", "grant", "T0001:U0001", "admin").exit_code == 0
    keyless.settings["B24BOT_KEYS"] = keyless.json("key", "rotate")["contents"]
    keys = Keyring(read_key_text(keyless.settings["B24BOT_KEYS"]), given=True)
    with closing(open_store(keyless.home, keys, SystemClock())) as store:
        for used in ("k1", "k2"):
            with store.unit_of_work() as tx:
                number = tx.record(Entry(tag=Tag.FROZEN, actor="host:root", subject="bot"))
            record = store.audit.get(number)
            assert record is not None
            assert record.key_id == used
            if used == "k1":
                assert keyless.json("key", "rotate")["id"] == "k2"
