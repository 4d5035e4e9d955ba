"""No test is lost or taken twice when they are shared out, and the long ones come first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.shares import shared_out


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 9))
def test_every_test_is_taken_once_whatever_their_number(long: list[bool], workers: int) -> None:
    tests = list(range(len(long)))
    assert sorted(shared_out(tests, long, workers)) == tests


def test_each_share_begins_with_long_ones() -> None:
    tests = [f"short {number}" for number in range(8)] + ["long 1", "long 2", "long 3", "long 4"]
    order = shared_out(tests, ["long" in name for name in tests], workers=2)
    assert order[:3] == ["long 1", "long 3", "short 0"]
    assert order[6:9] == ["long 2", "long 4", "short 4"]
