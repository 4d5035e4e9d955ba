"""What a menu offers comes from what is kept, as many as Slack takes, and only to whoever may type the command."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import pytest

from bot.core.messages.command_forms import ChoiceGroup, ChoiceQuestion
from bot.core.principals import Principal
from bot.plugin import Answer, Arg, Choice, Choices, Group, Nothing, Risk, TargetUnreachable
from bot.usecases.forms.choice_reading import FRESH_MS, ChoiceReader
from bot.usecases.forms.form_lines import FormOrigin, write_origin
from bot.usecases.forms.offered_choices import MOST_OFFERED, offer_choices
from bot.usecases.process.choice_requests import ChoiceRequest
from tests.language.english import en
from tests.usecases.core_bot import GLEB, OLGA, STRANGER, CoreBot
from tests.usecases.toy import THINGS, Toy

BOXES: Group[Toy] = Group("box", help="Boxes.")
MANY = tuple(
    Choice(value=f"box{number:03}", detail=f"Box number {number}", group="Ours" if number < 250 else "Others")
    for number in range(500)
)


def list_boxes(toy: Toy) -> Iterator[Choice]:
    """Count how often the place is asked."""
    toy.reads += 1
    yield from MANY


Box = Annotated[str, Arg(label="BOX", help="which box", choices=Choices(name="boxes", read=list_boxes))]


@BOXES.command("open", risk=Risk.CHANGE, examples=["box001"])
def open_box(_: Toy, box: Box) -> Answer:
    """Open a box."""
    return Nothing(sentence=f"{box} is open.")


class Boxes(Toy):
    """The toy with a command whose argument has a menu."""

    @property
    def groups(self) -> tuple[Group[Toy], ...]:
        return (THINGS, BOXES)


@pytest.fixture
def boxes(tmp_path: Path) -> Iterator[CoreBot]:
    """A bot with boxes, once its form was looked at and the place was read."""
    made = CoreBot(tmp_path, toy=Boxes())
    made.toy.reads = 0
    read(made)
    yield made
    made.store.close()


def read(bot: CoreBot) -> None:
    bot.ctx.threads.choice_requests.add(ChoiceRequest(command="box open", plugin="toy", place="default"))
    ChoiceReader(bot.ctx).run_once()


def offer(bot: CoreBot, typed: str, person: Principal = OLGA, field: str = "box") -> tuple[ChoiceGroup, ...]:
    value = write_origin(FormOrigin(command="box open", channel="C1", place="default"))
    question = ChoiceQuestion(person=person, value=value, field=field, typed=typed, fields={})
    return offer_choices(bot.ctx, question)


def values(groups: tuple[ChoiceGroup, ...]) -> list[str]:
    return [choice.value for group in groups for choice in group.choices]


def test_of_five_hundred_as_many_are_offered_as_slack_takes(boxes: CoreBot) -> None:
    groups = offer(boxes, "")
    assert values(groups) == [each.value for each in MANY[: MOST_OFFERED - 1]]
    assert [en(group.label) for group in groups] == ["Ours · 99 of 500, type more letters · read 0 s ago"]
    assert len(values(offer(boxes, "box"))) == MOST_OFFERED


def test_what_was_typed_narrows_them_by_all_that_is_shown(boxes: CoreBot) -> None:
    groups = offer(boxes, "NUMBER box49")
    assert values(groups) == [*(f"box49{last}" for last in range(10)), "NUMBER box49"]
    assert [en(group.label) for group in groups] == [
        "Others · read 0 s ago",
        "As typed",
    ]
    assert values(offer(boxes, "box007")) == ["box007"]


def test_the_age_is_shown_and_the_place_is_not_asked_for_an_answer(boxes: CoreBot) -> None:
    boxes.clock.advance(61)
    assert en(offer(boxes, "box001")[0].label) == "Ours · read 61 s ago"
    boxes.clock.advance(300)
    assert en(offer(boxes, "box001")[0].label) == "Ours · read 6 min ago"
    assert boxes.toy.reads == 1


def test_an_old_answer_is_read_anew_in_the_background_and_a_fresh_one_is_not(boxes: CoreBot) -> None:
    read(boxes)
    assert boxes.toy.reads == 1
    boxes.clock.advance(FRESH_MS / 1000)
    offer(boxes, "")
    ChoiceReader(boxes.ctx).run_once()
    assert boxes.toy.reads == 2
    assert en(offer(boxes, "box001")[0].label) == "Ours · read 0 s ago"


def test_a_place_that_does_not_answer_leaves_what_was_read_and_what_was_typed(boxes: CoreBot) -> None:
    boxes.toy.closed = TargetUnreachable("no answer")
    boxes.clock.advance(FRESH_MS / 1000)
    read(boxes)
    assert values(offer(boxes, "box001")) == ["box001"]
    assert values(offer(boxes, "elsewhere")) == ["elsewhere"]


@pytest.mark.parametrize("person", [GLEB, STRANGER], ids=["not on the list", "of another team"])
def test_nobody_else_is_offered_anything(boxes: CoreBot, person: Principal) -> None:
    assert offer(boxes, "box001", person) == ()


def test_a_value_of_another_version_offers_nothing(boxes: CoreBot) -> None:
    question = ChoiceQuestion(person=OLGA, value="1042.a.b", field="box", typed="box001", fields={})
    assert offer_choices(boxes.ctx, question) == ()


def test_many_places_are_offered_by_what_is_typed(boxes: CoreBot) -> None:
    first = boxes.toy.known[0]
    boxes.toy.known = [replace(first, name=f"shop{number}", identity=f"m{number}") for number in range(150)]
    assert values(offer(boxes, "shop14", field="--portal")) == ["shop14", *(f"shop14{number}" for number in range(10))]
    assert len(values(offer(boxes, "", field="--portal"))) == MOST_OFFERED - 1
