"""The card in the record of a request: written, read back, cut by a rule that it says itself."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.audit.recorded_card import (
    LARGEST,
    LONGEST,
    MOST,
    Part,
    RecordedCard,
    change_card,
    make_card,
    read_card,
    restore_plan,
    write_card,
)
from bot.language.translation import translate
from bot.plugin import Impact, Message, Plan, Text
from tests.core.samples import PLAN, WHOLE_PLAN, plans


def card_of(plan: Plan, *, shown: Plan | None = None, language: str = "en") -> RecordedCard:
    return make_card(plan, language, translate, shown=shown or plan)


WHY = Message("audit.gap.catalogue", plugin="card")


def find_no_gap(text: Text) -> Message | None:
    return None


def test_a_card_has_the_parts_of_a_plan_that_people_decide_by() -> None:
    card = card_of(WHOLE_PLAN, language="ru")
    assert card.language == "ru"
    assert card.is_whole
    assert {line.part for line in card.lines} == set(Part)
    assert [line.english for line in card.lines if line.part is Part.SUMMARY] == ["This affects 2 items."]
    assert [line.label for line in card.lines if line.part is Part.LINK] == ["https://shop.example/page"]


@given(plans)
def test_a_card_is_read_as_it_was_written_and_gives_the_plan_back(plan: Plan) -> None:
    card = card_of(plan)
    assert read_card(write_card(card)) == card
    found = restore_plan(replace(PLAN, target=plan.target), card, find_no_gap)
    for name in ("summary", "notes", "radius", "warnings", "impact", "link"):
        assert getattr(found, name) == getattr(plan, name), name
    assert [(call.method, call.note) for call in found.calls] == [(call.method, call.note) for call in plan.calls]
    assert (found.undo.kind, found.undo.sentence, found.undo.line) == (
        plan.undo.kind,
        plan.undo.sentence,
        plan.undo.line,
    )


def test_a_message_that_no_catalogue_has_is_given_in_the_recorded_english() -> None:
    row = Impact(label="line:1", sentence=Message("change.absent"))
    card = card_of(replace(PLAN, summary=Message("change.absent"), impact=(row,)))
    found = restore_plan(PLAN, card, lambda text: None if isinstance(text, str) else WHY)
    assert found.summary == "absent"
    assert found.impact[0].sentence == Message("audit.card.shown_in_english", text="absent")


def test_a_number_of_the_impact_stays_a_number_without_its_catalogue() -> None:
    row = Impact(label="line:1", sentence=Message("time.days", count=0))
    card = card_of(replace(PLAN, impact=(row,)))
    found = restore_plan(PLAN, card, lambda text: None if isinstance(text, str) else WHY)
    assert found.impact[0].count == 0
    assert found.impact[0].sentence.arguments["text"] == translate(row.sentence)


def test_a_row_without_a_message_is_in_english_only() -> None:
    row = Impact(label="line:1", sentence=Message("card.plan", plan="y" * (LARGEST + 1)))
    found = restore_plan(PLAN, card_of(replace(PLAN, impact=(row,))), find_no_gap)
    assert found.impact[0].sentence.key == "audit.card.english_only"


def test_a_long_line_is_cut_and_stands_in_english_only() -> None:
    card = card_of(replace(PLAN, radius=("x" * (LONGEST + 1), Message("card.plan", plan="y" * (LARGEST + 1)))))
    long, large = (line for line in card.lines if line.part is Part.RADIUS)
    assert (len(long.english), long.text) == (LONGEST, long.english)
    assert (len(large.english), large.text) == (LONGEST, large.english)
    assert card.cut == 2
    assert not card.is_whole


def test_lines_for_which_there_is_no_room_are_left_out_from_the_end_and_counted() -> None:
    plan = replace(PLAN, radius=tuple(f"line {number} {'x' * 480}" for number in range(50)))
    card = card_of(plan)
    kept = [line for line in card.lines if line.part is Part.RADIUS]
    assert len(kept) + card.left_out == 50
    assert [line.english for line in kept] == list(plan.radius[: len(kept)])
    assert {Part.SUMMARY, Part.CALL, Part.UNDO, Part.WARNING} <= {line.part for line in card.lines}
    assert card.left_out > 0
    assert read_card(write_card(card)) == card


@given(st.lists(st.integers(0, 2_000), max_size=60), st.sampled_from(["x", "\n", "\u202e", "😀"]))
def test_no_plan_makes_a_card_that_is_too_large(lengths: list[int], character: str) -> None:
    lines = tuple(character * length for length in lengths)
    card = card_of(replace(PLAN, radius=lines, warnings=lines))
    assert len(write_card(card)) <= MOST + 200
    assert len(card.lines) + card.left_out == 3 + 2 * len(lines)


def test_what_was_withheld_is_counted() -> None:
    card = card_of(replace(PLAN, notes=("Left out.",)), shown=replace(PLAN, notes=("Hello Anna",)))
    assert (card.withheld, card.is_whole) == (1, False)


def test_texts_of_others_are_changed_and_messages_stay() -> None:
    written = write_card(card_of(replace(PLAN, radius=("a", Message("card.plan", plan="b")))))
    changed = read_card(change_card(written, str.upper))
    assert changed is not None
    first, second = (line for line in changed.lines if line.part is Part.RADIUS)
    assert (first.text, first.english) == ("A", "A")
    assert second.text == Message("card.plan", plan="B")


@pytest.mark.parametrize("stored", ["", "[]", "{}", "null", '{"language":"en"}', json.dumps({"lines": 1, "cut": 0})])
def test_what_is_no_card_is_none(stored: str) -> None:
    assert read_card(stored) is None
    assert change_card(stored, str.upper) == stored.upper()
