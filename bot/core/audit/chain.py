"""The audit chain as others can check it: does it hold, and does it agree with heads that were kept elsewhere."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from hmac import compare_digest
from typing import NamedTuple

from bot.core.audit.audit_record import GENESIS, Linker, Tag, make_linker, stored_tags
from bot.core.encoding import canonical
from bot.plugin.frozen import dataclass
from bot.plugin.message import Message, Text


class Link(NamedTuple):
    """A record as it is found in a database or a file, believed in nothing: `facts` are JSON as they stand there.

    A tuple, for there are millions of them.
    """

    seq: int
    at: int
    tag: str
    actor: str
    subject: str
    facts: str
    key_id: str
    mac: bytes


LinkRow = tuple[int, int, str, str, str, str, str, bytes]
"""The same without the names, as a row comes from a database: what is checked by the million is not made anew."""
HIGHEST = 2**63 - 1
"""The last number that a record can have."""
NO_LINK = Link(seq=-1, at=0, tag="", actor="", subject="", facts="", key_id="", mac=b"")
"""Stands for what is no record at all: it fits nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a chain stands: after record `seq`."""

    seq: int
    mac: bytes

    @property
    def head(self) -> str:
        """All 64 hex digits."""
        return self.mac.hex()


START = Place(seq=0, mac=GENESIS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A head that was kept outside the database: at least 8 of its hex digits, and where it was found."""

    seq: int
    head: str
    where: Text

    def fits(self, place: Place) -> bool:
        """Whether the chain went through here."""
        return place.seq == self.seq and place.head.startswith(self.head)


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What came of a check."""

    place: Place
    """How far the chain holds."""
    broken_at: int | None = None
    """The number of the first record that is not as it was written, or is missing."""
    agreed: Anchor | None = None
    """The newest anchor that the chain goes through."""
    against: Anchor | None = None
    """The oldest anchor that it does not go through. Not looked for behind a break."""
    keys: tuple[str, ...] = ()
    """The ids of the keys that the records are chained with, in the order in which they came into use."""

    @property
    def behind(self) -> bool:
        """Whether the log ends before an anchor: its tail was cut off, or it is an older copy."""
        return self.against is not None and self.against.seq > self.place.seq


def recompute_chain(
    links: Iterable[LinkRow], key_of: Callable[[str], bytes], *, anchors: Iterable[Anchor] = (), start: Place = START
) -> Findings:
    """Recompute the chain from `start`, and compare it with anchors that lie after that.

    `key_of` is asked once for each key. Whatever it raises for a key nobody has, this raises too.

    Records cut off at the end leave a chain that holds: only an anchor shows that. So it is with a chain that
    somebody who holds the key has written anew.
    """
    wanted: dict[int, list[Anchor]] = defaultdict(list)
    for anchor in anchors:
        wanted[anchor.seq].append(anchor)
    seq, mac, broken = start.seq, start.mac, None
    agreed, against = compare_anchors(wanted.pop(seq, ()), start)
    linkers = Linkers(key_of)
    for number, at, tag, actor, subject, facts, key_id, stored in links:
        if number != seq + 1 or not compare_digest(
            linkers[key_id](number, mac, at, tag, actor, subject, facts), stored
        ):
            broken = seq + 1
            break
        seq, mac = number, stored
        if seq in wanted:
            fits, fails = compare_anchors(wanted.pop(seq), Place(seq=seq, mac=mac))
            agreed, against = fits or agreed, against or fails
    if against is None and broken is None:
        against = wanted[min(wanted)][0] if wanted else None
    place = Place(seq=seq, mac=mac)
    return Findings(place=place, broken_at=broken, agreed=agreed, against=against, keys=tuple(linkers))


class Linkers(dict[str, Linker]):
    """What makes links with each key, by its id, prepared when a record first names it."""

    def __init__(self, key_of: Callable[[str], bytes]) -> None:
        super().__init__()
        self._key_of = key_of

    def __missing__(self, key_id: str) -> Linker:
        made = self[key_id] = make_linker(self._key_of(key_id))
        return made


def has_intact_link(links: Iterable[LinkRow], key_of: Callable[[str], bytes]) -> bool:
    """Whether one record at least was chained to the one before it with these keys: else they are another log's."""
    mac, linkers = START.mac, Linkers(key_of)
    for seq, at, tag, actor, subject, facts, key_id, stored in links:
        # No other number is ever chained.
        if 0 < seq <= HIGHEST and compare_digest(linkers[key_id](seq, mac, at, tag, actor, subject, facts), stored):
            return True
        mac = stored
    return False


def find_interleaved_keys(links: Iterable[LinkRow]) -> frozenset[str]:
    """Ids of keys that are named between records of one other key. A key that was replaced is not used again: if nobody
    has it, it was never there, and a record was changed to name it."""
    spans: dict[str, tuple[int, int]] = {}
    for number, (*_, key_id, _mac) in enumerate(links):
        first, _last = spans.get(key_id, (number, number))
        spans[key_id] = first, number
    found, reach = set(), 0
    for key_id, (first, last) in spans.items():
        if reach > first:
            found.add(key_id)
        reach = max(reach, last)
    return frozenset(found)


def compare_anchors(anchors: Iterable[Anchor], place: Place) -> tuple[Anchor | None, Anchor | None]:
    """One anchor that fits and one that does not, each if there is one."""
    fits = fails = None
    for anchor in anchors:
        if anchor.fits(place):
            fits = anchor
        else:
            fails = anchor
    return fits, fails


# Heads outside the database: how they are written, and how they are found in what was kept.

_LINE = re.compile(r"#([0-9]{1,15})[ :]([0-9a-f]{16,64})\W*(?:\(edited\)\W*)?\Z")
"""How every line of the audit channel ends. What people typed stands further left, so it is never taken for a head."""
CHECKPOINT_STARTS = ("Checkpoint of the audit log: ", "Контрольная точка журнала аудита: ")
"""How the line of a checkpoint begins in each language; nothing that people typed ever begins a line."""
_CHECKPOINT = re.compile(
    rf"\A\W*(?:(?:{'|'.join(stored_tags(Tag.CHECKPOINT))})\b.*? |{'|'.join(CHECKPOINT_STARTS)})"
    r"seq ([0-9]{1,15}) · head ([0-9a-f]{64})\b"
)
"""The line of a checkpoint, as it is written now, and as it was when a line began with its tag."""
_CSV_ROW = re.compile(r'\A"?([0-9]{1,15})"?,.*,"?([0-9a-f]{64})"?\Z')
_HEAD = re.compile(r"\A#?([0-9]{1,15})[ :]([0-9a-fA-F]{8,64})\Z")
_HEX = re.compile(r"\A[0-9a-f]{16,64}\Z")


def witness_line(record_tag: str, place: Place, *, at: str, key_id: str) -> str:
    """One line for the witness file, without its line break. `at` is for people."""
    return canonical({"at": at, "head": place.head, "key": key_id, "seq": place.seq, "tag": record_tag})


def read_anchors(lines: Iterable[str], source: str) -> Iterator[Anchor]:
    """Every head in the lines of a witness file, of an export, or of text saved from the audit channel.

    A line that holds none is passed over: text has such lines, and a crash can leave half of one.
    """
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        for seq, head in _json_head(text) if text.startswith("{") else _text_heads(text):
            yield Anchor(seq=seq, head=head, where=Message("cli.verify.where.line", number=str(number), file=source))


def _json_head(text: str) -> Iterator[tuple[int, str]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    seq, head = data.get("seq"), data.get("head", data.get("mac"))
    if type(seq) is int and seq > 0 and isinstance(head, str) and _HEX.match(head):
        yield seq, head


def _text_heads(text: str) -> Iterator[tuple[int, str]]:
    for pattern in (_CHECKPOINT, _LINE, _CSV_ROW):
        found = pattern.search(text)
        if found and int(found[1]):
            yield int(found[1]), found[2]


def mask_heads(text: str) -> str:
    """The text with a word behind each line that `read_anchors` would take for a head: somebody may have typed it."""
    return "\n".join(f"{line} (as typed)" if any(_text_heads(line.strip())) else line for line in text.split("\n"))


def parse_head(text: str) -> Anchor | None:
    """A head as somebody types it: `#42:0123456789abcdef`, eight digits at least; None when it is none."""
    found = _HEAD.match(text.strip())
    return Anchor(seq=int(found[1]), head=found[2].lower(), where=text.strip()) if found else None
