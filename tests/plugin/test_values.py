"""The values a plugin and the host exchange."""

from __future__ import annotations

from itertools import product

from bot.plugin import Risk
from tests.tables.rows import each_row

LADDER = ["read", "personal", "halt", "change", "destroy", "govern"]


@each_row(("declared", "live"), list(product(Risk, [None, *Risk])))
def test_live_state_raises_a_risk_and_never_lowers_it(declared: Risk, live: Risk | None) -> None:
    raised = declared.raised_to(live)
    assert LADDER.index(raised) == max(LADDER.index(declared), LADDER.index(live or declared))


def test_risks_are_ranked_from_harmless_to_grave() -> None:
    assert [risk.rank for risk in Risk] == [0, 1, 2, 3, 4, 5]
    assert list(Risk) == LADDER
