"""A new key comes into use, and whatever happens meanwhile, everything can be read."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.bot_errors import ConfigurationError
from bot.plugin import Refusal
from bot.store.key_rotation import KeyUse, list_key_uses, retire_key, rotate_key, write_keys
from bot.store.sealing.keyring import Keyring, load_key_file, read_keys
from bot.store.store import Store
from bot.testing.services import scratch_store
from tests.language.english import raises
from tests.store.samples import ENTRY

KEY = "keys/key"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / KEY


def fill(store: Store, secrets: int = 3) -> None:
    with store.unit_of_work() as tx:
        tx.record(ENTRY)
    for number in range(secrets):
        assert store.secrets("toy").write(f"token-{number}", {"token": f"value-{number}"}, after=0)


def secrets_of(store: Store, count: int = 3) -> list[str]:
    found = [store.secrets("toy").read(f"token-{number}") for number in range(count)]
    return [sealed.value["token"] for sealed in found if sealed]


def test_a_new_key_comes_first_and_every_secret_is_sealed_with_it(store: Store, path: Path) -> None:
    fill(store)
    former = path.read_text()
    made = rotate_key(store, path, by="local:olga")
    assert made == KeyUse(id="k2", first=True, secrets=3, records=0)
    assert path.read_text().splitlines()[1:] == former.splitlines()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["key"]
    assert list_key_uses(store, store.keys) == (
        KeyUse(id="k2", first=True, secrets=3, records=1),
        KeyUse(id="k1", first=False, secrets=0, records=1),
    )
    assert secrets_of(store) == ["value-0", "value-1", "value-2"]
    (entry,) = store.audit.find(tag=Tag.KEY_ROTATED)
    assert (entry.actor, entry.key_id) == ("local:olga", "k2")
    assert dict(entry.facts) == {"name": "k2", "before": "k1", "count": 3}
    assert store.audit.broken_at() is None


def test_a_key_file_that_root_rotates_stays_its_owners(store: Store, path: Path) -> None:
    """Whoever is not root can only rotate their own."""
    owner = 12_345 if os.geteuid() == 0 else os.geteuid()
    os.chown(path, owner, -1)
    rotate_key(store, path, by="x")
    assert path.stat().st_uid == owner
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_generations_stay_so_that_a_renewal_on_its_way_is_not_lost(store: Store, path: Path) -> None:
    fill(store, 1)
    rotate_key(store, path, by="x")
    assert store.secrets("toy").write("token-0", {"token": "renewed"}, after=1)
    assert secrets_of(store, 1) == ["renewed"]


def test_a_bot_that_runs_meanwhile_takes_the_new_key_up_by_itself(store: Store, tmp_path: Path, path: Path) -> None:
    """Another process: it opened the file before, and nobody tells it anything."""
    fill(store)
    running = scratch_store(tmp_path)
    signature = running.keys.sign("card 1")
    rotate_key(store, path, by="x")
    assert secrets_of(running) == ["value-0", "value-1", "value-2"]
    assert running.keys.primary == "k2"
    with running.unit_of_work() as tx:
        tx.record(ENTRY)
    assert running.audit.broken_at() is None
    assert running.keys.signed("card 1", signature), "a button that was posted before still counts"
    assert running.keys.sign("card 1") != signature
    assert not running.keys.signed("card 2", signature)
    running.close()


@pytest.mark.parametrize("spoilt", ["", "k9:short", None])
def test_a_key_file_that_is_spoilt_or_gone_while_it_runs_changes_nothing(
    store: Store, path: Path, spoilt: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    fill(store)
    if spoilt is None:
        path.unlink()
    else:
        path.write_text(spoilt)
    assert store.keys.primary == "k1"
    assert secrets_of(store) == ["value-0", "value-1", "value-2"]
    assert caplog.text.count("the key file has changed and is not taken up") == 1


@pytest.mark.parametrize("foreign", [{"k1": b"x" * 32}, {"k2": b"x" * 32}, {"k2": bytes(32), "k1": b"x" * 32}])
def test_the_key_file_of_another_bot_is_not_taken_up_and_told_once(
    store: Store, path: Path, foreign: dict[str, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    """A record that is chained with a foreign key would leave the log broken there, also with the right file back."""
    fill(store)
    right = path.read_bytes()
    write_keys(path, foreign)
    fill(store, 0)
    fill(store, 0)
    assert store.keys.primary == "k1"
    assert caplog.text.count("the key file has changed and is not taken up") == 1
    path.write_bytes(right)
    fill(store, 0)
    assert store.audit.broken_at() is None
    assert secrets_of(store) == ["value-0", "value-1", "value-2"]
    rotate_key(store, path, by="x")
    assert store.keys.ids == ("k2", "k1")


def test_a_line_that_is_added_by_hand_is_taken_up(store: Store, path: Path) -> None:
    fill(store)
    key = base64.b64encode(bytes(range(32))).decode()
    path.write_text(f"mine:{key}\n{path.read_text()}")
    assert store.keys.ids == ("mine", "k1")
    fill(store, 0)
    assert store.audit.broken_at() is None


def test_a_rotation_that_was_cut_short_is_brought_to_its_end_without_a_third_key(store: Store, path: Path) -> None:
    fill(store)
    write_keys(path, {"k2": b"2" * 32, **read_keys(path)})
    made = rotate_key(store, path, by="x")
    assert (made.id, made.secrets) == ("k2", 3)
    assert store.keys.ids == ("k2", "k1")


def test_keys_of_other_names_do_not_disturb_the_numbering(tmp_path: Path, path: Path) -> None:
    path.parent.mkdir()
    write_keys(path, {"first": bytes(32)})
    store = scratch_store(tmp_path)
    assert rotate_key(store, path, by="x").id == "k1"
    assert rotate_key(store, path, by="x").id == "k2"
    store.close()


def test_only_a_key_that_nothing_needs_can_be_retired(store: Store, path: Path) -> None:
    fill(store)
    rotate_key(store, path, by="x")
    for key_id, words in (
        ("k2", "is the one in use"),
        ("k1", "1 audit record can only be verified with it"),
        ("k9", "There is no key"),
    ):
        with raises(Refusal, match=words):
            retire_key(store, path, key_id)
    assert store.keys.ids == ("k2", "k1")


def test_a_key_that_secrets_need_is_not_retired_and_an_unused_one_is(store: Store, path: Path) -> None:
    assert store.secrets("toy").write("token-0", {"token": "value-0"}, after=0)
    third = load_key_file(path, home=path.parent.parent / "home")
    lines = path.read_text()
    write_keys(path, {"new": bytes(range(32)), "spare": bytes(32), **_parsed(lines)})
    assert third.ids == ("new", "spare", "k1")
    with raises(Refusal, match="“k1” has to stay: 1 stored secret can only be opened with it"):
        retire_key(store, path, "k1")
    retire_key(store, path, "spare")
    assert store.keys.ids == ("new", "k1")
    assert secrets_of(store, 1) == ["value-0"]


def _parsed(text: str) -> dict[str, bytes]:
    return {name: base64.b64decode(key) for name, _, key in (line.partition(":") for line in text.splitlines())}


def test_a_key_of_the_database_that_is_missing_from_the_file_is_named(store: Store) -> None:
    fill(store)
    with raises(ConfigurationError, match="“k1” is used in the database and missing"):
        list_key_uses(store, Keyring({"k7": bytes(32)}))


def test_a_key_file_that_cannot_be_written_is_told_and_nothing_is_sealed(store: Store, tmp_path: Path) -> None:
    fill(store)
    with raises(ConfigurationError, match="cannot be written: Not a directory"):
        write_keys(tmp_path / KEY / "key", {"k2": bytes(32)})
    assert store.audit.find(tag=Tag.KEY_ROTATED) == []
