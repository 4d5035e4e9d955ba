"""An export can be read back into exactly the records it was made of."""

from __future__ import annotations

import json

import pytest

from bot.core.audit.chain import NO_LINK, START
from bot.core.audit.exports import parse_iso_time, read_archive_records, read_exported_bounds, read_exported_links
from bot.plugin import iso
from tests.tables.rows import each_row

ROW = {
    "seq": 7,
    "at": "2026-03-01T14:05:00.250Z",
    "tag": "change:review:approved",
    "actor": "T1:U1",
    "subject": "CR-1",
    "facts": {"line": "„ein“", "approvals": 1},
    "key_id": "k1",
    "mac": "ab" * 32,
}


@pytest.mark.parametrize("at", [0, 1, 999, 1_772_373_900_250, -1, 253_402_300_799_999])
def test_a_moment_comes_back_to_the_millisecond(at: int) -> None:
    assert parse_iso_time(iso(at)) == at


@pytest.mark.parametrize(
    "text",
    ["", "now", "2026-03-01T14:05:00Z", "2026-03-01T14:05:00.250999Z", "2026-03-01 14:05:00.250Z"],
)
def test_another_spelling_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match="is not a moment"):
        parse_iso_time(text)


def test_a_line_becomes_the_record() -> None:
    (one,) = read_exported_links([json.dumps(ROW), "\n"])
    assert (one.seq, one.at, one.tag, one.actor, one.subject, one.key_id) == (
        *(7, 1_772_373_900_250, "change:review:approved", "T1:U1", "CR-1", "k1"),
    )
    assert one.facts == '{"approvals":1,"line":"„ein“"}'
    assert one.mac == bytes.fromhex("ab" * 32)


@each_row(
    "line",
    [
        "no json",
        "[1]",
        "7",
        "{" * 50_000,
        '{"seq": ' + "9" * 5_000 + "}",
        *(json.dumps({**ROW, name: value}) for name, value in (("seq", "7"), ("seq", True), ("at", 7), ("mac", "xy"))),
        json.dumps({**ROW, "at": "2026-13-01T14:05:00.250Z"}),
        *(json.dumps({**ROW, name: value}) for name, value in (("facts", 7), ("facts", {"n": float("nan")}))),
        *(json.dumps({**ROW, name: 7}) for name in ("tag", "actor", "subject", "key_id")),
        *(json.dumps({key: value for key, value in ROW.items() if key != name}) for name in ROW),
    ],
)
def test_what_is_no_record_fits_nowhere_and_is_not_passed_over(line: str) -> None:
    assert list(read_exported_links([line])) == [NO_LINK]


# Exports of a log whose beginning was archived


def line(seq: int) -> str:
    return json.dumps({**ROW, "seq": seq, "mac": f"{seq:064x}"})


def test_each_record_comes_with_the_head_before_it_or_with_the_one_that_it_names() -> None:
    first, second, third = (line(seq) for seq in (1, 2, 4))
    named = json.dumps({**json.loads(third), "previous": "ab" * 32})
    bounds = list(read_exported_bounds([first, "", second, named]))
    assert [bound.earlier for bound in bounds] == [START.mac, bounds[0].link.mac, bytes.fromhex("ab" * 32)]
    (alone,) = read_exported_bounds([third])
    assert alone.earlier == b"", "nothing is known of it"


@pytest.mark.parametrize("previous", ["xyz", 7, None])
def test_a_head_that_is_none_is_not_taken_for_one(previous: object) -> None:
    (alone,) = read_exported_bounds([json.dumps({**json.loads(line(4)), "previous": previous})])
    assert alone.earlier == b""


def test_records_of_archivings_are_found_each_with_the_head_before_it() -> None:
    archiving = json.dumps({**json.loads(line(3)), "tag": "audit:records:archived"})
    before = line(2)
    (found,) = read_archive_records([line(1), before, "", archiving, line(4)])
    assert (found.link.seq, found.earlier.hex()) == (3, json.loads(before)["mac"])
    assert list(read_archive_records([line(1)])) == []
