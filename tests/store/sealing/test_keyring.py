"""The key file: what is refused, and what its keys are good for."""

from __future__ import annotations

import base64
import os
import stat
import sys
from hashlib import sha256
from pathlib import Path
from types import FrameType

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.core.bot_errors import ConfigurationError
from bot.store.sealing.keyring import BOX, MOST_SALTS, NONCE_BYTES, SALT_BYTES, Keyring, create_key_file, load_key_file
from tests.language.english import en, raises

GOOD = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "key"


def write(path: Path, content: str | bytes, mode: int = 0o600) -> None:
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)


def test_a_key_file_is_made_once_and_for_its_owner_only(path: Path, home: Path) -> None:
    assert create_key_file(path)
    first = path.read_bytes()
    assert not create_key_file(path)
    assert path.read_bytes() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert load_key_file(path, home=home).primary == "k1"


def test_a_key_file_and_its_name_are_on_the_disk_before_anything_is_sealed_with_it(path: Path) -> None:
    synced: list[str] = []

    def seen(_frame: FrameType, event: str, called: object) -> None:
        if event == "c_call" and called is os.fsync:
            synced.append("fsync")

    sys.setprofile(seen)
    try:
        create_key_file(path)
    finally:
        sys.setprofile(None)
    assert synced == ["fsync", "fsync"]


def test_two_key_files_have_two_keys(path: Path, tmp_path: Path) -> None:
    create_key_file(path)
    create_key_file(tmp_path / "other")
    assert path.read_bytes() != (tmp_path / "other").read_bytes()


def test_a_missing_key_file_is_said_to_be_missing_and_how_to_make_one(path: Path, home: Path) -> None:
    with raises(ConfigurationError, match="no key file at") as refused:
        load_key_file(path, home=home)
    assert en(refused.value.hint) == "Run: b24bot init"


def test_a_folder_is_no_key_file(tmp_path: Path, home: Path) -> None:
    with raises(ConfigurationError, match="is a folder, not a key file"):
        load_key_file(tmp_path, home=home)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o777])
def test_a_key_file_that_others_can_touch_is_refused(path: Path, home: Path, mode: int) -> None:
    write(path, f"k1:{GOOD}\n", mode)
    with raises(ConfigurationError, match="Others can read the key file") as refused:
        load_key_file(path, home=home)
    assert en(refused.value.hint) == f"Run: chmod 600 {path}"


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_key_file_that_only_its_owner_can_touch_is_taken(path: Path, home: Path, mode: int) -> None:
    write(path, f"k1:{GOOD}\n", mode)
    assert load_key_file(path, home=home).primary == "k1"


@pytest.mark.parametrize("inside", ["key", "deep/er/key"])
def test_a_key_file_in_the_tree_of_the_database_is_refused(home: Path, inside: str) -> None:
    write(home / inside, f"k1:{GOOD}\n")
    with raises(ConfigurationError, match="same tree as the database"):
        load_key_file(home / inside, home=home)


def test_a_link_out_of_another_tree_does_not_hide_where_the_key_lies(home: Path, path: Path) -> None:
    write(home / "key", f"k1:{GOOD}\n")
    path.parent.mkdir()
    path.symlink_to(home / "key")
    with raises(ConfigurationError, match="same tree as the database"):
        load_key_file(path, home=home)


@pytest.mark.parametrize("content", ["", "\n", "  \n\n"])
def test_an_empty_key_file_is_refused(path: Path, home: Path, content: str) -> None:
    write(path, content)
    with raises(ConfigurationError, match="is empty"):
        load_key_file(path, home=home)


@pytest.mark.parametrize(
    "line",
    [
        "garbage",
        "k1:",
        f":{GOOD}",
        f"k1={GOOD}",
        "k1:not base64!",
        "k1:ключ",
        f"k1:{GOOD[:-8]}",
        f"k1:{base64.b64encode(bytes(33)).decode()}",
        b"\xff\xfe\x00\x01",
        b"k1:\xc3\x28",
    ],
)
def test_a_line_that_is_no_key_is_refused_by_its_number(path: Path, home: Path, line: str | bytes) -> None:
    """Also bytes that are no text at all: a sentence, not a traceback, and never the content."""
    raw = line if isinstance(line, bytes) else line.encode()
    write(path, f"k0:{GOOD}\n\n".encode() + raw + b"\n")
    with raises(ConfigurationError, match=r"Line 3 of the key file .* is not a key"):
        load_key_file(path, home=home)


def test_two_keys_of_one_name_are_refused(path: Path, home: Path) -> None:
    """One would silently stand for the other, and what the first has sealed would be lost."""
    write(path, f"k1:{GOOD}\nk1:{base64.b64encode(bytes(32)).decode()}\n")
    with raises(ConfigurationError, match="have the same name"):
        load_key_file(path, home=home)


def test_the_first_line_is_in_use_and_the_others_still_open(path: Path, home: Path) -> None:
    old = Keyring({"k1": bytes(32)})
    box = old.seal(b"words")
    write(path, f"k2:{GOOD}\nk1:{base64.b64encode(bytes(32)).decode()}\n")
    both = load_key_file(path, home=home)
    assert both.primary == "k2"
    assert both.unseal(box) == b"words"
    assert both.audit_key("k1") == old.audit_key("k1")
    with raises(ConfigurationError, match="cannot be decrypted"):
        old.unseal(both.seal(b"words"))


def test_a_box_of_another_process_is_opened_however_many_there_were() -> None:
    """Each process seals with a key of its own, made of bytes that lie in the box."""
    boxes = [Keyring({"k1": bytes(32)}).seal(b"%d" % number) for number in range(MOST_SALTS + 2)]
    keys = Keyring({"k2": bytes([1] * 32), "k1": bytes(32)})
    assert [keys.unseal(box) for box in boxes * 2] == [b"%d" % number for number in range(MOST_SALTS + 2)] * 2
    assert {keys.opener(box) for box in boxes} == {"k1"}
    assert len({box[: len(BOX) + SALT_BYTES] for box in boxes}) == len(boxes)


def test_two_boxes_of_the_same_words_have_nothing_in_common_but_their_process() -> None:
    """Under one key no nonce may come twice, and whoever reads boxes learns nothing of what is the same in them."""
    keys = Keyring({"k1": bytes(32)})
    nonces = {base64.urlsafe_b64decode(keys.seal(b"words")[len(BOX) :])[SALT_BYTES:][:NONCE_BYTES] for _ in range(500)}
    assert len(nonces) == 500


def test_a_box_of_an_earlier_release_is_opened() -> None:
    """It is Fernet's, with the key that was derived for it."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"b24bot secrets").derive(bytes(32))
    box = Fernet(base64.urlsafe_b64encode(derived)).encrypt(b"words")
    keys = Keyring({"k2": bytes([1] * 32), "k1": bytes(32)})
    assert (keys.unseal(box), keys.opener(box)) == (b"words", "k1")
    assert keys.opener(keys.seal(b"words")) == "k2"


@pytest.mark.parametrize("at", [0, 10, 30, 50, -1])
def test_a_box_in_which_a_byte_was_changed_is_refused(at: int) -> None:
    keys = Keyring({"k1": bytes(32)})
    box = bytearray(keys.seal(b"words"))
    box[at] = ord("A") if box[at] != ord("A") else ord("B")
    assert keys.opener(bytes(box)) is None
    with raises(ConfigurationError, match="cannot be decrypted"):
        keys.unseal(bytes(box))


@pytest.mark.parametrize("box", [b"", BOX, BOX + b"AAAA", BOX + b"?" * 80, b"gAAAAA", b"\xff" * 90])
def test_what_is_no_box_is_refused(box: bytes) -> None:
    keys = Keyring({"k1": bytes(32)})
    assert keys.opener(box) is None
    with raises(ConfigurationError, match="cannot be decrypted"):
        keys.unseal(box)


def test_each_purpose_has_a_key_of_its_own() -> None:
    keys = Keyring({"k1": bytes(32)})
    assert len({keys.audit_key("k1"), bytes(32), keys.sign("").encode()}) == 3


def test_a_fingerprint_tells_nothing_to_whoever_has_not_the_key() -> None:
    """Somebody who reads one could otherwise try what it is of."""
    one, other = Keyring({"k1": bytes(32)}), Keyring({"k1": bytes([1] * 32)})
    assert one.fingerprint("secret") == Keyring({"k1": bytes(32)}).fingerprint("secret")
    prints = {one.fingerprint("secret"), one.fingerprint("secreT"), other.fingerprint("secret")}
    assert len(prints | {sha256(b"secret").hexdigest()}) == 4


def test_a_signature_is_good_for_its_text_and_its_key_only() -> None:
    keys, others = Keyring({"k1": bytes(32)}), Keyring({"k1": bytes(31) + b"x"})
    signature = keys.sign("text")
    assert keys.signed("text", signature)
    for text, made in [("text", ""), ("text", signature[:-1]), ("tex", signature), ("text", "é" * 32)]:
        assert not keys.signed(text, made)
    assert not others.signed("text", signature)
