"""The plan of a request is shown as its record has it, and completed from the row only while that is the same plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.audit.recorded_card import LONGEST, read_card
from bot.core.change.change_request import ChangeRequest
from bot.core.change.plans import plan_to_json
from bot.usecases.admin.listings import show_change
from bot.usecases.notices.recorded_plans import read_recorded_plan
from tests.language.english import en
from tests.usecases.core_bot import OLGA, CoreBot

LONG = tuple(f"line {number} {'x' * 600}" for number in range(50))
"""What a hostile portal says of its lines: more than a record has room for."""


@pytest.fixture
def asked(core_bot: CoreBot) -> ChangeRequest:
    core_bot.toy.affected = LONG
    return core_bot.ask("thing remove one")


def shown(core_bot: CoreBot, change: ChangeRequest) -> list[tuple[str, str]]:
    answer = show_change(*read_recorded_plan(core_bot.store, core_bot.now(change)))
    return [(en(label), en(text)) for label, text in answer.facts]


def edit(core_bot: CoreBot, change: ChangeRequest, plan_of: Callable[[ChangeRequest], str]) -> None:
    with core_bot.store.unit_of_work() as store:
        store.engine.execute("UPDATE changes SET plan = ?, sealed = NULL", plan_of(core_bot.now(change)))


def test_a_record_has_a_limited_size_and_says_what_it_has_not(core_bot: CoreBot, asked: ChangeRequest) -> None:
    (record,) = core_bot.records(Tag.CHANGE_REQUESTED)
    card = read_card(record.facts["card"])
    assert card is not None
    assert card.left_out + card.cut >= len(LONG)
    assert len(str(record.facts["card"])) < 21_000


def test_the_row_completes_what_the_record_has_not(core_bot: CoreBot, asked: ChangeRequest) -> None:
    assert [text for label, text in shown(core_bot, asked) if label == "Affects"] == ["red one", *LONG]


def test_an_altered_row_completes_nothing(core_bot: CoreBot, asked: ChangeRequest) -> None:
    edit(core_bot, asked, lambda one: plan_to_json(replace(one.plan, radius=(*one.plan.radius, "nobody"))))
    facts = shown(core_bot, asked)
    affects = [text for label, text in facts if label == "Affects"][1:]
    assert 0 < len(affects) < len(LONG)
    assert affects == [line[:LONGEST] for line in LONG[: len(affects)]]
    said = [text for label, text in facts if label == "Audit record"]
    assert (
        said[1] == "The database has another plan now. Somebody changed it outside b24bot, and b24bot will not run it."
    )
    assert said[2] == f"{len(LONG) - len(affects)} lines of the card are missing here. The record had no room for them."
    assert said[3] == f"{len(affects)} lines are shorter than on the card, or are in English only."


def test_a_request_without_a_card_in_its_record_is_shown_by_its_row(core_bot: CoreBot) -> None:
    """Requests of earlier releases have none."""
    change = core_bot.ask("thing remove one")
    with core_bot.store.unit_of_work() as store:
        store.engine.execute("UPDATE changes SET number = 1234 WHERE number = ?", change.number)
    moved = core_bot.store.changes.require(1234)
    assert read_recorded_plan(core_bot.store, moved) == (moved, None)


def test_what_looks_like_a_secret_is_not_in_the_card(core_bot: CoreBot) -> None:
    secret = "xoxb-1234567890-abcdefghij"
    core_bot.toy.affected = (f"token={secret}",)
    core_bot.ask("thing remove one")
    (record,) = core_bot.records(Tag.CHANGE_REQUESTED)
    assert secret not in str(record.facts)
    assert "‹secret" in str(record.facts["card"])
    assert record.actor == OLGA.id
