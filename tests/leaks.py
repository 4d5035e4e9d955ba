"""Secrets looked for in whatever a run leaves behind: as they are, and in every dress in which they could travel."""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from bot.core.bot_errors import ConfigurationError
from bot.store.engine.database import sqlite3
from bot.store.sealing.keyring import load_key_file
from bot.store.store import FILE_NAME

SHORTEST = 12
"""Shorter texts stand somewhere by chance."""
_KEY_LINE = re.compile(r"k\d+:([A-Za-z0-9+/]{43}=)\s*")


@lru_cache(maxsize=64)
def dresses(secret: str) -> frozenset[bytes]:
    """A secret as bytes: plain, in an address, in JSON, as Python shows it, in hexadecimal and inside any base64."""
    raw = secret.encode()
    plain = {
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(secret))[3:-3],
        repr(secret)[1:-1],
        raw.hex(),
    }
    return frozenset({text.encode() for text in plain} | set(_within_base64(raw)))


def _within_base64(raw: bytes) -> Iterator[bytes]:
    """What base64 makes of it wherever it stands in a longer text, but for what its neighbours have a say in."""
    for before in range(3):
        for encode in (b64encode, urlsafe_b64encode):
            whole = encode(b"\0" * before + raw)
            last = len(whole) - (0 if (before + len(raw)) % 3 == 0 else 4)
            yield whole[4 if before else 0 : last]


def found_in(content: bytes, secrets: Mapping[str, str]) -> list[str]:
    """The names of the secrets that stand in it, in whatever dress."""
    # Most of a database are zeros, and no dress has one.
    content = content.translate(None, b"\0")
    return [name for name, secret in secrets.items() if any(dress in content for dress in dresses(secret))]


def files_under(folder: Path, *, but: Iterable[Path] = ()) -> Iterator[Path]:
    """Every file that was left, but for those that may hold secrets."""
    spared = set(but)
    paths = sorted(Path(place, name) for place, _, names in os.walk(folder) for name in names)
    return (path for path in paths if path not in spared and path.is_file())


def key_words(path: Path) -> list[str]:
    """The keys in a file, if it is a key file."""
    with path.open("rb") as file:
        first = file.read(4096)
    return [found[1] for line in first.decode(errors="replace").splitlines() if (found := _KEY_LINE.fullmatch(line))]


def sealed_words(database: Path, key_file: Path) -> set[str]:
    """What the boxes of a database hold, opened with a key file; nothing when it is not theirs."""
    try:
        keys = load_key_file(key_file)
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            boxes = [box for (box,) in connection.execute("SELECT box FROM secrets")]
        return {word for box in boxes for word in _words(json.loads(keys.unseal(box))["value"])}
    except (ConfigurationError, sqlite3.Error, ValueError, KeyError):
        return set()


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            # Who the portal and the application are is no secret.
            if not str(name).endswith(("_id", "_url")):
                yield from _words(each)
    elif isinstance(value, str) and len(value) >= SHORTEST:
        yield value


LEFT_BEHIND = (".log", ".sqlite3", ".sqlite3-journal", ".sqlite3-wal", ".jsonl", ".csv", ".bak", ".backup", "heads")
"""How the names end of what a bot writes. Tests put secrets into other files, for example to read settings from."""


def leaked(folder: Path) -> list[str]:
    """What one test left in its folder that holds a key of its own key files, or a secret that its databases keep."""
    files = list(files_under(folder))
    words = {path: found for path in files if path.suffix in ("", ".key", ".keys") and (found := key_words(path))}
    secrets = {f"a key of {path.name}": key for path, keys in words.items() for key in keys}
    for database in (path for path in files if path.name == FILE_NAME):
        opened = {word for key_file in words for word in sealed_words(database, key_file)}
        secrets |= {f"secret {number} of {database.name}": word for number, word in enumerate(sorted(opened))}
    left = [path for path in files if path.name.endswith(LEFT_BEHIND) and path not in words] if secrets else []
    return [f"{path} holds {', '.join(found)}" for path in left if (found := found_in(path.read_bytes(), secrets))]
