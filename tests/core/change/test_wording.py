"""Another wording or language is no other plan; another key, argument or value anywhere in a plan is one."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.change.digests import digest
from bot.core.change.drift import find_drift
from bot.core.change.plans import plan_from_json, plan_to_json
from bot.language.translation import translate
from bot.plugin import (
    Call,
    Channel,
    CommandLine,
    Duration,
    EndingTexts,
    Impact,
    Lines,
    Message,
    PageLink,
    PartialUndo,
    Person,
    Plan,
    Risk,
    Text,
    Time,
    Undo,
    UndoKind,
)
from scripts.catalogues import ENGLISH, HOMES, read_catalogue
from tests.core.change.alterations import UNREVIEWED, alter_plan, is_unreviewed
from tests.core.samples import PLACE, WHOLE_PLAN, json_values, names, text
from tests.language.rewording import reworded, write_other_words
from tests.tables.quick import fewer

PATH = "connector remove"
values: st.SearchStrategy[Text | int | Person | Channel | Time | Duration | CommandLine | Lines] = st.one_of(
    text,
    st.integers(0, 10**6),
    st.builds(Person, person=names),
    st.builds(Channel, channel=names),
    st.builds(Time, time=st.integers(0, 10**13)),
    st.builds(Duration, duration=st.integers(0, 10**9)),
    st.builds(CommandLine, command_line=text),
    st.builds(Lines, lines=st.lists(text, max_size=2).map(tuple)),
)


@cache
def english() -> dict[str, str]:
    """The English of every message, by its key."""
    return {
        key: forms[-1]
        for home in HOMES
        for path in sorted((home.locale / ENGLISH / "LC_MESSAGES").glob("*.po"))
        for key, forms in read_catalogue(path, ENGLISH).items()
    }


@st.composite
def sentences(draw: st.DrawFn) -> Message:
    """A message that the catalogues have, with all that its sentence names."""
    key = draw(st.sampled_from(sorted(english())))
    named = {name for _, name, _, _ in string.Formatter().parse(english()[key]) if name}
    return Message(key, **{name: draw(st.integers(0, 200) if name == "count" else values) for name in sorted(named)})


texts = text | sentences()
observations = st.dictionaries(names, texts, max_size=2)
calls = st.builds(Call, method=names, params=st.dictionaries(names, json_values, max_size=2), note=texts)
several = st.lists(texts, max_size=2).map(tuple)
partials = st.builds(
    PartialUndo, line=names, sentence=texts, words=st.dictionaries(names, st.none() | names, max_size=2)
)
impacts = st.builds(Impact, label=names, sentence=sentences(), details=several)
plans = st.builds(
    Plan,
    summary=texts,
    target=names,
    part=names,
    calls=st.lists(calls, max_size=2).map(tuple),
    before=observations,
    wanted=st.dictionaries(names, st.none() | texts, max_size=2),
    undo=st.builds(
        Undo,
        kind=st.sampled_from(UndoKind),
        sentence=texts,
        calls=st.lists(calls, max_size=1).map(tuple),
        line=names,
        partial=st.none() | partials,
    ),
    radius=several,
    warnings=several,
    notes=several,
    labels=observations,
    risk=st.none() | st.sampled_from(Risk),
    consequences=observations,
    obstacles=observations,
    impact=st.lists(impacts, max_size=2, unique_by=lambda one: one.label).map(tuple),
    link=st.none() | st.builds(PageLink, label=texts, address=names),
    ending=st.none() | st.builds(EndingTexts, made=texts, not_made=texts, next_made=texts, next_not_made=texts),
)


@given(plan=plans)
@settings(max_examples=fewer(40, 10))
def test_each_alteration_of_a_plan_changes_its_digest_and_is_drift(plan: Plan) -> None:
    own = digest(PATH, PLACE, plan)
    for where, other in alter_plan(plan):
        assert digest(PATH, PLACE, other) != own, where
        assert find_drift(plan, other), where


def list_fields(place: str, value: Any) -> Iterator[str]:
    """The place of every field of a value and of the values in it, found by reflection."""
    if is_dataclass(value) and not isinstance(value, type | Message):
        for one in fields(value):
            name = f"{place}.{one.name}".lstrip(".")
            yield name
            yield from list_fields(name, getattr(value, one.name))
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            yield from list_fields(f"{place}.{number}", each)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from list_fields(f"{place}.{key}", each)
    elif isinstance(value, Message):
        yield from list_fields(place, value.arguments)


def test_the_alterations_reach_every_field_but_those_that_may_change() -> None:
    reached = {where.split(",")[0] for where, _ in alter_plan(WHOLE_PLAN)}
    every = set(list_fields("", WHOLE_PLAN))
    undo = WHOLE_PLAN.undo
    values = (WHOLE_PLAN, *WHOLE_PLAN.calls, undo, undo.partial, *WHOLE_PLAN.impact, WHOLE_PLAN.link, WHOLE_PLAN.ending)
    assert [type(value) for value in values] == [Plan, Call, Undo, PartialUndo, Impact, PageLink, EndingTexts]
    missed = {place for place in every if not any(one == place or one.startswith(f"{place}.") for one in reached)}
    assert missed == {place for place in every if is_unreviewed(place)}
    assert {"calls.0.params.ID.2", "undo.kind", "warnings.0.command.command_line", "summary.count"} <= reached


UNCHANGED: Mapping[str, Plan] = {
    r"remember(\..*)?": replace(WHOLE_PLAN, remember=()),
    r"impact\.\d+\.sentence\.\w+\.time": replace(
        WHOLE_PLAN,
        impact=(
            replace(
                WHOLE_PLAN.impact[0], sentence=Message("bitrix24.impact.crm", line="1", count=12, read=Time(time=2))
            ),
        ),
    ),
}
"""By the pattern of the place, a plan that differs from `WHOLE_PLAN` there."""


def test_what_may_change_is_no_other_plan() -> None:
    assert set(UNCHANGED) == set(UNREVIEWED)
    for pattern, other in UNCHANGED.items():
        assert other != WHOLE_PLAN
        assert digest(PATH, PLACE, other) == digest(PATH, PLACE, WHOLE_PLAN), pattern
        assert find_drift(WHOLE_PLAN, other) == (), pattern


@pytest.fixture(scope="module")
def other_words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_other_words(tmp_path_factory.mktemp("words"))


@given(plan=plans)
@settings(max_examples=fewer(25, 6), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_other_words_make_no_other_plan(other_words: Path, plan: Plan) -> None:
    own, stored = digest(PATH, PLACE, plan), plan_to_json(plan)
    with reworded(other_words):
        again = plan_from_json(stored)
        assert digest(PATH, PLACE, again) == own
        assert find_drift(again, plan) == ()
        assert plan_to_json(again) == stored


def test_the_other_words_are_other_words(other_words: Path) -> None:
    said = translate(WHOLE_PLAN.summary)
    with reworded(other_words):
        assert {translate(WHOLE_PLAN.summary), translate(WHOLE_PLAN.summary, "ru")} == {"Otherwise: 2"}
    assert translate(WHOLE_PLAN.summary) == said == "This affects 2 items."
