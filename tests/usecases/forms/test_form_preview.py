"""The preview of a form comes from what is kept. Only those who may type the command get it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.messages.command_forms import FormState
from bot.core.principals import Principal
from bot.plugin.loopback import wait_until
from bot.usecases.forms.form_lines import FormOrigin, write_origin
from bot.usecases.forms.preview_drawing import draw_form
from bot.usecases.process.choice_requests import MOST_FORM_STATES, ChoiceRequest, FormStates
from bot.usecases.runtime.intake_process import Intake
from tests.language.english import en
from tests.usecases.core_bot import OLGA, STRANGER, CoreBot
from tests.usecases.forms.test_offered_choices import Boxes, offer, read


@pytest.fixture
def boxes(tmp_path: Path) -> Iterator[CoreBot]:
    """A bot with boxes of which nothing was read."""
    made = CoreBot(tmp_path, toy=Boxes())
    made.toy.reads = 0
    yield made
    made.store.close()


def state(box: str, person: Principal = OLGA, *, view: str = "V1") -> FormState:
    origin = FormOrigin(command="box open", place="default")
    return FormState(person=person, view=view, value=write_origin(origin), fields={"box": box, "--reason": "spring"})


def preview(bot: CoreBot, box: str) -> list[str]:
    form = draw_form(bot.ctx, state(box))
    assert form is not None
    return [en(line) for line in form.preview]


def test_what_is_known_is_told_with_its_age(boxes: CoreBot) -> None:
    read(boxes)
    boxes.clock.advance(40)
    reads = boxes.toy.reads
    assert preview(boxes, "box001")[0] == "box001: Box number 1 · read 40 s ago"
    assert preview(boxes, "box777")[0].startswith("box777: b24bot has not read it yet.")
    assert preview(boxes, "") == []
    assert boxes.toy.reads == reads


def test_what_was_filled_in_stays(boxes: CoreBot) -> None:
    form = draw_form(boxes.ctx, state("box001"))
    assert form is not None
    assert {each.name: each.value for each in form.fields} == {"box": "box001", "--reason": "spring"}
    assert form.value == state("box001").value


def test_a_stranger_gets_no_preview(boxes: CoreBot) -> None:
    assert draw_form(boxes.ctx, state("box001", STRANGER)) is None


def test_the_last_state_of_a_form_counts_and_only_so_many_wait() -> None:
    states = FormStates()
    for number in range(MOST_FORM_STATES + 5):
        states.put(state("box001", view=f"V{number}"))
    states.put(state("box002", view="V0"))
    taken = states.take()
    assert (len(taken), taken[0].fields["box"]) == (MOST_FORM_STATES, "box002")
    assert states.take() == []


def test_a_process_that_only_takes_deliveries_reads_the_choices(boxes: CoreBot) -> None:
    intake = Intake(boxes.ctx)
    boxes.ctx.threads.choice_requests.add(ChoiceRequest(command="box open", plugin="toy", place="default"))
    intake.start()
    try:
        assert wait_until(lambda: bool(offer(boxes, "")))
    finally:
        intake.stop()
    assert boxes.toy.reads == 1
