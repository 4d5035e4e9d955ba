"""A log whose oldest records were archived: what the record of that says, and how what was left is checked.

The records up to the archived head are gone from the log, but for some that were kept. Each of those is proved by
itself, with the head that it was chained to. The chain of the others begins at the archived head, which the record of
the archiving states: that record is chained with a key, so whoever has none cannot state another head.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from hmac import compare_digest
from itertools import chain
from typing import NamedTuple, Protocol

from bot.core.audit.audit_record import Fact, Tag
from bot.core.audit.chain import (
    HIGHEST,
    NO_LINK,
    START,
    Anchor,
    Findings,
    Link,
    Linkers,
    LinkRow,
    Place,
    compare_anchors,
    recompute_chain,
)
from bot.core.bot_errors import ConfigurationError
from bot.plugin.frozen import dataclass
from bot.plugin.message import Message

KeyOf = Callable[[str], bytes]
"""The audit key of an id. Raises ConfigurationError for one that nobody has."""


class BoundRecord(NamedTuple):
    """A record as it is found, and the head that it is said to be chained to: believed in nothing."""

    link: Link
    earlier: bytes


class Chain(Protocol):
    """A log in a database or in a file."""

    def archivings(self) -> Iterable[BoundRecord]:
        """The records of archivings, the newest first."""

    def kept(self, end: int) -> Iterable[BoundRecord]:
        """The records up to a number, in their order; one that is known to be missing comes as one that never fits."""

    def links(self, *, after: int | None = None) -> Iterable[LinkRow]:
        """The records after a number, or all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRecords:
    """How many of the records up to an archived head were kept, and a digest of their numbers and heads."""

    count: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveRecord:
    """What the record of an archiving says: which part of the chain is in which file, and what was kept of it."""

    start: Place
    """Before the first record in the file."""
    end: Place
    """After the last one."""
    name: str
    digest: str
    """SHA-256 of the file, in hexadecimal digits."""
    kept: KeptRecords
    """Of all records up to the last one in the file."""
    keys: tuple[str, ...]
    """The ids of the keys that the records in the file are chained with."""
    seq: int = 0
    """The number of the record itself."""

    @property
    def first(self) -> int:
        """The number of the first record in the file."""
        return self.start.seq + 1


NOTHING_ARCHIVED = ArchiveRecord(
    start=START, end=START, name="", digest="", kept=KeptRecords(count=0, digest=sha256().hexdigest()), keys=()
)


def archive_facts(archived: ArchiveRecord) -> dict[str, Fact]:
    """The facts of the record of an archiving."""
    return {
        "first": archived.first,
        "start": archived.start.head,
        "seq": archived.end.seq,
        "head": archived.end.head,
        "name": archived.name,
        "digest": archived.digest,
        "kept": archived.kept.count,
        "kept_digest": archived.kept.digest,
        "chained_with": ",".join(archived.keys),
    }


def parse_archive_record(link: Link) -> ArchiveRecord | None:
    """What a record says of an archiving; None for one that says nothing of that kind."""
    try:
        facts: Mapping[str, Fact] = json.loads(link.facts)
        first, last, count = facts["first"], facts["seq"], facts["kept"]
        if (
            type(first) is not int
            or type(last) is not int
            or type(count) is not int
            or not 0 < first <= last < link.seq
        ):
            return None
        return ArchiveRecord(
            start=Place(seq=first - 1, mac=bytes.fromhex(str(facts["start"]))),
            end=Place(seq=last, mac=bytes.fromhex(str(facts["head"]))),
            name=str(facts["name"]),
            digest=str(facts["digest"]),
            kept=KeptRecords(count=count, digest=str(facts["kept_digest"])),
            keys=tuple(filter(None, str(facts["chained_with"]).split(","))),
            seq=link.seq,
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def list_proved_archives(log: Chain, key_of: KeyOf) -> Iterator[ArchiveRecord]:
    """What the records of archivings say, the newest first: only those that somebody with a key of ours has written."""
    for bound in log.archivings():
        archived = parse_archive_record(bound.link) if bound.link.tag == Tag.ARCHIVED else None
        if archived is not None and _is_proved(bound, key_of):
            yield archived


def _is_proved(bound: BoundRecord, key_of: KeyOf) -> bool:
    try:
        return _is_intact(bound, Linkers(key_of))
    except ConfigurationError:
        return False


def _is_intact(bound: BoundRecord, linkers: Linkers) -> bool:
    seq, at, tag, actor, subject, facts, key_id, mac = bound.link
    # No other number is ever chained; what is missing has no head, and no key.
    return (
        bool(mac)
        and 0 < seq <= HIGHEST
        and compare_digest(linkers[key_id](seq, bound.earlier, at, tag, actor, subject, facts), mac)
    )


def find_latest_archive(log: Chain, key_of: KeyOf) -> ArchiveRecord:
    """Where the log begins: what the last archiving says that is proved with its key."""
    return next(list_proved_archives(log, key_of), NOTHING_ARCHIVED)


def digest_kept_records(records: Iterable[tuple[int, bytes]]) -> KeptRecords:
    """Sum up records that are kept, by their numbers and heads."""
    digest, count = sha256(), 0
    for seq, mac in records:
        digest.update(seq.to_bytes(8, "big") + mac)
        count += 1
    return KeptRecords(count=count, digest=digest.hexdigest())


def examine_kept(log: Chain, archived: ArchiveRecord, key_of: KeyOf, *, anchors: Iterable[Anchor] = ()) -> Findings:
    """Prove each record that was kept with its key, and that they are those that the record of the archiving sums up.

    Where one is missing and nothing tells which, the archived head is named as the place.
    """
    wanted = {anchor.seq: anchor for anchor in anchors}
    linkers, held = Linkers(key_of), list[tuple[int, bytes]]()
    agreed = against = None
    for bound in log.kept(archived.end.seq) if archived.end.seq else ():
        seq, mac = bound.link.seq, bound.link.mac
        if not _is_intact(bound, linkers):
            return Findings(place=START, broken_at=max(1, seq), keys=tuple(linkers))
        held.append((seq, mac))
        fits, fails = compare_anchors(filter(None, [wanted.get(seq)]), Place(seq=seq, mac=mac))
        agreed, against = fits or agreed, against or fails
    broken = None if digest_kept_records(held) == archived.kept else archived.end.seq
    return Findings(place=archived.end, broken_at=broken, agreed=agreed, against=against, keys=tuple(linkers))


def examine_log(log: Chain, key_of: KeyOf, *, anchors: Iterable[Anchor] = ()) -> Findings:
    """Check all that a log has: the records that were kept, then the chain from the archived head, or from the start.

    Heads of records that are only in an archive are not compared.
    """
    heads = tuple(anchors)
    archived = find_latest_archive(log, key_of)
    end = archived.end.seq
    kept = examine_kept(log, archived, key_of, anchors=(one for one in heads if one.seq < end))
    if kept.broken_at is not None:
        return kept
    after = archived.end.seq or None
    found = recompute_chain(
        log.links(after=after), key_of, anchors=(one for one in heads if one.seq >= end), start=archived.end
    )
    return replace(
        found,
        agreed=found.agreed or kept.agreed,
        against=kept.against or found.against,
        keys=tuple(dict.fromkeys((*kept.keys, *found.keys))),
    )


def examine_archive(
    links: Iterable[LinkRow], archived: ArchiveRecord, key_of: KeyOf, *, anchors: Iterable[Anchor] = ()
) -> Findings:
    """Check the records of an archive, from the head where it begins to the one that its own record states."""
    where = Message("cli.verify.where.record", record=str(archived.seq))
    stated = Anchor(seq=archived.end.seq, head=archived.end.head, where=where)
    inside = (one for one in anchors if archived.start.seq <= one.seq <= archived.end.seq)
    return recompute_chain(links, key_of, anchors=chain(inside, [stated]), start=archived.start)


def missing_link(seq: int) -> BoundRecord:
    """Stand for a record that is known to be missing."""
    return BoundRecord(NO_LINK._replace(seq=seq), b"")
