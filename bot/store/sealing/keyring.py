"""The key file: what secrets are encrypted with, audit records are chained with and buttons are signed with."""

from __future__ import annotations

import base64
import hmac
import logging
import os
import secrets
import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from hashlib import blake2b, sha256
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.bot_errors import ConfigurationError
from bot.plugin import Message, Text
from bot.store.disk.file_permissions import chmod
from bot.store.engine.database import FILE_NAME, sync

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

log = logging.getLogger("b24bot")
LOOSE = 0o077
KEY_BYTES = 32
FIRST_ID = "k1"
BOX = b"box2:"
"""What a box begins with. Those of releases that sealed with Fernet begin with its own mark."""
SALT_BYTES, NONCE_BYTES = 16, 12
MOST_SALTS = 64
"""Of other processes, whose ciphers are kept for the next box."""
Stamp = tuple[int, int, int]


class Keyring:
    """Keys by id, the first one in use. Each purpose gets a key of its own, derived from it.

    `source` reads the keys again when they have changed, and tells by `stamp` whether they have: a key that was added
    or put first while the bot runs is taken up by itself. A source that cannot be read, or that is of another bot,
    changes nothing: what was chained with a foreign key would be broken for good.
    """

    def __init__(
        self,
        keys: Mapping[str, bytes],
        *,
        source: Callable[[], Mapping[str, bytes]] | None = None,
        stamp: Callable[[], Stamp | None] = lambda: None,
        given: bool = False,
    ) -> None:
        self.given = given
        """Whether they are those of a setting. Another host may have other ones until it is restarted."""
        self._lock = threading.Lock()
        self._source = source
        self._stamp = stamp
        self._seen = self._refused = stamp()
        self._derived = _Derived(keys)

    @property
    def primary(self) -> str:
        """The id of the key in use."""
        return self._now().primary

    @property
    def ids(self) -> tuple[str, ...]:
        """Every key's id, in the order of the source. The first one is in use, or comes into use next."""
        return tuple(self._now().raw)

    @property
    def held(self) -> bool:
        """Whether a former key is still in use."""
        now = self._now()
        return now.primary != next(iter(now.raw))

    def hold(self, key_id: str) -> None:
        """Keep this former key in use until `release`."""
        self._derived = _Derived(self._derived.raw, primary=key_id)

    def release(self) -> None:
        """Bring the first key into use."""
        self._derived = _Derived(self._derived.raw)

    def audit_key(self, key_id: str) -> bytes:
        key = self._now().audit.get(key_id)
        if key is None:
            raise ConfigurationError(
                Message("store.key.missing", key=key_id),
                hint=Message("store.key.put_line_back"),
            )
        return key

    def seal(self, plain: bytes) -> bytes:
        """The text in a box that only these keys open, and that shows it when a byte of it was changed."""
        now = self._now()
        return now.boxes[now.primary].seal(plain)

    def unseal(self, box: bytes) -> bytes:
        """What is in a box, whichever of the keys sealed it. Raises ConfigurationError with the wrong keys."""
        for sealer in self._now().boxes.values():
            plain = sealer.open(box)
            if plain is not None:
                return plain
        raise ConfigurationError(
            Message("store.key.cannot_decrypt"),
            hint=Message("store.key.put_file_back"),
        )

    def opener(self, box: bytes) -> str | None:
        """The id of the key that a box was sealed with; None when no key here opens it."""
        return next((name for name, sealer in self._now().boxes.items() if sealer.open(box) is not None), None)

    def sign(self, text: str) -> str:
        """A short signature for a button's value."""
        now = self._now()
        return _signature(now.cards[now.primary], text)

    def signed(self, text: str, signature: str) -> bool:
        """Whether one of the keys made this signature: a button outlives the key that was in use when it was posted."""
        made = [_signature(key, text) for key in self._now().cards.values()]
        return any(hmac.compare_digest(one.encode(), signature.encode()) for one in made)

    def texts(self) -> tuple[str, ...]:
        """The keys as they stand in the key file, to find one that somebody typed."""
        return tuple(base64.b64encode(key).decode() for key in self._now().raw.values())

    def fingerprint(self, text: str) -> str:
        """Tells two texts apart without telling what they are; 64 hex digits, of which people are shown six."""
        return hmac.new(self._now().prints, text.encode(errors="surrogatepass"), sha256).hexdigest()

    def _now(self) -> _Derived:
        stamp = self._stamp()
        if stamp != self._seen and self._source is not None:
            with self._lock:
                self._take_up(self._source, stamp)
        return self._derived

    def _take_up(self, source: Callable[[], Mapping[str, bytes]], stamp: Stamp | None) -> None:
        """Use what the file holds now, where it goes on from what is held; else keep what opens all that is stored."""
        try:
            keys = source()
        except (ConfigurationError, OSError) as error:
            # Somebody is at it. Its rights can be mended without a new stamp, so it is tried again each time.
            self._complain(stamp, error.sentence if isinstance(error, ConfigurationError) else str(error))
            return
        self._seen = stamp
        if self._derived.goes_on_as(keys):
            self._derived = _Derived(keys)
        else:
            self._complain(stamp, "The key in use is missing from it, or a key of the same name is another one.")

    def _complain(self, stamp: Stamp | None, why: Text) -> None:
        """Once for each state of the file."""
        if stamp != self._refused:
            self._refused = stamp
            log.error("the key file has changed and is not taken up: %s", why, extra={"action": "keys_refused"})


class _Derived:
    """What is made of the keys once, for each purpose."""

    def __init__(self, keys: Mapping[str, bytes], *, primary: str = "") -> None:
        self.raw = dict(keys)
        self.primary = primary or next(iter(keys))
        self.audit = {name: _derive(key, "audit") for name, key in keys.items()}
        self.cards = {name: _derive(key, "card") for name, key in keys.items()}
        self.prints = _derive(keys[self.primary], "fingerprint")

    @cached_property
    def boxes(self) -> Mapping[str, _Sealer]:
        """What seals and opens, by the id of its key: made by need, for what only reads the log needs no cipher."""
        return {name: _Sealer(key) for name, key in self.raw.items()}

    def goes_on_as(self, keys: Mapping[str, bytes]) -> bool:
        """Whether these are the same keys with others added, unused ones taken away, or another one put first."""
        same = all(hmac.compare_digest(key, self.raw.get(name, key)) for name, key in keys.items())
        return same and self.primary in keys


def _derive(key: bytes, purpose: str) -> bytes:
    """HKDF-SHA256 (RFC 5869) without a salt, 32 bytes of it: one block."""
    extracted = hmac.digest(bytes(sha256().digest_size), key, "sha256")
    return hmac.digest(extracted, f"b24bot {purpose}".encode() + b"\x01", "sha256")


class _Sealer:
    """Seals and opens boxes with one key: AES-256-GCM, with a key of its own for what one process seals.

    It is made of the derived key and of random bytes, which each box begins with: so the boxes that share a key, and
    might by chance share a nonce, are those of one process and not of years. Boxes of earlier releases, which are
    Fernet's, are opened as well.
    """

    def __init__(self, key: bytes) -> None:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._aes, self._invalid = AESGCM, (InvalidTag, ValueError)
        self._key = _derive(key, "boxes")
        self._former_key = _derive(key, "secrets")
        self._salt = os.urandom(SALT_BYTES)
        self._sealing = self._cipher(self._salt)
        self._others: dict[bytes, AESGCM] = {}

    def seal(self, plain: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._sealing.encrypt(nonce, plain, None)
        return BOX + base64.urlsafe_b64encode(self._salt + nonce + sealed)

    def open(self, box: bytes) -> bytes | None:
        """What is in the box; None when another key sealed it, or it was changed."""
        if not box.startswith(BOX):
            return self._open_former(box)
        try:
            whole = base64.b64decode(box.removeprefix(BOX), altchars=b"-_", validate=True)
            nonce, sealed = whole[SALT_BYTES : SALT_BYTES + NONCE_BYTES], whole[SALT_BYTES + NONCE_BYTES :]
            return self._opening(whole[:SALT_BYTES]).decrypt(nonce, sealed, None)
        except self._invalid:
            return None

    def _open_former(self, box: bytes) -> bytes | None:
        from cryptography.fernet import Fernet, InvalidToken

        try:
            return Fernet(base64.urlsafe_b64encode(self._former_key)).decrypt(box)
        except InvalidToken:
            return None

    def _opening(self, salt: bytes) -> AESGCM:
        if salt == self._salt:
            return self._sealing
        known = self._others.get(salt)
        if known is None:
            if len(self._others) >= MOST_SALTS:
                self._others.clear()
            known = self._others[salt] = self._cipher(salt)
        return known

    def _cipher(self, salt: bytes) -> AESGCM:
        return self._aes(blake2b(salt, key=self._key, digest_size=KEY_BYTES, person=b"b24bot box").digest())


def _signature(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), sha256).hexdigest()[:32]


def create_key_file(path: Path) -> bool:
    """Make a key file with one new key, readable by its owner only; False when there is one already."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text_of({FIRST_ID: new_key()}))
    # What is stored from now on is lost without it.
    sync(path)
    sync(path.parent)
    return True


def new_key() -> bytes:
    """A key nobody can guess."""
    return secrets.token_bytes(KEY_BYTES)


def load_key_file(path: Path, *, home: Path | None = None, backups: Path | None = None) -> Keyring:
    """Read the key file. Raises ConfigurationError when it is missing, open to others, or beside what it protects.

    `home` is the database's folder; without one the place does not matter, because a copy is only looked at.
    """
    # First where it lies: somebody whose file is missing would make one in the wrong place.
    if home is not None:
        assert_apart_from_database(path, home)
    if backups is not None:
        assert_apart_from_backups(path, backups)
    keys = read_keys(path, home=home)
    return Keyring(keys, source=lambda: read_keys(path, home=home), stamp=lambda: _stamp(path))


def assert_apart_from_database(path: Path, home: Path) -> None:
    """Raises ConfigurationError for a key file in the tree of the database."""
    _assert_apart(path, home, Message("store.key_file.beside_database", file=str(path), folder=str(home)))


def assert_apart_from_backups(path: Path, folder: Path) -> None:
    """Raises ConfigurationError for a key file in the tree of the backups."""
    _assert_apart(path, folder, Message("store.key_file.beside_backups", file=str(path), folder=str(folder)))


def _assert_apart(path: Path, folder: Path, sentence: Message) -> None:
    if path.resolve().is_relative_to(folder.resolve()):
        raise ConfigurationError(sentence, hint=Message("store.key_file.move"))


def read_keys(path: Path, *, home: Path | None = None) -> Mapping[str, bytes]:
    """The keys by id, as they stand in the file. Raises ConfigurationError."""
    if path.is_dir():
        raise ConfigurationError(
            Message("store.key_file.is_folder", path=str(path)), hint=Message("store.key_file.name_file")
        )
    if not path.is_file():
        raise ConfigurationError(Message("store.key_file.none", file=str(path)), hint=_where_from(home))
    if path.stat().st_mode & LOOSE:
        raise ConfigurationError(Message("store.key_file.readable", file=str(path)), hint=chmod(0o600, path))
    return _as_keys(_lines(path), file=str(path))


def read_key_text(text: str) -> Mapping[str, bytes]:
    """The keys by id, as B24BOT_KEYS has them: `NAME:BASE64`, apart by commas or spaces. Raises ConfigurationError."""
    found = [_key_in(word) for word in text.replace(",", " ").split()]
    wrong = next((number for number, one in enumerate(found, start=1) if one is None), None)
    if wrong is not None:
        raise ConfigurationError(Message("store.keys.no_key", number=str(wrong)))
    return _as_keys([one for one in found if one is not None], file="B24BOT_KEYS")


def _as_keys(lines: list[tuple[str, bytes]], *, file: str) -> Mapping[str, bytes]:
    keys = dict(lines)
    if len(keys) < len(lines):
        raise ConfigurationError(
            Message("store.key_file.same_name", file=file), hint=Message("store.key_file.name_once")
        )
    if not keys:
        raise ConfigurationError(
            Message("store.key_file.empty", file=file), hint=Message("store.key_file.put_right_back")
        )
    return keys


def _where_from(home: Path | None) -> Message:
    if home is not None and (home / FILE_NAME).exists():
        return Message("store.key_file.put_copy_back")
    return Message("store.key_file.init")


def text_of(keys: Mapping[str, bytes]) -> str:
    """The content of a key file."""
    return "".join(f"{name}:{base64.b64encode(key).decode()}\n" for name, key in keys.items())


def setting_of(keys: Mapping[str, bytes]) -> str:
    """The value of B24BOT_KEYS, in one line."""
    return ",".join(text_of(keys).split())


def _stamp(path: Path) -> Stamp | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _lines(path: Path) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        if not line.strip():
            continue
        key = _key_in(line.strip())
        if key is None:
            raise ConfigurationError(Message("store.key_file.no_key", line=str(number), file=str(path)))
        found.append(key)
    return found


def _key_in(word: str) -> tuple[str, bytes] | None:
    """The name and the key in `NAME:BASE64`; None for anything else."""
    name, _, text = word.partition(":")
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return (name, key) if name and len(key) == KEY_BYTES else None
