"""What an approver saw is read back from the audit log after somebody has edited the row of the request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.core.audit.stored_views import AuditRow
from bot.core.change.change_request import Status
from bot.core.change.planned_command import Answered
from bot.core.change.plans import plan_to_json
from bot.language.request_views import ChangeDetails
from bot.playground.environment import Playground
from bot.plugin import Impact, Message, Plan, Reply
from bot.usecases.requests.planning import plan_or_read
from tests.language.english import en
from tests.stories.scene import UNREGISTER, Scene

HARMLESS: Mapping[str, Callable[[Plan], Plan]] = {
    "summary": lambda plan: replace(plan, summary="Look at the connector"),
    "calls": lambda plan: replace(plan, calls=tuple(replace(call, note="Nothing much.") for call in plan.calls)),
    "radius": lambda plan: replace(plan, radius=("Nobody uses it.",)),
    "warnings": lambda plan: replace(plan, warnings=()),
    "undo": lambda plan: replace(plan, undo=replace(plan.undo, sentence="All comes back.")),
    "impact": lambda plan: replace(
        plan, impact=(Impact(label="line:1", sentence=Message("bitrix24.impact.total_none", count=0, lines="2")),)
    ),
}
"""What somebody writes into the row, so that the plan looks harmless."""


@pytest.fixture
def scene(make_full_bot: Callable[..., Playground]) -> Scene:
    return Scene(make_full_bot(settings={"B24BOT_LANGUAGE": "ru"}))


def read(scene: Scene, line: str) -> Reply:
    """What a command answers to an approver."""
    assert scene.playground.running is not None
    answered = plan_or_read(scene.playground.running.bot.context, scene.playground.person("Anton"), line)
    assert isinstance(answered, Answered)
    return answered.reply


def told(reply: Reply, *, without: str = "Audit record") -> list[tuple[str, str]]:
    """The facts of an answer in English, but for those with this label."""
    return [(en(label), en(text)) for label, text in reply.facts if en(label) != without]


def edit_plan(scene: Scene, change: Callable[[Plan], Plan]) -> None:
    """Write another plan into the row of the request, as somebody with the database file can."""
    edited = plan_to_json(change(scene.playground.store.changes.exact(scene.change()).plan))
    with scene.playground.store.unit_of_work() as store:
        store.engine.execute("UPDATE changes SET plan = ?, sealed = NULL", edited)


@pytest.mark.parametrize("part", HARMLESS)
def test_what_the_approver_saw_is_read_back_after_the_row_was_edited(scene: Scene, part: str) -> None:
    card = scene.ask_removal()
    before = read(scene, "request show CR-1001")
    scene.press("Anton", card, "Согласовать удаление")
    scene.wait_status(Status.DONE)
    done = told(read(scene, "request show CR-1001"))
    edit_plan(scene, HARMLESS[part])
    after = read(scene, "request show CR-1001")
    assert told(after) == done, "the answer shows the plan of the record"
    assert en(after.title) == en(before.title)
    said = [en(text) for label, text in after.facts if en(label) == "Audit record"]
    assert said[0].endswith("The language of the card was Russian.")
    assert [line for line in said if line.startswith("The database has another plan now.")]
    assert isinstance(after.data, ChangeDetails)
    assert isinstance(before.data, ChangeDetails)
    assert after.data.recorded is not None
    assert (after.data.recorded.language, after.data.recorded.plan_altered) == ("ru", True)
    for name in ("summary", "calls", "notes", "touches", "impact", "warnings", "undo"):
        assert getattr(after.data, name) == getattr(before.data, name), name


def test_the_row_as_it_was_is_not_reported(scene: Scene) -> None:
    scene.ask_removal()
    shown = read(scene, "request show CR-1001")
    assert isinstance(shown.data, ChangeDetails)
    assert shown.data.recorded is not None
    assert not shown.data.recorded.plan_altered
    assert shown.data.summary == scene.change().plan.summary


def test_the_record_is_read_by_itself_with_its_english_and_its_messages(scene: Scene) -> None:
    scene.ask_removal()
    plan = scene.change().plan
    edit_plan(scene, HARMLESS["radius"])
    found = read(scene, "audit find --subject CR-1001 --tag change:request:opened")
    lines = [text for _, text in told(found)]
    assert {en(text) for text in (*plan.radius, *plan.warnings, plan.impact[0].sentence)} <= set(lines)
    assert "Nobody uses it." not in lines
    assert isinstance(found.data, tuple)
    (row,) = found.data
    assert isinstance(row, AuditRow)
    card: Any = row.facts["card"]
    assert card["language"] == "ru"
    assert {line["part"] for line in card["lines"]} >= {"summary", "call", "undo", "radius", "impact", "warning"}
    assert all(line["english"] for line in card["lines"])
    assert all("key" in line["message"] for line in card["lines"] if line["part"] == "radius")


def test_an_edited_request_does_not_run(scene: Scene) -> None:
    card = scene.ask_removal()
    edit_plan(scene, HARMLESS["impact"])
    scene.press("Anton", card, "Согласовать удаление")
    assert scene.wait_status(Status.FAILED, Status.DONE, Status.CHANGED).status is Status.FAILED
    assert scene.effects(UNREGISTER) == 0
