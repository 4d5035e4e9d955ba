"""Another wording or language is no other plan; another key, argument or value anywhere in a plan is one."""

from __future__ import annotations

import string
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.change.plans import digest, find_drift, plan_from_json, plan_to_json
from bot.language.translation import translate
from bot.plugin import (
    Call,
    Channel,
    CommandLine,
    Duration,
    Lines,
    Message,
    Person,
    Plan,
    Risk,
    Text,
    Time,
    Undo,
    UndoKind,
)
from scripts.catalogues import ENGLISH, HOMES, read_catalogue
from tests.core.change.alterations import UNREVIEWED, alter_plan
from tests.core.samples import PLACE, json_values, names, text
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
plans = st.builds(
    Plan,
    summary=texts,
    target=names,
    part=names,
    calls=st.lists(calls, max_size=2).map(tuple),
    before=observations,
    wanted=st.dictionaries(names, st.none() | texts, max_size=2),
    undo=st.builds(Undo, kind=st.sampled_from(UndoKind), sentence=texts, calls=st.lists(calls, max_size=1).map(tuple)),
    radius=several,
    warnings=several,
    notes=several,
    labels=observations,
    risk=st.none() | st.sampled_from(Risk),
)
SAID = Plan(
    summary=Message("card.dialog.affects", count=2),
    target="connector:shop",
    calls=(Call(method="m", params={"ID": ["shop", 1, True, None]}, note=Message("card.plan", plan="p")),),
    before={"registration": Message("change.absent")},
    wanted={"registration": None},
    undo=Undo(kind=UndoKind.NONE, sentence=Message("admin.no_undo")),
    warnings=(Message("card.next.undo", button="Undo", command=CommandLine(command_line="connector list")),),
    risk=Risk.DESTROY,
)
"""Every part of it is a message of ours."""


@given(plan=plans)
@settings(max_examples=fewer(40, 10))
def test_each_alteration_of_a_plan_changes_its_digest_and_is_drift(plan: Plan) -> None:
    own = digest(PATH, PLACE, plan)
    for where, other in alter_plan(plan):
        assert digest(PATH, PLACE, other) != own, where
        assert find_drift(plan, other), where


def test_the_alterations_reach_every_field_that_is_reviewed() -> None:
    reached = {where for where, _ in alter_plan(SAID)}
    assert {where.split(",")[0].split(".")[0] for where in reached} == {one.name for one in fields(Plan)} - UNREVIEWED
    assert {"calls.0.params.ID.2", "undo.kind", "warnings.0.command.command_line", "summary.count"} <= reached


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
    said = translate(SAID.summary)
    with reworded(other_words):
        assert {translate(SAID.summary), translate(SAID.summary, "ru")} == {"Otherwise: 2"}
    assert translate(SAID.summary) == said == "This affects 2 items."
