"""A list on the page of a person names what needs attention first, from what is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from bot.plugin import Choice, OverviewList
from bot.usecases.forms.kept_choices import KeptChoices, keep_choices
from bot.usecases.home.kept_lists import MOST_SHOWN, list_contents
from tests.language.english import en
from tests.usecases.core_bot import OLGA, CoreBot
from tests.usecases.forms.test_offered_choices import Boxes


class ListedBoxes(Boxes):
    """Boxes that stand on the page of a person."""

    overview_lists: Sequence[OverviewList] = (OverviewList(label="Boxes", command="box open"),)


@pytest.fixture
def boxes(tmp_path: Path) -> Iterator[CoreBot]:
    made = CoreBot(tmp_path, toy=ListedBoxes())
    yield made
    made.store.close()


def test_what_needs_attention_comes_first_with_a_mark(boxes: CoreBot) -> None:
    choices = tuple(
        Choice(value=f"box{number:02}", detail="torn" if number == 20 else "", attention=number == 20)
        for number in range(30)
    )
    (place,) = boxes.toy.places(boxes.ctx.services("toy"))
    with boxes.store.unit_of_work() as tx:
        keep_choices(tx, "toy", place, "boxes", KeptChoices(at=boxes.clock.now_ms(), choices=choices))
    (section,) = list_contents(boxes.ctx, OLGA, renew=False)
    shown = [en(entry.text) for entry in section.entries][-MOST_SHOWN:]
    assert shown == ["⚠️ box20 – torn", *(f"box{number:02}" for number in range(MOST_SHOWN - 1))]
