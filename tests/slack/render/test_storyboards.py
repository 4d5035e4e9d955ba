"""The storyboards are what a person has reviewed, and Slack takes each of them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.authority.policy import BreakGlass, NeedsApproval, NeedsConfirmation
from bot.core.change.change_request import Status
from bot.core.messages.notices import PrivateNotice
from bot.plugin import Message
from bot.slack.render.answer import answer_blocks, answer_text
from bot.slack.render.card import card_blocks, card_text
from bot.slack.render.card_buttons import ANSWER_MOST, CHANGE_LABELS, LABEL_MOST, LABELS
from bot.slack.render.slack_text import Writer, plain
from tests.slack.checks import assert_openable, assert_postable, buttons_of, called
from tests.slack.render.answer_cases import list_answers
from tests.slack.render.card_cases import NAMES, make_card
from tests.slack.render.course import EVA, MAX, play
from tests.slack.render.storyboards import FOLDER, FORMS, LANGUAGES, VALUE, draw_all, form_of, lines_of
from tests.tables.rows import each_row
from tests.usecases.core_bot import OLGA, ROLES

PEOPLE = {f"<@{person.user}>" for person in (*ROLES, EVA, MAX)}
REMEDY = "is not as drawn now; look at it, then run scripts/storyboards.py --write"


def test_each_storyboard_is_as_it_was_reviewed() -> None:
    drawn = draw_all()
    assert {path for language in LANGUAGES for path in (FOLDER / language).glob("*.txt")} == set(drawn), REMEDY
    for path, text in drawn.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.relative_to(FOLDER)} {REMEDY}"


@each_row("language", LANGUAGES)
@each_row("name", NAMES)
def test_slack_takes_each_card_in_each_language_and_it_calls_nobody_else(name: str, language: str) -> None:
    change = make_card(name)
    blocks = card_blocks(change, VALUE, language)
    assert_postable(blocks)
    asked = {f"<@{one.user}>" for one in change.approvers or ()}
    assert called(blocks, card_text(change, language)) <= PEOPLE | asked


def test_there_is_a_storyboard_of_each_status_and_of_each_kind_of_decision_that_waits() -> None:
    assert {name: make_card(name).status for name in NAMES} == NAMES
    assert set(NAMES.values()) == set(Status)
    waiting = {type(make_card(name).decision) for name, status in NAMES.items() if status is Status.PENDING}
    assert waiting == {NeedsApproval, NeedsConfirmation, BreakGlass}


@pytest.mark.parametrize("language", LANGUAGES)
def test_slack_takes_each_form_in_each_language(language: str) -> None:
    for name in FORMS:
        assert_openable(form_of(name, language))


@pytest.mark.sampled(3)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", list_answers())
def test_slack_takes_each_answer_in_each_language_and_it_calls_nobody_else(name: str, language: str) -> None:
    writer = Writer(language=language)
    for line, answer in list_answers()[name]:
        blocks = answer_blocks(answer, writer)
        assert_postable(blocks)
        assert called(blocks, answer_text(answer, writer)) <= {"<@U0002>"}, line


@pytest.mark.parametrize("language", LANGUAGES)
def test_slack_takes_whatever_else_is_said_in_each_language(language: str) -> None:
    writer = Writer(language=language)
    said = play()
    assert {type(each) for _, each in said} == {PrivateNotice, tuple, list}
    for _, each in said:
        assert_postable(answer_blocks(each, writer) if isinstance(each, PrivateNotice) else lines_of(each, writer))


OPEN = (Status.PENDING, Status.APPROVED, Status.RUNNING)


@each_row("language", LANGUAGES)
@each_row("name", [name for name, status in NAMES.items() if status not in OPEN])
def test_a_request_that_is_over_says_first_what_is_true_now_and_what_to_do_next(name: str, language: str) -> None:
    blocks: list[Any] = list(card_blocks(make_card(name), VALUE, language))
    first, second = blocks[1]["text"]["text"].splitlines()
    now, following = (plain(Message(key), language) for key in ("card.label.now", "card.label.next"))
    assert first.startswith(f"*{now}* · ")
    assert second.startswith(f"*{following}* · ")
    assert not first.endswith(". ")
    assert not second.endswith(" · ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_waits_tells_its_effect_first_and_what_identifies_it_last(language: str) -> None:
    blocks = [dict(block) for block in card_blocks(make_card("pending"), VALUE, language)]
    assert [block["type"] for block in blocks] == ["header", "section", "section", "context", "actions"]
    texts = [str(block) for block in blocks]
    effect = make_card("pending").plan.calls[0].note
    assert plain(effect, language) in texts[1]
    assert f"<@{OLGA.user}>" in texts[2]
    assert "CR-1001" in texts[3]
    assert not any("CR-1001" in text for text in texts[:3])


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_label_of_a_button_fits_into_the_button_and_into_its_dialog(language: str) -> None:
    labels = [plain(one, language) for row in (*LABELS.values(), CHANGE_LABELS) for one in (row.approve, row.confirm)]
    assert all(0 < len(label) <= min(LABEL_MOST, ANSWER_MOST) for label in labels)
    shown = {
        button["text"]["text"] for name in NAMES for button in buttons_of(card_blocks(make_card(name), VALUE, language))
    }
    assert all(len(label) <= ANSWER_MOST for label in shown)
