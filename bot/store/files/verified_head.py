"""The mark of how far a log was recomputed as a whole, signed with the key: whoever has no key cannot set it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from bot.core.audit.chain import Place
from bot.core.audit.exports import parse_iso_time
from bot.core.encoding import canonical
from bot.plugin import iso
from bot.plugin.frozen import dataclass
from bot.store.engine.port import Engine
from bot.store.repositories.plugin_records import FactReader
from bot.store.sealing.keyring import Keyring

VERIFIED = "verified"
"""The fact that holds the mark; empty, or absent, where there is none."""
BROKEN = "chain_broken"
"""The fact that is `yes` once the log was found broken, until it is mended: nothing begins at a mark then."""
FORM = "verified 1"
"""Which words the signature is over. Nothing else that is signed begins so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """All records up to `place` were recomputed by one process; they are chained with these keys."""

    place: Place
    keys: tuple[str, ...]
    at: int
    """UTC epoch milliseconds."""


def encode_mark(mark: Mark, keyring: Keyring) -> str:
    """The mark as one line of JSON, as it stands in the database and in the witness file."""
    shown = {
        "at": iso(mark.at),
        "head": mark.place.head,
        "keys": list(mark.keys),
        VERIFIED: mark.place.seq,
    }
    return canonical({**shown, "signature": keyring.sign(f"{FORM} {canonical(shown)}")})


def read_mark(text: str, keyring: Keyring) -> Mark | None:
    """The mark in a text; None for whatever was not signed with a key that is at hand."""
    try:
        shown = json.loads(text)
        signature = shown.pop("signature")
        if not keyring.signed(f"{FORM} {canonical(shown)}", signature):
            return None
        place = Place(seq=shown[VERIFIED], mac=bytes.fromhex(shown["head"]))
        return Mark(place=place, keys=tuple(shown["keys"]), at=parse_iso_time(shown["at"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def read_marks(lines: Iterable[str], keyring: Keyring) -> Iterator[Mark]:
    """The marks among the lines of a witness file."""
    marked = (line for line in lines if f'"{VERIFIED}":' in line)
    return (mark for line in marked if (mark := read_mark(line, keyring)) is not None)


def read_kept_mark(database: Engine, keyring: Keyring) -> Mark | None:
    """The mark in the database."""
    return read_mark(FactReader(database).get(VERIFIED) or "", keyring)


def is_broken(database: Engine) -> bool:
    """Whether the log was found broken when it was recomputed last."""
    return FactReader(database).get(BROKEN) == "yes"
