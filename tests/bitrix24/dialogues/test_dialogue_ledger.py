"""The own count of open dialogues, from events that come late, twice and in another order."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.plugin import Services
from bot.testing.services import scratch_services
from plugins.bitrix24.dialogues.dialogue_ledger import (
    FINISHED,
    GAP_MS,
    KEPT_CLOSED_MS,
    KEPT_OPEN_MS,
    STARTED,
    DialogueLedger,
    read_dialogues,
)

NOW = 1_800_000_000_000


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return scratch_services(tmp_path, {}, plugin="bitrix24")


@pytest.fixture
def ledger(services: Services) -> DialogueLedger:
    made = DialogueLedger(services.records, "m1")
    made.keep_counting(NOW, posted=True)
    return made


def data(session: int, chat: int = 7, line: int = 1, connector: str = "shop") -> dict[str, Any]:
    """The data of an event as its form is read: all texts, and a list as a map."""
    row = {
        "connector": {"connector_id": connector, "line_id": str(line), "chat_id": "c1", "user_id": "u1"},
        "session": {"id": str(session), "closed": "N", "parent_id": "0", "close_term": "1440"},
        "chat": {"id": str(chat)},
        "user": {"id": "585"},
    }
    return {"CONNECTOR": connector, "LINE": str(line), "DATA": {"0": row}}


def test_dialogues_are_counted_by_line_of_their_connector_and_portal(
    services: Services, ledger: DialogueLedger
) -> None:
    for chat, line, connector in ((1, 1, "shop"), (2, 1, "shop"), (3, 2, "shop"), (4, 1, "shop2")):
        ledger.note(STARTED, data(chat, chat=chat, line=line, connector=connector), NOW)
    ledger.note(FINISHED, data(2, chat=2), NOW)
    assert dict(ledger.count_open("shop")) == {1: 1, 2: 1}
    assert dict(ledger.count_open("shop2")) == {1: 1}
    assert dict(DialogueLedger(services.records, "m2").count_open("shop")) == {}


def test_in_whatever_order_and_however_often_events_come_the_last_session_counts(ledger: DialogueLedger) -> None:
    """One chat with two sessions: the first has ended, the second is open, or has ended too."""
    first = [(STARTED, 5), (FINISHED, 5), (STARTED, 6)]
    for chat, order in enumerate(permutations([*first, *first[:1]]), start=1):
        for name, session in order:
            ledger.note(name, data(session, chat=chat), NOW)
        assert ledger.count_open("shop")[1] == chat, order
    for chat, order in enumerate(permutations([*first, (FINISHED, 6)]), start=100):
        for name, session in order:
            ledger.note(name, data(session, chat=chat), NOW)
        assert ledger.count_open("shop")[1] == 24, order


def test_the_ledger_holds_nothing_of_the_customer(services: Services, ledger: DialogueLedger) -> None:
    ledger.note(STARTED, data(5), NOW)
    assert dict(services.records.all("dialogue")) == {"m1/shop/1/7": {"session": 5, "open": True, "at": NOW}}


def test_the_count_begins_with_the_first_reading_and_goes_on_with_the_next(ledger: DialogueLedger) -> None:
    ledger.note(STARTED, data(5), NOW)
    ledger.keep_counting(NOW + GAP_MS, posted=True)
    assert ledger.since == NOW
    assert dict(ledger.count_open("shop")) == {1: 1}


@pytest.mark.parametrize("later", [GAP_MS + 1, -1])
def test_after_a_gap_the_count_begins_anew(ledger: DialogueLedger, later: int) -> None:
    ledger.note(STARTED, data(5), NOW)
    ledger.keep_counting(NOW + later, posted=True)
    assert ledger.since == NOW + later
    assert dict(ledger.count_open("shop")) == {}
    assert not ledger.has_seen("shop")


def test_a_portal_whose_count_ends_leaves_the_dialogues_of_others(services: Services, ledger: DialogueLedger) -> None:
    ledger.note(STARTED, data(5), NOW)
    other = DialogueLedger(services.records, "m2")
    other.keep_counting(NOW, posted=True)
    other.note(STARTED, data(6), NOW)
    other.keep_counting(NOW + 1, posted=False)
    assert dict(other.count_open("shop")) == {}
    assert dict(ledger.count_open("shop")) == {1: 1}


def test_without_posted_events_there_is_no_count(ledger: DialogueLedger) -> None:
    ledger.note(STARTED, data(5), NOW)
    ledger.keep_counting(NOW + 1, posted=False)
    assert ledger.since is None
    assert dict(ledger.count_open("shop")) == {}


def test_a_dialogue_is_forgotten_once_no_event_can_concern_it(services: Services, ledger: DialogueLedger) -> None:
    ledger.note(STARTED, data(5, chat=1), NOW - KEPT_OPEN_MS)
    ledger.note(FINISHED, data(6, chat=2), NOW - KEPT_CLOSED_MS)
    for now, kept in ((NOW, 2), (NOW + 1, 0)):
        ledger.keep_counting(now, posted=True)
        assert len(services.records.all("dialogue")) == kept


@pytest.mark.parametrize(
    "odd",
    [
        "",
        [],
        {},
        {"DATA": "x"},
        {"DATA": [1, None, "x", {}]},
        {"DATA": {"connector": {"connector_id": "shop"}}},
        {"DATA": [{"connector": {"connector_id": "a/b", "line_id": 1}, "chat": {"id": 1}, "session": {"id": 1}}]},
        {"DATA": [{"connector": {"connector_id": "a", "line_id": 0}, "chat": {"id": 1}, "session": {"id": 1}}]},
    ],
)
def test_what_is_no_dialogue_is_left_out(odd: Any) -> None:
    assert list(read_dialogues(odd)) == []


def test_a_list_is_read_like_a_map() -> None:
    (row,) = data(5)["DATA"].values()
    assert len(list(read_dialogues({"DATA": [row, row]}))) == 2


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=2), max_leaves=4
    )
)
def test_no_data_makes_reading_fail(value: Any) -> None:
    assert list(read_dialogues({"DATA": value})) == list(read_dialogues(value)) == []
