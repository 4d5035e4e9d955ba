"""A place that somebody began to add is named as such, wherever a line or a list would not know it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.plugin import UnfinishedPlace
from tests.language.english import en
from tests.tables.rows import each_row
from tests.usecases.command_context.test_place_choice import answer
from tests.usecases.core_bot import IDA, OLGA, CoreBot
from tests.usecases.overview.test_start_card import facts
from tests.usecases.toy import ACME, Toy

WAITING = UnfinishedPlace(name="gamma", says="Gamma waits for its key.", do="Type the key.")


@pytest.fixture
def core_bot(make_core_bot: Callable[..., CoreBot]) -> CoreBot:
    return make_core_bot(toy=Toy(known=[ACME], unfinished=[WAITING]))


@each_row("line", ["thing list --portal gamma", "thing remove one --portal gamma", "portal use gamma"])
def test_a_line_that_names_it_is_told_what_it_waits_for(core_bot: CoreBot, line: str) -> None:
    told = answer(core_bot, OLGA, line)
    assert "Gamma waits for its key." in told
    assert "Type the key." in told


def test_a_line_about_another_place_does_not_hear_of_it(core_bot: CoreBot) -> None:
    assert "Gamma" not in answer(core_bot, OLGA, "thing list")


def test_where_it_is_the_only_one_every_line_about_places_hears_of_it(core_bot: CoreBot) -> None:
    core_bot.toy.known = []
    assert "Gamma waits for its key." in answer(core_bot, OLGA, "thing list")


def test_a_name_that_leads_to_a_known_place_is_that_place(core_bot: CoreBot) -> None:
    core_bot.toy.unfinished = [UnfinishedPlace(name=ACME.name, says="Acme waits.", do="Type.")]
    assert "Acme waits" not in answer(core_bot, OLGA, f"thing list --portal {ACME.name}")
    assert not any("Acme waits" in line for line in facts(core_bot, IDA, en(core_bot.toy.place_term.label)))


def test_the_overview_shows_it_with_what_to_type(core_bot: CoreBot) -> None:
    (line,) = (each for each in facts(core_bot, IDA, en(core_bot.toy.place_term.label)) if "gamma" in each)
    assert line.startswith("🟡")
    assert "Gamma waits for its key. Type the key." in line
