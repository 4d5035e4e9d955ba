"""Recomputing the audit chain from what is stored, without the code that wrote it."""

from __future__ import annotations

import base64
import hmac
import json
from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.store.store import Store


def audit_key(raw: bytes) -> bytes:
    """The chain's key from a key of the file: HKDF-SHA256 with a name for its purpose."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"b24bot audit").derive(raw)


def raw_key(line: str) -> bytes:
    return base64.b64decode(line.partition(":")[2])


def first_broken(store: Store, keys: dict[str, bytes]) -> int | None:
    """The number of the first record that is not what the chain says; None when all hold.

    `mac_n = HMAC(key, be64(n) ‖ mac_{n-1} ‖ canonical JSON)`, from 32 zero bytes (docs/safety.md M5).
    """
    previous, expected = bytes(32), 1
    for row in store.engine.rows("SELECT * FROM audit ORDER BY seq"):
        body = {"at": row["at"], "tag": row["tag"], "actor": row["actor"], "subject": row["subject"]}
        body["facts"] = json.loads(row["facts"])
        text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        message = row["seq"].to_bytes(8, "big") + previous + text.encode()
        mac = hmac.new(audit_key(keys[row["key_id"]]), message, sha256).digest()
        if row["seq"] != expected or mac != row["mac"]:
            return expected
        previous, expected = mac, expected + 1
    return None


def assert_chain_holds(store: Store) -> None:
    """For a store whose key file is 32 zero bytes."""
    assert first_broken(store, {"k1": bytes(32)}) is None
