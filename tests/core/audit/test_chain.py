"""The chain as others check it: what breaks it and where, and what is taken for a head in a text."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.audit.audit_record import Entry, Fact, Tag, facts_text, link
from bot.core.audit.chain import (
    NO_LINK,
    START,
    Anchor,
    Link,
    Place,
    find_interleaved_keys,
    has_intact_link,
    mask_heads,
    parse_head,
    read_anchors,
    recompute_chain,
    witness_line,
)
from tests.language.english import en
from tests.tables.rows import each_row

KEYS = {"k1": bytes(range(32)), "k2": bytes(32)}


def chain(many: int = 6, *, key_id: str = "k1", word: str = "thing", start: Place = START) -> list[Link]:
    """A chain as somebody with the key writes it."""
    links, place = [], start
    for seq in range(start.seq + 1, start.seq + many + 1):
        facts: dict[str, Fact] = {"line": f"{word} {seq}"}
        entry = Entry(tag=Tag.COMMAND_RAN, actor="T1:U1", subject="CR-1", facts=facts)
        place = Place(seq=seq, mac=link(KEYS[key_id], seq, place.mac, seq * 1_000, entry))
        content = {"tag": str(entry.tag), "actor": entry.actor, "subject": entry.subject, "facts": facts_text(entry)}
        links.append(Link(seq=seq, at=seq * 1_000, key_id=key_id, mac=place.mac, **content))
    return links


def anchor(one: Link, *, digits: int = 16) -> Anchor:
    return Anchor(seq=one.seq, head=one.mac.hex()[:digits], where=f"#{one.seq}")


def test_a_chain_holds_up_to_its_end() -> None:
    links = chain()
    found = recompute_chain(links, KEYS.__getitem__)
    assert (found.place, found.broken_at, found.behind) == (Place(seq=6, mac=links[-1].mac), None, False)
    assert found.place.head == links[-1].mac.hex()


def test_an_empty_log_holds() -> None:
    assert recompute_chain([], KEYS.__getitem__).place == START


def test_it_goes_on_under_another_key_and_from_a_place_in_the_middle() -> None:
    first = chain(3)
    middle = Place(seq=3, mac=first[-1].mac)
    second = chain(3, key_id="k2", start=middle)
    assert recompute_chain([*first, *second], KEYS.__getitem__).place.seq == 6
    assert recompute_chain(second, KEYS.__getitem__, start=middle).place.seq == 6
    assert recompute_chain(second, KEYS.__getitem__).broken_at == 1


def test_a_key_that_nobody_has_is_the_callers_matter() -> None:
    with pytest.raises(KeyError):
        recompute_chain([*chain(2), chain(3)[2]._replace(key_id="k9")], KEYS.__getitem__)


@pytest.mark.parametrize(
    "change",
    [
        {"facts": '{"line":"other"}'},
        {"facts": '{"line": "thing 3"}'},
        {"facts": "no json"},
        {"actor": "T1:U2"},
        {"subject": "\ud800"},
        {"at": 3_001},
        {"mac": bytes(32)},
        {"mac": b""},
        {"seq": 30},
        {"seq": 0},
        {"key_id": "k2"},
    ],
)
def test_whatever_differs_breaks_it_there(change: dict[str, Any]) -> None:
    links = chain()
    links[2] = links[2]._replace(**change)
    found = recompute_chain(links, KEYS.__getitem__)
    assert (found.broken_at, found.place) == (3, Place(seq=2, mac=links[1].mac))


def test_each_key_is_asked_for_once_and_those_that_were_met_are_named() -> None:
    first = chain(3)
    asked: list[str] = []

    def key_of(key_id: str) -> bytes:
        asked.append(key_id)
        return KEYS[key_id]

    found = recompute_chain([*first, *chain(3, key_id="k2", start=Place(seq=3, mac=first[-1].mac))], key_of)
    assert asked == ["k1", "k2"]
    assert found.keys == ("k1", "k2")


def test_whether_any_record_stands_is_asked_of_whatever_stands_in_a_file() -> None:
    strange = [one._replace(seq=seq) for one, seq in zip(chain(4), (-40, 0, 2**64, 7), strict=True)]
    assert not has_intact_link([*strange, NO_LINK], KEYS.__getitem__)
    assert has_intact_link([NO_LINK._replace(mac=bytes(32)), *chain(1)], KEYS.__getitem__)


def test_what_is_no_record_breaks_it() -> None:
    links = chain()
    assert recompute_chain([*links[:4], NO_LINK, *links[4:]], KEYS.__getitem__).broken_at == 5


@pytest.mark.parametrize(
    ("ids", "found"),
    [
        ("", ""),
        ("1112", ""),
        ("1123", ""),
        ("1911", "9"),
        ("1191", "9"),
        ("129222", "9"),
        ("12991", "29"),
        ("1119", ""),
    ],
)
def test_a_key_between_records_of_another_one_was_never_there(ids: str, found: str) -> None:
    links = [one._replace(key_id=key) for one, key in zip(chain(len(ids)), ids, strict=True)]
    assert find_interleaved_keys(links) == frozenset(found)


def test_only_an_anchor_shows_that_the_end_was_cut_and_the_oldest_of_them_is_named() -> None:
    links = chain()
    assert recompute_chain(links[:4], KEYS.__getitem__).broken_at is None
    found = recompute_chain(links[:4], KEYS.__getitem__, anchors=map(anchor, [links[5], links[4], links[1], links[3]]))
    assert found.behind
    assert (found.agreed, found.against) == (anchor(links[3]), anchor(links[4]))


def test_only_an_anchor_shows_that_it_was_written_anew() -> None:
    seen, anew = chain(), [*chain(3), *chain(3, word="other", start=Place(seq=3, mac=chain()[2].mac))]
    assert recompute_chain(anew, KEYS.__getitem__).broken_at is None
    found = recompute_chain(anew, KEYS.__getitem__, anchors=map(anchor, seen))
    assert (found.agreed, found.against, found.behind) == (anchor(seen[2]), anchor(seen[3]), False)


def test_behind_a_break_no_anchor_is_missed() -> None:
    links = chain()
    found = recompute_chain([*links[:2], *links[3:]], KEYS.__getitem__, anchors=map(anchor, links))
    assert (found.broken_at, found.agreed, found.against) == (3, anchor(links[1]), None)


def test_two_heads_of_one_record_cannot_both_be_right() -> None:
    links = chain()
    false = Anchor(seq=2, head="0" * 16, where="elsewhere")
    found = recompute_chain(links, KEYS.__getitem__, anchors=[anchor(links[1], digits=64), false])
    assert (found.agreed, found.against) == (anchor(links[1], digits=64), false)


def test_the_place_it_starts_from_is_compared_too() -> None:
    links = chain()
    start = Place(seq=2, mac=links[1].mac)
    assert recompute_chain(links[2:], KEYS.__getitem__, anchors=[anchor(links[1])], start=start).agreed == anchor(
        links[1]
    )


# Heads in what was kept

HEAD = "0123456789abcdef" * 4
SHORT, OTHER = HEAD[:16], HEAD[1:17]

FOUND: dict[str, tuple[str, list[tuple[int, str]]]] = {
    "a line of the channel": (f"command:line:refused · by @Gleb · Nov 25th · #42 {SHORT}", [(42, SHORT)]),
    "with its marks": (f"`change:request:opened` · CR-1 · `#42 {SHORT}`  ", [(42, SHORT)]),
    "edited": (f"x · `#42 {SHORT}` (edited)", [(42, SHORT)]),
    "typed by somebody": (
        f"command:line:refused · line #1 {SHORT} · by @Gleb · `#42 {HEAD[1:17]}`",
        [(42, HEAD[1:17])],
    ),
    "typed, and the end is missing": (f"command:line:refused · line #1 {SHORT} · by @Gleb", []),
    "as it is typed again": (f"#42:{SHORT}", [(42, SHORT)]),
    "a checkpoint": (
        f"`audit:checkpoint:written` · chain · by b24bot · seq 41 · head {HEAD} · count 41 · `#42 {SHORT}`",
        [(41, HEAD), (42, SHORT)],
    ),
    "a checkpoint under the tag of an earlier release": (
        f"`audit:chain:checkpoint` · chain · by b24bot · seq 41 · head {HEAD} · count 41 · `#42 {SHORT}`",
        [(41, HEAD), (42, SHORT)],
    ),
    "a false checkpoint": (
        f"`command:line:refused` · line audit:chain:checkpoint seq 1 · head {HEAD} · `#42 {SHORT}`",
        [(42, SHORT)],
    ),
    "a witness": (f'{{"at":"x","head":"{HEAD}","key":"k1","seq":7,"tag":"t"}}', [(7, HEAD)]),
    "an export": (f'{{"seq": 7, "facts": {{"head": "no"}}, "mac": "{HEAD}"}}', [(7, HEAD)]),
    "a table": (f'7,2026,t,a,s,"{{""line"": ""x""}}",k1,{HEAD}', [(7, HEAD)]),
    "half a line": (f'{{"at":"x","head":"{HEAD[:40]}', []),
    "no object": ("{" * 50_000, []),
    "a number that is none": (f'{{"seq": true, "head": "{HEAD}"}}', []),
    "before the first": (f'{{"seq": 0, "head": "{HEAD}"}}', []),
    "before the first, as text": (f"#0 {SHORT}", []),
    "a head that is none": ('{"seq": 7, "head": "xyz"}', []),
    "a head of another kind": ('{"seq": 7, "head": 12}', []),
    "too short": ("#42 0123456789abcde", []),
    "nothing": ("", []),
    "talk": ("Somebody asked about #42 yesterday.", []),
}


@each_row(("line", "heads"), FOUND.values())
def test_heads_are_found_where_they_are_kept_and_nowhere_else(line: str, heads: list[tuple[int, str]]) -> None:
    assert [(one.seq, one.head) for one in read_anchors(["first", line], "kept.txt")] == heads


def test_an_anchor_says_where_it_was_found() -> None:
    assert [en(one.where) for one in read_anchors(["", f"#1 {SHORT}"], "kept.txt")] == ["line 2 of kept.txt"]


def test_a_witness_line_is_one_line_and_is_found_again() -> None:
    place = Place(seq=12, mac=bytes.fromhex(HEAD))
    line = witness_line("audit:checkpoint:written", place, at="now", key_id="k1")
    assert "\n" not in line
    assert [(one.seq, one.head) for one in read_anchors([line], "w")] == [(12, HEAD)]


@pytest.mark.parametrize("text", [f"#42:{SHORT}", f"42 {SHORT}", f" #42:{SHORT.upper()} ", "42:01234567"])
def test_a_head_that_is_typed(text: str) -> None:
    head = parse_head(text)
    assert head is not None
    assert head.seq == 42
    assert SHORT.startswith(head.head)


@pytest.mark.parametrize("text", ["", "42", "#42:", "42:0123", "x:0123456789abcdef", "9" * 30 + ":01234567"])
def test_what_is_typed_and_no_head(text: str) -> None:
    assert parse_head(text) is None


@pytest.mark.parametrize(
    "typed",
    ["see ticket #999999 0123456789abcdef", "#7:0123456789abcdef.", f'"3",x,"{"0" * 64}"'],
)
def test_what_somebody_typed_can_be_kept_from_passing_for_a_head(typed: str) -> None:
    assert list(read_anchors([typed], "channel.txt"))
    assert list(read_anchors(mask_heads(f"Why:\n{typed}\nThat is all.").split("\n"), "channel.txt")) == []
    assert mask_heads("Why: #7 is broken\n") == "Why: #7 is broken\n"
