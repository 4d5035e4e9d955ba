"""The story ends well with a bot that does what it should, and says so plainly when it does not."""

from __future__ import annotations

import re

import pytest

from bot.core.bot_errors import ConfigurationError
from bot.language.translation import translate
from bot.playground.demo import DemoRunner, tell_story
from bot.playground.demo_actions import DemoTools
from bot.playground.demo_script import (
    STORY,
    DemoAction,
    DemoPlace,
    Expectation,
    Step,
    audit,
    card,
    note,
    portal,
    thread,
)
from bot.playground.environment import Playground
from bot.playground.second_terminal import SecondTerminal
from bot.playground.workspace.base.installation import BOT_NAME

ASKS = STORY[0]


def step(
    action: DemoAction = DemoAction.TYPE,
    *sees: Expectation,
    who: str = "Olga",
    what: str = "/b24 whoami",
    card: str = "",
) -> Step:
    return Step(who=who, action=action, what=what, why="A row of a test.", card=card, sees=sees)


def told(*steps: Step) -> tuple[bool, str]:
    lines: list[str] = []
    ended = tell_story(lines.append, steps=steps, timeout=3.0)
    return ended, "\n".join(lines)


def test_every_step_of_the_story_ends_as_it_should() -> None:
    lines: list[str] = []
    ended = tell_story(lines.append)
    text = "\n".join(lines)
    assert ended, text
    assert lines.count("   ok") == len(STORY)
    assert lines[-1] == f"{len(STORY)} of {len(STORY)} steps ended as expected."


def test_the_transcript_tells_who_did_what_and_what_came_of_it_at_the_portal() -> None:
    approves = next(one for one in STORY if one.who == "Anton")
    ended, text = told(ASKS, approves)
    assert ended, text
    assert '1. Olga types /b24 connector remove myconnector --reason "the old WhatsApp number is closed"' in text
    assert "2. Anton presses “Approve” on CR-1001" in text
    assert "│ # 🟠 Remove the connector myconnector" in text
    assert "│ # 🟢 Remove the connector myconnector" in text
    assert "- Connectors: id myconnector · name WhatsApp EU · application ours" in text
    assert "+ Lines: line 2 · name Support · status on · active connectors shopchat" in text


def test_the_story_is_played_and_told_in_the_language_of_the_terminal() -> None:
    lines: list[str] = []
    ended = tell_story(lines.append, read=lambda text: translate(text, "ru"), language="ru")
    assert ended, "\n".join(lines)
    assert lines[0] == "В начале"
    assert any(line.startswith("1. Olga вводит /b24 коннектор удалить myconnector --причина") for line in lines)
    assert "    │ # 🟢 Удалить коннектор myconnector с портала default" in lines
    assert "    │ Открытые линии: линия 3 · название Chat DE · состояние отключена · активные коннекторы –" in lines
    assert lines[-1] == f"{len(STORY)} из {len(STORY)} шага завершён как ожидалось."


def test_no_line_is_wider_than_a_terminal_of_120_columns() -> None:
    _, text = told(ASKS)
    assert max(map(len, text.splitlines())) <= 120


def test_what_was_shown_before_is_not_shown_again() -> None:
    again = step(DemoAction.TYPE, note("You are"), portal("id myconnector"))
    _, text = told(again)
    assert "the portal: as before" in text


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (step(DemoAction.TYPE, note("no such words")), "a note only Olga sees should show “no such words”"),
        (step(DemoAction.TYPE, portal(gone=("myconnector",))), "the portal should show no “myconnector”"),
        (
            step(DemoAction.TYPE, card("done"), card="CR-1001"),
            "the card CR-1001 in #approvals should show “done”. It shows:",
        ),
        (step(DemoAction.TYPE, thread("Anton"), card="CR-1001"), "the thread under CR-1001 should show “Anton”"),
        (
            step(DemoAction.TYPE, Expectation(where=DemoPlace.FORM, words=("Why",))),
            "the form in front of Olga should show “Why”",
        ),
        (step(DemoAction.TYPE, audit("a tag", "another")), "#audit should show “a tag”, “another”"),
    ],
)
def test_a_step_that_does_not_show_what_it_must_is_marked_with_what_was_expected(row: Step, expected: str) -> None:
    lines: list[str] = []
    assert not tell_story(lines.append, steps=[row], timeout=0.2)
    text = " ".join(" ".join(lines).split())
    assert f"NOT OK: {expected}" in text
    assert "   ok" not in lines
    assert lines[-1] == "0 of 1 step ended as expected."


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (step(what="hello"), "'hello' is no command"),
        (step(DemoAction.CLICK, what="Approve", card="CR-9999"), "There is no card CR-9999 in #approvals."),
        (step(DemoAction.SEND, what="because", card="CR-1001"), "No form is open."),
        (step(DemoAction.AUTHORISE), "The terminal shows no link."),
    ],
)
def test_a_step_that_cannot_be_done_is_marked_with_the_reason_and_the_story_goes_on(row: Step, why: str) -> None:
    ended, text = told(row, step(DemoAction.TYPE, note("You are")))
    assert not ended
    assert why in text
    assert "1 of 2 steps ended as expected." in text


def test_a_button_that_is_not_there_any_more_is_named() -> None:
    ended, text = told(ASKS, step(DemoAction.CLICK, who="Anton", what="Undo", card="CR-1001"))
    assert not ended
    assert "there is no 'Undo' here" in text


def test_a_bot_that_does_not_answer_is_told_as_slack_shows_it(full_bot: Playground) -> None:
    lines: list[str] = []
    with SecondTerminal(full_bot.folder, full_bot.settings) as terminal:
        runner = DemoRunner(DemoTools(playground=full_bot, terminal=terminal), lines.append)
        full_bot.stop_bot()
        assert not runner.tell(1, ASKS)
    assert "NOT OK: Olga could not do this. Slack shows dispatch_failed." in "\n".join(lines)


def test_a_plugin_that_brings_no_portal_is_said_in_a_sentence() -> None:
    with pytest.raises(ConfigurationError):
        tell_story(lambda _line: None, plugins="nothing-of-the-kind")


def test_the_story_is_played_by_people_and_has_rows_only_of_things_to_see() -> None:
    assert all(one.who != BOT_NAME for one in STORY)
    assert all(one.sees for one in STORY)
    assert all(re.fullmatch(r"CR-1\d{3}|", one.card) for one in STORY)
