"""Numbers of a plan's impact: their bands, the digest over them, and when a plan is out of date because of one."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.change.digests import FIRST, digest
from bot.core.change.drift import find_drift
from bot.core.change.impact_bands import find_band, is_within
from bot.core.change.plans import plan_from_json, plan_to_json
from bot.plugin import Impact, Message, Plan, Time
from tests.core.samples import PLACE, PLAN

counts = st.integers(0, 200) | st.integers(0, 10**12)
BANDS = [(0, 0), (1, 9), (10, 19), (20, 49), (50, 99), (100, 199), (200, 499), (500, 999), (1000, 1999)]


def counted(count: int | None, *, details: tuple[str, ...] = ()) -> Plan:
    sentence = Message("change.uncounted") if count is None else Message("change.counted", count=count)
    return replace(PLAN, impact=(Impact(label="line:1", sentence=sentence, details=details),))


def test_the_bands_follow_each_other() -> None:
    assert list(dict.fromkeys(map(find_band, range(2000)))) == BANDS


@given(counts)
def test_a_number_is_in_its_band_and_the_next_band_begins_behind_it(count: int) -> None:
    low, high = find_band(count)
    assert low <= count <= high
    assert find_band(low) == find_band(high) == (low, high)
    assert find_band(high + 1)[0] == high + 1


def test_a_negative_number_has_no_band() -> None:
    with pytest.raises(ValueError, match="negative"):
        find_band(-1)


@given(counts)
@example(12)
def test_a_plan_holds_while_its_number_is_in_the_approved_band_give_or_take_a_fifth(count: int) -> None:
    """The rule over every number near the band: inside it is the same plan, outside it is out of date."""
    low, high = find_band(count)
    for edge in {low, high, low - low // 5, high + high // 5}:
        for now in range(max(edge - 2, 0), edge + 3):
            holds = Fraction(4, 5) * low <= now <= Fraction(6, 5) * high
            assert is_within(count, now) is holds, (count, now)
            assert (find_drift(counted(count), counted(now)) == ()) is holds, (count, now)


def test_a_plan_that_is_out_of_date_tells_the_approved_number_and_that_of_now() -> None:
    before, after = Message("change.counted", count=12), Message("change.counted", count=40)
    assert find_drift(counted(12), counted(40)) == (Message("change.number_moved", before=before, after=after),)
    assert find_drift(counted(12), counted(8)) == ()
    assert find_drift(counted(12), counted(7)) != ()
    assert find_drift(counted(12), counted(22)) == ()
    assert find_drift(counted(12), counted(23)) != ()
    assert find_drift(counted(0), counted(1)) != ()


def test_a_number_that_becomes_known_or_unknown_makes_another_plan() -> None:
    assert find_drift(counted(None), counted(None)) == ()
    assert find_drift(counted(None), counted(0)) != ()
    assert find_drift(counted(0), counted(None)) != ()


def sourced(*, source: str = "crm", label: str = "line:1") -> Plan:
    """A plan with a number of this source."""
    return replace(PLAN, impact=(Impact(label=label, sentence=Message("change.counted", count=12, source=source)),))


def test_what_stands_beside_a_number_is_approved_too() -> None:
    before, after = counted(12, details=("Anna answers.",)), counted(13, details=("Boris answers.",))
    assert find_drift(before, after) == (
        Message("change.impact_gone", sentence="Anna answers."),
        Message("change.impact_new", sentence="Boris answers."),
    )
    twice = counted(12, details=("Anna answers.", "Anna answers."))
    assert find_drift(before, twice) == (Message("change.other_effects"),)


def test_a_number_of_another_source_or_of_something_else_makes_another_plan() -> None:
    (told,) = find_drift(sourced(), sourced(source="counter"))
    assert told.key == "change.number_moved"
    relabelled = [each.key for each in find_drift(sourced(), sourced(label="line:2"))]
    assert relabelled == ["change.impact_gone", "change.impact_new"]


def test_a_row_that_comes_or_goes_makes_another_plan() -> None:
    (row,) = sourced().impact
    assert find_drift(sourced(), PLAN) == (Message("change.impact_gone", sentence=row.sentence),)
    assert find_drift(PLAN, sourced()) == (Message("change.impact_new", sentence=row.sentence),)


def test_rows_in_another_order_are_the_same_rows() -> None:
    """The greatest number stands first, and each may move a little."""
    rows = (*sourced().impact, *sourced(label="line:2").impact)
    assert find_drift(replace(PLAN, impact=rows), replace(PLAN, impact=rows[::-1])) == ()


@given(counts, counts)
def test_the_digest_is_over_the_band_of_a_number(one: int, other: int) -> None:
    same = digest("connector remove", PLACE, counted(one)) == digest("connector remove", PLACE, counted(other))
    assert same is (find_band(one) == find_band(other))


def test_when_a_number_was_read_makes_no_other_digest() -> None:
    def read_at(time: int) -> Plan:
        sentence = Message("change.counted", count=12, read=Time(time=time))
        return replace(PLAN, impact=(Impact(label="line:1", sentence=sentence),))

    assert digest("connector remove", PLACE, read_at(1)) == digest("connector remove", PLACE, read_at(2))
    assert find_drift(read_at(1), read_at(2)) == ()


def test_a_plan_of_the_release_before_has_no_numbers_and_its_digest_of_then() -> None:
    old = json.loads(plan_to_json(PLAN))
    old.pop("impact")
    read = plan_from_json(json.dumps(old))
    assert read == PLAN
    assert digest("connector remove", PLACE, read, FIRST) == digest("connector remove", PLACE, PLAN, FIRST)
    assert find_drift(read, counted(12), FIRST) == ()
