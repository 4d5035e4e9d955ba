"""The start card shows one person what waits for them, what they asked for, and how the places are doing."""

from __future__ import annotations

import pytest

from bot.core.principals import Principal
from bot.plugin import HealthLevel, OverviewButton, PlaceHealth, Refusal
from bot.usecases.overview.start_card import start_buttons
from tests.language.english import en, en_facts
from tests.usecases.admin.test_queries import data, reply
from tests.usecases.core_bot import ANTON, GLEB, IDA, OLGA, VERA, VIKTOR, CoreBot

BUTTONS = (
    OverviewButton(label="Things", line="thing list"),
    OverviewButton(label="Nothing that is read", line="nothing at all"),
    OverviewButton(label="Remove…", line="thing remove"),
)


def facts(core_bot: CoreBot, who: Principal, label: str) -> list[str]:
    """The lines of one section."""
    return [text for name, text in en_facts(reply(core_bot, "", who)) if name == label]


def lines(core_bot: CoreBot, who: Principal) -> list[str]:
    core_bot.toy.overview_buttons = BUTTONS
    return [each.line for each in start_buttons(core_bot.ctx, who)]


def test_a_request_stands_where_its_reader_can_act_on_it(core_bot: CoreBot) -> None:
    change = core_bot.ask("thing remove one")
    (waits,) = facts(core_bot, ANTON, "Waiting for you")
    assert change.id in waits
    assert "Asked for by" in waits
    assert facts(core_bot, OLGA, "Waiting for you") == ["nothing"]
    (own,) = facts(core_bot, OLGA, "Your requests")
    assert own.startswith(change.id)
    assert own.endswith(": waiting for approval")
    assert (facts(core_bot, VIKTOR, "Waiting for you"), facts(core_bot, VIKTOR, "Your requests")) == (
        ["nothing"],
        ["none"],
    )


def test_what_waits_for_its_own_requester_is_listed_once(core_bot: CoreBot) -> None:
    change = core_bot.ask("thing paint one")
    assert change.id in facts(core_bot, OLGA, "Waiting for you")[0]
    assert facts(core_bot, OLGA, "Your requests") == ["none"]


def test_more_than_three_are_counted_and_programs_get_all(core_bot: CoreBot) -> None:
    core_bot.toy.things.update({f"t{number}": "red" for number in range(5)})
    for number in range(5):
        core_bot.ask(f"thing remove t{number}")
    shown = facts(core_bot, VERA, "Waiting for you")
    assert (len(shown), shown[-1]) == (4, "and 2 more")
    assert len(data(reply(core_bot, "", VERA)).waiting) == 5


def test_a_place_is_shown_with_what_its_plugin_has_stored_and_is_not_opened(core_bot: CoreBot) -> None:
    (place,) = core_bot.toy.known
    told = PlaceHealth(place=place.name, level=HealthLevel.CRITICAL, says="its tokens have ended")
    core_bot.toy.health, core_bot.toy.closed = (told,), Refusal("it was opened")
    (line,) = facts(core_bot, OLGA, en(core_bot.toy.place_term.label))
    assert line.startswith("🔴")
    assert place.name in line
    assert "its tokens have ended" in line


def test_a_plugin_that_fails_leaves_the_rest_of_the_card(core_bot: CoreBot, caplog: pytest.LogCaptureFixture) -> None:
    core_bot.toy.untold = Refusal("no")
    (line,) = facts(core_bot, OLGA, en(core_bot.toy.place_term.label))
    assert line.startswith("🟡")
    assert "health_not_told" in {getattr(one, "action", "") for one in caplog.records}


def test_why_changes_are_blocked_is_said(core_bot: CoreBot) -> None:
    assert facts(core_bot, OLGA, "Blocked") == []
    core_bot.type(IDA, "freeze something is wrong")
    (why,) = facts(core_bot, OLGA, "Blocked")
    assert "something is wrong" in why


def test_the_buttons_are_lines_that_the_person_may_type(core_bot: CoreBot) -> None:
    assert lines(core_bot, OLGA) == ["thing list", "thing remove", "request list --mine", "help"]
    assert lines(core_bot, VIKTOR) == ["thing list", "request list --mine", "help"]


def test_no_words_of_somebody_without_a_role_are_help(core_bot: CoreBot) -> None:
    core_bot.ask("thing remove one")
    shown = reply(core_bot, "", GLEB)
    assert shown == reply(core_bot, "help", GLEB)
    assert "CR-" not in str(shown)
