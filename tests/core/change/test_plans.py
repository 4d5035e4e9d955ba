"""Plans as JSON, the digest over what is shown and sent, and drift."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given

from bot.core import mentions
from bot.core.authority.policy import Decision
from bot.core.change.digests import FIRST, digest
from bot.core.change.drift import differences, find_drift
from bot.core.change.plans import (
    decision_from_json,
    decision_to_json,
    plan_from_json,
    plan_to_json,
    rebase_json,
    write_target,
)
from bot.plugin import (
    Call,
    EndingTexts,
    Impact,
    Message,
    PageLink,
    PartialUndo,
    Place,
    Plan,
    Remember,
    Risk,
    Undo,
    UndoKind,
)
from tests.core.samples import ANNA, BORIS, CALL, PLACE, PLAN, UNDO, decisions, places, plans
from tests.language.english import en
from tests.tables.rows import each_row

PATH = "connector remove"


@given(plans)
def test_a_stored_plan_is_the_plan(plan: Plan) -> None:
    assert plan_from_json(plan_to_json(plan)) == plan


def test_a_stored_number_without_its_message_is_refused() -> None:
    impact = Impact(label="line:1", sentence=Message("change.counted", count=3))
    stored = json.loads(plan_to_json(replace(PLAN, impact=(impact,))))
    stored["impact"][0]["sentence"] = "three dialogues"
    with pytest.raises(ValueError, match="the sentence of an impact is a message"):
        plan_from_json(json.dumps(stored))


@given(decisions)
def test_a_stored_decision_is_the_decision(decision: Decision) -> None:
    assert decision_from_json(decision_to_json(decision)) == decision


@given(plans, places)
def test_a_stored_plan_has_the_digest_of_the_plan(plan: Plan, place: Place) -> None:
    stored = plan_from_json(plan_to_json(plan))
    assert digest(PATH, place, stored) == digest(PATH, place, plan)
    assert find_drift(stored, plan) == ()


PARTIAL = PartialUndo(line="shop open", sentence="It opens again.", words={"line 1": "1", "registration": None})
LINK = PageLink(label=Message("bitrix24.link.open"), address="https://shop.example/page")
OTHER_CALL = replace(CALL, method="imconnector.register")
CHANGED: dict[str, Plan] = {
    "summary": replace(PLAN, summary="Remove shop now"),
    "target": replace(PLAN, target="connector:shop2"),
    "part": replace(PLAN, part="name"),
    "calls": replace(PLAN, calls=()),
    "calls twice": replace(PLAN, calls=(CALL, CALL)),
    "calls method": replace(PLAN, calls=(OTHER_CALL,)),
    "calls params": replace(PLAN, calls=(replace(CALL, params={"ID": "shop2"}),)),
    "calls params type": replace(PLAN, calls=(replace(CALL, params={"ID": 1}),)),
    "calls params other type": replace(PLAN, calls=(replace(CALL, params={"ID": True}),)),
    "calls params more": replace(PLAN, calls=(replace(CALL, params={"ID": "shop", "LINE": 1}),)),
    "notes": replace(PLAN, notes=("Take shop into our records.",)),
    "labels": replace(PLAN, labels={"registration": Message("change.name", name="shop")}),
    "summary's argument": replace(PLAN, summary=Message("change.name", name="shop")),
    "summary's other argument": replace(PLAN, summary=Message("change.name", name="shop2")),
    "summary's key": replace(PLAN, summary=Message("change.other_name", name="shop")),
    "calls note": replace(PLAN, calls=(replace(CALL, note="Nothing much."),)),
    "before": replace(PLAN, before={"registration": "absent"}),
    "before more": replace(PLAN, before={**PLAN.before, "line 1": "active"}),
    "wanted": replace(PLAN, wanted={"registration": "present"}),
    "wanted none": replace(PLAN, wanted={}),
    "undo": replace(PLAN, undo=Undo(kind=UndoKind.NONE, sentence="")),
    "undo kind": replace(PLAN, undo=replace(UNDO, kind=UndoKind.FULL)),
    "undo sentence": replace(PLAN, undo=replace(UNDO, sentence="All comes back.")),
    "undo calls": replace(PLAN, undo=replace(UNDO, calls=(OTHER_CALL,))),
    "undo partial": replace(PLAN, undo=replace(UNDO, partial=PARTIAL)),
    "undo partial's line": replace(PLAN, undo=replace(UNDO, partial=replace(PARTIAL, line="shop close"))),
    "consequences": replace(PLAN, consequences={"registration": "Nobody can use it."}),
    "obstacles": replace(PLAN, obstacles={"registration": "Its owner keeps it."}),
    "ending's sentence": replace(PLAN, ending=EndingTexts(made="It is lit.")),
    "link": replace(PLAN, link=LINK),
    "link's address": replace(PLAN, link=replace(LINK, address="https://shop.example/other")),
    "undo line": replace(PLAN, undo=replace(UNDO, line="connector restore shop2")),
    "radius": replace(PLAN, radius=()),
    "radius split": replace(PLAN, radius=("line", "1")),
    "warnings": replace(PLAN, warnings=()),
    "risk": replace(PLAN, risk=Risk.CHANGE),
    "risk none": replace(PLAN, risk=None),
}


COUNTED = Message("change.counted", count=12, line="1")
IMPACT = Impact(label="line:1", sentence=COUNTED, details=("Anna answers there.",))
COUNTED_PLAN = replace(PLAN, impact=(IMPACT,))
CHANGED |= {
    "impact": COUNTED_PLAN,
    "impact label": replace(PLAN, impact=(replace(IMPACT, label="line:2"),)),
    "impact sentence": replace(PLAN, impact=(replace(IMPACT, sentence=Message("change.counted", count=12, line="2")),)),
    "impact unknown": replace(PLAN, impact=(replace(IMPACT, sentence=Message("change.uncounted")),)),
    "impact band": replace(PLAN, impact=(replace(IMPACT, sentence=Message("change.counted", count=20, line="1")),)),
    "impact details": replace(PLAN, impact=(replace(IMPACT, details=()),)),
}


def test_each_field_of_a_plan_a_call_and_an_undo_is_among_the_changes() -> None:
    tried = {name.split()[0].removesuffix("'s") for name in CHANGED}
    assert tried == {each.name for each in fields(Plan)} - {"remember"}
    assert {f"calls {each.name}" for each in fields(Call)} <= set(CHANGED)
    assert {f"undo {each.name}" for each in fields(Undo)} <= set(CHANGED)
    assert {f"impact {each.name}" for each in fields(Impact)} <= set(CHANGED)


@each_row("changed", CHANGED)
def test_the_digest_changes_with_everything_that_is_shown_or_sent(changed: str) -> None:
    assert digest(PATH, PLACE, CHANGED[changed]) != digest(PATH, PLACE, PLAN)


def test_no_two_of_the_changes_have_one_digest() -> None:
    made = {digest(PATH, PLACE, plan) for plan in CHANGED.values()}
    assert len(made) == len(CHANGED)


@each_row("changed", [name for name in CHANGED if not name.startswith(("link", "ending"))])
def test_any_other_plan_than_the_approved_one_is_drift(changed: str) -> None:
    assert find_drift(PLAN, CHANGED[changed])


def test_the_digest_changes_with_the_command_and_with_the_portal() -> None:
    own = digest(PATH, PLACE, PLAN)
    assert digest("connector deactivate", PLACE, PLAN) != own
    assert digest(PATH, replace(PLACE, identity="member-2"), PLAN) != own


def test_the_digest_does_not_change_when_a_portal_is_renamed_or_keys_are_in_another_order() -> None:
    own = digest(PATH, PLACE, PLAN)
    assert digest(PATH, replace(PLACE, name="eu", label="eu.bitrix24.com"), PLAN) == own
    swapped = replace(PLAN, before=dict(reversed([*{**PLAN.before, "a": "b"}.items()])))
    straight = replace(PLAN, before={**PLAN.before, "a": "b"})
    assert digest(PATH, PLACE, swapped) == digest(PATH, PLACE, straight)
    assert find_drift(straight, swapped) == ()


def test_what_is_noted_is_in_the_digest_and_makes_drift() -> None:
    """It is shown to who approves."""
    noted = replace(PLAN, notes=("Take shop into our records.",))
    assert digest(PATH, PLACE, noted) != digest(PATH, PLACE, PLAN)
    assert find_drift(PLAN, noted) != ()


def test_an_undo_in_other_quotation_marks_is_no_drift() -> None:
    """Open change requests of the release before hold a line that was quoted as for a shell."""

    def undone_by(line: str) -> Plan:
        return replace(PLAN, undo=replace(PLAN.undo, line=line))

    for shell, own in (("'старый'", "старый"), ("'it'\"'\"'s down'", '"it\'s down"')):
        assert find_drift(undone_by(f"shop error 1 {shell}"), undone_by(f"shop error 1 {own}")) == ()
    assert find_drift(undone_by("shop error 1 'a b'"), undone_by("shop error 1 a b"))
    assert find_drift(undone_by("shop error 1 'a"), undone_by("shop error 1 'a")) == ()


@pytest.mark.parametrize(
    ("written", "target", "part"),
    [
        ("connector:shop", "connector:shop", ""),
        ("connector:shop/data/7", "connector:shop", "data/7"),
        ("connector:a/adoption connector:b/adoption", "connector:a connector:b", "adoption"),
        ("connector:a/adoption connector:b", "connector:a/adoption connector:b", ""),
        ("", "", ""),
    ],
)
def test_a_plan_with_its_part_behind_a_slash_in_the_target_is_the_same_plan(
    written: str, target: str, part: str
) -> None:
    """Open change requests of the release before hold such a plan, and bear the digest over it."""
    old = json.loads(plan_to_json(replace(PLAN, target=written)))
    old.pop("part")
    read = plan_from_json(json.dumps(old))
    fresh = replace(PLAN, target=target, part=part)
    assert read == fresh
    assert find_drift(read, fresh) == ()
    assert write_target(target, part) == written
    assert digest(PATH, PLACE, fresh, FIRST) == digest(PATH, PLACE, replace(PLAN, target=written), FIRST)


def test_how_two_releases_write_down_a_person_makes_no_drift() -> None:
    before = replace(
        PLAN, summary="Give \ue000U0001\ue002 the role", radius=("\ue000U0001\ue002 (T0001:U0001) has none",)
    )
    after = replace(
        PLAN, summary=f"Give {mentions.person(ANNA)} the role", radius=(f"{mentions.person(ANNA)} has none",)
    )
    assert find_drift(before, after) == ()
    assert find_drift(before, replace(after, summary=f"Give {mentions.person(BORIS)} the role"))


def test_a_plan_of_the_release_before_is_read_without_what_it_did_not_have() -> None:
    more = replace(
        PLAN,
        consequences={"registration": "Nobody can use it."},
        obstacles={"registration": "Its owner keeps it."},
        undo=replace(PLAN.undo, partial=PARTIAL),
        link=LINK,
        ending=EndingTexts(made=Message("change.name", name="shop"), next_not_made="Light a match."),
    )
    assert plan_from_json(plan_to_json(more)) == more
    old = json.loads(plan_to_json(PLAN))
    del old["consequences"], old["obstacles"], old["notes"], old["link"], old["ending"], old["undo"]["partial"]
    assert plan_from_json(json.dumps(old)) == PLAN


def test_what_the_plugin_remembers_is_not_shown_and_may_hold_the_time() -> None:
    later = replace(PLAN, remember=(Remember(kind="snapshot", key="shop", value={"at": 2}),))
    assert digest(PATH, PLACE, later) == digest(PATH, PLACE, PLAN)
    assert find_drift(PLAN, later) == ()


def test_a_digest_is_64_hex_digits() -> None:
    assert re.fullmatch("[0-9a-f]{64}", digest(PATH, PLACE, PLAN))


def test_differences_name_each_label_and_both_words() -> None:
    before = {"registration": "present", "line 1": "active", "line 2": "active"}
    now = {"line 1": "in error", "line 2": "active", "line 3": "active"}
    assert list(map(en, differences(before, now))) == [
        "line 1: active → in error",
        "line 3: absent → active",
        "registration: present → absent",
    ]


def test_drift_is_told_by_what_is_different_on_the_portal() -> None:
    fresh = replace(PLAN, before={"registration": "present", "line 7": "active"}, radius=("line 7",))
    assert list(map(en, find_drift(PLAN, fresh))) == ["line 7: absent → active"]


def test_drift_that_the_portal_does_not_show_is_told_too() -> None:
    assert find_drift(PLAN, replace(PLAN, calls=(OTHER_CALL,))) == (Message("change.other_effects"),)


@pytest.mark.parametrize("change", [lambda plan: plan, lambda plan: plan_from_json(plan_to_json(plan))])
def test_a_plan_does_not_drift_from_itself(change: Callable[[Plan], Plan]) -> None:
    rows = replace(PLAN, calls=(replace(CALL, params={"LINES": (1, 2)}),))
    assert find_drift(change(PLAN), PLAN) == ()
    assert find_drift(change(rows), rows) == ()


OVER: dict[str, Any] = {"lines": {"1": {}, "2": {}}, "partly": [1], "off": {"3": None}, "removed": False}


@pytest.mark.parametrize(
    ("value", "now", "written"),
    [
        ({**OVER, "removed": True}, OVER, {**OVER, "removed": True}),
        (
            {**OVER, "lines": {"1": {"URL": "one"}, "2": {}}, "partly": []},
            {**OVER, "lines": {"1": {}, "2": {"URL": "two"}}, "removed": True},
            {"lines": {"1": {"URL": "one"}, "2": {"URL": "two"}}, "partly": [], "off": {"3": None}, "removed": True},
        ),
        ({"lines": {"2": {}}, "partly": [1], "off": {}}, OVER, {"lines": {"2": {}}, "partly": [1], "off": {}}),
        ({**OVER, "off": {}}, {**OVER, "off": {"4": {}}}, {**OVER, "off": {"4": {}}}),
        ({**OVER, "off": {"3": {}}}, {**OVER, "off": None}, {**OVER, "off": {"3": {}}}),
    ],
    ids=["what was changed", "beside what others changed", "what was taken out", "already out", "whole"],
)
def test_a_record_gets_what_a_plan_changed_and_keeps_what_others_did(
    value: dict[str, Any], now: dict[str, Any], written: dict[str, Any]
) -> None:
    assert rebase_json(value, over=OVER, now=now) == written


def test_a_record_that_was_made_from_nothing_or_is_gone_is_written_whole() -> None:
    assert rebase_json({"at": 2}, over=None, now={"at": 1}) == {"at": 2}
    assert rebase_json({"at": 2}, over={"at": 1}, now=None) == {"at": 2}
