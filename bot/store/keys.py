"""The key file: what secrets are encrypted with, audit records are chained with and buttons are signed with."""

from __future__ import annotations

import base64
import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.core.errors import ConfigurationError

LOOSE = 0o077
KEY_BYTES = 32


class Keyring:
    """Keys by id, the first one in use. Each purpose gets a key of its own, derived from it."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._keys = keys
        self.primary = next(iter(keys))
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(key, "secrets"))) for key in keys.values()])
        self._audit = {name: _derive(key, "audit") for name, key in keys.items()}
        self._card = _derive(keys[self.primary], "card")

    def audit_key(self, key_id: str) -> bytes:
        if key_id not in self._audit:
            raise ConfigurationError(f"The key “{key_id}” is used in the database and missing from the key file.")
        return self._audit[key_id]

    def seal(self, plain: bytes) -> bytes:
        return self._fernet.encrypt(plain)

    def unseal(self, box: bytes) -> bytes:
        try:
            return self._fernet.decrypt(box)
        except InvalidToken:
            raise ConfigurationError(
                "A stored secret cannot be decrypted with this key file.",
                hint="Put the right key file back, or set the portal up again.",
            ) from None

    def sign(self, text: str) -> str:
        """A short signature for a button's value."""
        return hmac.new(self._card, text.encode(), sha256).hexdigest()[:32]

    def signed(self, text: str, signature: str) -> bool:
        return hmac.compare_digest(self.sign(text).encode(), signature.encode())


def _derive(key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"b24bot {purpose}".encode()).derive(key)


def create_key_file(path: Path) -> bool:
    """Make a key file with one new key, readable by its owner only; False when there is one already."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(f"k1:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}\n")
    return True


def load_key_file(path: Path, *, home: Path | None = None) -> Keyring:
    """Read the key file. Raises ConfigurationError when it is missing, open to others, or beside the database.

    `home` is the database's folder; without one the place does not matter, because a copy is only looked at.
    """
    if not path.is_file():
        raise ConfigurationError(f"There is no key file at {path}.", hint="Run: b24bot init")
    if path.stat().st_mode & LOOSE:
        raise ConfigurationError(f"The key file {path} can be read by others.", hint=f"Run: chmod 600 {path}")
    if home is not None and path.resolve().is_relative_to(home.resolve()):
        raise ConfigurationError(
            f"The key file {path} lies in the same tree as the database ({home}): whoever copies one has both.",
            hint="Move it elsewhere and set B24BOT_KEY_FILE.",
        )
    lines = _lines(path)
    keys = dict(lines)
    if len(keys) < len(lines):
        raise ConfigurationError(f"Two lines of the key file {path} have the same name.", hint="Name each key once.")
    if not keys:
        raise ConfigurationError(f"The key file {path} is empty.", hint="Put the right key file back.")
    return Keyring(keys)


def _lines(path: Path) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        if not line.strip():
            continue
        name, _, text = line.strip().partition(":")
        try:
            key = base64.b64decode(text, validate=True)
        except ValueError:
            key = b""
        if not name or len(key) != KEY_BYTES:
            raise ConfigurationError(f"Line {number} of the key file {path} is not a key.")
        found.append((name, key))
    return found
