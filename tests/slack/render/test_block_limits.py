"""A block over one of Slack's limits is refused where it is made, and what is made stays within them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from slack_sdk.errors import SlackObjectFormationError

from bot.core.messages.notices import Mood, PrivateNotice
from bot.plugin import Reply, Table
from bot.slack.render.answer import answer_blocks
from bot.slack.render.block_kit import (
    make_actions,
    make_button,
    make_dialog,
    make_header,
    make_section,
)
from bot.slack.render.card import card_blocks
from tests.slack.checks import assert_postable
from tests.slack.kit import OLGA, a_change, with_plan

BUTTON = make_button("b24:x", "Go")


@pytest.mark.parametrize(
    "make",
    [
        lambda more: make_header("x" * (150 + more)),
        lambda more: make_section("x" * (3_000 + more)),
        lambda more: make_button("b24:x", "x" * (75 + more)),
        lambda more: make_button("b24:x", "Go", value="x" * (2_000 + more)),
        lambda more: make_button("b24:x", "Go", url="x" * (3_000 + more)),
        lambda more: make_actions("row", [BUTTON] * (25 + more)),
        lambda more: make_button(
            "b24:x", "Go", confirm=make_dialog("x" * (100 + more), "Really?", confirm="Yes", deny="No")
        ),
    ],
    ids=["header", "section", "label", "value", "address", "row", "dialog"],
)
def test_what_is_over_a_limit_is_not_made(make: Callable[[int], object]) -> None:
    assert make(0)
    with pytest.raises(SlackObjectFormationError):
        make(1)


@pytest.mark.parametrize(
    "character", ["x", "&", "😀", "ש", "\u202e", "<"], ids=["x", "entity", "emoji", "hebrew", "override", "mark"]
)
def test_long_names_and_reasons_make_blocks_that_slack_takes(character: str) -> None:
    """Fifty lines with names of 255 characters, and a reason of 4,000."""
    names = tuple(f"{number} {character * 250}" for number in range(50))
    reply = Reply(
        title=character * 4_000, table=Table(columns=("line", "name"), rows=tuple((name[:3], name) for name in names))
    )
    notice = PrivateNotice(person=OLGA, channel="C0001", reply=reply, mood=Mood.ANSWER, suggestion="")
    assert_postable(answer_blocks(notice))
    change = a_change(reason=character * 4_000, plan=with_plan(radius=names, notes=names, warnings=names))
    assert_postable(card_blocks(change, "value"))
