"""A review in words says who decided, when, how long after the request, and from where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.change.change_request import Review, Verdict
from bot.core.change.review_sentences import describe_review
from bot.core.principals import Principal
from tests.language.english import en
from tests.slack.kit import ANTON, NOON, a_change


@pytest.mark.parametrize(
    ("waited", "told"),
    [(0, "1 second"), (59_400, "59 seconds"), (61_000, "61 seconds"), (180_500, "3 minutes"), (7_300_000, "2 hours")],
)
def test_how_long_it_took_is_told_in_sensible_units(waited: int, told: str) -> None:
    review = Review(reviewer=ANTON, verdict=Verdict.APPROVE, at=NOON + waited)
    assert f", {told} after the request, in " in en(describe_review(a_change(), review))


def test_a_review_in_the_terminal_is_told_from_one_on_the_card() -> None:
    on_card = Review(reviewer=ANTON, verdict=Verdict.APPROVE, at=NOON)
    in_terminal = replace(on_card, reviewer=Principal.shell("anna"))
    assert en(describe_review(a_change(), in_terminal)).endswith("in the terminal")
    assert "terminal" not in en(describe_review(a_change(), on_card))


def test_the_reason_of_a_rejection_follows() -> None:
    review = Review(reviewer=ANTON, verdict=Verdict.REJECT, at=NOON, reason="too early")
    assert en(describe_review(a_change(), review)).endswith(": too early")
