"""A log whose beginning was archived: which record says so and counts, and what of the rest is proved by it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.core.audit.archive_chain import (
    NOTHING_ARCHIVED,
    ArchiveRecord,
    BoundRecord,
    archive_facts,
    digest_kept_records,
    examine_archive,
    examine_log,
    find_latest_archive,
    missing_link,
    parse_archive_record,
)
from bot.core.audit.audit_record import Entry, Tag, facts_text, link
from bot.core.audit.chain import START, Anchor, Link, Place
from bot.core.bot_errors import ConfigurationError
from tests.core.audit.test_chain import KEYS, chain
from tests.language.english import en

END = 6
KEPT = (2, 5)


def key_of(key_id: str) -> bytes:
    """As a key file has it."""
    if key_id not in KEYS:
        raise ConfigurationError(key_id)
    return KEYS[key_id]


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A log in memory."""

    bounds: tuple[BoundRecord, ...]

    def archivings(self) -> Iterator[BoundRecord]:
        """Those with the tag."""
        return (bound for bound in reversed(self.bounds) if bound.link.tag == Tag.ARCHIVED)

    def kept(self, end: int) -> Iterator[BoundRecord]:
        """Those up to a number."""
        return (bound for bound in self.bounds if bound.link.seq <= end)

    def links(self, *, after: int | None = None) -> Iterator[Link]:
        """Those after a number."""
        return (bound.link for bound in self.bounds if after is None or bound.link.seq > after)


def bound(links: Iterable[Link], start: Place = START) -> list[BoundRecord]:
    made, mac = [], start.mac
    for one in links:
        made.append(BoundRecord(one, mac))
        mac = one.mac
    return made


def place(one: Link) -> Place:
    return Place(seq=one.seq, mac=one.mac)


def recorded(said: dict[str, Any], after: Link, *, key_id: str = "k1") -> BoundRecord:
    """A record of an archiving with these facts."""
    entry = Entry(tag=Tag.ARCHIVED, actor="local:tester", subject="audit", facts=said)
    mac = link(KEYS[key_id], after.seq + 1, after.mac, 0, entry)
    words = {"tag": str(entry.tag), "actor": entry.actor, "subject": entry.subject, "facts": facts_text(entry)}
    return BoundRecord(Link(seq=after.seq + 1, at=0, key_id=key_id, mac=mac, **words), after.mac)


WHOLE = chain(8)
ARCHIVED = ArchiveRecord(
    start=START,
    end=place(WHOLE[END - 1]),
    name="audit-1-6.jsonl",
    digest="ab" * 32,
    kept=digest_kept_records((seq, WHOLE[seq - 1].mac) for seq in KEPT),
    keys=("k1", "k0"),
    seq=9,
)
RECORD = recorded(archive_facts(ARCHIVED), WHOLE[-1])
LOG = Log(bounds=tuple(one for one in (*bound(WHOLE), RECORD) if one.link.seq in KEPT or one.link.seq > END))


def anchor(seq: int, head: str = "") -> Anchor:
    return Anchor(seq=seq, head=head or WHOLE[seq - 1].mac.hex()[:16], where="here")


def test_what_a_record_says_is_read_as_it_was_written() -> None:
    assert parse_archive_record(RECORD.link) == ARCHIVED
    assert ARCHIVED.first == 1
    assert find_latest_archive(LOG, key_of) == ARCHIVED


@pytest.mark.parametrize(
    ("name", "value"),
    [("first", 0), ("first", 7), ("seq", 9), ("seq", "6"), ("first", True), ("kept", None), ("start", "xyz")],
)
def test_a_record_that_says_what_cannot_be_says_nothing(name: str, value: object) -> None:
    facts = json.dumps({**json.loads(RECORD.link.facts), name: value})
    assert parse_archive_record(RECORD.link._replace(facts=facts)) is None


@pytest.mark.parametrize("facts", ["", "[]", "{}", "7", "[" * 100_000])
def test_facts_that_are_none_say_nothing(facts: str) -> None:
    assert parse_archive_record(RECORD.link._replace(facts=facts)) is None


def test_the_rest_of_a_log_holds_and_agrees_with_heads_that_are_known_of_it() -> None:
    found = examine_log(LOG, key_of, anchors=[anchor(2), anchor(3), anchor(END), anchor(8)])
    assert (found.broken_at, found.against, found.place.seq, found.keys) == (None, None, 9, ("k1",))
    assert found.agreed == anchor(8)
    assert examine_log(LOG, key_of, anchors=[anchor(5)]).agreed == anchor(5)


@pytest.mark.parametrize("seq", [2, END, 8])
def test_a_head_that_it_does_not_go_through_is_against_it(seq: int) -> None:
    other = anchor(seq, "0" * 16)
    assert examine_log(LOG, key_of, anchors=[other, anchor(5)]).against == other


def test_a_log_of_which_nothing_was_archived_is_followed_from_its_start() -> None:
    whole = Log(bounds=tuple(bound(WHOLE)))
    assert find_latest_archive(whole, key_of) == NOTHING_ARCHIVED
    assert (examine_log(whole, key_of).broken_at, examine_log(whole, key_of).place.seq) == (None, 8)


@pytest.mark.parametrize(
    "forged",
    [
        RECORD._replace(link=RECORD.link._replace(mac=bytes(32))),
        RECORD._replace(link=RECORD.link._replace(key_id="unknown")),
        RECORD._replace(link=RECORD.link._replace(seq=-1)),
        RECORD._replace(link=RECORD.link._replace(seq=2**63)),
        RECORD._replace(earlier=bytes(32)),
        RECORD._replace(link=RECORD.link._replace(facts="{}")),
        missing_link(9),
    ],
)
def test_a_record_that_is_not_proved_with_its_key_says_nothing(forged: BoundRecord) -> None:
    log = Log(bounds=(*LOG.bounds[:-1], forged))
    assert find_latest_archive(log, key_of) == NOTHING_ARCHIVED
    assert examine_log(log, key_of).broken_at == 1


def test_a_forged_record_behind_the_real_one_is_passed_over_and_found() -> None:
    forged = recorded({**archive_facts(ARCHIVED), "seq": 7}, RECORD.link, key_id="k2")
    log = Log(bounds=(*LOG.bounds, forged._replace(link=forged.link._replace(key_id="k1"))))
    assert find_latest_archive(log, key_of) == ARCHIVED
    assert examine_log(log, key_of).broken_at == 10


def test_what_was_kept_is_proved_and_is_all_that_was_kept() -> None:
    two, five, *rest = LOG.bounds

    def broken_at(*bounds: BoundRecord) -> int | None:
        return examine_log(Log(bounds=bounds), key_of).broken_at

    assert broken_at(two, five, *rest) is None
    assert broken_at(two._replace(earlier=bytes(32)), five, *rest) == 2
    assert broken_at(two, five._replace(link=five.link._replace(actor="T1:UOTHER")), *rest) == 5
    assert broken_at(missing_link(2), five, *rest) == 2
    assert broken_at(missing_link(-4), two, five, *rest) == 1
    assert broken_at(five, *rest) == END
    assert broken_at(bound(WHOLE)[0], two, five, *rest) == END


def test_an_archive_goes_from_its_beginning_to_the_head_that_its_record_states() -> None:
    links = WHOLE[:END]
    found = examine_archive(links, ARCHIVED, key_of, anchors=[anchor(3), anchor(8)])
    assert (found.broken_at, found.against, found.place) == (None, None, ARCHIVED.end)
    assert examine_archive(links[:4], ARCHIVED, key_of).behind
    assert examine_archive([*links[:2], *links[3:]], ARCHIVED, key_of).broken_at == 3
    later = replace(ARCHIVED, start=place(WHOLE[2]))
    assert examine_archive(WHOLE[3:END], later, key_of).against is None
    assert examine_archive(WHOLE[3:END], replace(later, start=Place(seq=3, mac=bytes(32))), key_of).broken_at == 4
    anew = chain(END, word="other")
    assert en((examine_archive(anew, ARCHIVED, key_of).against or anchor(1)).where) == "audit record #9"
