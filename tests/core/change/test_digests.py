"""The forms of the digest: each stays what it was, because open change requests bear it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.change.digests import FIRST, NEWEST, digest, find_form
from bot.core.change.drift import find_drift
from bot.plugin import EndingTexts, Impact, Message, PageLink, PartialUndo, Plan
from tests.core.samples import PLACE, WHOLE_PLAN

PATH = "connector remove"
KEPT = {
    FIRST: "123098de7dd81334ab45971779a2e97782698d549f91a303d601a611435bb73e",
    NEWEST: "87c3ca3f1524234cc77096a16af9f86d397bbdfb1f6daf3f31427a4278120e52",
}
"""The digest of one plan in each form, as the release that brought the form computed it. A plan without
sentences of the ending bears `WITHOUT_ENDING` in the newest form."""
WITHOUT_ENDING = "69b548f24d13c7b00acdb0c7fd957409d98aef02772627916a23a8c0c2b38053"
"""The digest in the newest form before plans had sentences of the ending."""
PARTIAL = PartialUndo(line="connector list", sentence=Message("admin.no_undo"))
(ROW,) = WHOLE_PLAN.impact
LATER: dict[str, Plan] = {
    "link": replace(WHOLE_PLAN, link=PageLink(label="Open", address="https://shop.example/other")),
    "partial": replace(WHOLE_PLAN, undo=replace(WHOLE_PLAN.undo, partial=PARTIAL)),
    "consequences": replace(WHOLE_PLAN, consequences={}),
    "obstacles": replace(WHOLE_PLAN, obstacles={}),
    "ending": replace(WHOLE_PLAN, ending=EndingTexts(made="It is lit.")),
}
"""What only the newest form covers."""
UNCOMPARED: dict[str, Plan] = {
    **LATER,
    "details": replace(WHOLE_PLAN, impact=(replace(ROW, details=()),)),
    "gone": replace(WHOLE_PLAN, impact=()),
    "new": replace(WHOLE_PLAN, impact=(ROW, Impact(label="line:2", sentence=Message("change.uncounted")))),
}
"""What the first form did not hold against a fresh plan."""


@pytest.mark.parametrize("form", KEPT)
def test_a_form_never_changes(form: str) -> None:
    assert digest(PATH, PLACE, WHOLE_PLAN, form) == KEPT[form]


def test_the_form_of_a_digest_is_found_by_the_digest() -> None:
    for form, kept in KEPT.items():
        assert find_form(PATH, PLACE, WHOLE_PLAN, kept) == form
    assert find_form(PATH, PLACE, WHOLE_PLAN, "0" * 64) is None
    assert find_form("connector deactivate", PLACE, WHOLE_PLAN, KEPT[FIRST]) is None


@pytest.mark.parametrize("part", LATER)
def test_the_first_form_did_not_know_of_what_the_newest_covers(part: str) -> None:
    """A plan that an earlier release has stored may lack what this one says; its approval counts all the same."""
    assert digest(PATH, PLACE, LATER[part], FIRST) == KEPT[FIRST]
    assert digest(PATH, PLACE, LATER[part]) != KEPT[NEWEST]


@pytest.mark.parametrize("part", UNCOMPARED)
def test_a_plan_of_the_first_form_is_compared_as_it_was_then(part: str) -> None:
    assert find_drift(WHOLE_PLAN, UNCOMPARED[part], FIRST) == ()
    assert find_drift(WHOLE_PLAN, UNCOMPARED[part])


def test_the_first_form_compares_all_else() -> None:
    moved = replace(ROW, sentence=Message("bitrix24.impact.crm", line="1", count=100))
    assert find_drift(WHOLE_PLAN, replace(WHOLE_PLAN, impact=(moved,)), FIRST)
    assert find_drift(WHOLE_PLAN, replace(WHOLE_PLAN, radius=()), FIRST)


def test_sentences_of_the_ending_that_appear_or_go_are_no_drift_and_other_sentences_are() -> None:
    without = replace(WHOLE_PLAN, ending=None)
    assert find_drift(WHOLE_PLAN, without) == find_drift(without, WHOLE_PLAN) == ()
    assert find_drift(WHOLE_PLAN, LATER["ending"])


def test_a_plan_without_sentences_of_the_ending_keeps_the_digest_of_before() -> None:
    assert digest(PATH, PLACE, replace(WHOLE_PLAN, ending=None)) == WITHOUT_ENDING


def test_a_page_that_appears_or_goes_is_no_drift_and_another_page_is() -> None:
    other = PageLink(label="Open", address="https://shop.example/other")
    without = replace(WHOLE_PLAN, link=None)
    assert WHOLE_PLAN.link is not None
    assert find_drift(WHOLE_PLAN, without) == find_drift(without, WHOLE_PLAN) == ()
    assert find_drift(WHOLE_PLAN, replace(WHOLE_PLAN, link=other))
    assert digest(PATH, PLACE, without) != digest(PATH, PLACE, WHOLE_PLAN)
