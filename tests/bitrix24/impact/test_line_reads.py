"""Answers about the lines of a portal, also odd ones: what cannot be read is missing, and nothing fails."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.bitrix24.impact.line_reads import read_counters, read_crm, read_queues
from plugins.bitrix24.rest.batch import ItemAnswer

odd: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["ID", "OPEN", "QUEUE", "QUEUE_USERS_FIELDS", "PROVIDER_TYPE_ID", "USER_NAME", "1"]), inner
        )
    ),
    max_leaves=8,
)


def test_a_queue_is_read_with_the_names_of_its_users() -> None:
    rows = [
        {"ID": "1", "QUEUE": ["1", "27", 5], "QUEUE_USERS_FIELDS": {"1": {"USER_NAME": "Ann"}, "27": {}}},
        {"ID": 2, "QUEUE": [], "QUEUE_USERS_FIELDS": []},
        {"ID": "3"},
        {"ID": "4", "QUEUE": "error"},
    ]
    assert read_queues([ItemAnswer(value=rows), None]) == {1: ("Ann", "27", "5"), 2: ()}


def test_a_name_that_is_long_or_holds_what_cannot_be_seen_is_shown_as_an_excerpt() -> None:
    rows = [{"ID": 1, "QUEUE": [1], "QUEUE_USERS_FIELDS": {"1": {"USER_NAME": "A\u202e" + "b" * 60}}}]
    ((name,),) = read_queues([ItemAnswer(value=rows)]).values()
    assert len(name) <= 41
    assert "\u202e" not in name


@pytest.mark.parametrize("count", [None, "", "x", -1, "-1", 1.5, True, []])
def test_a_counter_that_is_no_number_is_none(count: Any) -> None:
    assert read_counters([ItemAnswer(value=[{"ID": "1", "OPEN": count}, {"ID": "2", "OPEN": "4"}])]) == {2: 4}


def test_the_crm_counts_rows_by_line_and_says_whether_they_are_all() -> None:
    rows = [{"PROVIDER_TYPE_ID": "1"}, {"PROVIDER_TYPE_ID": 1}, {"PROVIDER_TYPE_ID": "2"}, {"ID": "9"}]
    found = read_crm(ItemAnswer(value=rows, total=4))
    assert found is not None
    assert (dict(found.by_line), found.complete) == ({1: 2, 2: 1}, True)
    more = read_crm(ItemAnswer(value=rows, total=5))
    unknown = read_crm(ItemAnswer(value=rows))
    assert more is not None
    assert unknown is not None
    assert not more.complete
    assert not unknown.complete


def test_what_was_refused_or_not_asked_is_no_source() -> None:
    assert read_crm(None) is None
    assert read_crm(ItemAnswer(problem="no", code="insufficient_scope")) is None
    assert read_counters([ItemAnswer(problem="no"), None]) == {}
    assert read_queues([ItemAnswer(problem="no"), None]) == {}


@given(odd, st.none() | st.integers())
def test_no_answer_makes_reading_fail(value: Any, total: int | None) -> None:
    answer = ItemAnswer(value=value, total=total)
    assert all(count >= 0 for count in read_counters([answer]).values())
    assert all(isinstance(name, str) for names in read_queues([answer]).values() for name in names)
    found = read_crm(answer)
    assert found is None or all(count > 0 for count in found.by_line.values())
